"""Records that wards keep by hand, and the return workbooks they send.

Here: directives, focal officers, inspections, findings, communication, training, deaths, posting checks (domain/08, 5.11).
Not here: counting (count_records). Invariant: a return shows a record and its later dates from the day after each.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

import openpyxl
from truth.world.catalogue import NAMES
from truth.world.days import Period
from truth.world.systems import saved

DAY = dt.timedelta(days=1)
UNITS = ("p01", "p02", "p03")
CHANNELS = {
    "portal_items": "Cổng thông tin điện tử",
    "briefing_items": "Họp giao ban",
    "law_day_items": "Ngày sinh hoạt pháp luật",
    "loudspeaker_items": "Loa phường",
    "social_network_items": "Mạng xã hội",
    "other_channel_items": "Khác",
}
DOCUMENTS = {
    "control_plans": "Kế hoạch kiểm soát TTHC",
    "review_plans": "Kế hoạch rà soát TTHC",
    "letters": "Công văn",
    "other_documents": "Khác",
}
LINKS = {
    "linked_two": "Khai tử – xóa đăng ký thường trú",
    "linked_survivor": "Khai tử – xóa đăng ký thường trú – tử tuất",
    "linked_funeral": "Khai tử – xóa đăng ký thường trú – mai táng phí",
    "not_linked": "Không liên thông",
}
OWN_TRAINING = "Đơn vị tự tổ chức"
WALL, PORTAL = "Bảng niêm yết", "Cổng thông tin điện tử"
# stream → its sheet, and the heads of its columns by the name a record gives the cell.
SHEETS: dict[str, tuple[str, dict[str, str]]] = {
    "directives": (
        "Chỉ đạo điều hành",
        {"code": "Số, ký hiệu văn bản *", "kind": "Loại văn bản *", "on": "Ngày ban hành *", "year": "Năm kế hoạch"},
    ),
    "focal_officers": (
        "Cán bộ đầu mối",
        {"code": "Số quyết định *", "on": "Ngày quyết định *", "count": "Số cán bộ đầu mối *"},
    ),
    "inspections": (
        "Kiểm tra",
        {
            "code": "Mã cuộc kiểm tra *",
            "kind": "Hình thức kiểm tra *",
            "planned": "Ngày kiểm tra theo kế hoạch *",
            "done": "Ngày kiểm tra",
        },
    ),
    "findings": (
        "Tồn tại qua kiểm tra",
        {
            "code": "Mã tồn tại *",
            "kind": "Nhóm tồn tại *",
            "on": "Ngày phát hiện *",
            "due": "Hạn khắc phục",
            "closed": "Ngày khắc phục xong",
        },
    ),
    "communications": (
        "Truyền thông",
        {
            "code": "Mã hoạt động truyền thông *",
            "kind": "Hình thức truyền thông *",
            "topic": "Chủ đề *",
            "on": "Ngày thực hiện *",
            "count": "Số lượt, tin, bài",
            "reach": "Số lượt tiếp cận",
        },
    ),
    "trainings": (
        "Tập huấn",
        {
            "code": "Mã lớp tập huấn *",
            "kind": "Cơ quan tổ chức *",
            "topic": "Chuyên đề tập huấn *",
            "on": "Ngày tập huấn *",
            "focal": "Số cán bộ đầu mối tham dự",
            "one_stop": "Số công chức một cửa tham dự",
            "other": "Số người khác tham dự",
        },
    ),
    "death_cases": (
        "Liên thông khai tử",
        {
            "code": "Mã hồ sơ khai tử *",
            "on": "Ngày đăng ký khai tử *",
            "kind": "Yêu cầu liên thông *",
            "due": "Hạn trả kết quả",
            "residence": "Ngày xóa đăng ký thường trú",
            "body": "Cơ quan giải quyết chế độ",
            "benefit": "Ngày có kết quả chế độ",
        },
    ),
    "posting_checks": (
        "Kiểm tra niêm yết",
        {
            "code": "Số biên bản kiểm tra *",
            "kind": "Nội dung kiểm tra *",
            "place": "Nơi niêm yết *",
            "on": "Ngày kiểm tra *",
            "in_force": "Số phải niêm yết *",
            "posted": "Số đã niêm yết *",
        },
    ),
}
# Cells that hold a later event: empty in a return made before the day after it.
LATER = ("done", "closed", "residence", "benefit")


@dataclass
class Record:
    """One record: its unit, stream, the day it is first written down, its cells."""

    unit: str
    stream: str
    written: dt.date
    cells: dict[str, object]
    shapes: set[str] = field(default_factory=set)

    def day(self, name: str) -> dt.date | None:
        """Return a cell that is a day."""
        found = self.cells.get(name)
        return found if isinstance(found, dt.date) else None

    def number(self, name: str) -> int:
        """Return a cell that is a number."""
        found = self.cells.get(name)
        return found if isinstance(found, int) else 0

    def as_of(self, day: dt.date) -> Record:
        """Return the record as its unit writes it on a day."""
        cells = {
            name: None if name in LATER and isinstance(value, dt.date) and value >= day else value
            for name, value in self.cells.items()
        }
        return Record(self.unit, self.stream, self.written, cells, self.shapes)


@dataclass(frozen=True)
class Return:
    """The return workbook of a unit, as of a moment."""

    unit: str
    period: Period
    moment: dt.datetime
    received: dt.datetime
    records: list[Record] = field(hash=False, compare=False)

    @property
    def name(self) -> str:
        """Return the name of the file, the same for every sending of the period."""
        return f"phieu-bao-cao_{self.period.period_id}_{self.unit}.xlsx"

    def file(self) -> bytes:
        """Return the workbook, filled in below its heads; a sheet without records is ticked as nil."""
        book = openpyxl.Workbook()
        book.remove(book["Sheet"])
        by_stream: dict[str, list[Record]] = defaultdict(list)
        for record in self.records:
            by_stream[record.stream].append(record)
        span = f"từ {self.period.start:%d/%m/%Y} đến {self.period.end:%d/%m/%Y}"
        for stream, (title, heads) in SHEETS.items():
            page = book.create_sheet(title)
            page.append([f"PHIẾU BÁO CÁO: {title.upper()}"])
            page.append([f"{NAMES[self.unit]} – {self.period.label} ({span})"])
            page.append(["Cột có dấu * bắt buộc. Không đổi tên trang, tên cột."])
            page.append(["Không phát sinh trong kỳ", None if by_stream[stream] else "x"])
            page.append([])
            page.append([*heads.values()])
            for record in by_stream[stream]:
                page.append([record.cells.get(name) for name in heads])
        return saved(book)


def shown(records: list[Record], unit: str, moment: dt.datetime) -> list[Record]:
    """Return what a unit writes into its return at a moment: everything of the year, written down before that day."""
    today = moment.date()
    return [item.as_of(today) for item in records if item.unit == unit and item.written < today]


def draw(random: Random, quarters: list[Period], each: int) -> list[Record]:
    """Return records of every stream for every unit, around the ends of the quarters."""
    return [record for unit in UNITS for record in _number(_unit(random, quarters, unit, each))]


def _unit(random: Random, quarters: list[Period], unit: str, each: int) -> list[Record]:
    found = []

    def day() -> dt.date:
        quarter = random.choice(quarters)
        if random.random() < 0.4:
            return quarter.end - DAY * random.randint(-2, 3)
        return quarter.start + DAY * random.randint(0, 88)

    def record(stream: str, written: dt.date, **cells: object) -> None:
        found.append(Record(unit, stream, written, cells))

    for _ in range(each):
        on = day()
        record("directives", on, kind=random.choice([*DOCUMENTS.values()]), on=on, year="2021")
        planned = day()
        done = planned + DAY * random.choice([-3, 0, 0, 5, 40]) if random.random() < 0.8 else None
        kind = random.choice(["Kiểm tra kết hợp", "Tự kiểm tra"])
        record("inspections", quarters[0].start, kind=kind, planned=planned, done=done)
        on = day()
        due = on + DAY * random.randint(5, 30)
        closed = due + DAY * random.choice([-4, 0, 3, 50]) if random.random() < 0.7 else None
        record("findings", on, kind=random.choice(["Công khai TTHC", "Tiếp nhận hồ sơ"]), on=on, due=due, closed=closed)
        on = day()
        record(
            "communications", on, kind=random.choice([*CHANNELS.values()]), topic="Bưu chính công ích", on=on,
            count=random.randint(1, 9), reach=random.randint(0, 90),
        )  # fmt: skip
        on = day()
        record(
            "trainings", on, kind=random.choice([OWN_TRAINING, "UBND thành phố", "Tỉnh"]), topic="Cơ chế một cửa", on=on,
            focal=random.randint(0, 2), one_stop=random.randint(0, 3), other=random.randint(1, 4),
        )  # fmt: skip
    for _ in range(each * 3):
        record("death_cases", on := day(), **_death(random, on))
    for quarter in quarters:
        for place in (WALL, PORTAL):
            on = quarter.start + DAY * random.randint(5, 40)
            all_of = random.randint(40, 50)
            record(
                "posting_checks", on, kind="Thủ tục hành chính", place=place, on=on,
                in_force=all_of, posted=all_of - random.randint(0, 5),
            )  # fmt: skip
    record("focal_officers", dt.date(2020, 6, 2), on=dt.date(2020, 6, 2), count=random.randint(1, 3))
    return found


def _death(random: Random, on: dt.date) -> dict[str, object]:
    kind = random.choice([*LINKS.values()])
    if kind == LINKS["not_linked"]:
        return {"kind": kind, "on": on}
    due = on + DAY * random.randint(8, 25)
    last = due + DAY * random.choice([-5, 0, 6, 60]) if random.random() < 0.75 else None
    cells: dict[str, object] = {"kind": kind, "on": on, "due": due}
    if kind == LINKS["linked_two"]:
        return {**cells, "residence": last}
    office = "Phòng Kinh tế"
    return {**cells, "residence": on + DAY * random.randint(1, 6), "body": office, "benefit": last}


def _number(records: list[Record]) -> list[Record]:
    """Number the records of each book in the order written."""
    books: dict[tuple[str, int], int] = defaultdict(int)
    for record in sorted(records, key=lambda item: (item.written, str(item.cells))):
        on = record.day("on") or record.day("planned") or record.written
        book = record.stream, on.year
        books[book] += 1
        record.cells["code"] = f"{books[book]:02}/{record.stream[:2].upper()}"
        if on.year == 2020:
            record.shapes.add("record number begins anew in January")
    return records
