"""Units, fields, procedures and online services of the invented office.

Here: the reference tables of the office folder. Not here: dossiers, systems.
Invariant: what a procedure's field, level and limit are is said once, here, for files and count alike.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

from truth.world.days import HOLIDAYS, PERIODS

CITY, DESK, OFFICE = "tp", "mc", "vp"
WARDS = ("p01", "p02", "p03", "p04")
DEPARTMENTS = ("tu-phap", "kinh-te")
NAMES = {
    CITY: "UBND thành phố Thử",
    OFFICE: "Văn phòng HĐND và UBND",
    DESK: "Bộ phận Một cửa thành phố",
    "tu-phap": "Phòng Tư pháp",
    "kinh-te": "Phòng Kinh tế",
    **{ward: f"UBND Phường {int(ward[1:])}" for ward in WARDS},
}
FIELDS = {
    "ho-tich": ("Hộ tịch", "tu-phap"),
    "chung-thuc": ("Chứng thực", "tu-phap"),
    "kinh-doanh": ("Hộ kinh doanh", "kinh-te"),
    "dat-dai": ("Đất đai", "kinh-te"),
}
# The fields' names as a keyboard without Vietnamese marks writes them.
WITHOUT_MARKS = {
    "ho-tich": "Ho tich",
    "chung-thuc": "Chung thuc",
    "kinh-doanh": "Ho kinh doanh",
    "dat-dai": "Dat dai",
}


def field_named(word: str | None) -> str | None:
    """Return the field a file names, with marks or without."""
    return next((code for code, (name, _) in FIELDS.items() if word in (name, WITHOUT_MARKS[code])), None)


@dataclass(frozen=True)
class Procedure:
    """A procedure of the catalogue; `limit` in `unit`, None when the catalogue has no limit."""

    code: str
    name: str
    field: str
    level: str
    limit: int | None
    unit: str


@dataclass(frozen=True)
class Service:
    """A service offered online: its level, whether it is on the national portal, its first and last day."""

    code: str
    level: str
    on_portal: bool = True
    start: dt.date | None = None
    end: dt.date | None = None


PROCEDURES = [
    Procedure("1.000101", "Đăng ký khai sinh", "ho-tich", "ward", 0, "same_day"),
    Procedure("1.000102", "Cấp Giấy xác nhận tình trạng hôn nhân", "ho-tich", "ward", 3, "working_day"),
    Procedure("1.000103", "Đăng ký khai tử", "ho-tich", "ward", 2, "working_day"),
    Procedure("1.000104", "Đăng ký kết hôn có yếu tố nước ngoài", "ho-tich", "city", 15, "working_day"),
    Procedure("2.000201", "Chứng thực bản sao từ bản chính", "chung-thuc", "both", 1, "working_day"),
    Procedure("2.000202", "Chứng thực hợp đồng, giao dịch", "chung-thuc", "both", 2, "working_day"),
    Procedure("1.000301", "Đăng ký thành lập hộ kinh doanh", "kinh-doanh", "city", 3, "working_day"),
    Procedure("1.000302", "Cấp giấy phép", "kinh-doanh", "city", 10, "calendar_day"),
    Procedure("1.000401", "Cấp giấy phép", "dat-dai", "city", 10, "working_day"),
    Procedure("1.000402", "Xác nhận hiện trạng sử dụng đất", "dat-dai", "ward", 5, "working_day"),
    Procedure("1.000403", "Hòa giải tranh chấp đất đai", "dat-dai", "ward", None, ""),
]
SERVICES = [
    Service("1.000101", "full"),
    Service("1.000102", "partial", end=dt.date(2021, 3, 14)),
    Service("1.000102", "full", start=dt.date(2021, 3, 15)),
    Service("1.000104", "partial", on_portal=False),
    Service("2.000201", "partial", start=dt.date(2021, 3, 1)),
    Service("1.000301", "full", start=dt.date(2021, 6, 14)),
    Service("1.000401", "full", on_portal=False, end=dt.date(2021, 6, 13)),
    Service("1.000402", "partial"),
]
UNKNOWN = Procedure("", "Thủ tục chưa có trong danh mục", "", "", None, "")


def tables(streams: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the reference tables as CSV text by file stem; `streams` are the pairs (unit, stream) that are owed."""
    return {
        "units": _csv(
            "unit_id,name_vi,short_name,unit_kind,parent_unit_id,sort_no,aliases,valid_from,valid_to", _units()
        ),
        "fields": _csv(
            "field_code,field_name,department_unit_id,sort_no,valid_from,valid_to",
            [(code, name, unit, number, "", "") for number, (code, (name, unit)) in enumerate(FIELDS.items(), 1)],
        ),
        "procedures": _csv(
            "procedure_id,procedure_code,procedure_name,field_code,competent_level,time_value,time_unit,"
            "valid_from,valid_to",
            [(p.code, p.code, p.name, p.field, p.level, p.limit, p.unit, "", "") for p in PROCEDURES],
        ),
        "services": _csv(
            "procedure_code,service_level,on_national_portal,takes_payment,valid_from,valid_to,evidence",
            [(s.code, s.level, "yes" if s.on_portal else "no", "no", s.start, s.end, "A") for s in SERVICES],
        ),
        "holidays": _csv("date,kind,name_vi", [(day, "public_holiday", name) for day, name in HOLIDAYS.items()]),
        "periods": _csv(
            "period_id,period_kind,label,start_on,end_on",
            [(p.period_id, p.kind, p.label, p.start, p.end) for p in PERIODS.values()],
        ),
        "obligations": _csv("unit_id,stream,valid_from,valid_to", [(*pair, "", "") for pair in streams]),
        "statuses": _csv("portal_code,label_vi,status,count_group", _STATUSES),
        "sections": _csv("scheme,section_code,label,applies_to,sort_no,valid_from,valid_to", _SECTIONS),
    }


