"""Faults planted into the files of a world, one a row, and what a check should say of every row.

Here: rows that break exactly one check, and the rows of the world that break one by their history. Not here: judging, counting.
Invariant: a row is known by its unit, stream and number in its sheet; what is expected of it comes from its history alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

from truth.world import dirt_of_records, feedback, reviews
from truth.world.catalogue import DESK, FIELDS, OFFICE, PROCEDURES
from truth.world.days import HOLIDAYS, QUARTERS, Period, add_working, at, is_working, next_working
from truth.world.history import Dossier, state_at
from truth.world.sendings import Export, Shown, received_at
from truth.world.systems import SYSTEM_OF, System, workbook

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
QUARTER = QUARTERS[0]
WARD = "p01"
Cells = dict[str, object]
# Unit, stream, number of the row in its sheet, check.
Said = tuple[str, str, int, str]
# First rows below the heads: a text file, a workbook of a system, a sheet of a return.
_TEXT, _BOOK = 2, 4


@dataclass(frozen=True)
class Dirty:
    """A file with planted faults, and everything its checks should say."""

    unit: str
    period: Period
    moment: dt.datetime
    received: dt.datetime
    name: str
    content: bytes = field(hash=False, compare=False, repr=False)
    planted: frozenset[Said] = field(hash=False, compare=False, default=frozenset())
    by_history: frozenset[Said] = field(hash=False, compare=False, default=frozenset())

    def file(self) -> bytes:
        """Return its bytes."""
        return self.content


def draw(random: Random, exports: list[Export], logs: list[feedback.Log], tables: list[reviews.Table]) -> list[Dirty]:
    """Return the newest files of the first quarter of every unit, with the faults their stream can have."""
    found = [_export(random, item) for item in _newest(exports)]
    found.append(_without_rows(_newest(exports)[-1]))
    found += [_log(random, item) for item in _newest(logs) if item.unit == OFFICE]
    found += [_table(random, item) for item in _newest(tables) if item.unit == reviews.UNITS[0]]
    moment = at(QUARTER.end + DAY, 11)
    content, planted = dirt_of_records.book(random, QUARTER, WARD)
    name = f"phieu-bao-cao_{QUARTER.period_id}_{WARD}.xlsx"
    said = frozenset((WARD, *item) for item in planted)
    return [*found, Dirty(WARD, QUARTER, moment, received_at(moment), name, content, said)]


Item = TypeVar("Item", Export, feedback.Log, reviews.Table)


def _newest(sent: list[Item]) -> list[Item]:
    found = {item.unit: item for item in sorted(sent, key=lambda item: item.moment) if item.period == QUARTER}
    return list(found.values())


def _day(random: Random) -> dt.date:
    """Return a working day of January, with two working days after it before the weekend."""
    return next_working(dt.date(2021, 1, 4) + DAY * (7 * random.randint(0, 3)))


# ---- dossiers


def _export(random: Random, sent: Export) -> Dirty:
    system = SYSTEM_OF[sent.unit]
    if system.suffix != "csv":
        system = replace(system, labels={**system.labels, "reappointment_count": "Số lần hẹn lại"})
    first = _TEXT if system.suffix == "csv" else _BOOK
    rows: list[Cells] = [{**row.cells, "reappointment_count": ""} for row in sent.rows]
    natural = [
        (sent.unit, "case_exports", first + number, check)
        for number, row in enumerate(sent.rows)
        for check in _of_dossier(row, system)
    ]
    planted = []
    for check, cells in _dossiers(random, sent, system):
        planted.append((sent.unit, "case_exports", first + len(rows), check))
        rows.append(cells)
    return Dirty(
        sent.unit, sent.period, sent.moment, sent.received, sent.name, system.file(rows), frozenset(planted), frozenset(natural)
    )  # fmt: skip


def _without_rows(sent: Export) -> Dirty:
    """Return an export of a day later that has heads and nothing below; row 0 is the file."""
    planted = frozenset({(sent.unit, "case_exports", 0, "empty_file")})
    stem, _, suffix = sent.name.rpartition(".")
    name = f"{stem} (không có dòng).{suffix}"
    return Dirty(
        sent.unit, sent.period, sent.moment + DAY, sent.received + DAY, name, SYSTEM_OF[sent.unit].file([]), planted
    )


def _of_dossier(row: Shown, system: System) -> Iterator[str]:
    """Yield the checks that a row breaks by its dossier's history."""
    dossier, state = row.dossier, row.state
    if row.is_sent_back:
        yield "received_after_finished"
    if dossier.channel == "word":
        yield "unknown_channel"
    if dossier.channel is None:
        yield "missing_channel"
    if not dossier.procedure.field:
        yield "unknown_procedure"
    if dossier.channel == "direct" and state.received and not is_working(state.received.date()):
        yield "received_on_day_off"
    if state.received and state.due and not state.asked:
        limit = _promised(dossier, state.received, by_code="procedure_code" in system.labels)
        if limit and limit != state.due.date() >= state.received.date():
            yield "due_differs_from_catalogue"
    if "apology_at" in system.labels and state.apology and state.due:
        days = (state.due.date() - state.apology.date()).days
        if not any(is_working(state.apology.date() + DAY * number) for number in range(1, days + 1)):
            yield "apology_too_late"


