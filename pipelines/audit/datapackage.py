"""The description of the evidence tables: datapackage.json (Frictionless Data Package) and DOC-HIEU.md.

Here: names, types, keys and sources of every table, and one page for people. Not here: the tables (tables), writing
them (evidence). Invariant: what is described is what is written; the same warehouse gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.tables import KEY, MEASURE, Column, Table
from pipelines.ingest.landing import hash_file

# The table of files, and the column other tables point into it by.
FILES, RECEIPT = "tep-da-nhan", "Phiếu nhận"
# DuckDB type → type and format of the standard.
_TYPES = {
    "VARCHAR": ("string", ""),
    "DATE": ("date", "%Y-%m-%d"),
    "TIMESTAMP": ("datetime", "%Y-%m-%d %H:%M:%S"),
    "BOOLEAN": ("boolean", ""),
    "DOUBLE": ("number", ""),
}


@dataclass(frozen=True)
class Written:
    """A table that was written: how many rows, the DuckDB type of each column."""

    table: Table
    rows: int
    kinds: tuple[str, ...]
    # Columns of receipts that point into the table of files.
    receipts: tuple[str, ...] = ()


def write_description(connection: duckdb.DuckDBPyConnection, written: Sequence[Written], folder: Path) -> None:
    """Write datapackage.json and DOC-HIEU.md beside the tables."""
    query = "select period_id, period_label, period_start, until_on, received_by from landed.question"
    period_id, label, start, until, received_by = connection.execute(query).fetchone() or ("", "", "", "", "")
    package = {
        "profile": "tabular-data-package",
        "name": f"bang-chung-{str(period_id).lower()}",
        "title": f"Bảng chứng cứ, {label}",
        "description": f"Số liệu từ {start} đến hết {until}, từ các tệp nhận đến {received_by}. Cách đọc: DOC-HIEU.md.",
        "sources": [
            {"title": "Tệp của các đơn vị và bảng tham chiếu", "path": "tep-da-nhan.csv"},
        ],
        "resources": [_resource(item, folder) for item in written],
    }
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "DOC-HIEU.md").write_text("\n".join(_page(str(label), written)) + "\n", encoding="utf-8")


def _resource(item: Written, folder: Path) -> dict[str, Any]:
    path = folder / f"{item.table.name}.csv"
    keys = [column.heading for column in item.table.columns if column.role == KEY] or _first_key(item.table)
    return {
        "profile": "tabular-data-resource",
        "name": item.table.name,
        "title": item.table.title,
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hash_file(path)}",
        "rows": item.rows,
        "alternatives": [{"path": f"{item.table.name}.parquet", "format": "parquet"}],
        "schema": {
            "fields": [_field(column, kind) for column, kind in zip(item.table.columns, item.kinds, strict=True)],
            "missingValues": [""],
            **({"primaryKey": keys} if keys else {}),
            **({"foreignKeys": found} if (found := _foreign_keys(item)) else {}),
        },
    }


def _first_key(table: Table) -> list[str]:
    """A fact's table is by its second column, the record, where no other column is its key."""
    has_measures = any(column.role == MEASURE for column in table.columns)
    if has_measures:
        return [table.columns[1].heading]
    return [RECEIPT] if table.name == FILES else []


def _foreign_keys(item: Written) -> list[dict[str, Any]]:
    return [{"fields": [heading], "reference": {"resource": FILES, "fields": [RECEIPT]}} for heading in item.receipts]


def _field(column: Column, kind: str) -> dict[str, Any]:
    name, form = _TYPES.get(kind, ("integer", ""))
    field: dict[str, Any] = {"name": column.heading, "type": name}
    if form:
        field["format"] = form
    if kind == "BOOLEAN":
        field |= {"trueValues": ["có"], "falseValues": ["không"]}
    if column.description:
        field["description"] = column.description
    if column.role == MEASURE:
        field["unit"] = "như đơn vị tính của biểu"
    return field


def _page(label: str, written: Sequence[Written]) -> Iterator[str]:
    yield f"# Bảng chứng cứ, {label}"
    yield ""
    yield "Mỗi số in trong biểu là tổng một cột của một bảng dưới đây. Bảng có hai bản như nhau: .csv (mở bằng Excel,"
    yield "UTF-8) và .parquet. `datapackage.json` mô tả từng cột theo chuẩn Frictionless Data Package."
    yield ""
    yield "## Đếm lại một ô"
    yield ""
    yield "1. Mở bảng có cột mang tên biểu và cột của ô đó, ví dụ ô dòng 3, mục B, cột 10 của biểu II.06a: cột có"
    yield "   «II.06a c10» trong ngoặc vuông."
    yield "2. Lọc «Thuộc biểu của» có tên cơ quan lập biểu (biểu của toàn thành phố: tên UBND thành phố)."
    yield "3. Lọc «II.06a: mục» và «II.06a: dòng» theo số và tên in trên biểu. Dòng của mục: chỉ lọc mục."
    yield "   Tổng cộng: không lọc dòng."
    yield "4. Cộng cột đó. «tử số», «mẫu số» là hai vế của một tỷ lệ: cộng riêng từng vế, chia, nhân 100."
    yield ""
    yield "Biểu có số ước hoặc số đơn vị tự kê (dấu * hoặc †): cộng thêm cột cùng tên của so-ke-khai-va-uoc.csv."
    yield "Số thứ tự dòng là của biểu toàn thành phố; biểu riêng của đơn vị có thể đánh số khác, tên dòng thì như nhau."
    yield ""
    yield "## Quy ước"
    yield ""
    yield "- Ngày viết 2021-03-11; ngày giờ viết 2021-03-11 09:30:00, giờ Việt Nam. Ô trống: tệp gốc không có."
    yield "- «Thuộc kỳ»: kỳ báo cáo mà dòng được tính vào; ở bảng tệp và dòng trả lại, kỳ mà tệp được gửi cho."
    yield "- «hạn trả đầu tiên», «tính đến ngày», «mới nhất»: ba dòng quyết định một hồ sơ: dòng ghi hạn trả đầu tiên,"
    yield "  dòng cho biết tình trạng ở ngày lấy số liệu, dòng mới nhất đã nhận."
    yield "- «Phiếu nhận» dẫn sang tep-da-nhan.csv, có mã băm của tệp; tệp gốc giữ nguyên từng byte ở"
    yield "  `data/landing/<mã băm>`."
    yield "- Ô bắt đầu bằng = + - @ có dấu nháy đơn phía trước, để bảng tính không chạy như công thức."
    yield "- Không bảng nào có tên, địa chỉ, số điện thoại hay số giấy tờ của người dân."
    yield ""
    yield "## Các bảng"
    yield ""
    yield "| tệp | nội dung | số dòng |"
    yield "|---|---|---:|"
    for item in written:
        yield f"| {item.table.name}.csv | {item.table.title} | {item.rows} |"
