"""The review files: what each department and ward sends of its reviewed procedures, as a workbook or a small .csv.

Here: the rows a unit shows on its sending day (its whole plan, status overwritten), columns, words, the files.
Not here: the truth (reviews), planted faults (review_faults).
Invariant: reviewers, reasons and notes are invented and carry markers; a check a row trips is in the ledger.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from generator.exports import DEPARTMENT_NAMES
from generator.files import WRITERS, Cell, Sheet, write
from generator.ledger import Ledger
from generator.review_faults import plant_reviews
from generator.reviews import REVIEW_UNITS, Review, review_status
from generator.rows import Cells, ReviewRow, Value, reviewer
from generator.world import NOT_SENT, WARDS, Quarter, World

STREAM = "review_submissions"
STATUSES = {
    "planned": "Chưa thực hiện",
    "in_review": "Đang rà soát",
    "reported": "Đã báo cáo",
    "approved": "Đã phê duyệt",
}
WORDS = {
    "in_plan": {"yes": "Trong kế hoạch", "no": "Ngoài kế hoạch", "unknown": "Đang xem xét"},
    "status": STATUSES | {"unknown": "Chờ họp"},
    "proposal_kind": {
        "keep": "Giữ nguyên", "amend": "Sửa đổi, bổ sung", "replace": "Thay thế", "abolish": "Cắt giảm, bãi bỏ",
        "new": "Quy định mới", "unknown": "Nghiên cứu thêm",
    },
    "competence": {"own": "Thuộc thẩm quyền", "higher": "Kiến nghị cấp trên", "unknown": "Chưa rõ"},
    "document_action": {
        "amend": "Sửa đổi", "replace": "Thay thế", "abolish": "Bãi bỏ", "new": "Ban hành mới", "unknown": "Xem lại",
    },
}  # fmt: skip
WARD_WORDS = {
    "in_plan": {"yes": "Có", "no": "Không", "unknown": "?"},
    "status": {"planned": "Chưa làm", "in_review": "Đang làm", "reported": "Đã gửi", "approved": "UBND TP đã duyệt"}
    | {"unknown": "Chờ họp"},
    "proposal_kind": {
        "keep": "Giữ", "amend": "Sửa", "replace": "Thay", "abolish": "Bỏ", "new": "Mới", "unknown": "Nghiên cứu thêm",
    },
    "competence": {"own": "Của thành phố", "higher": "Của tỉnh, trung ương", "unknown": "Chưa rõ"},
    "document_action": {"amend": "Sửa", "replace": "Thay", "abolish": "Bỏ", "new": "Mới", "unknown": "Xem lại"},
}  # fmt: skip
COLUMNS = (
    ("STT", "row_no"),
    ("Mã TTHC", "procedure_code"),
    ("Tên TTHC", "procedure_name"),
    ("Lĩnh vực", "field_name"),
    ("Trong kế hoạch", "in_plan"),
    ("Đơn vị rà soát", "reviewing_unit"),
    ("Người rà soát", "reviewer"),
    ("Thời hạn theo kế hoạch", "planned_end_on"),
    ("Tiến độ", "status"),
    ("Phương án", "proposal_kind"),
    ("Lý do", "reason"),
    ("Thẩm quyền", "competence"),
    ("Cơ quan được kiến nghị", "proposed_to"),
    ("Văn bản", "document_number"),
    ("Hình thức xử lý văn bản", "document_action"),
    ("Số giờ trước", "hours_before"),
    ("Chi phí khác trước", "other_cost_before"),
    ("Phí, lệ phí trước", "fee_before"),
    ("Số giờ sau", "hours_after"),
    ("Chi phí khác sau", "other_cost_after"),
    ("Phí, lệ phí sau", "fee_after"),
    ("Thu nhập bình quân giờ", "wage_per_hour"),
    ("Số lần thực hiện", "times_per_year"),
    ("Số đối tượng", "subjects_per_year"),
    ("Chi phí trước", "cost_before"),
    ("Chi phí sau", "cost_after"),
    ("Tỷ lệ tiết kiệm", "saving_percent"),
    ("Ngày báo cáo", "reported_on"),
    ("Ghi chú", "note"),
)
WARD_HEADERS = {
    "procedure_code": "Mã số thủ tục", "procedure_name": "Thủ tục rà soát", "in_plan": "KH năm 2021",
    "planned_end_on": "Hạn", "reviewer": "Công chức rà soát", "status": "Làm tới đâu", "proposal_kind": "Đề nghị",
    "competence": "Ai quyết định", "proposed_to": "Gửi ai", "document_number": "Văn bản phải sửa",
    "document_action": "Sửa văn bản thế nào", "cost_before": "Chi phí một năm trước",
    "cost_after": "Chi phí một năm sau",
    "saving_percent": "Giảm %", "reported_on": "Ngày gửi",
}  # fmt: skip
PARTS = (
    "hours_before", "other_cost_before", "fee_before", "hours_after", "other_cost_after", "fee_after", "wage_per_hour",
    "times_per_year", "subjects_per_year",
)  # fmt: skip
AMOUNTS = ("cost_before", "cost_after", "saving_percent")


def send_reviews(inbox: Path, world: World, reviews: list[Review], quarter: Quarter, ledger: Ledger) -> None:
    """Write the review files of one quarter into `inbox/<period>/<unit>/` and note what is planted."""
    sending = [unit for unit in REVIEW_UNITS if not world.timeline.lacks(quarter, unit)]
    rows_of = {unit: [_shown(world, r, quarter) for r in reviews if r.reviewing_unit_id == unit] for unit in sending}
    if world.timeline.plants_faults:
        plant_reviews(world, quarter, rows_of)
    for unit, rows in rows_of.items():
        kind = "csv" if unit in WARDS else "xlsx"
        file = f"Rà soát TTHC_{quarter.export:%Y_%m_%d_%H_%M}.{kind}"
        sheet = _sheet(world, quarter, unit, rows)
        write(inbox / quarter.period_id / unit / file, WRITERS[kind](sheet))
        ledger.add_rows(STREAM, quarter, unit, file, rows, sheet.first_row)
        ledger.add_tail(STREAM, quarter, unit, file, sheet)
    if world.timeline.lacks(quarter, NOT_SENT[1]):
        ledger.add(STREAM, quarter, NOT_SENT[1], "", ("missing_delivery", "none", "none", "the unit sent nothing"))


def _sheet(world: World, quarter: Quarter, unit: str, rows: list[ReviewRow]) -> Sheet:
    is_ward = unit in WARDS
    name = DEPARTMENT_NAMES.get(unit, (world.unit_names[unit],))[0].upper()
    above = [[name], [f"KẾT QUẢ RÀ SOÁT THỦ TỤC HÀNH CHÍNH (đến ngày {quarter.end:%d/%m/%Y})"]]
    return Sheet(
        above=[] if is_ward else above,
        headers=[WARD_HEADERS.get(column, header) if is_ward else header for header, column in COLUMNS],
        body=[_line(row, number, WARD_WORDS if is_ward else WORDS) for number, row in enumerate(rows, 1)],
        tail=[] if is_ward else [["Tổng cộng", f"{len(rows)} TTHC"]],
        name="Rà soát",
        is_merged=True,
        delimiter=";",
    )


def _line(row: ReviewRow, number: int, words: dict[str, dict[str, str]]) -> list[Cell]:
    cells: Cells = {"row_no": str(number), **row.cells}
    return [_cell(words.get(name, {}), cells.get(name)) for _, name in COLUMNS]


def _cell(words: dict[str, str], value: Value) -> Cell:
    """Money as offices write it (1.234.000), numbers with a comma, days as dd/mm/yyyy."""
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal):
        return f"{value}".replace(".", ",")
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return words.get(value or "", value or "")


def _shown(world: World, review: Review, quarter: Quarter) -> ReviewRow:
    status = review_status(review, quarter.export)
    is_reported = status in ("reported", "approved")
    cells: Cells = {
        "procedure_code": review.procedure_code,
        "procedure_name": review.procedure_name,
        "field_name": world.field_names[review.field_code],
        "in_plan": review.in_plan,
        "reviewing_unit": world.unit_names[review.reviewing_unit_id],
        "planned_end_on": review.planned_end_on,
        "status": status,
        **reviewer(review.person),
    }
    if is_reported:
        noted = ("proposal_kind", "competence", "proposed_to", "document_number", "document_action", "reported_on")
        cells |= {name: getattr(review, name) for name in noted}
        cells |= {name: getattr(review, name) for name in (AMOUNTS if review.states_amounts else PARTS)}
        if not review.states_amounts and review.person % 2:
            cells["saving_percent"] = review.saving_percent
    row = ReviewRow(cells, review)
    if is_reported and review.oddity:
        row.cells |= {
            "unknown_unit": {"reviewing_unit": "Tổ rà soát liên ngành"},
            "unknown_field": {"field_name": "Lĩnh vực giả lập"},
            "unknown_status": {"status": "unknown"},
        }.get(review.oddity, {})
        row.faults.append((review.oddity, "info", "flagged", ""))
    elif review.oddity in ("unknown_procedure", "unknown_in_plan"):  # told before the report, too
        row.faults.append((review.oddity, "info", "flagged", ""))
    end = review.planned_end_on
    if review.in_plan == "yes" and not is_reported and end is not None and end < quarter.export.date():
        row.faults.append(("planned_end_passed", "info", "flagged", ""))
    return row