def _promised(dossier: Dossier, received: dt.datetime, by_code: bool) -> dt.date | None:
    """Return the day the catalogue promises (domain/04); None where it has no limit or the name has several.

    Of a year whose days off the office does not know no day is sure.
    """
    procedure, day = dossier.procedure, received.date()
    if day.year < min(HOLIDAYS).year:
        return None
    limits = {(item.limit, item.unit) for item in PROCEDURES if item.name == procedure.name}
    if procedure.limit is None or not procedure.field or (not by_code and len(limits) > 1):
        return None
    if procedure.unit == "working_day":
        return add_working(day, procedure.limit)
    if procedure.unit == "calendar_day":
        return next_working(day + DAY * procedure.limit)
    return next_working(day + DAY if received.time() > dt.time(15) else day)


def _dossiers(random: Random, sent: Export, system: System) -> Iterator[tuple[str, Cells]]:
    """Yield rows with one fault each, made of a plain dossier received, promised, finished and handed over in time."""
    by_check = {**_DOSSIERS, **(_OF_DESK if sent.unit == DESK else {})}
    for number, (check, change) in enumerate(by_check.items(), 1):
        day = _day(random)
        cells = _plain(sent, system, day, number)
        faulty = {**cells, **change(_Plain(system, cells, day, sent.moment))}
        if check == "duplicate_code":
            yield check, {**faulty, "status": system.status["in_progress"], "finished_at": "", "delivered_at": ""}
        if all(name in system.labels for name, value in faulty.items() if value != cells.get(name)):
            yield check, faulty


def _plain(sent: Export, system: System, day: dt.date, number: int, on: dt.date | None = None) -> Cells:
    procedure = next(
        item for item in PROCEDURES if item.level == ("city" if sent.unit == DESK else "ward") and item.limit == 3
    )
    received = at(on or day, 9)
    due = at(add_working(received.date(), 3), 17)
    ended = at(add_working(received.date(), 1), 10)
    dossier = Dossier(0, sent.unit, procedure, FIELDS[procedure.field][0], "direct", received, received)
    agency = "00" if sent.unit == DESK else sent.unit[1:]
    dossier.code = f"000.{agency}.99.H51-{day:%y%m%d}-{9000 + number}"
    dossier.promises, dossier.finishes, dossier.delivered = [(received, due)], [(ended, None)], ended + HOUR
    dossier.fee, dossier.paid = 50_000, received
    return {**system.row(sent.unit, dossier, state_at(dossier, sent.moment), 0), "reappointment_count": ""}


