"""The world the sample lives in: working days, procedures, what each desk receives and how well it works.

Here: the calendar and due-date rules of domain/04 4.3, the mix of procedures, the quarters. Not here: dossiers.
Invariant: written without `pipelines`, from the office's own reference tables, so that it can prove the software wrong.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path

DESK = "tp-st-bpmc"
OFFICE = "tp-st-vp"
WARDS = tuple(f"p{number:02d}" for number in range(1, 11))
UNITS = (DESK, *WARDS)
OFFICE_END = dt.time(17, 0)
SAME_DAY_CUTOFF = dt.time(15, 0)


@dataclass(frozen=True)
class Quarter:
    """One reporting quarter and the moment at which every desk takes its export."""

    period_id: str
    start: dt.date
    end: dt.date
    export: dt.datetime


_BEFORE_OPENING = dt.time(6, 30)
QUARTERS = tuple(
    Quarter(period_id, start, end, dt.datetime.combine(end + dt.timedelta(days=1), _BEFORE_OPENING))
    for period_id, start, end in (
        ("2021-Q1", dt.date(2020, 12, 15), dt.date(2021, 3, 14)),
        ("2021-Q2", dt.date(2021, 3, 15), dt.date(2021, 6, 14)),
    )
)
# Receipts are simulated from before the first quarter (dossiers carried in) to just after the last export.
HISTORY = ((dt.date(2020, 9, 15), dt.date(2020, 12, 14)), *((q.start, q.end) for q in QUARTERS))
AFTERMATH = (dt.date(2021, 6, 15), dt.date(2021, 6, 16))


@dataclass(frozen=True)
class Timeline:
    """The quarters of a sample: when dossiers are received, which exports are taken, whether faults are planted."""

    quarters: tuple[Quarter, ...]
    aftermath: tuple[dt.date, dt.date]
    plants_faults: bool

    @property
    def history(self) -> tuple[tuple[dt.date, dt.date], ...]:
        """Return the spans of receipt: what the first quarter carries in, then every quarter."""
        return (HISTORY[0], *((quarter.start, quarter.end) for quarter in self.quarters))

    def lacks(self, quarter: Quarter, unit: str) -> bool:
        """Tell whether a unit sent nothing at all for a quarter."""
        return self.plants_faults and (quarter.period_id, unit) == NOT_SENT


# This unit sent nothing at all for this quarter, in no stream.
NOT_SENT = ("2021-Q2", "p09")

SAMPLE = Timeline(QUARTERS, AFTERMATH, plants_faults=True)
# Four quarters of clean files: what a year's report is made of.
YEAR = Timeline(
    (
        *QUARTERS,
        *(
            Quarter(period_id, start, end, dt.datetime.combine(end + dt.timedelta(days=1), _BEFORE_OPENING))
            for period_id, start, end in (
                ("2021-Q3", dt.date(2021, 6, 15), dt.date(2021, 9, 14)),
                ("2021-Q4", dt.date(2021, 9, 15), dt.date(2021, 12, 14)),
            )
        ),
    ),
    (dt.date(2021, 12, 15), dt.date(2021, 12, 16)),
    plants_faults=False,
)

# Dossiers received in a quarter, share of late results: [A], chosen so that units differ.
# The wards whose files do not compress (HTML, .xls, CSV: p06, p07, p09, p10) are the small ones.
VOLUME = {DESK: 2150, "p01": 620, "p02": 680, "p03": 560, "p04": 500, "p05": 430}
VOLUME |= {"p06": 150, "p07": 160, "p08": 480, "p09": 130, "p10": 140}
LATE = {DESK: 0.13, "p01": 0.09, "p02": 0.12, "p03": 0.22, "p04": 0.11, "p05": 0.14}
LATE |= {"p06": 0.18, "p07": 0.28, "p08": 0.14, "p09": 0.18, "p10": 0.12}
ONLINE = {DESK: 0.33, **dict.fromkeys(WARDS, 0.21)}

# What a ward receives, by weight: chứng thực and hộ tịch dominate [A].
WARD_MIX = {
    "2.000815": 34, "2.000884": 8, "2.001035": 5, "2.000908": 1, "2.000913": 0.5, "2.001406": 1, "2.001016": 0.5,
    "2.000942": 0.4, "1.001193": 9, "1.000894": 5, "1.000656": 4, "2.000635": 6, "1.004873": 8, "1.004859": 3,
    "1.000689": 0.6, "1.001022": 0.4, "1.004884": 1.5, "1.004772": 0.7, "1.004746": 0.4, "1.005461": 0.2,
    "1.004837": 0.1, "2.000986": 2.5, "2.001023": 1, "1.007073": 1, "1.003583": 0.1, "1.001776": 1.5,
    "1.001731": 0.8, "1.001699": 1, "1.001653": 0.4, "2.002307": 0.3, "2.002308": 0.3, "1.002211": 0.3,
    "2.000950": 0.1, "2.000930": 0.2, "2.001263": 0.1, "hoa-giai-tranh-chap-dat-dai": 1,
    "thanh-lap-nhom-tre-lop-mau-giao-doc-lap": 0.2, "dang-ky-hoat-dong-tin-nguong": 0.1,
    "tang-giay-khen-cua-chu-tich-ubnd-cap-xa-theo-cong-trang": 0.5, "cong-nhan-cau-lac-bo-the-thao-co-so": 0.1,
}  # fmt: skip
DESK_MIX = {
    "1.001612": 20, "2.000720": 9, "1.001570": 3, "1.001266": 6, "2.000575": 1, "1.005280": 0.3, "1.005277": 0.3,
    "2.000815": 8, "2.000884": 4, "2.000992": 2, "2.001008": 1.5, "2.000635": 3, "2.000806": 1, "2.000528": 0.5,
    "2.000748": 0.6, "2.002189": 0.6, "2.000554": 0.5,
    "dang-ky-bien-dong-do-chuyen-nhuong-thua-ke-tang-cho-quyen-su": 8,
    "cap-doi-giay-chung-nhan-quyen-su-dung-dat": 4,
    "dang-ky-va-cap-giay-chung-nhan-quyen-su-dung-dat-lan-dau": 3,
    "cap-lai-giay-chung-nhan-do-bi-mat": 1, "tach-thua-hoac-hop-thua-dat": 3,
    "chuyen-muc-dich-su-dung-dat-phai-duoc-phep-cua-co-quan-nha-n": 2.5,
    "dang-ky-the-chap-quyen-su-dung-dat": 5, "cap-giay-phep-xay-dung-nha-o-rieng-le": 6,
    "cap-giay-phep-xay-dung-cong-trinh-khong-phai-nha-o-rieng-le": 1, "gia-han-giay-phep-xay-dung": 1,
    "cung-cap-thong-tin-ve-quy-hoach-xay-dung": 2, "xac-nhan-dang-ky-ke-hoach-bao-ve-moi-truong": 1,
    "cap-giay-phep-ban-le-ruou": 1, "cap-giay-phep-ban-le-san-pham-thuoc-la": 0.6, "2.001827": 1, "1.001029": 0.2,
    "chuyen-truong-doi-voi-hoc-sinh-trung-hoc-co-so": 1.5,
}  # fmt: skip
# A ward's part and a higher part: a few of these stand in the ward's and in the desk's export (domain/05 5.6).
INTERLINKED = {"2.000986", "2.001023", "1.007073", "1.001776", "1.001731", "2.002307", "2.002308"}
# Wards whose system has no word for a suspended dossier: nothing is suspended there.
NO_SUSPENSION = {"p07"}


@dataclass(frozen=True)
class Procedure:
    """One row of reference/procedures.csv, with the department that owns its field."""

    procedure_id: str
    code: str
    name: str
    field_code: str
    field_name: str
    department_unit_id: str
    competent_level: str
    time_value: int | None
    time_unit: str


class Days:
    """Working days: Monday to Friday without the holidays of the table, with its makeup days."""

    def __init__(self, holidays: list[dict[str, str]]) -> None:
        kinds = {dt.date.fromisoformat(row["date"]): row["kind"] for row in holidays}
        self._off = {day for day, kind in kinds.items() if kind != "makeup_working_day"}
        self._makeup = {day for day, kind in kinds.items() if kind == "makeup_working_day"}

    def is_working(self, day: dt.date) -> bool:
        """Tell whether the office works on that day."""
        return day in self._makeup or (day.weekday() < 5 and day not in self._off)

    def after(self, day: dt.date, count: int) -> dt.date:
        """Return the `count`-th working day after `day`, which itself is not counted."""
        while count:
            day += dt.timedelta(days=1)
            count -= self.is_working(day)
        return day

    def on_or_after(self, day: dt.date) -> dt.date:
        """Return `day`, or the next working day when it is off."""
        while not self.is_working(day):
            day += dt.timedelta(days=1)
        return day

    def between(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Return the working days of a span, both ends included."""
        span = (first + dt.timedelta(days=offset) for offset in range((last - first).days + 1))
        return [day for day in span if self.is_working(day)]

    def count(self, first: dt.date, last: dt.date) -> int:
        """Return how many working days lie after `first` up to and including `last`."""
        return len(self.between(first + dt.timedelta(days=1), last)) if last > first else 0


