"""The figures of a report as one tidy table, for other programs: a row a figure, as CSV, JSON and Parquet.

Here: the columns and the files. Not here: facts (audit/evidence), where they came from (provenance).
Invariant: every figure of the manifest is one row, with the value the manifest has; the same report, the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.figures.model import Figure, Form, FormRow, ReportModel

NAME = "so-lieu"
TIDY_FILES = tuple(f"{NAME}.{kind}" for kind in ("csv", "json", "parquet"))
_TEXTS = (
    *("Mã số liệu", "Mã ngắn", "Thuộc kỳ", "Phiên bản", "Biểu", "Số biểu", "Đơn vị của biểu", "Mục", "Mã dòng"),
    *("Số dòng", "Tên dòng", "Loại dòng", "Cột", "Tên cột", "Loại số", "In ra"),
)
_FLAGS = ("Có số ước", "Có số tự kê", "Chưa gửi đủ")
_RUN = ("=", "+", "-", "@")
_ROW_KINDS = {"section": "mục", "row": "dòng", "total": "tổng cộng"}


def write_tidy(folder: Path, model: ReportModel, codes: Mapping[str, str]) -> None:
    """Write the table of figures into a report's folder."""
    rows = [{**row, "Mã ngắn": codes.get(row["Mã số liệu"], ""), **_of_report(model)} for row in _rows(model)]
    names = [*_TEXTS, "Giá trị", *_FLAGS]
    with (folder / f"{NAME}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    plain = [{name: row.get(name, "") for name in names} for row in rows]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, default=float) for row in plain)
    (folder / f"{NAME}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    columns = {
        **{name: pa.array([str(row.get(name, "")) for row in rows], pa.string()) for name in _TEXTS},
        "Giá trị": pa.array([None if row["Giá trị"] is None else float(row["Giá trị"]) for row in rows], pa.float64()),
        **{name: pa.array([bool(row[name]) for row in rows], pa.bool_()) for name in _FLAGS},
    }
    pq.write_table(pa.table({name: columns[name] for name in names}), folder / f"{NAME}.parquet")


def _of_report(model: ReportModel) -> dict[str, str]:
    version = f"v{model.issue.version}" if model.issue else "dự thảo"
    return {"Thuộc kỳ": model.question.period_id, "Phiên bản": version}


def _rows(model: ReportModel) -> Iterator[dict[str, Any]]:
    """Yield the figures of the forms in their order, then those of no form, by id."""
    seen: set[str] = set()
    for form in model.forms.values():
        for row in form.rows:
            for figure, column, head, kind in _figures(form, row):
                seen.add(figure.figure_id)
                yield {**_figure(figure, kind), **_place(form, row), "Cột": column, "Tên cột": head}
    for name in sorted(set(model.figures) - seen):
        yield _figure(model.figures[name], "số khác")


def _figures(form: Form, row: FormRow) -> Iterator[tuple[Figure, str, str, str]]:
    layout = form.layout
    for column, figure in zip(layout.columns, row.figures, strict=True):
        kind = "tỷ lệ" if column.whole else "số đếm"
        yield figure, f"c{column.number}", " / ".join(column.head), kind if column.source else "cấp khác ghi"
    for ratio, figure in zip(layout.ratios, row.ratios, strict=True):
        yield figure, ratio.name, f"tỷ lệ {ratio.name}", "tỷ lệ"
    for note, figure in zip(layout.notes, row.notes, strict=True):
        yield figure, note.name, note.head[0], "ghi chú"


def _place(form: Form, row: FormRow) -> dict[str, Any]:
    return {
        "Biểu": form.layout.form_id,
        "Số biểu": form.layout.number,
        "Đơn vị của biểu": form.scope_id,
        "Mục": row.section_label,
        "Mã dòng": row.code,
        "Số dòng": row.number,
        "Tên dòng": row.label,
        "Loại dòng": _ROW_KINDS.get(row.kind, row.kind),
    }


def _figure(figure: Figure, kind: str) -> dict[str, Any]:
    return {
        "Mã số liệu": figure.figure_id,
        "Giá trị": figure.value,
        "In ra": figure.text,
        "Loại số": kind,
        "Có số ước": figure.is_estimated,
        "Có số tự kê": figure.is_declared,
        "Chưa gửi đủ": figure.is_unsent,
    }


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "có" if value else "không"
    # What a spreadsheet program would run begins with an apostrophe.
    return f"'{value}" if isinstance(value, str) and value[:1] in _RUN else "" if value is None else value
