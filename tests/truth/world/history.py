"""What really happened to one dossier, and what a system shows of it at a moment.

Here: the events of domain/05 5.2 and the state they add up to. Not here: files, counting.
Invariant: a state is a function of the events before its moment; nothing later can be seen in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from truth.world.catalogue import Procedure

Span = tuple[dt.datetime, dt.datetime | None]
PAUSED = ("awaiting_supplement", "awaiting_payment", "suspended")
WITHOUT_RESULT = ("withdrawn", "returned")
NOT_RECEIVED = ("submitted", "rejected_at_intake")


@dataclass
class Dossier:
    """The events of one dossier; a span's end is None while it lasts."""

    number: int
    unit: str
    procedure: Procedure
    field_word: str | None
    channel: str | None
    submitted: dt.datetime
    received: dt.datetime | None
    code: str = ""
    # Moment a promise is given, and what is promised.
    promises: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    supplements: list[Span] = field(default_factory=list)
    payments: list[Span] = field(default_factory=list)
    suspensions: list[Span] = field(default_factory=list)
    # End of processing, and when it was undone (reopened).
    finishes: list[Span] = field(default_factory=list)
    closing: str = "result"
    delivered: dt.datetime | None = None
    rejected: dt.datetime | None = None
    apology: dt.datetime | None = None
    service_level: str = ""
    # Remarks no date gives the day of: papers and result made electronic, the fee (None: not known), who need not pay.
    digitised: str = ""
    result_digitised: str = ""
    fee: int | None = None
    is_exempt: bool = False
    paid: dt.datetime | None = None
    pays_online: bool = False
    # When the system first shows it (late entry), and when it is taken out of the system.
    entered: dt.datetime | None = None
    deleted: dt.datetime | None = None
    # Passed to another unit's system; shown by another unit's system too.
    moved: tuple[dt.datetime, str] | None = None
    shared: tuple[dt.datetime, str] | None = None
    due_blank_from: dt.datetime | None = None
    # The unit types an impossible end of processing: its rows are sent back from then on.
    is_mistyped: bool = False
    own_number: bool = False
    shapes: set[str] = field(default_factory=set)

    def units_at(self, moment: dt.datetime) -> list[str]:
        """Return the units whose systems show the dossier at a moment."""
        first = self.entered or min(self.submitted, self.received or self.submitted)
        if moment < first or (self.deleted and moment >= self.deleted):
            return []
        unit = self.moved[1] if self.moved and moment >= self.moved[0] else self.unit
        also = [self.shared[1]] if self.shared and moment >= self.shared[0] else []
        return [unit, *also]

    def finish_at(self, moment: dt.datetime) -> dt.datetime | None:
        """Return the end of processing as it holds at a moment."""
        held = [start for start, undone in self.finishes if start <= moment and not (undone and undone <= moment)]
        return held[-1] if held else None


@dataclass(frozen=True)
class State:
    """What a system shows of a dossier at a moment."""

    status: str
    submitted: dt.datetime
    received: dt.datetime | None
    due: dt.datetime | None
    asked: dt.datetime | None
    returned: dt.datetime | None
    finished: dt.datetime | None
    delivered: dt.datetime | None
    apology: dt.datetime | None
    result_digitised: str = ""
    paid: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Return whether work on it goes on."""
        return self.received is not None and self.finished is None and self.status not in NOT_RECEIVED


def state_at(dossier: Dossier, moment: dt.datetime) -> State:
    """Return what the system knows at a moment; supplements, status and promise are written over, as systems do."""
    received = dossier.received if dossier.received and dossier.received <= moment else None
    finished = dossier.finish_at(moment)
    supplement = _last(dossier.supplements, moment)
    delivered = dossier.delivered if finished and dossier.delivered and dossier.delivered <= moment else None
    return State(
        status=_status(dossier, moment, received, finished, delivered),
        submitted=dossier.submitted,
        received=received,
        due=due_at(dossier, moment) if received else None,
        asked=supplement[0] if supplement else None,
        returned=supplement[1] if supplement else None,
        finished=finished,
        delivered=delivered,
        apology=dossier.apology if dossier.apology and dossier.apology <= moment else None,
        result_digitised=dossier.result_digitised if finished else "",
        paid=dossier.paid if dossier.paid and dossier.paid <= moment else None,
    )


def due_at(dossier: Dossier, moment: dt.datetime) -> dt.datetime | None:
    """Return the promise that a system shows at a moment."""
    if not dossier.promises or (dossier.due_blank_from and dossier.due_blank_from <= moment):
        return None
    given = [due for when, due in dossier.promises if when <= moment]
    return given[-1] if given else dossier.promises[0][1]


def _last(spans: list[Span], moment: dt.datetime) -> Span | None:
    begun = [span for span in spans if span[0] <= moment]
    if not begun:
        return None
    start, end = begun[-1]
    return start, end if end and end <= moment else None


def _lasts(spans: list[Span], moment: dt.datetime) -> bool:
    last = _last(spans, moment)
    return last is not None and last[1] is None


def _status(
    dossier: Dossier,
    moment: dt.datetime,
    received: dt.datetime | None,
    finished: dt.datetime | None,
    delivered: dt.datetime | None,
) -> str:
    if dossier.rejected and dossier.rejected <= moment:
        return "rejected_at_intake"
    if received is None:
        return "submitted"
    if finished:
        if dossier.closing != "result":
            return dossier.closing
        return "result_delivered" if delivered else "result_ready"
    for spans, name in (
        (dossier.supplements, "awaiting_supplement"),
        (dossier.payments, "awaiting_payment"),
        (dossier.suspensions, "suspended"),
    ):
        if _lasts(spans, moment):
            return name
    return "accepted" if moment - received < dt.timedelta(hours=20) else "in_progress"
