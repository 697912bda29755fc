"""What has arrived for a period and what is still owed, without building anything.

Here: units × things owed, from receipts and cached verdicts. Not here: figures (they need a built report), paper.
Invariant: a refused file is no return, a declared nil is one; a unit whose only file is refused still owes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.ingest.contract import load_contract
from pipelines.office.settings import Office
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.obligations import owed
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import judged, standing
from pipelines.warehouse.streams import contract_path
from pipelines.warehouse.typed import TypedDelivery, is_stale

State = Literal["on_time", "late", "nil", "refused", "missing"]


@dataclass(frozen=True)
class Refusal:
    """A delivered file none of whose rows count, why, and what to do."""

    file_name: str
    reason: str
    mend: str


@dataclass(frozen=True)
class Owed:
    """One thing a unit owes for a period, and how it stands."""

    unit_id: str
    unit_name: str
    stream: str
    stream_title: str
    state: State
    files: int
    rows_typed: int
    rows_rejected: int
    rows_flagged: int
    received_at: dt.datetime | None
    refused: tuple[Refusal, ...]
    # Files that count but wait for a word, or were made before the period began and so answer nothing.
    doubts: tuple[Refusal, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Tell whether the unit has given what it owes, were it a nil or late."""
        return self.state in ("on_time", "late", "nil")


@dataclass(frozen=True)
class PeriodStatus:
    """A period's things owed; `days_left` to the units' deadline is negative once it is past."""

    period: Period
    deadline: dt.date
    days_left: int
    as_of: dt.datetime
    owed: tuple[Owed, ...]

    @property
    def counts(self) -> Counter[State]:
        """Return how many things stand in each state."""
        return Counter(item.state for item in self.owed)


def period_status(office: Office, period_id: str) -> PeriodStatus:
    """Return how every thing owed for a period stands now.

    Raises:
        OfficeError: unknown period.
    """
    period = find_period(office.reference["periods"], period_id)
    deadline = period.unit_deadline(office.settings.deadlines)
    known = register(office)
    typed = [item for item in standing(office, known) if item.delivery.is_visible]
    typed = [item for item in typed if item.delivery.period_id == period_id]
    sent = [item for item in judged(office, known) if item.delivery.period_id == period_id]
    replaced = [item for item in sent if item.delivery.replaced_by]
    return PeriodStatus(
        period=period,
        deadline=deadline,
        days_left=(deadline - office.clock.today()).days,
        as_of=office.clock.now(),
        owed=tuple(_owed(row, typed, replaced, deadline) for row in owed(office, period).to_dict("records")),
    )


def _owed(row: dict, typed: list[TypedDelivery], replaced: list[TypedDelivery], deadline: dt.date) -> Owed:
    own = [item for item in _of(row, typed) if not is_stale(item)]
    accepted = [item for item in own if item.verdict["status"] == "accepted"]
    before = [item for item in _of(row, replaced) if item.verdict["status"] == "accepted" and not is_stale(item)]
    ever_accepted = [*accepted, *before]
    received = [dt.datetime.fromisoformat(item.delivery.received_at) for item in ever_accepted]
    return Owed(
        unit_id=row["unit_id"],
        unit_name=row["name_vi"],
        stream=row["stream"],
        stream_title=load_contract(contract_path(row["stream"])).title,
        state=_state(own, accepted, received, deadline),
        files=len(accepted),
        rows_typed=_rows(accepted, "typed"),
        rows_rejected=_rows(accepted, "rejected"),
        rows_flagged=_rows(accepted, "flagged"),
        received_at=max(received, default=None),
        refused=tuple(
            Refusal(item.delivery.file_name, item.verdict["refused_reason"], item.verdict["refused_mend"])
            for item in own
            if item not in accepted
        ),
        doubts=tuple(
            Refusal(item.delivery.file_name, claim.reason, claim.mend)
            for item in _of(row, typed)
            if not item.is_held_back
            for claim in item.claims
            if claim.is_open
        ),
    )


def _of(row: dict, typed: list[TypedDelivery]) -> list[TypedDelivery]:
    return [item for item in typed if (item.delivery.unit_id, item.delivery.stream) == (row["unit_id"], row["stream"])]


def _state(
    own: list[TypedDelivery], accepted: list[TypedDelivery], received: list[dt.datetime], deadline: dt.date
) -> State:
    """A unit is on time by its first good file; mending it later does not make it late."""
    if not accepted:
        return "refused" if own else "missing"
    if min(received).date() > deadline:
        return "late"
    return "nil" if _rows(accepted, "typed") + _rows(accepted, "rejected") == 0 else "on_time"


def _rows(accepted: list[TypedDelivery], name: str) -> int:
    return sum(int(item.verdict["counts"][name]) for item in accepted)


def status_lines(status: PeriodStatus) -> Iterator[str]:
    """Yield the lines of `kstt status`: deadline, then one line a unit and thing owed."""
    period = status.period
    when = f"còn {status.days_left} ngày" if status.days_left >= 0 else f"đã qua {-status.days_left} ngày"
    span = f"{period.start_on:%d/%m/%Y}–{period.end_on:%d/%m/%Y}"
    yield f"{period.label} ({span}); hạn đơn vị gửi {status.deadline:%d/%m/%Y} ({when})"
    for item in status.owed:
        yield f"  {'✓' if item.is_answered else '✗'} {item.unit_name}, {item.stream_title}: {state_words(item)}"
        yield from (f"      từ chối «{file.file_name}»: {file.reason}" for file in item.refused)
        yield from (f"      cần xác nhận «{file.file_name}»: {file.reason} {file.mend}" for file in item.doubts)
    open_items = [item for item in status.owed if not item.is_answered]
    units = len({item.unit_id for item in open_items})
    yield (
        f"Còn thiếu {len(open_items)} tệp của {units} đơn vị." if open_items else "Đủ số liệu của mọi đơn vị phải gửi."
    )


def state_words(item: Owed) -> str:
    """Return how a thing owed stands, in Vietnamese."""
    if item.state == "missing":
        return "chưa gửi"
    if item.state == "refused":
        return "đã gửi nhưng tệp bị từ chối"
    assert item.received_at is not None
    received = f"nhận {item.received_at:%d/%m/%Y %H:%M}{', trễ hạn' if item.state == 'late' else ''}"
    if item.state == "nil":
        return f"không phát sinh, {received}"
    flagged = f", {item.rows_flagged} dòng có cảnh báo" if item.rows_flagged else ""
    return f"{item.files} tệp, {item.rows_typed} dòng đọc được, {item.rows_rejected} dòng trả lại{flagged}, {received}"
