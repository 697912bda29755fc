"""What has arrived for a period, what waits and what is still owed, without building anything.

Here: things owed and how each was answered, from receipts and cached verdicts; files that answer nothing. Not here: who
owes and what answers it (obligations), figures (they need a built report), paper.
Invariant: a refused file is no return, a declared nil is one; a unit whose only file is refused still owes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipelines.ingest.contract import load_contract
from pipelines.ingest.inbox import Waiting
from pipelines.ingest.landing import waiting
from pipelines.ingest.receipts import BrokenReceipt
from pipelines.ingest.reception_text import broken_lines, ignored_lines, waiting_lines
from pipelines.office.settings import Office
from pipelines.office.text import counted, format_count
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.claims import EFFECT_WORDS, Claim
from pipelines.warehouse.obligations import Duty, answers, best_days, duties, is_asked_for
from pipelines.warehouse.register import register
from pipelines.warehouse.reported_claims import asked_doubts
from pipelines.warehouse.sent_when import SentDays, sent_days, timing_words
from pipelines.warehouse.standing import judged, standing
from pipelines.warehouse.streams import contract_path
from pipelines.warehouse.typed import TypedDelivery, is_stale, is_waiting
from pipelines.warehouse.version_files import claims_that_matter, speaking

State = Literal["on_time", "late", "unknown", "stale", "refused", "waiting", "missing"]


@dataclass(frozen=True)
class Refusal:
    """A delivered file that is refused, or of which something is doubted: why, and what to do.

    `word` says which: refused, made before the period began, waiting for somebody's word.
    """

    file_name: str
    reason: str
    mend: str
    word: str = EFFECT_WORDS["refuses"]

    @property
    def sentence(self) -> str:
        """Return all of it as one line."""
        return f"{self.word} «{self.file_name}»: {self.reason} {self.mend}".rstrip()


@dataclass(frozen=True)
class Owed:
    """One thing a unit owes for a period (or a quarter of it), and how it is answered."""

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
    # Between which days the first good file came, and the last day on which it was in time.
    days: SentDays | None = None
    deadline: dt.date | None = None
    # Label of the quarter, where a period has several.
    part_label: str = ""
    # The versions offices below issued whose dossiers are counted: number and last counted day of each.
    versions: tuple[tuple[int, dt.date], ...] = ()

    @property
    def is_answered(self) -> bool:
        """Return whether the unit has given what it owes, were it a nil, late, or on a day nobody knows."""
        return self.state in ("on_time", "late", "unknown")

    @property
    def is_nil(self) -> bool:
        """Return whether the unit has declared that it has nothing to report; in time, late or on an unknown day."""
        return self.is_answered and self.rows_typed + self.rows_rejected == 0

    @property
    def title(self) -> str:
        """What is owed, with its quarter where a period has several."""
        return f"{self.stream_title} ({self.part_label})" if self.part_label else self.stream_title


@dataclass(frozen=True)
class Stray:
    """A received file of nothing owed: of an unknown kind, refused, or counted and doubted."""

    unit_name: str
    file: Refusal


@dataclass(frozen=True)
class PeriodStatus:
    """A period's things owed; `days_left` to the units' deadline is negative once it is past."""

    period: Period
    deadline: dt.date
    days_left: int
    as_of: dt.datetime
    owed: tuple[Owed, ...]
    strays: tuple[Stray, ...] = ()
    # Files of the inbox that are not received: of this period, or of none that is known.
    waiting: tuple[Waiting, ...] = ()
    ignored: Counter[str] = field(default_factory=Counter)
    broken: tuple[BrokenReceipt, ...] = ()

    @property
    def counts(self) -> Counter[State]:
        """Return how many things are in each state."""
        return Counter(item.state for item in self.owed)

    def waiting_of(self, unit_id: str) -> tuple[Waiting, ...]:
        """Return the files of a unit that wait in the inbox."""
        return tuple(item for item in self.waiting if item.unit_id == unit_id)


def period_status(office: Office, period_id: str) -> PeriodStatus:
    """Return how everything owed for a period is answered now.

    Raises:
        OfficeError: unknown period.
    """
    period = find_period(office.reference["periods"], period_id)
    now = office.clock.now()
    due = duties(office, period, min(now.date(), period.end_on))
    files = _Files(office, period, due)
    deadline = period.unit_deadline(office.settings.deadlines)
    inbox = waiting(office)
    asked = {None, period_id, *(part.period_id for part in files.parts)}
    return PeriodStatus(
        period=period,
        deadline=deadline,
        days_left=(deadline - now.date()).days,
        as_of=now,
        owed=tuple(_owed(duty, files) for duty in due),
        strays=tuple(files.strays(due)),
        waiting=tuple(item for item in inbox.waiting if item.period_id in asked),
        ignored=inbox.ignored,
        broken=inbox.broken,
    )


class _Files:
    """The files that may answer a period: those that count or are refused now, and those replaced since."""

    def __init__(self, office: Office, period: Period, due: list[Duty]) -> None:
        self.office, self.period = office, period
        self.parts = list({duty.part.period_id: duty.part for duty in due}.values())
        known = register(office)
        self.is_asked = is_asked_for(self.parts, period, known)
        asked = {period.period_id, *(part.period_id for part in self.parts)}
        mine = {
            item.delivery_id
            for item in known
            if item.period_id in asked or any(answers(duty, period, self.is_asked, item) for duty in due)
        }
        typed = [item for item in standing(office, known) if item.delivery.delivery_id in mine]
        self.typed = [item for item in typed if item.delivery.is_visible]
        self.replaced = [
            item
            for item in judged(office, known)
            if item.delivery.delivery_id in mine and item.delivery.replaced_by and not is_stale(item)
        ]
        self.days = sent_days(office)
        self.asked = asked_doubts(office, sorted(asked))
        self.spoken = speaking(self.typed, period.end_on)
        self.own: dict[str, list[Claim]] = {}
        for item, claim in claims_that_matter(self.typed, period.period_id, period.end_on):
            self.own.setdefault(item.delivery.delivery_id, []).append(claim)

    def of(self, duty: Duty, typed: list[TypedDelivery]) -> list[TypedDelivery]:
        """Return the files among some that answer a duty."""
        return [item for item in typed if answers(duty, self.period, self.is_asked, item.delivery)]

    def doubts(self, item: TypedDelivery) -> Iterator[Refusal]:
        """Yield what is doubted of a file that counts: by itself, and by the newest report."""
        if item.verdict["status"] == "accepted":
            name = item.delivery.delivery_id
            found = (*self.own.get(name, ()), *self.asked.get(name, ()))
            yield from (_doubt(item, claim) for claim in found if claim.is_open)

    def strays(self, due: list[Duty]) -> Iterator[Stray]:
        """Yield the files of nothing owed that are refused or doubted."""
        names = self.office.reference["units"].drop_duplicates("unit_id").set_index("unit_id")["name_vi"].to_dict()
        for item in self.typed:
            is_owed = any(answers(duty, self.period, self.is_asked, item.delivery) for duty in due)
            if not is_owed:
                unit = str(names.get(item.delivery.unit_id, item.delivery.unit_id))
                found = self.doubts(item) if item.verdict["status"] == "accepted" else [_refusal(item)]
                yield from (Stray(unit, file) for file in found)


def _owed(duty: Duty, files: _Files) -> Owed:
    sent = files.of(duty, files.typed)
    own = [item for item in sent if not is_stale(item)]
    accepted = [item for item in own if item.verdict["status"] == "accepted"]
    before = [item for item in files.of(duty, files.replaced) if item.verdict["status"] == "accepted"]
    good = [*accepted, *before]
    days = best_days(files.days[item.delivery.delivery_id.partition(":")[0]] for item in good)
    spoken = [item for item in accepted if _version(item) is None or item.delivery.delivery_id in files.spoken]
    return Owed(
        unit_id=duty.unit_id,
        unit_name=duty.unit_name,
        stream=duty.stream,
        stream_title=load_contract(contract_path(duty.stream)).title,
        state=_state(sent, accepted, days, duty.deadline),
        files=len(spoken),
        rows_typed=_rows(spoken, "typed"),
        rows_rejected=_rows(spoken, "rejected"),
        rows_flagged=_rows(spoken, "flagged"),
        received_at=max((dt.datetime.fromisoformat(item.delivery.received_at) for item in good), default=None),
        refused=tuple(_refusal(item) for item in own if item not in accepted),
        doubts=tuple(doubt for item in sent for doubt in files.doubts(item)),
        days=days,
        deadline=duty.deadline,
        part_label=duty.part.label if len(files.parts) > 1 else "",
        versions=tuple(version for version in map(_version, spoken) if version),
    )


def _version(item: TypedDelivery) -> tuple[int, dt.date] | None:
    """Return number and last counted day of the version a file is; None of any other file."""
    said = item.verdict.get("issued")
    return (said["version"], dt.date.fromisoformat(said["until_on"])) if said else None


def _refusal(item: TypedDelivery) -> Refusal:
    word = EFFECT_WORDS["waits" if is_waiting(item) else "refuses"]
    return Refusal(item.delivery.shown_name, item.verdict["refused_reason"], item.verdict["refused_mend"] or "", word)


def _doubt(item: TypedDelivery, claim: Claim) -> Refusal:
    return Refusal(item.delivery.shown_name, claim.reason, claim.mend, EFFECT_WORDS[claim.effect])


def _state(sent: list[TypedDelivery], accepted: list[TypedDelivery], days: SentDays | None, deadline: dt.date) -> State:
    """A unit is on time by its first good file; mending it later does not make it late."""
    if not accepted or days is None:
        is_old = any(is_stale(item) and item.is_counted for item in sent)
        waits = any(map(is_waiting, sent))
        return "stale" if is_old else "waiting" if waits else "refused" if sent else "missing"
    return days.timing(deadline)


def _rows(accepted: list[TypedDelivery], name: str) -> int:
    return sum(int(item.verdict["counts"][name]) for item in accepted)


def status_lines(status: PeriodStatus) -> Iterator[str]:
    """Yield the lines of `kstt status`: deadline, one line a unit and thing owed, what waits, what is missing."""
    period = status.period
    when = f"còn {status.days_left} ngày" if status.days_left >= 0 else f"đã qua {-status.days_left} ngày"
    span = f"{period.start_on:%d/%m/%Y}–{period.end_on:%d/%m/%Y}"
    yield f"{period.label} ({span}); hạn đơn vị gửi hết ngày {status.deadline:%d/%m/%Y} ({when})"
    said: set[tuple[str, str]] = set()
    for item in status.owed:
        yield f"  {'✓' if item.is_answered else '✗'} {item.unit_name}, {item.title}: {state_words(item)}"
        yield from (f"      {_once(item.unit_name, file, said)}" for file in (*item.refused, *item.doubts))
    for stray in status.strays:
        if (stray.unit_name, stray.file.sentence) not in said:  # of a return, another sheet says so
            yield f"  ✗ {stray.unit_name}, tệp ngoài các việc phải gửi, {_once(stray.unit_name, stray.file, said)}"
    yield from waiting_lines(status.waiting)
    yield from ignored_lines(status.ignored)
    yield from broken_lines(status.broken)
    open_items = [item for item in status.owed if not item.is_answered]
    units = {item.unit_id for item in open_items}
    held = sorted({item.unit_name for item in open_items if status.waiting_of(item.unit_id)})
    if held:
        yield f"Có tệp chờ nhận trong inbox của đơn vị chưa gửi đủ: {', '.join(held)}. Nhận trước khi đôn đốc."
    yield (
        f"Chưa gửi đủ: {counted(open_items)} nội dung của {counted(units)} đơn vị."
        if open_items
        else "Đủ số liệu của mọi đơn vị phải gửi."
    )


def _once(unit_name: str, file: Refusal, said: set[tuple[str, str]]) -> str:
    """Return what is said of a file; the sheets of a return repeat it in short."""
    known = (unit_name, file.sentence)
    if known in said:
        return f"{file.word} «{file.file_name}»: như trên."
    said.add(known)
    return file.sentence


def state_words(item: Owed) -> str:
    """Return how a thing owed is answered, in Vietnamese."""
    if item.state == "missing":
        return "chưa gửi"
    if item.state == "stale":
        return "chỉ có số liệu cũ, lập trước khi kỳ bắt đầu; phải kết xuất lại rồi gửi"
    if item.state == "waiting":
        return "đã gửi, tệp chờ xác nhận nên chưa tính"
    if item.state == "refused":
        return "đã gửi nhưng tệp bị từ chối"
    assert item.days is not None and item.deadline is not None
    when = timing_words(item.days, item.deadline)
    if item.is_nil:
        return f"không phát sinh, {when}"
    flagged = f", {format_count(item.rows_flagged)} dòng có cảnh báo" if item.rows_flagged else ""
    read, back = format_count(item.rows_typed), format_count(item.rows_rejected)
    of = "".join(f", tính theo bản v{number} đến hết ngày {until:%d/%m/%Y}" for number, until in item.versions)
    return f"{format_count(item.files)} tệp, {read} dòng đọc được, {back} dòng trả lại{flagged}{of}, {when}"