@dataclass(frozen=True)
class World:
    """Calendar, procedures and units of the office."""

    days: Days
    procedures: dict[str, Procedure]
    unit_names: dict[str, str]
    field_names: dict[str, str]
    departments: dict[str, str]  # field → the department that owns it
    timeline: Timeline = SAMPLE

    def due(self, procedure: Procedure, received: dt.datetime) -> dt.datetime | None:
        """Return the promised date by the rules of domain/04 4.3; None for a procedure without a limit."""
        day, limit = received.date(), procedure.time_value
        if limit is None:
            return None
        if procedure.time_unit == "same_day":
            in_time = received.time() < SAME_DAY_CUTOFF and self.days.is_working(day)
            due = day if in_time else self.days.after(day, 1)
        elif procedure.time_unit == "working_day":
            due = self.days.after(day, limit)
        else:
            due = self.days.on_or_after(day + dt.timedelta(days=limit))
        return dt.datetime.combine(due, OFFICE_END)

    def later_due(self, procedure: Procedure, due: dt.datetime, asked: dt.date, back: dt.date) -> dt.datetime:
        """Return the new promise after a supplement: the days the clock stood still are added."""
        if procedure.time_unit == "calendar_day":
            day = self.days.on_or_after(due.date() + (back - asked))
        else:
            day = self.days.after(due.date(), self.days.count(asked, back))
        return dt.datetime.combine(day, OFFICE_END)


