"""What the three systems show on the day of an export, and their files.

Here: the rows a system shows (status overwritten, promise re-set, pauses lost), the columns and words of each system,
writing .xlsx and .csv. Not here: what really happened (simulate), planted faults (faults).
Invariant: the same rows give the same bytes; every person in a file is invented and carries a marker.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from generator.simulate import Dossier, status_at
from generator.world import DESK, Quarter, World

SHOWN_DATES = (
    "submitted_at",
    "received_at",
    "due_at",
    "supplement_requested_at",
    "supplement_received_at",
    "finished_at",
    "delivered_at",
)
DEPARTMENT_NAMES = {  # the desk's system writes some departments its own way
    "tp-st-tckh": ("Phòng Tài chính - Kế hoạch", "Phòng Tài chính"),
    "tp-st-ldtbxh": ("Phòng Lao động - Thương binh và Xã hội", "Phòng Lao động Thương binh và Xã hội"),
    "tp-st-tnmt": ("Phòng Tài nguyên và Môi trường", "Phòng TN&MT"),
}


@dataclass(frozen=True)
class System:
    """One system: its columns (header, what it shows, how dates are written) and its words."""

    columns: tuple[tuple[str, str, str], ...]
    statuses: dict[str, str]
    channels: dict[str, str]
    extension: str
    has_numbering: bool = False


@dataclass
class Row:
    """One row as a system shows it; `cells` are by canonical name, moments or text."""

    cells: dict[str, dt.datetime | str | None]
    dossier: Dossier | None = None
    faults: list[tuple[str, str, str, str]] = field(default_factory=list)  # (check_id, severity, effect, note)


DESK_SYSTEM = System(
    columns=(
        ("STT", "row_no", ""),
        ("Mã hồ sơ", "dossier_code", ""),
        ("Mã TTHC", "procedure_code", ""),
        ("Tên thủ tục hành chính", "procedure_name", ""),
        ("Lĩnh vực", "field_name", ""),
        ("Cơ quan giải quyết", "handling_unit", ""),
        ("Chủ hồ sơ", "applicant_name", ""),
        ("Số điện thoại", "applicant_phone", ""),
        ("CMND/CCCD", "applicant_id_no", ""),
        ("Địa chỉ", "applicant_address", ""),
        ("Hình thức tiếp nhận", "channel", ""),
        ("Ngày nộp hồ sơ", "submitted_at", "%d/%m/%Y %H:%M"),
        ("Ngày tiếp nhận", "received_at", "cell"),
        ("Ngày hẹn trả kết quả", "due_at", "cell"),
        ("Ngày yêu cầu bổ sung", "supplement_requested_at", "%d/%m/%Y %H:%M"),
        ("Ngày tiếp nhận bổ sung", "supplement_received_at", "%d/%m/%Y %H:%M"),
        ("Ngày kết thúc xử lý", "finished_at", "cell"),
        ("Ngày trả kết quả", "delivered_at", "%d/%m/%Y %H:%M"),
        ("Trạng thái", "status", ""),
        ("Người thụ lý", "officer", ""),
        ("Trích yếu", "note", ""),
    ),
    statuses={
        "submitted": "Mới đăng ký",
        "accepted": "Được tiếp nhận",
        "rejected_at_intake": "Không được tiếp nhận",
        "in_progress": "Đang xử lý",
        "awaiting_supplement": "Yêu cầu bổ sung giấy tờ",
        "awaiting_payment": "Yêu cầu thực hiện nghĩa vụ tài chính",
        "withdrawn": "Công dân yêu cầu rút hồ sơ",
        "returned": "Trả lại hồ sơ",
        "suspended": "Dừng xử lý",
        "result_ready": "Đã xử lý xong",
        "result_delivered": "Đã trả kết quả",
    },
    channels={"direct": "Trực tiếp", "online": "Trực tuyến", "postal": "Qua bưu chính công ích"},
    extension="xlsx",
)
WARD_SYSTEM_A = System(
    columns=(
        ("STT", "row_no", ""),
        ("Số hồ sơ", "dossier_code", ""),
        ("Tên TTHC", "procedure_name", ""),
        ("Mã thủ tục", "procedure_code", ""),
        ("Người nộp hồ sơ", "applicant_name", ""),
        ("Địa chỉ thường trú", "applicant_address", ""),
        ("SĐT", "applicant_phone", ""),
        ("Số CCCD", "applicant_id_no", ""),
        ("Đơn vị tiếp nhận", "receiving_unit", ""),
        ("Kênh tiếp nhận", "channel", ""),
        ("Ngày nộp", "submitted_at", "%d/%m/%Y %H:%M"),
        ("Ngày nhận hồ sơ", "received_at", "%d/%m/%Y %H:%M"),
        ("Ngày hẹn trả", "due_at", "cell"),
        ("Ngày YCBS", "supplement_requested_at", "%d/%m/%Y %H:%M"),
        ("Ngày bổ sung", "supplement_received_at", "%d/%m/%Y %H:%M"),
        ("Ngày có kết quả", "finished_at", "cell"),
        ("Ngày trả KQ", "delivered_at", "%d/%m/%Y %H:%M"),
        ("Tình trạng hồ sơ", "status", ""),
        ("Ghi chú", "note", ""),
    ),
    statuses={
        "submitted": "Chờ tiếp nhận",
        "accepted": "Mới tiếp nhận",
        "rejected_at_intake": "Từ chối tiếp nhận",
        "in_progress": "Đang xử lý",
        "awaiting_supplement": "Chờ bổ sung",
        "awaiting_payment": "Chờ thanh toán",
        "withdrawn": "Đã rút hồ sơ",
        "returned": "Trả lại",
        "suspended": "Dừng xử lý",
        "result_ready": "Chưa trả kết quả",
        "result_delivered": "Hoàn thành",
    },
    channels={"direct": "Tại quầy", "online": "Qua mạng", "postal": "BCCI"},
    extension="xlsx",
    has_numbering=True,
)
WARD_SYSTEM_B = System(
    columns=(
        ("Mã HS", "dossier_code", ""),
        ("Thủ tục", "procedure_name", ""),
        ("Tên người nộp", "applicant_name", ""),
        ("Điện thoại", "applicant_phone", ""),
        ("Số giấy tờ", "applicant_id_no", ""),
        ("Địa chỉ người nộp", "applicant_address", ""),
        ("Hình thức nộp", "channel", ""),
        ("Ngày đăng ký", "submitted_at", "%d/%m/%Y %H:%M:%S"),
        ("Ngày giờ tiếp nhận", "received_at", "%d/%m/%Y %H:%M:%S"),
        ("Hạn xử lý", "due_at", "%d/%m/%Y %H:%M:%S"),
        ("NgayYeuCauBoSung", "supplement_requested_at", "%d/%m/%Y %H:%M:%S"),
        ("NgayCongDanBoSung", "supplement_received_at", "%d/%m/%Y %H:%M:%S"),
        ("Ngày hoàn thành", "finished_at", "%d/%m/%Y %H:%M:%S"),
        ("Ngày trả", "delivered_at", "%d/%m/%Y %H:%M:%S"),
        ("Trạng thái xử lý", "status", ""),
        ("Trích yếu hồ sơ", "note", ""),
    ),
    statuses={
        "submitted": "Hồ sơ chờ tiếp nhận trực tuyến",
        "accepted": "Hồ sơ mới tiếp nhận",
        "rejected_at_intake": "Hồ sơ không được tiếp nhận",
        "in_progress": "Chờ xử lý",
        "awaiting_supplement": "Hồ sơ chờ bổ sung",
        "awaiting_payment": "Hồ sơ chờ thực hiện nghĩa vụ tài chính",
        "withdrawn": "Hồ sơ rút",
        "returned": "Hồ sơ trả lại",
        "suspended": "Hồ sơ dừng xử lý",
        "result_ready": "Hồ sơ chưa trả dân",
        "result_delivered": "Hồ sơ đã trả dân",
    },
    channels={"direct": "Nộp trực tiếp", "online": "Nộp trực tuyến", "postal": "Dịch vụ bưu chính"},
    extension="csv",
)


def system_of(unit: str) -> System:
    """Return the system a unit works with."""
    if unit == DESK:
        return DESK_SYSTEM
    return WARD_SYSTEM_A if unit <= "p05" else WARD_SYSTEM_B


def shown_rows(world: World, dossiers: list[Dossier], unit: str, quarter: Quarter) -> list[Row]:
    """Return what a unit's system shows at the export: dossiers not done with before the quarter, and new ones."""
    rows = []
    for dossier in dossiers:
        own = dossier.receiving_unit_id == unit or (unit == DESK and dossier.is_at_desk_too)
        status = status_at(dossier, quarter.export) if own else None
        if status is not None and not dossier.left_before(quarter.start):
            rows.append(_shown(world, dossier, quarter.export, status, unit))
    rows.sort(key=lambda row: (_sort_moment(row), str(row.cells["dossier_code"])))
    return rows


