"""A comparison as lines an officer reads.

Here: heading, changed cells, records that moved, shares by cause. Not here: finding them (diff).
Invariant: nothing is shortened away without saying how much is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.figures.comparison import ChangedCell, Comparison
from pipelines.figures.text import format_count


def comparison_lines(found: Comparison, limit: int, all_scopes: bool = False) -> Iterator[str]:
    """Yield the summary of a comparison.

    Args:
        found: the comparison.
        limit: how many cells, and how many records of a cell, are shown; 0 shows all.
        all_scopes: cells of every unit's form, not only of the office's own.
    """
    yield found.title
    for label, old, new in found.heading:
        yield f"  {label}: {old} → {new}" if old != new else f"  {label}: {old}"
    yield f"  Khóa: {found.keys[0]} → {found.keys[1]}"
    for version, unit, file_name, received in found.deliveries:
        yield f"  Tệp {version} tính: «{file_name}» ({unit}, nhận {received})"
    if not (found.cells or found.exchanged):
        yield "✓ Không ô nào khác."
        return
    # The totals say most: they come first.
    cells = sorted(found.cells if all_scopes else found.office_cells, key=lambda cell: cell.row_kind != "total")
    yield (
        f"{format_count(len(found.office_cells))} ô của biểu toàn đơn vị và "
        f"{format_count(len(found.cells) - len(found.office_cells))} ô của biểu từng đơn vị khác nhau."
    )
    for cell in cells if limit == 0 else cells[:limit]:
        yield from _cell_lines(found, cell, limit)
    if limit and len(cells) > limit:
        yield f"… còn {format_count(len(cells) - limit)} ô; thêm --limit 0 để xem hết, hoặc --to THƯ_MỤC để ghi ra tệp."
    same = [cell for cell in found.exchanged if all_scopes or cell.scope_id == found.office_scope]
    if found.exchanged:
        yield (
            f"{format_count(len(found.exchanged))} ô giữ nguyên tổng nhưng bản ghi bên trong đã đổi"
            f"{':' if same else ', đều ở biểu từng đơn vị.'}"
        )
    for cell in same if limit == 0 else same[:limit]:
        yield from _cell_lines(found, cell, limit)
    if limit and len(same) > limit:
        yield f"… còn {format_count(len(same) - limit)} ô giữ nguyên tổng; thêm --limit 0 để xem hết."
    yield f"Bản ghi đổi chỗ: {format_count(len(found.moved))}"
    for kind, count in found.causes:
        yield f"  {kind}: {format_count(count)}"
    yield f"  {found.late_share}"


def _cell_lines(found: Comparison, cell: ChangedCell, limit: int) -> Iterator[str]:
    scope = "" if cell.scope_id == found.office_scope else f" · {cell.scope_name}"
    column = f"cột {cell.column_number}" if cell.column_number else cell.column_title
    yield (
        f"{cell.form_id}{scope} · dòng {cell.row_code} «{cell.row_label}» · {column}: "
        f"{cell.old_text} → {cell.new_text} ({cell.delta_text})"
    )
    for reason in cell.reasons:
        yield f"      do {reason}"
    shown = cell.records if limit == 0 else cell.records[:limit]
    if shown:
        more = len(cell.records) - len(shown)
        listed = ", ".join(f"{record.name} ({record.change})" for record in shown)
        yield f"      {listed}{f' … và {format_count(more)} bản ghi nữa' if more else ''}"