@dataclass(frozen=True)
class _Plain:
    """A clean row that is about to be changed."""

    system: System
    cells: Cells
    day: dt.date
    moment: dt.datetime

    def at(self, days: int, hour: int = 9) -> object:
        """Return a moment some days after receipt, as the system writes it."""
        return self.system.moment(at(self.day + DAY * days, hour))

    def later(self) -> object:
        """Return a moment after the file was made."""
        return self.system.moment(self.moment + DAY * 5)


_OPEN: Cells = {"finished_at": "", "delivered_at": ""}
_DOSSIERS: dict[str, Callable[[_Plain], Cells]] = {
    "missing_code": lambda row: {"dossier_code": ""},
    "bad_date": lambda row: {"delivered_at": "31/02/2021"},
    "missing_received_at": lambda row: {"received_at": ""},
    "submitted_after_received": lambda row: {"submitted_at": row.at(0, 11)},
    "received_after_finished": lambda row: {"finished_at": row.at(-3)},
    "finished_after_delivered": lambda row: {"delivered_at": row.at(0, 15)},
    "due_before_received": lambda row: {"due_at": row.at(-2)},
    "finished_in_future": lambda row: {
        "finished_at": row.later(), "delivered_at": "", "status": row.system.status["result_ready"],
    },
    "resolved_without_finished": lambda row: {**_OPEN, "status": row.system.status["result_ready"]},
    "pending_with_finished": lambda row: {"delivered_at": "", "status": row.system.status["in_progress"]},
    "withdrawn_without_finished": lambda row: {**_OPEN, "status": row.system.status["withdrawn"]},
    "duplicate_code": lambda row: {},
    "delivered_without_delivered_at": lambda row: {"delivered_at": ""},
    "received_on_day_off": lambda row: _on_sunday(row),
    "code_date_differs": lambda row: {"dossier_code": str(row.cells["dossier_code"]).replace(f"-{row.day:%y%m%d}-", "-201105-")},
    "due_differs_from_catalogue": lambda row: {"due_at": row.at(21, 17)},
    "unknown_procedure": lambda row: {"procedure_code": "9.999999", "procedure_name": "Thủ tục không có ở đâu"},
    "unknown_status": lambda row: {"status": "Trạng thái lạ"},
    "unknown_channel": lambda row: {"channel": "Qua Zalo"},
    "missing_channel": lambda row: {"channel": ""},
    "fee_paid_though_exempt": lambda row: {"fee_kind": "Miễn phí"},
    "fee_paid_differs": lambda row: {"fee_paid": 20_000},
    "apology_too_late": lambda row: {"apology_at": row.cells["due_at"]},
    "reappointed_again": lambda row: {"reappointment_count": 2},
}  # fmt: skip
_OF_DESK: dict[str, Callable[[_Plain], Cells]] = {"unknown_unit": lambda row: {"handling_unit": "Phòng không có ở đâu"}}


def _on_sunday(row: _Plain) -> Cells:
    """Return the plain row received on the Sunday before, promised by the catalogue from that day."""
    sunday = row.day - DAY * (row.day.weekday() + 1)
    code = str(row.cells["dossier_code"]).replace(f"-{row.day:%y%m%d}-", f"-{sunday:%y%m%d}-")
    days = (sunday - row.day).days
    due = (add_working(sunday, 3) - row.day).days
    return {"dossier_code": code, "submitted_at": row.at(days), "received_at": row.at(days), "due_at": row.at(due, 17)}


# ---- feedback