def _sort_moment(row: Row) -> dt.datetime:
    moment = row.cells["received_at"] or row.cells["submitted_at"]
    assert isinstance(moment, dt.datetime)
    return moment


def _shown(world: World, dossier: Dossier, moment: dt.datetime, status: str, unit: str) -> Row:
    procedure = world.procedures[dossier.procedure_id]
    dates: dict[str, dt.datetime | str | None] = {}
    for name in SHOWN_DATES:
        value = getattr(dossier, name)
        dates[name] = value if value is not None and (value <= moment or name == "due_at") else None
    if status in ("submitted", "rejected_at_intake"):
        dates["received_at"] = dates["due_at"] = None
    elif dossier.due_after_supplement_at and dates["supplement_received_at"]:
        dates["due_at"] = dossier.due_after_supplement_at  # the old promise is lost
    return Row(
        {
            "dossier_code": dossier.dossier_code,
            "procedure_code": procedure.code,
            "procedure_name": procedure.name,
            "field_name": procedure.field_name,
            "receiving_unit": _unit_name(world, dossier),
            "handling_unit": _department_name(world, procedure.department_unit_id, dossier.person),
            "channel": dossier.channel,
            "status": status,
            **dates,
            **person(dossier.person, unit),
        },
        dossier,
    )


def _unit_name(world: World, dossier: Dossier) -> str:
    """Officers write their own ward in more than one way; all are in the table of units."""
    number = int(dossier.receiving_unit_id[1:]) if dossier.receiving_unit_id != DESK else 0
    ways = (world.unit_names[dossier.receiving_unit_id], f"UBND P.{number}", f"Phường {number:02d}")
    return ways[2 if dossier.person % 17 == 0 else 1 if dossier.person % 11 == 0 else 0] if number else ways[0]