def load_world(reference: Path, timeline: Timeline = SAMPLE) -> World:
    """Read the reference tables of the sample office."""
    fields = {row["field_code"]: row for row in _table(reference / "fields.csv")}
    procedures = {}
    for row in _table(reference / "procedures.csv"):
        field = fields[row["field_code"]]
        procedures[row["procedure_id"]] = Procedure(
            row["procedure_id"],
            row["procedure_code"],
            row["procedure_name"],
            row["field_code"],
            field["field_name"],
            field["department_unit_id"],
            row["competent_level"],
            int(row["time_value"]) if row["time_value"] else None,
            row["time_unit"],
        )
    names = {row["unit_id"]: row["name_vi"] for row in _table(reference / "units.csv")}
    return World(
        Days(_table(reference / "holidays.csv")),
        procedures,
        names,
        {code: row["field_name"] for code, row in fields.items()},
        {code: row["department_unit_id"] for code, row in fields.items()},
        timeline,
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def office_time(chance: random.Random, day: dt.date, after: dt.datetime | None = None) -> dt.datetime:
    """Return a moment of office hours (07:00–11:00, 13:00–17:00) of a day, later than `after`."""
    minutes = [*range(7 * 60, 11 * 60), *range(13 * 60, 17 * 60)]
    if after is not None and after.date() == day:
        passed = after.hour * 60 + after.minute
        minutes = [minute for minute in minutes if minute > passed] or [passed + 5]
    minute = chance.choice(minutes)
    return dt.datetime.combine(day, dt.time(minute // 60, minute % 60))
