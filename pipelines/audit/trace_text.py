"""A traced cell as lines an officer reads.

Here: sentences for reasons, one line a dossier. Not here: finding the rows (trace).
Invariant: every reason code of the facts has its sentence; an unknown one is shown as it is, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipelines.audit.trace import TracedCell

# Why a dossier stands on its side of the form (reason_code of the fact; rules in domain/05 5.4).
REASONS = {
    "closed_before_due": "xong trước ngày hẹn trả",
    "closed_on_due_day": "xong đúng ngày hẹn trả",
    "closed_after_due": "xong sau hạn trả",
    "closed_without_due": "đã xong, không có ngày hẹn trả",
    "returned_or_withdrawn": "trả lại hoặc công dân rút hồ sơ",
    "awaiting_supplement": "chờ bổ sung, tính như đã xong theo công tắc awaiting_supplement_bucket",
    "paused": "đang tạm dừng (chờ bổ sung, chờ nghĩa vụ tài chính hoặc dừng xử lý): chưa quá hạn",
    "pending_without_due": "chưa xong, không có ngày hẹn trả",
    "due_on_cutoff_day": "chưa xong, hạn trả đúng ngày chốt số liệu",
    "due_passed": "chưa xong, đã qua hạn trả",
    "due_later": "chưa xong, chưa đến hạn trả",
}


def trace_lines(cell: TracedCell, limit: int) -> Iterator[str]:
    """Yield the head of a cell and one line a dossier; `limit` 0 shows all.

    Lines give the dossier, its dates, why it counts, and the file, sheet and row it was read from.
    """
    yield (
        f"{cell.form_id} · {cell.scope_id} · dòng {cell.row_code} «{cell.label}» · "
        f"cột {cell.column_number} «{cell.column_title}»"
    )
    agree = "khớp" if cell.traced_sum == cell.figure else f"KHÔNG KHỚP: tìm được {cell.traced_sum}"
    yield f"  Số in: {cell.figure} ({agree}); mã số: {cell.figure_id}"
    shown = cell.rows if limit == 0 else cell.rows.head(limit)
    for row in shown.to_dict("records"):
        yield f"  {row['dossier_code']}  {_dates(row)}  {reason_sentence(row)}"
        sheet = row["source_sheet"] or "—"
        yield f"      ← {row['receiving_unit_id']} · {row['file_name']} · {sheet} · dòng {row['source_row']}"
    if len(cell.rows) > len(shown):
        yield f"  … còn {len(cell.rows) - len(shown)} hồ sơ; thêm --limit 0 để xem hết."


def reason_sentence(row: dict) -> str:
    """Return why a dossier counts where it does, in Vietnamese."""
    code = str(row["reason_code"])
    return REASONS.get(code, code)


def _dates(row: dict) -> str:
    parts = (("nhận", "received_at"), ("hẹn", "due_at"), ("xong", "closed_at"))
    return ", ".join(
        f"{label} {row[name]:%d/%m/%Y}" if not pd.isna(row[name]) else f"{label} —" for label, name in parts
    )
