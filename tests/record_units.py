"""The units and reads shared by the tests of the hand-kept sheets.

Here: two wards and a department, a warehouse of one stream or several, a form as rows by label.
Not here: records, expected figures. Invariant: every file is of the day after a quarter's end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from warehouse_fixture import Row, Warehouse, delivery, question

Q1 = ("2020-12-15", "2021-03-14")

UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố Sóc Trăng", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "tp-st-tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 3},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
]
# Name of a file in the tests → sender, day it shows.
FILES = {
    "p01 15/3": ("p01", "2021-03-15"),
    "p01 15/6": ("p01", "2021-06-15"),
    "p02 15/3": ("p02", "2021-03-15"),
    "law 15/3": ("tp-st-tp", "2021-03-15"),
    "law 15/6": ("tp-st-tp", "2021-06-15"),
}


def rows(stream: str, key: str, columns: Sequence[str], *lines: Sequence[object]) -> dict[str, list[Row]]:
    """Return the typed rows of a stream: each line is a file, a code and the cells of `columns`."""
    return {
        stream: [
            {
                "delivery_id": f"{file} {stream}", key: code, **dict(zip(columns, cells, strict=True)),
                "flags": "", "source_file": str(file), "source_row": number,
            }
            for number, (file, code, *cells) in enumerate(lines, start=7)
        ]
    }  # fmt: skip


def warehouse_of(
    tmp_path_factory: pytest.TempPathFactory,
    streams: Mapping[str, list[Row]],
    forms: Sequence[str],
    owing: Mapping[str, Sequence[str]],
    **tables: list[Row],
) -> Warehouse:
    """Build some forms over hand-made rows; `owing` is stream → the units that owe it."""
    deliveries = [
        delivery(f"{file} {stream}", unit, day, stream=stream)
        for stream in streams
        for file, (unit, day) in FILES.items()
    ]
    obligations = [{"unit_id": unit, "stream": stream} for stream, units in owing.items() for unit in units]
    landed = {"unit": UNITS, "obligation": obligations, "delivery": deliveries, **streams, **tables}
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"), landed, tmp_path_factory.mktemp("dbt"))
    return warehouse.ask(question(*Q1), select=[*(f"+{form}" for form in forms), "+int_row_fate"])


def form(warehouse: Warehouse, model: str, measures: Sequence[str], scope: str = "tp-st") -> dict[str, tuple]:
    """Return the rows of a form by label, its measures in the order asked for."""
    found = warehouse.rows(
        f"select label, {', '.join(measures)} from {model} where scope_id = '{scope}' order by row_order"
    )
    return {str(row["label"]): tuple(row[name] for name in measures) for row in found}


def not_counted(warehouse: Warehouse) -> dict[str, object]:
    """Return why each row that is no fact is none, by file, stream and code."""
    found = warehouse.rows("select delivery_id, record_code, fate from int_row_fate where fate <> 'counted'")
    return {f"{row['delivery_id']} {row['record_code']}": row["fate"] for row in found}
