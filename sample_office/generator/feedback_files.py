"""The feedback files: the export of the office's system and the small logs wards keep themselves.

Here: the rows each shows on its export day (status overwritten), columns and words, the files. Not here: the truth
(feedback), planted faults (feedback_faults).
Invariant: sender, title, content and officer are invented and carry markers; a feedback in two files is told alike.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from generator.exports import DEPARTMENT_NAMES
from generator.feedback import FEEDBACK_UNITS, Feedback, feedback_status, keepers
from generator.feedback_faults import plant_feedback
from generator.files import WRITERS, Cell, Sheet, write
from generator.ledger import Fault, Ledger
from generator.rows import Cells, FeedbackRow, sender
from generator.world import NOT_SENT, OFFICE, Quarter, World

STREAM = "feedback_logs"
SHOWN_DATES = ("received_at", "transferred_at", "answered_at", "published_at")
MINUTE, DAY_ONLY = "%d/%m/%Y %H:%M", "%d/%m/%Y"
TEXT_WARDS = ("p04", "p05", "p06", "p07", "p08", "p09", "p10")


@dataclass(frozen=True)
class Log:
    """One kind of log: columns (header, what it shows, how dates are written), words, kind of file."""

    columns: tuple[tuple[str, str, str], ...]
    words: dict[str, dict[str, str]]
    format: str
    is_merged: bool = False


SYSTEM = Log(
    columns=(
        ("STT", "row_no", ""),
        ("Mã PAKN", "feedback_code", ""),
        ("Nguồn tiếp nhận", "intake_source", ""),
        ("Loại nội dung", "feedback_kind", ""),
        ("Lĩnh vực", "field_name", ""),
        ("Tiêu đề", "title", ""),
        ("Nội dung", "content", ""),
        ("Người gửi", "sender_name", ""),
        ("Số điện thoại", "sender_phone", ""),
        ("Email", "sender_email", ""),
        ("Địa chỉ", "sender_address", ""),
        ("Cơ quan bị phản ánh", "about_unit", ""),
        ("Cơ quan xử lý", "handling_unit", ""),
        ("Ngày tiếp nhận", "received_at", "cell"),
        ("Hạn xử lý", "due_at", "cell"),
        ("Ngày chuyển", "transferred_at", MINUTE),
        ("Cơ quan nhận chuyển", "transferred_to", ""),
        ("Ngày trả lời", "answered_at", "cell"),
        ("Ngày công khai", "published_at", MINUTE),
        ("Trạng thái", "status", ""),
        ("Vụ việc phức tạp", "is_complex", ""),
        ("Kết quả tiếp thu", "result_kind", ""),
        ("Mức độ hài lòng", "satisfaction", ""),
        ("Cán bộ xử lý", "officer", ""),
    ),
    words={  # labels of the national feedback system (domain/06 6.2, label-variants)
        "status": {
            "new": "Tiếp nhận ở địa phương",
            "classified": "Đang phân loại",
            "need_more_info": "PA chờ bổ sung",
            "refused": "Từ chối tiếp nhận",
            "transferred": "PAKN gửi đi đơn vị khác bằng phần mềm riêng",
            "in_progress": "Xử lý ở địa phương",
            "answered": "PAKN chờ công khai",
            "published": "PAKN đã công khai",
        },
        "feedback_kind": {
            "act": "Hành vi của cán bộ công chức",
            "regulation": "Quy định, chính sách, thủ tục",
            "both": "Hành vi và quy định hành chính",
            "out_of_scope": "Khiếu nại, tố cáo",
        },
        "intake_source": {
            "system_574": "Hệ thống 574",
            "national_portal": "Cổng Dịch vụ công quốc gia",
            "province_system": "Hệ thống tỉnh",
            "document": "Văn bản",
            "phone": "Điện thoại",
            "email": "Thư điện tử",
            "direct": "Trực tiếp",
        },
        "is_complex": {"1": "Có", "0": "Không"},
        "result_kind": {"accepted": "Tiếp thu", "explained": "Giải trình", "not_accepted": "Không tiếp thu"},
        "satisfaction": {"satisfied": "Hài lòng", "neutral": "Chấp nhận", "dissatisfied": "Không hài lòng"},
    },
    format="xlsx",
    is_merged=True,
)
WARD_COLUMNS = (
    ("STT", "row_no", ""),
    ("Số PAKN", "feedback_code", ""),
    ("Ngày nhận", "received_at", DAY_ONLY),
    ("Nguồn", "intake_source", ""),
    ("Người phản ánh", "sender_name", ""),
    ("SĐT", "sender_phone", ""),
    ("Trích yếu", "title", ""),
    ("Phân loại", "feedback_kind", ""),
    ("Ngành, lĩnh vực", "field_name", ""),
    ("Về cơ quan", "about_unit", ""),
    ("Hạn trả lời", "due_at", DAY_ONLY),
    ("Ngày chuyển cơ quan khác", "transferred_at", DAY_ONLY),
    ("Chuyển đến", "transferred_to", ""),
    ("Ngày trả lời", "answered_at", DAY_ONLY),
    ("Ngày đăng tải", "published_at", DAY_ONLY),
    ("Tình trạng", "status", ""),
    ("Ghi chú", "content", ""),
)
WARD_WORDS = {
    "status": {
        "new": "Mới nhận",
        "classified": "Đã phân loại",
        "need_more_info": "Chờ dân bổ sung",
        "refused": "Không đủ điều kiện",
        "transferred": "Đã chuyển",
        "in_progress": "Đang giải quyết",
        "answered": "Đã trả lời dân",
        "published": "Đã niêm yết kết quả",
    },
    "feedback_kind": {"act": "Hành vi", "regulation": "Quy định", "both": "Cả hai", "out_of_scope": "Đơn tố cáo"},
    "intake_source": {
        "system_574": "Phần mềm PAKN",
        "national_portal": "Cổng DVCQG",
        "province_system": "Hệ thống tỉnh",
        "document": "Đơn thư",
        "phone": "Gọi điện",
        "email": "Email",
        "direct": "Tại trụ sở",
    },
}
TEXT_LOG = Log(WARD_COLUMNS, WARD_WORDS, "csv")
BOOK_LOG = Log(WARD_COLUMNS, WARD_WORDS, "xlsx", is_merged=True)


def log_of(unit: str) -> Log:
    """Return the kind of log a unit sends."""
    return SYSTEM if unit == OFFICE else TEXT_LOG if unit in TEXT_WARDS else BOOK_LOG


def send_feedback(
    inbox: Path, world: World, records: list[Feedback], quarter: Quarter, ledger: Ledger, seed: int
) -> None:
    """Write the feedback files of one quarter into `inbox/<period>/<unit>/` and note what is planted."""
    sending = [unit for unit in FEEDBACK_UNITS if not world.timeline.lacks(quarter, unit)]
    rows_of = {unit: shown_feedback(world, records, unit, quarter) for unit in sending}
    if world.timeline.plants_faults:
        plant_feedback(world, quarter, rows_of, seed)
    for unit, rows in rows_of.items():
        log = log_of(unit)
        name = "Danh sách PAKN" if unit == OFFICE else "Sổ PAKN"
        file = f"{name}_{quarter.export:%Y_%m_%d_%H_%M}.{log.format}"
        sheet = _sheet(quarter, unit, log, rows)
        write(inbox / quarter.period_id / unit / file, WRITERS[log.format](sheet))
        ledger.add_rows(STREAM, quarter, unit, file, rows, sheet.first_row)
        ledger.add_tail(STREAM, quarter, unit, file, sheet)
    if world.timeline.lacks(quarter, NOT_SENT[1]):
        ledger.add(STREAM, quarter, NOT_SENT[1], "", ("missing_delivery", "none", "none", "the unit sent nothing"))


def _sheet(quarter: Quarter, unit: str, log: Log, rows: list[FeedbackRow]) -> Sheet:
    span = f"(Từ ngày {quarter.start:%d/%m/%Y} đến ngày {quarter.end:%d/%m/%Y})"
    above = [["UBND THÀNH PHỐ SÓC TRĂNG"], ["DANH SÁCH PHẢN ÁNH, KIẾN NGHỊ"], [span]]
    if unit != OFFICE:
        above = [[f"SỔ THEO DÕI PHẢN ÁNH, KIẾN NGHỊ - UBND PHƯỜNG {int(unit[1:])}"], [span]]
    return Sheet(
        above=above if log.is_merged else [],
        headers=[header for header, _, _ in log.columns],
        body=[[_cell(log, {"row_no": str(n), **row.cells}, c) for c in log.columns] for n, row in enumerate(rows, 1)],
        tail=[["Tổng cộng", f"{len(rows)} PAKN"]] if unit == OFFICE else [],
        name="PAKN",
        is_merged=log.is_merged,
    )


def _cell(log: Log, cells: Cells, column: tuple[str, str, str]) -> Cell:
    _, name, style = column
    value = cells.get(name)
    if isinstance(value, dt.datetime):
        return value if style == "cell" else value.strftime(style)
    return log.words.get(name, {}).get(value or "", value or "")


def shown_feedback(world: World, records: list[Feedback], unit: str, quarter: Quarter) -> list[FeedbackRow]:
    """Return what a unit's file shows: feedback not done with before the quarter, and new ones."""
    rows = []
    for feedback in records:
        status = feedback_status(feedback, quarter.export) if unit in keepers(feedback) else None
        if status is not None and not feedback.left_before(quarter.start):
            rows.append(_shown(world, feedback, quarter, status))
    return rows