def _log(random: Random, sent: feedback.Log) -> Dirty:
    rows = [feedback.cells(item, said, sent.unit) for item, said in sent.rows]
    natural = [
        (sent.unit, "feedback_logs", _BOOK + number, "not_feedback")
        for number, (item, _) in enumerate(sent.rows)
        if item.kind == "out_of_scope"
    ]
    planted = []
    for number, (check, change) in enumerate(_FEEDBACK.items(), 1):
        day = _day(random)
        for cells in _noted(number, day, change, sent.moment, is_twice=check == "duplicate_code"):
            planted.append((sent.unit, "feedback_logs", _BOOK + len(rows), check))
            rows.append(cells)
    table = [[row[name] for name in feedback.LABELS] for row in rows]
    content = workbook("SỔ THEO DÕI PHẢN ÁNH", [*feedback.LABELS.values()], table)
    return Dirty(
        sent.unit, sent.period, sent.moment, sent.received, sent.name, content, frozenset(planted), frozenset(natural)
    )


def _noted(
    number: int, day: dt.date, change: Callable[[dt.date, dt.date], Cells], moment: dt.datetime, is_twice: bool
) -> Iterator[Cells]:
    item = feedback.Feedback(90_000 + number, WARD, "regulation", "ho-tich", at(day, 9))
    said = feedback.Said("published", None, at(day + DAY, 10), at(day + DAY * 2, 10))
    cells = {**feedback.cells(item, said, OFFICE), **change(day, moment.date() + DAY * 5)}
    if is_twice:
        yield {**cells, "published_at": _text(day + DAY * 3)}
    yield cells


def _text(day: dt.date) -> str:
    return f"{day:%d/%m/%Y} 10:00"


_NOT_YET: Cells = {"answered_at": "", "published_at": ""}
_NEW: Cells = {**_NOT_YET, "status": feedback.STATUS["new"]}
_GONE: Cells = {**_NOT_YET, "status": feedback.STATUS["transferred"], "transferred_to": "UBND tỉnh"}
_FEEDBACK: dict[str, Callable[[dt.date, dt.date], Cells]] = {
    "missing_code": lambda day, later: {"feedback_code": ""},
    "missing_received_at": lambda day, later: {"received_at": ""},
    "received_in_future": lambda day, later: {**_NEW, "received_at": _text(later), "due_at": ""},
    "due_before_received": lambda day, later: {"due_at": _text(day - DAY)},
    "answered_before_received": lambda day, later: {"answered_at": _text(day - DAY)},
    "answered_in_future": lambda day, later: {
        "answered_at": _text(later), "published_at": "", "status": feedback.STATUS["answered"],
    },
    "published_before_answered": lambda day, later: {"published_at": _text(day)},
    "published_in_future": lambda day, later: {"published_at": _text(later)},
    "answered_without_date": lambda day, later: {**_NOT_YET, "status": feedback.STATUS["answered"]},
    "published_without_date": lambda day, later: {"published_at": ""},
    "transferred_without_date": lambda day, later: _GONE,
    "transferred_before_received": lambda day, later: {**_GONE, "transferred_at": _text(day - DAY)},
    "transferred_in_future": lambda day, later: {**_GONE, "transferred_at": _text(later)},
    "pending_with_answered": lambda day, later: {"published_at": "", "status": feedback.STATUS["in_progress"]},
    "duplicate_code": lambda day, later: {},
    "unknown_kind": lambda day, later: {"feedback_kind": "Loại lạ"},
    "not_feedback": lambda day, later: {"feedback_kind": feedback.KINDS["out_of_scope"]},
    "unknown_status": lambda day, later: {"status": "Tình trạng lạ"},
    "unknown_field": lambda day, later: {"field_name": "Lĩnh vực không có ở đâu"},
    "missing_field": lambda day, later: {"field_name": ""},
    "unknown_unit": lambda day, later: {"handling_unit": "Phòng không có ở đâu"},
}  # fmt: skip


# ---- reviews


