"""Which units are kin: what lies above and below a unit by pairs, however far.

Here: following pairs both ways. Not here: which pairs (claims). Invariant: a circle of pairs ends.
"""

from __future__ import annotations


def both_ways(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    """Return for each unit all that lie above and below it by (lower, upper) pairs, however far."""
    up: dict[str, set[str]] = {}
    for lower, upper in pairs:
        if upper:
            up.setdefault(lower, set()).add(upper)
    found: dict[str, set[str]] = {}
    for unit in up:
        for upper in _reached(unit, up):
            found.setdefault(unit, set()).add(upper)
            found.setdefault(upper, set()).add(unit)
    return found


def _reached(unit_id: str, up: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [unit_id]
    while waiting:
        for upper in up.get(waiting.pop(), ()):
            if upper not in found:
                found.add(upper)
                waiting.append(upper)
    return found - {unit_id}