def _units() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [(CITY, NAMES[CITY], "thành phố Thử", "city", "", 0, "", "", "")]
    for number, unit in enumerate((OFFICE, DESK, *DEPARTMENTS, *WARDS), 1):
        kind = "ward" if unit in WARDS else "one_stop_desk" if unit == DESK else "department"
        short = NAMES[unit].removeprefix("UBND ")
        aliases = f"P.{int(unit[1:])}|P{int(unit[1:])}" if unit in WARDS else ""
        rows.append((unit, NAMES[unit], short, kind, OFFICE if unit == DESK else CITY, number, aliases, "", ""))
    return rows


_STATUSES = [
    (1, "Mới đăng ký", "submitted", "not_counted"),
    (2, "Được tiếp nhận", "accepted", "pending"),
    (3, "Không được tiếp nhận", "rejected_at_intake", "not_counted"),
    (4, "Đang xử lý", "in_progress", "pending"),
    (5, "Yêu cầu bổ sung giấy tờ", "awaiting_supplement", "paused"),
    (6, "Yêu cầu thực hiện nghĩa vụ tài chính", "awaiting_payment", "paused"),
    (7, "Công dân yêu cầu rút hồ sơ", "withdrawn", "closed_without_result"),
    (7, "Trả lại hồ sơ", "returned", "closed_without_result"),
    (8, "Dừng xử lý", "suspended", "paused"),
    (9, "Đã xử lý xong", "result_ready", "resolved"),
    (10, "Đã trả kết quả", "result_delivered", "resolved"),
]
_SECTIONS = [
    ("level", "A", "TTHC thuộc thẩm quyền giải quyết của cấp huyện", "city", 1, "", ""),
    ("level", "B", "TTHC thuộc thẩm quyền giải quyết của cấp xã", "ward", 2, "", ""),
    ("unit", "I", "Bộ phận Một cửa thành phố", "one_stop_desk", 1, "", ""),
    ("unit", "II", "UBND phường", "ward", 2, "", ""),
    ("review", "A", "TTHC rà soát theo kế hoạch", "in_plan", 1, "", ""),
    ("review", "B", "TTHC rà soát ngoài kế hoạch", "outside_plan", 2, "", ""),
]


def _csv(head: str, rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head.split(","))
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return text.getvalue()
