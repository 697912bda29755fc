"""A traced cell as lines an officer reads.

Here: one line a fact row, as the fact's own yml says to show it. Not here: finding the rows (trace).
Invariant: every reason code of a fact has its sentence in its yml; an unknown one is shown as it is, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from pipelines.audit.trace import TracedCell
from pipelines.figures.text import format_count, format_rate

_KINDS = {"estimated": "số ước", "declared_by_unit": "số đơn vị tự kê"}


def trace_lines(cell: TracedCell, limit: int) -> Iterator[str]:
    """Yield the head of a cell and two lines a fact row; `limit` 0 shows all.

    Lines give the record, its dates, why it counts, and the file, sheet and row it was read from.
    """
    yield (
        f"{cell.form_id} · {cell.scope_id} · dòng {cell.row_code} «{cell.label}» · "
        f"cột {cell.column_number or cell.column_code} «{cell.column_title}»"
    )
    agree = "khớp" if cell.traced_sum == cell.figure else f"KHÔNG KHỚP: tìm được {_printed(cell.traced_sum)}"
    yield f"  Số in: {_printed(cell.figure)} ({agree}); mã số: {cell.figure_id}"
    if len(cell.declared):
        counted = int(cell.rows["measure"].sum()) if len(cell.rows) else 0
        noted = [f"{words} {format_count(amount)}" for words, amount in _declared_amounts(cell.declared)]
        yield f"  Gồm số đếm được {format_count(counted)} và {' và '.join(noted)}:"
        for row in cell.declared.to_dict("records"):
            yield _record_line(row, cell.declared_shown, cell.decimals)
            if not pd.isna(row["delivery_id"]):
                yield (
                    f"      ← {row['declared_by']} · {row['file_name']} · {_sheet(row)} · dòng {int(row['source_row'])}"
                )
            elif not pd.isna(row["source_file"]):
                yield f"      ← {row['source_file']}, từ dòng {int(row['source_row'])}"
    shown = cell.rows if limit == 0 else cell.rows.head(limit)
    for row in shown.to_dict("records"):
        yield _record_line(row, cell.shown, cell.decimals)
        yield from _origin(row, str(row[cell.shown["unit"]]))
        if not pd.isna(row["correction"]):
            yield f"      ✎ đính chính: {row['correction']}"
    if len(cell.rows) > len(shown):
        yield f"  … còn {len(cell.rows) - len(shown)} dòng; thêm --limit 0 để xem hết."


def _declared_amounts(declared: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """What each kind of declared figures adds, by its words; an unknown kind is shown by its name."""
    for kind, rows in declared.groupby("kind", sort=True):
        yield _KINDS.get(str(kind), str(kind)), int(rows["measure"].sum())


def _origin(row: dict, unit: str) -> Iterator[str]:
    """Yield where a fact comes from: sheet and row of a delivered file or reference table, a whole file (that it was
    sent), or nothing (that nothing was sent)."""
    known = [row[name] for name in ("file_name", "source_file") if not pd.isna(row[name])]
    if not known:
        return
    place = "cả tệp" if pd.isna(row["source_row"]) else f"{_sheet(row)} · dòng {int(row['source_row'])}"
    yield f"      ← {unit} · {known[0]} · {place}"


def _sheet(row: dict) -> str:
    """The sheet a row is on; a CSV file has none."""
    return "—" if pd.isna(row["source_sheet"]) or not row["source_sheet"] else str(row["source_sheet"])


def _record_line(row: dict, shown: dict, decimals: int | None) -> str:
    """What a row is, its dates, what it adds and why it counts where it does."""
    code = str(row[shown["reason"]])
    reason = str(shown["reasons"].get(code, code))
    return f"  {row[shown['subject']]}  {_dates(row, shown)}  {_amounts(row, decimals)}{reason}"


def _printed(figure: int | Decimal | None) -> str:
    return format_count(figure) if isinstance(figure, int) else format_rate(figure)


def _amounts(row: dict, decimals: int | None) -> str:
    """What the row adds, where that is more than 1: an amount, or both sides of a percentage."""
    if decimals is not None:
        return f"[{format_count(int(row['measure']))} / {format_count(int(row['whole']))}]  "
    return f"[{format_count(int(row['measure']))}]  " if int(row["measure"]) != 1 else ""


def _dates(row: dict, shown: dict) -> str:
    return ", ".join(
        f"{label} {row[name]:%d/%m/%Y}" if not pd.isna(row[name]) else f"{label} —"
        for label, name in shown["dates"].items()
    )