def _table(random: Random, sent: reviews.Table) -> Dirty:
    more = {
        "planned_end_on": "Thời hạn theo kế hoạch",
        "saving_percent": "Tỷ lệ tiết kiệm",
        "reviewing_unit": "Đơn vị rà soát",
    }
    labels = {**reviews.LABELS, **more}
    rows = [reviews.cells(item, sent.moment) for item in sent.rows]
    natural = [
        (sent.unit, "review_submissions", _BOOK + number, "proposal_without_addressee")
        for number, item in enumerate(sent.rows)
        if item.competence == "higher" and item.kind != "keep" and at(item.reported, 10) <= sent.moment
    ]
    planted = []
    for number, (check, change) in enumerate(_REVIEWS.items(), 1):
        clean = _reviewed(sent.unit, number, _day(random))
        for cells in [{**clean, "cost_after": 1_000_000}] if check == "duplicate_procedure" else []:
            planted.append((sent.unit, "review_submissions", _BOOK + len(rows), check))
            rows.append(cells)
        planted.append((sent.unit, "review_submissions", _BOOK + len(rows), check))
        rows.append({**clean, **change(sent.moment.date() + DAY * 5)})
    table = [[row.get(name, "") for name in labels] for row in rows]
    content = workbook("KẾT QUẢ RÀ SOÁT THỦ TỤC HÀNH CHÍNH", [*labels.values()], table)
    return Dirty(
        sent.unit, sent.period, sent.moment, sent.received, sent.name, content, frozenset(planted), frozenset(natural)
    )


def _reviewed(unit: str, number: int, day: dt.date) -> Cells:
    """Return a clean row of a procedure that the catalogue knows by its name; its code is of this row alone."""
    known = PROCEDURES[1]
    item = reviews.Review(
        unit, known, True, day - DAY * 30, day, "amend", "own", "9/QĐ-UBND", "amend", 10_000_000, 5_000_000
    )
    return {**reviews.cells(item, at(day + DAY, 9)), "procedure_code": f"8.{number:06}"}


_REVIEWS: dict[str, Callable[[dt.date], Cells]] = {
    "duplicate_procedure": lambda later: {},
    "reported_without_date": lambda later: {"reported_on": ""},
    "date_without_report": lambda later: {"status": reviews.STATUS["in_review"]},
    "reported_in_future": lambda later: {"reported_on": f"{later:%d/%m/%Y}"},
    "number_out_of_range": lambda later: {"cost_after": -5},
    "saving_but_cost_rises": lambda later: {"cost_after": 20_000_000, "saving_percent": 50},
    "saving_percent_differs": lambda later: {"saving_percent": 20},
    "saving_without_cost_before": lambda later: {"cost_before": "", "cost_after": "", "saving_percent": 20},
    "missing_cost_after": lambda later: {"cost_after": ""},
    "cost_rises": lambda later: {"cost_after": 20_000_000},
    "unknown_procedure": lambda later: {"procedure_name": "Thủ tục không có ở đâu"},
    "unknown_field": lambda later: {"field_name": "Lĩnh vực không có ở đâu"},
    "unknown_unit": lambda later: {"reviewing_unit": "Phòng không có ở đâu"},
    "reported_after_plan": lambda later: {"planned_end_on": "30/06/2020"},
    "planned_end_passed": lambda later: {
        "planned_end_on": "05/01/2021", "status": reviews.STATUS["planned"], "reported_on": "", "proposal_kind": "",
        "competence": "", "document_number": "", "document_action": "", "cost_before": "", "cost_after": "",
    },
    "proposal_without_addressee": lambda later: {"competence": reviews.COMPETENCE["higher"], "proposed_to": ""},
    "unknown_status": lambda later: {"status": "Tiến độ lạ"},
    "unknown_in_plan": lambda later: {"in_plan": "Có lẽ"},
    "unknown_proposal_kind": lambda later: {"proposal_kind": "Phương án lạ"},
    "unknown_competence": lambda later: {"competence": "Thẩm quyền lạ"},
    "unknown_document_action": lambda later: {"document_action": "Hình thức lạ"},
}  # fmt: skip
