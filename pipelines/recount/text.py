"""A recount as lines an officer reads.

Here: one line a differing cell or record, the records on either side. Not here: counting, comparing (recount).
Invariant: nothing is shortened away without saying how much is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.figures.text import format_count, format_rate
from pipelines.recount.read_anew import ReadDifference
from pipelines.recount.recount import CellDifference, RecordDifference, RecountResult

_SHOWN_RECORDS = 10


def recount_lines(result: RecountResult, limit: int) -> Iterator[str]:
    """Yield the outcome of a recount; `limit` 0 shows every difference."""
    yield (
        "Các tệp đã nhận được đọc lại từ đầu, không dùng bản đã đọc sẵn. Dùng chung với báo cáo: phần đọc và kiểm tra "
        "tệp, sổ tệp đã nhận, các bảng danh mục hiện nay. Phần đếm là mã riêng."
    )
    yield (
        f"Đếm lại độc lập {format_count(result.record_count)} bản ghi, "
        f"so {format_count(result.cell_count)} ô của mọi biểu và mọi đơn vị."
    )
    for name in result.changed_bytes:
        yield f"✗ Bản lưu của tệp «{name}» đã bị đổi: không còn đúng từng byte như khi nhận. Chạy: kstt verify."
    for item in result.files:
        yield from _file_lines(item)
    for fact in result.not_recounted:
        yield f"✗ Chưa có cách đếm lại cho bảng {fact}; các cột lấy từ bảng này chưa được so."
    yield from _limited([_cell_lines(cell) for cell in result.cells], limit, "ô khác")
    yield from _limited([_record_lines(record) for record in result.records], limit, "bản ghi khác")
    if result.agrees:
        yield "✓ Mọi ô và mọi bản ghi đều khớp."
    else:
        yield (
            f"✗ {format_count(len(result.cells))} ô, {format_count(len(result.records))} bản ghi và "
            f"{format_count(len(result.files))} tệp không khớp. "
            "Không gửi báo cáo này; chuyển các dòng trên cho người phụ trách phần mềm."
        )


def _limited(parts: Sequence[list[str]], limit: int, name: str) -> Iterator[str]:
    shown = parts if limit == 0 else parts[:limit]
    for lines in shown:
        yield from lines
    if len(parts) > len(shown):
        yield f"  … còn {format_count(len(parts) - len(shown))} {name}; thêm --limit 0 để xem hết."


def _cell_lines(cell: CellDifference) -> list[str]:
    lines = [
        f"✗ {cell.form_id}/{cell.scope_id}/{cell.row_code}/{cell.column} «{cell.label}», «{cell.title}»: "
        f"báo cáo {_printed(cell.printed)}, đếm lại {_printed(cell.recounted)}"
    ]
    if cell.printed is None and cell.row_code == "–":
        lines.append("      biểu không có dòng này")
    elif not (cell.only_printed or cell.only_recounted):
        lines.append("      hai bên cùng các bản ghi: ô trên biểu không phải tổng của chúng")
    lines += _side("chỉ báo cáo đếm", cell.only_printed) + _side("chỉ bản đếm lại có", cell.only_recounted)
    return lines


def _file_lines(item: ReadDifference) -> list[str]:
    return [
        f"✗ Tệp «{item.file_name}» đọc lại ra khác số liệu báo cáo đã dùng.",
        *_side("dòng chỉ báo cáo có", item.only_in_report),
        *_side("dòng chỉ bản đọc lại có", item.only_anew),
    ]


def _side(title: str, records: tuple[str, ...]) -> list[str]:
    if not records:
        return []
    more = f" … và {format_count(len(records) - _SHOWN_RECORDS)} nữa" if len(records) > _SHOWN_RECORDS else ""
    return [f"      {title}: {', '.join(records[:_SHOWN_RECORDS])}{more}"]


def _record_lines(difference: RecordDifference) -> list[str]:
    return [
        f"✗ {difference.record}",
        f"      báo cáo: {difference.reported or 'không đếm'}",
        f"      đếm lại: {difference.recounted or 'không đếm'}",
    ]


def _printed(figure: int | Decimal | None) -> str:
    if figure is None:
        return "–"
    return format_count(int(figure)) if figure == int(figure) else format_rate(Decimal(figure))
