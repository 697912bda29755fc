"""A traced cell as lines an officer reads.

Here: one line a fact row, as the fact's own yml says to show it. Not here: finding the rows (trace).
Invariant: every reason code of a fact has its sentence in its yml; an unknown one is shown as it is, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from pipelines.audit.trace import TracedCell
from pipelines.figures.text import format_count, format_rate

_KINDS = {"estimated": "số ước", "declared_by_unit": "số đơn vị tự kê"}


def trace_lines(cell: TracedCell, limit: int) -> Iterator[str]:
    """Yield the head of a cell and two lines a fact row; `limit` 0 shows all.

    Lines give the record, its dates, why it counts, and the file, sheet and row it was read from.
    """
    column = f"cột {cell.column_number} " if cell.column_number else ""
    yield f"{cell.form} · {cell.unit_name} · {_row_words(cell)} · {column}«{cell.column_title}»"
    agree = "khớp" if cell.traced_sum == cell.figure else f"KHÔNG KHỚP: tìm được {_printed(cell.traced_sum)}"
    yield f"  Số in: {_printed(cell.figure)} ({agree}); mã số: {cell.figure_id}"
    if len(cell.declared):
        counted = int(cell.rows["measure"].sum()) if len(cell.rows) else 0
        noted = [f"{words} {format_count(amount)}" for words, amount in _declared_amounts(cell.declared)]
        yield f"  Gồm số đếm được {format_count(counted)} và {' và '.join(noted)}:"
        for row in cell.declared.to_dict("records"):
            yield _record_line(row, cell.declared_shown, cell.decimals)
            if not pd.isna(row["delivery_id"]):
                place = f"{_text(row['source_sheet'])} · dòng {int(row['source_row'])}"
                yield f"      ← {row['declared_by']} · {row['file_name']} · {place}"
            elif not pd.isna(row["source_file"]):
                yield f"      ← {row['source_file']}, từ dòng {int(row['source_row'])}"
    shown = cell.rows if limit == 0 else cell.rows.head(limit)
    places = _places_by_record(cell)
    for row in shown.to_dict("records"):
        yield _record_line(row, cell.shown, cell.decimals)
        yield from _origin(places.get(str(row[cell.key]), []))
        if not pd.isna(row["correction"]):
            yield f"      ✎ đính chính: {row['correction']}"
    if len(cell.rows) > len(shown):
        yield f"  … còn {format_count(len(cell.rows) - len(shown))} dòng; thêm --limit 0 để xem hết."
    named = [place for row in shown[cell.key] for place in places.get(str(row), [])]
    yield from _files(named)
    yield from _books_below(cell, named)


def several_lines(cells: tuple[TracedCell, ...]) -> Iterator[str]:
    """Yield which cells an asked row is, where it is more than one: a label may stand in two sections."""
    forms = {(cell.form_id, cell.scope_id) for cell in cells}
    if len(forms) == 1 and len({cell.row_code for cell in cells}) > 1 and len({cell.label for cell in cells}) == 1:
        yield f"«{cells[0].label}» là {len(cells)} dòng của biểu «{cells[0].form}»:"
        for cell in cells:
            where = f", mục «{cell.section}»" if cell.section else ""
            yield f"  --row {cell.row_code}{where}: {_printed(cell.figure)}"
        yield "  Chỉ xem một dòng: viết mã dòng ở --row."


def _row_words(cell: TracedCell) -> str:
    code = "" if cell.row_code == "total" else f"{cell.row_code} "
    return f"dòng {code}«{cell.label}»"


def _places_by_record(cell: TracedCell) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for place in cell.places.to_dict("records"):
        found.setdefault(str(place["record"]), []).append(place)
    return found


def _declared_amounts(declared: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """What each kind of declared figures adds, by its words; an unknown kind is shown by its name."""
    for kind, rows in declared.groupby("kind", sort=True):
        yield _KINDS.get(str(kind), str(kind)), int(rows["measure"].sum())


def _origin(places: list[dict]) -> Iterator[str]:
    """Yield where each deciding row is: who sent the file, sheet and row, or line of a reference table, or a whole file
    (that it was sent). Rows that are one are said once; which one each is, where they differ."""
    by_place: dict[str, list[str]] = {}
    for place in places:
        known = [place[name] for name in ("sender_name", "file_name") if not pd.isna(place[name])]
        if known:
            row = "cả tệp" if pd.isna(place["row_no"]) else f"dòng {int(place['row_no'])}"
            sheet = (
                [] if pd.isna(place["row_no"]) or str(known[-1]).startswith("reference/") else [_text(place["sheet"])]
            )
            by_place.setdefault(" · ".join([*map(str, known), *sheet, row]), []).append(str(place["part"]))
    for line, parts in by_place.items():
        which = f"{', '.join(parts)}: " if len(by_place) > 1 else ""
        yield f"      ← {which}{line}"


def _files(places: list[dict]) -> Iterator[str]:
    """Yield each delivered file that was named, with its receipt and the place of its bytes in landing."""
    files = {
        (str(place["file_name"]), str(place["delivery_id"]).partition(":")[0], str(place["sha256"]))
        for place in places
        if not pd.isna(place["sha256"])
    }
    if files:
        yield "  Tệp gốc, giữ nguyên từng byte:"
        yield from (f"    {name} (phiếu nhận {receipt}): landing/{sha256}" for name, receipt, sha256 in sorted(files))


def _books_below(cell: TracedCell, places: list[dict]) -> Iterator[str]:
    """Yield, for each version of an office below that was named, where the way goes on: its book, at that office."""
    for delivery_id in dict.fromkeys(str(place["delivery_id"]) for place in places):
        if version := cell.versions.get(delivery_id):
            issue_id, office = version["issue_id"], version["office_name"]
            yield f"  Đi tiếp tại {office}, bản {issue_id}, mã niêm phong {version['seal']}:"
            code = str(cell.shown["title"])
            book = f"data/issued/{issue_id}/so-tra-cuu/index.html"
            yield f"    tìm {code[:1].lower()}{code[1:]} trong {book} của đơn vị ấy"


def _text(value: object) -> str:
    """A sheet's name; a CSV file has none."""
    return value if isinstance(value, str) and value else "—"


def _record_line(row: dict, shown: Mapping[str, Any], decimals: int | None) -> str:
    """What a row is, its dates, what it adds and why it counts where it does."""
    code = str(row[shown["reason"]])
    reason = str(shown["reasons"].get(code, code))
    subject = row[shown["subject"]]
    name = "(không ghi mã)" if pd.isna(subject) or not str(subject) else subject
    return f"  {name}  {_dates(row, shown)}  {_amounts(row, decimals)}{reason}"


def _printed(figure: int | Decimal | None) -> str:
    return format_count(figure) if isinstance(figure, int) else format_rate(figure)


def _amounts(row: dict, decimals: int | None) -> str:
    """What the row adds, where that is more than 1: an amount, or both sides of a percentage."""
    if decimals is not None:
        return f"[{format_count(int(row['measure']))} / {format_count(int(row['whole']))}]  "
    return f"[{format_count(int(row['measure']))}]  " if int(row["measure"]) != 1 else ""


def _dates(row: dict, shown: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{label} {row[name]:%d/%m/%Y}" if not pd.isna(row[name]) else f"{label} —"
        for label, name in shown["dates"].items()
    )
