"""What is known of a dossier when a quarter is asked as of a day, from what had been received by a moment.

Here: idea 6 and *Which dossier* of the design, applied to the exports of the world. Not here: columns of forms.
Invariant: events come from the newest export that shows the dossier, whoever sent it; status, promise and pause from the
first one at or after the end of the as-of day, else from the last before it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from truth.world.catalogue import DESK
from truth.world.days import QUARTERS, Period, end_of
from truth.world.history import Dossier, State
from truth.world.sendings import EXPORTING, Export, stages


@dataclass(frozen=True)
class Question:
    """A period, asked as of a day, from what had been received by a moment (None: all).

    `due_day_is_overdue` asks by the other reading of the last day (domain/13 due_on_cutoff_day).
    """

    period: Period
    as_of: dt.date
    received_by: dt.datetime | None = None
    due_day_is_overdue: bool = False

    @property
    def until(self) -> dt.date:
        """Return the last day whose events count."""
        return min(self.as_of, self.period.end)

    @property
    def kind(self) -> str:
        """Return what is asked in words: the kind of period, provisional or on its last day, and from which files."""
        period = self.period
        if period not in QUARTERS:
            return f"{period.kind.replace('_', ' ')}, on its last day, from every file"
        day = "on its last day" if self.as_of >= period.end else "on a provisional day"
        _, early, final, _ = stages(period)
        words = {
            None: "from every file",
            early: "from what came before the deadline",
            final: "right after the last day",
        }
        return f"{period.kind}, {day}, {words.get(self.received_by, 'again from what came later in the month')}"

    def __str__(self) -> str:
        by = f", nhận đến {self.received_by:%d/%m/%Y %H:%M}" if self.received_by else ""
        return f"{self.period.period_id} đến hết {self.as_of:%d/%m/%Y}{by}"


@dataclass(frozen=True)
class Known:
    """A dossier as the evidence shows it: its owner, the row that decides, the newest row."""

    dossier: Dossier
    owner: str
    deciding: State
    newest: State
    due: dt.datetime | None
    is_deleted: bool
    # Who sent the newest row.
    newest_by: str = ""
    # When and what the owner showed last before the day, where a row from after it decides.
    before: tuple[dt.datetime, State] | None = None


def known(exports: Iterable[Export], question: Question) -> list[Known]:
    """Return every dossier that some visible export shows; an export without rows is sent back."""
    received = [item for item in exports if question.received_by is None or item.received <= question.received_by]
    visible = [item for item in received if item.rows]
    # Of two exports of one moment the later receipt is the newer: within one look files come in the order of their paths.
    visible.sort(key=lambda item: (item.moment, item.received, item.unit))
    rows: dict[int, list[tuple[Export, State]]] = defaultdict(list)
    for item in visible:
        for row in item.rows:
            if not row.is_sent_back:
                rows[row.dossier.number].append((item, row.state))
    by_number = {row.dossier.number: row.dossier for item in visible for row in item.rows}
    return [_known(by_number[number], shown, visible, question) for number, shown in sorted(rows.items())]


def _known(dossier: Dossier, shown: list[tuple[Export, State]], visible: list[Export], question: Question) -> Known:
    end = end_of(question.as_of)
    owner = _owner(dossier, shown, visible, end)
    own = [(item, state) for item, state in shown if item.unit == owner]
    after = [state for item, state in own if item.moment >= end]
    deciding = after[0] if after else own[-1][1]
    at = after[0] if after else None
    earlier = [(item.moment, state) for item, state in own if item.moment < end] if after else []
    due = deciding.due
    if due is None:
        before = [state.due for _, state in own if state.due and state is not at]
        due = before[-1] if before else None
    is_deleted = _is_deleted(dossier, shown, visible, owner, end)
    return Known(
        dossier, owner, deciding, shown[-1][1], due, is_deleted, shown[-1][0].unit, earlier[-1] if earlier else None
    )


def _owner(dossier: Dossier, shown: list[tuple[Export, State]], visible: list[Export], end: dt.datetime) -> str:
    """Return the unit a dossier belongs to at the end of a day.

    It is the first that shows it; it moves when an owner that last showed it open no longer has it and another has;
    where two show it at once, the ward before the desk.
    """
    units = {item.unit for item, _ in shown}
    if len(units) == 1:
        return units.pop()
    latest: dict[str, tuple[bool, bool]] = {}  # unit → its newest export has it, and had it open when it last had it
    owner = ""
    for item in _until(visible, units, end, shown[0][0].moment):
        states = [state for export, state in shown if export is item]
        was_open = latest.get(item.unit, (False, True))[1]
        latest[item.unit] = (bool(states), states[0].is_open if states else was_open)
        if states and not owner:
            owner = item.unit
        if states and owner != item.unit and (item.unit != DESK or latest[owner] == (False, True)):
            owner = item.unit
        elif owner == item.unit and latest[owner] == (False, True):
            owner = next((unit for unit, (has, _) in latest.items() if has), owner)
    return owner


def _until(visible: list[Export], units: set[str], end: dt.datetime, first: dt.datetime) -> list[Export]:
    """Return the exports of some units before a moment and the first of each at or after it, or all that first show."""
    found = [item for item in visible if item.unit in units and item.moment < max(end, first)]
    for unit in units:
        found += [item for item in visible if item.unit == unit and item.moment >= max(end, first)][:1]
    return sorted(found, key=lambda item: (item.moment, item.unit == DESK))


def _export_at(visible: list[Export], unit: str, end: dt.datetime) -> Export | None:
    """Return a unit's first export at or after a moment, else its last before."""
    own = [item for item in visible if item.unit == unit]
    return next((item for item in own if item.moment >= end), own[-1] if own else None)


def _is_deleted(
    dossier: Dossier, shown: list[tuple[Export, State]], visible: list[Export], owner: str, end: dt.datetime
) -> bool:
    """Return whether an open dossier is gone from its owner's export of the asked day, and shown by none since."""
    holding = [item for item in visible if item.has(dossier)]
    if any(item.moment >= end for item in holding):
        return False
    if any(latest.has(dossier) for unit in EXPORTING if (latest := _export_at(visible, unit, end))):
        return False
    deciding = _export_at(visible, owner, end)
    return shown[-1][1].is_open and deciding is not None and not deciding.has(dossier)