def _department_name(world: World, department: str, person_no: int) -> str:
    ways = DEPARTMENT_NAMES.get(department, (world.unit_names[department],))
    return ways[1 if len(ways) > 1 and person_no % 5 == 0 else 0]


def person(number: int, unit: str) -> dict[str, dt.datetime | str | None]:
    """Return the personal cells of an invented person; see tests/truth/person_markers.json."""
    name, phone, identity = f"NGƯỜI-THỬ-{number:06d}", f"0900{number:06d}", f"099000{number:06d}"
    place = "Sóc Trăng" if unit == DESK else unit.upper()
    note = ""
    if number % 29 == 0:
        note = f"Liên hệ {name}, số {phone}, CCCD {identity}"
    elif number % 13 == 0:
        note = f"Nộp thay cho NGƯỜI-THỬ-{number + 500000:06d}"
    return {
        "applicant_name": name,
        "applicant_phone": phone,
        "applicant_id_no": identity,
        "applicant_address": f"Số {number % 90 + 1} ĐƯỜNG-THỬ-{number % 40:02d}, {place}",
        "officer": f"CÁN-BỘ-THỬ-{number % 7:02d}",
        "note": note,
    }


def table(system: System, rows: list[Row], without: str = "") -> tuple[list[str], list[list[dt.datetime | str]]]:
    """Return headers and body in the system's words; `without` leaves one canonical column out."""
    columns = [column for column in system.columns if column[1] != without]
    body = []
    for number, row in enumerate(rows, start=1):
        cells = {"row_no": str(number), **row.cells}
        body.append([_cell(system, cells.get(name), name, style) for _, name, style in columns])
    return [header for header, _, _ in columns], body


def _cell(system: System, value: dt.datetime | str | None, name: str, style: str) -> dt.datetime | str:
    if isinstance(value, dt.datetime):
        return value if style == "cell" else value.strftime(style)
    words = {"status": system.statuses, "channel": system.channels}.get(name, {})
    return words.get(value or "", value or "")


def csv_bytes(headers: list[str], body: list[list[dt.datetime | str]], tail: list[list[str]], delimiter: str) -> bytes:
    """Return a .csv file: UTF-8 with BOM, Windows line ends."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([headers, *body, *tail])
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(
    above: list[list[str]], headers: list[str], body: list[list[dt.datetime | str]], tail: list[list[str]]
) -> bytes:
    """Return an .xlsx file with constant properties; rows above the header, the table, rows below it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"author": "Phần mềm một cửa (giả lập)", "created": dt.datetime(2021, 1, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet("Sổ theo dõi")
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
    lines: list[list[dt.datetime | str]] = [
        *[list(line) for line in above],
        list(headers),
        *body,
        *[list(line) for line in tail],
    ]
    for row_no, line in enumerate(lines):
        for column_no, value in enumerate(line):
            if isinstance(value, dt.datetime):
                sheet.write_datetime(row_no, column_no, value, moment)
            elif value:
                sheet.write_string(row_no, column_no, value, bold if row_no == len(above) else None)
    sheet.set_column(0, len(headers) - 1, 18)
    sheet.freeze_panes(len(above) + 1, 0)
    book.close()
    return buffer.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write one file of the inbox."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