def _shown(world: World, feedback: Feedback, quarter: Quarter, status: str) -> FeedbackRow:
    moment = quarter.export
    dates: Cells = {}
    for name in SHOWN_DATES:
        event = getattr(feedback, name)
        dates[name] = event if event is not None and event <= moment else None
    is_answered = dates["answered_at"] is not None
    handling = DEPARTMENT_NAMES.get(feedback.handling_unit_id, (world.unit_names[feedback.handling_unit_id],))
    return FeedbackRow(
        {
            "feedback_code": feedback.feedback_code,
            "intake_source": feedback.intake_source,
            "feedback_kind": feedback.feedback_kind,
            "field_name": world.field_names[feedback.field_code],
            "about_unit": world.unit_names[feedback.about_unit_id],
            "handling_unit": handling[feedback.person % len(handling)],
            "transferred_to": feedback.transferred_to if dates["transferred_at"] else "",
            "due_at": feedback.due_at,
            "status": status,
            "is_complex": str(int(feedback.is_complex)),
            "result_kind": feedback.result_kind if is_answered else "",
            "satisfaction": feedback.satisfaction if is_answered else "",
            **dates,
            **sender(feedback.person),
        },
        feedback,
        [*_odd(feedback), *_refused_later(feedback, quarter)],
    )


def _odd(feedback: Feedback) -> list[Fault]:
    return [(feedback.oddity, "info", "flagged", "")] if feedback.oddity else []


def _refused_later(feedback: Feedback, quarter: Quarter) -> list[Fault]:
    is_later = feedback.refused_at is not None and feedback.received_at.date() < quarter.start
    note = f"pending at {feedback.handling_unit_id} in the quarter before"
    return [("refused_later", "none", "shape", note)] if is_later else []
