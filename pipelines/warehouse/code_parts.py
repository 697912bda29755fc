"""Whose files the unit parts of national codes say they are: decided where they can, asked where they cannot.

Here: which part is whose, the claim on a file whose codes bear another unit's. Not here: reading the codes (said).
Invariant: no order of sending decides whose a code is; where the parts do not tell units apart, nobody is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pipelines.warehouse.claims import Claim, Claims
from pipelines.warehouse.register import Delivery

# Of how many units the codes must bear different parts before a part says whose a code is.
_FEWEST_UNITS = 3
_TELLING = 0.75


@dataclass(frozen=True)
class Coded:
    """A file whose national codes mostly bear one unit part; `names_itself`: its rows name the sender's unit."""

    delivery: Delivery
    part: str
    names_itself: bool = False


class Parts:
    """Which unit part of codes is which unit's: as the office's table says, else as the units' own files show."""

    def __init__(self, known: Claims, files: Iterable[Coded]) -> None:
        """Take the units and every file that was read."""
        self._known, self._files = known, list(files)
        codes = known.office.reference["unit_codes"]
        self._declared = dict(zip(codes["code_part"], codes["unit_id"], strict=True))

    def claim(self, file: Coded) -> Claim | None:
        """Return what the codes of a file say against its folder.

        A file waits where its unit is known by another part and this one is another unit's; where two units are known
        by the same part, each is asked about its files.
        """
        unit, owner = file.delivery.unit_id, self._declared.get(file.part)
        if owner == unit:
            return None
        others = [owner] if owner else [other for other, part in self._main.items() if part == file.part]
        other = next((other for other in others if not self._known.is_kin(unit, other)), None)
        if other is None or not (owner or unit in self._declared.values() or self._is_telling):
            return None
        main = self._main.get(unit)
        is_decided = owner is not None or unit in self._declared.values() or main not in (None, file.part)
        takes_over = self._known.is_desk(unit)  # dossiers of wards pass to the city's desk with their codes
        return self._verdict(file, other, is_decided and not file.names_itself and not takes_over)

    def _verdict(self, file: Coded, other: str, waits: bool) -> Claim:
        known, delivery = self._known, file.delivery
        name = self._file_of(other, file.part)
        seen = f" (tệp «{name}»)" if name else ""
        mostly = f"hần lớn mã hồ sơ của tệp mang mã đơn vị «{file.part}»"
        if waits:
            own = known.name(delivery.unit_id)
            reason = f"Chờ xác nhận: p{mostly} của {known.name(other)}{seen}, không phải của {own}."
            return known.doubt(delivery, "code_part", "waits", reason)
        return known.doubt(delivery, "code_part", "flags", f"P{mostly}, là mã trong tệp của {known.name(other)}{seen}.")

    def _file_of(self, unit_id: str, part: str) -> str:
        """Return the name of the newest file of a unit that bears a part; "" where it sent none."""
        names = [
            item.delivery.shown_name for item in self._files if (item.delivery.unit_id, item.part) == (unit_id, part)
        ]
        return names[-1] if names else ""

    @cached_property
    def _main(self) -> dict[str, str]:
        """Unit → the part of most of its files; of as many, the one that fewest other units' files bear."""
        files = {(item.delivery.unit_id, item.part, item.delivery.sha256) for item in self._files}
        counts = Counter((unit, part) for unit, part, _ in files)
        borne = Counter(part for _, part in counts)
        found: dict[str, str] = {}
        for unit in sorted({unit for unit, _ in counts}):
            ranked = sorted((-count, borne[part], part) for (of, part), count in counts.items() if of == unit)
            if len(ranked) == 1 or ranked[0][:2] != ranked[1][:2]:
                found[unit] = ranked[0][2]
        return found

    @cached_property
    def _is_telling(self) -> bool:
        units = len(self._main)
        return units >= _FEWEST_UNITS and len(set(self._main.values())) >= _TELLING * units
