"""Histories of feedback (PAKN) and the logs that show them: the office's system and two wards' own books.

Here: events, states, files and profiles of domain/06. Not here: counting (count_feedback).
Invariant: a log writes status over and dates no refusal, as the logs of offices do.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from truth.world.catalogue import DEPARTMENTS, FIELDS, NAMES, OFFICE, WARDS
from truth.world.days import Period, add_working, at, end_of, next_working
from truth.world.systems import STAMP, workbook

DAY = dt.timedelta(days=1)
BOOKS = ("p01", "p02")
KINDS = {"act": "Hành vi", "regulation": "Quy định", "both": "Cả hai", "out_of_scope": "Đơn tố cáo"}
STATUS = {
    "new": "Mới nhận",
    "need_more_info": "Chờ dân bổ sung",
    "refused": "Không đủ điều kiện",
    "transferred": "Đã chuyển",
    "in_progress": "Đang giải quyết",
    "answered": "Đã trả lời dân",
    "published": "Đã niêm yết kết quả",
}
LABELS = {
    "feedback_code": "Số PAKN",
    "feedback_kind": "Phân loại",
    "field_name": "Lĩnh vực",
    "handling_unit": "Cơ quan xử lý",
    "received_at": "Ngày nhận",
    "due_at": "Hạn trả lời",
    "transferred_at": "Ngày chuyển",
    "transferred_to": "Chuyển đến",
    "answered_at": "Ngày trả lời",
    "published_at": "Ngày đăng tải",
    "status": "Tình trạng",
}


@dataclass
class Feedback:
    """The events of one feedback."""

    number: int
    unit: str
    kind: str
    field: str
    received: dt.datetime
    begun: dt.datetime | None = None
    waiting: tuple[dt.datetime, dt.datetime] | None = None
    refused: dt.datetime | None = None
    transferred: dt.datetime | None = None
    answered: dt.datetime | None = None
    published: dt.datetime | None = None
    # Taken up again after its answer, and answered anew; not in any log from a moment on.
    reopened: dt.datetime | None = None
    answered_anew: dt.datetime | None = None
    gone: dt.datetime | None = None
    in_book: bool = False
    in_system: bool = True
    shapes: set[str] = field(default_factory=set)

    @property
    def code(self) -> str:
        """Return its code in every log."""
        return f"PAKN-{self.received.year}-{self.number:05}"


@dataclass(frozen=True)
class Said:
    """What a log says of a feedback at a moment."""

    status: str
    transferred: dt.datetime | None
    answered: dt.datetime | None
    published: dt.datetime | None


@dataclass(frozen=True)
class Log:
    """One log a unit sends."""

    unit: str
    period: Period
    moment: dt.datetime
    received: dt.datetime
    rows: list[tuple[Feedback, Said]] = field(hash=False, compare=False)

    @property
    def name(self) -> str:
        """Return the name of the file."""
        kind = "Danh sách PAKN" if self.unit == OFFICE else "Sổ PAKN"
        return f"{kind}_{self.moment:%Y_%m_%d_%H_%M}.xlsx"

    def file(self) -> bytes:
        """Return the log as a workbook; books of wards have no column of the handling unit."""
        labels = {name: label for name, label in LABELS.items() if self.unit == OFFICE or name != "handling_unit"}
        rows = [[cells(item, said, self.unit)[name] for name in labels] for item, said in self.rows]
        return workbook("SỔ THEO DÕI PHẢN ÁNH", [*labels.values()], rows)


def cells(item: Feedback, said: Said, unit: str) -> dict[str, object]:
    """Return a row of a unit's log by the contract's names; books of wards know days, not hours."""
    style = "%d/%m/%Y %H:%M" if unit == OFFICE else "%d/%m/%Y"
    return {
        "feedback_code": item.code,
        "feedback_kind": KINDS[item.kind],
        "field_name": FIELDS[item.field][0],
        "handling_unit": NAMES[item.unit],
        "received_at": item.received.strftime(style),
        "due_at": at(add_working(item.received.date(), 15), 17).strftime(style),
        "transferred_at": said.transferred.strftime(style) if said.transferred else "",
        "transferred_to": "UBND tỉnh" if said.transferred else "",
        "answered_at": said.answered.strftime(style) if said.answered else "",
        "published_at": said.published.strftime(style) if said.published else "",
        "status": STATUS[said.status],
    }


def profiles() -> dict[str, str]:
    """Return the two profiles as YAML by their id."""
    found = {}
    for name, units, source in (
        ("pakn-he-thong", OFFICE, "Danh sách PAKN*"),
        ("pakn-phuong", ", ".join(BOOKS), "Sổ PAKN*"),
    ):
        labels = {key: label for key, label in LABELS.items() if name == "pakn-he-thong" or key != "handling_unit"}
        found[name] = (
            f"profile_id: {name}\nstream: feedback_logs\ntitle: Sổ PAKN ({name})\n"
            f'match: {{units: [{units}], files: ["{source}"]}}\n'
            f'observed_on: {{from: file_name, pattern: "{STAMP}"}}\ncoverage: population\n'
            f"unit_from: {'column' if name == 'pakn-he-thong' else 'folder'}\ndate_order: day_first\nlabels:\n"
            + "".join(f"  {key}: [{label}]\n" for key, label in labels.items())
            + "values:\n  status:\n"
            + "".join(f"    {word}: {key}\n" for key, word in STATUS.items())
            + "  feedback_kind:\n"
            + "".join(f"    {word}: {key}\n" for key, word in KINDS.items())
        )
    return found


def said_at(item: Feedback, moment: dt.datetime) -> Said:
    """Return what a log shows at a moment."""

    def past(when: dt.datetime | None) -> dt.datetime | None:
        return when if when and when <= moment else None

    answered = past(item.answered_anew) or (None if past(item.reopened) else past(item.answered))
    status = "in_progress" if past(item.begun) else "new"
    if item.waiting and item.waiting[0] <= moment < item.waiting[1]:
        status = "need_more_info"
    for when, name in (
        (item.refused, "refused"),
        (item.transferred, "transferred"),
        (answered, "answered"),
        (item.published, "published"),
    ):
        status = name if past(when) else status
    return Said(status, past(item.transferred), answered, past(item.published))


def draw(random: Random, quarters: list[Period], count: int) -> list[Feedback]:
    """Return feedback around the ends of some quarters."""
    first = quarters[0].start - DAY * 25
    found = []
    for number in range(1, count + 1):
        day = first + DAY * random.randint(0, (quarters[-1].end - first).days + 3)
        if random.random() < 0.4:
            day = random.choice(quarters).end + DAY * random.randint(-20, 2)
        course = _FIRST.get(number)  # what ends in a later quarter than it came is in every world
        if course:
            day = quarters[0].end - DAY * random.randint(4, 9)
        received = at(next_working(day), random.randint(7, 16), random.randint(0, 59))
        unit = random.choice([*BOOKS, *DEPARTMENTS, WARDS[2]])
        kind = random.choice(["act", "regulation", "regulation", "both", "out_of_scope"])
        item = Feedback(number, unit, kind, random.choice([*FIELDS]), received)
        item.in_book = unit in BOOKS
        item.in_system = not item.in_book or random.random() < 0.4
        if item.in_book and item.in_system:
            item.shapes.add("feedback in book and system")
        item.begun = received + DAY * random.randint(0, 3)
        _end(item, random, quarters, course)
        found.append(item)
    return found


_FIRST = {1: "refused", 2: "refused", 3: "later", 4: "later", 5: "reopened", 6: "reopened", 7: "gone", 8: "gone"}
_COURSES = ["answered", "answered", "answered", "published", "transferred", "refused", "open", "later"]


def _end(item: Feedback, random: Random, quarters: list[Period], forced: str | None) -> None:
    course = forced or random.choice(_COURSES)
    begun = item.begun or item.received
    when = begun + DAY * random.randint(1, 20)
    quarter = next((period for period in quarters if period.end >= item.received.date()), quarters[-1])
    if random.random() < 0.2:
        item.waiting = (begun + DAY, begun + DAY * random.randint(3, 9))
        when += DAY * 9
    if course == "refused":
        item.refused = when + DAY * 12 if forced else when
        when = item.refused
        if when.date() > quarter.end:
            item.shapes.add("feedback refused in a later quarter")
    elif course == "transferred":
        item.transferred = when
    elif course in ("answered", "published", "later"):
        item.answered = when
    if course in ("reopened", "gone"):
        _end_oddly(item, random, quarter, course)
    if course == "published":
        item.published = when + DAY * random.randint(0, 4)
    if course == "later":
        item.answered = min(when, at(quarter.end, 10)) if item.received < at(quarter.end, 9) else when
        item.published = end_of(quarter.end) + DAY * random.randint(1, 30) + dt.timedelta(hours=9)
        if item.published <= item.answered:
            item.published = item.answered + DAY
        item.shapes.add("feedback published in a later quarter")


def _end_oddly(item: Feedback, random: Random, quarter: Period, course: str) -> None:
    """Take an answer back after the quarter, or the feedback out of every log."""
    when = end_of(quarter.end) + DAY * random.randint(9, 30)
    if course == "gone":
        item.gone = when
        item.shapes.add("feedback gone from the log")
        return
    # One log alone knows it: what another showed before stands as long as that one shows nothing newer.
    item.in_system = not item.in_book
    item.answered = item.received + DAY * 2
    item.reopened = when
    item.answered_anew = random.choice([None, when + DAY * 9])
    item.shapes.add("feedback reopened")
