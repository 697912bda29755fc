"""The index of Quyết định 766: its printed definitions, what nobody sends, and the rate it shares a name with nobody.

Here: the worked figures of domain/11 11.1 in the models, the index as printed. Not here: which streams bring inputs.
Invariant: points are worked by hand from the formulas; an input nobody sent is never 0 and never full points.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from figures_stub import OFFICE, stub_layouts, write_stub
from test_counting_rules import EXPORTS, Q1, UNITS, example_rows, published_procedures
from warehouse_fixture import SECTIONS, Warehouse, calendar, question

from pipelines.figures.blocks import Grid
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.model import ReportModel
from pipelines.figures.read import build_report_model
from pipelines.figures.words import KEPT_TEMPLATE, report_blocks
from pipelines.paths import REPOSITORY

IN_FORCE = ("2022-06-15", "2022-09-14")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    target = tmp_path_factory.mktemp("dbt")

    def build(**tables: list) -> Warehouse:
        with (REPOSITORY / "sample_office" / "reference" / "index_components.csv").open(
            encoding="utf-8", newline=""
        ) as source:
            components = [{name: value or None for name, value in row.items()} for row in csv.DictReader(source)]
        tables = {"index_component": components, **tables}
        return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)

    return build


@pytest.fixture(scope="module")
def example(make: Callable[..., Warehouse]) -> Warehouse:
    """The twenty published cases, asked as if the index had been in force then (its days are the question's)."""
    procedures, fields = published_procedures()
    return make(
        unit=UNITS,
        field=fields,
        procedure=procedures,
        section=SECTIONS,
        calendar=calendar("2020-11-30", "2021-06-30", ["2021-01-01"]),
        delivery=EXPORTS,
        case_exports=example_rows(),
        obligation=[{"unit_id": unit, "stream": "case_exports"} for unit in ("p01", "tp-st-bpmc")],
        period=[
            {
                "period_id": f"{Q1[0]}..{Q1[1]}",
                "period_kind": "quarter",
                "label": "Quý I",
                "start_on": Q1[0],
                "end_on": Q1[1],
            }
        ],
    ).ask(question(*Q1))


def test_the_index_and_the_report_divide_by_different_wholes(example: Warehouse) -> None:
    """domain/11: (2 + 6 + 5) / 16 = 81,25 % of the index, 8 / 9 = 88,89 % of the report, under two names."""
    (progress,) = example.rows("select * from int_index_input where scope_id = 'tp-st' and component_code = 'progress'")
    assert (progress["part_count"], progress["whole_count"]) == (13, 16)
    manifest = json.loads((example.target / "manifest.json").read_text(encoding="utf-8"))
    layouts = {"II.06a": layouts_from_manifest(manifest)["II.06a"]}
    with duckdb.connect(example.path, read_only=True) as connection:
        model = build_report_model(connection, layouts, OFFICE)
    rates = {name: model.figure_of(f"II.06a.total.{name}").text for name in ("progress_index_rate", "on_time_rate")}
    assert rates == {"progress_index_rate": "81,25%", "on_time_rate": "88,89%"}


def printed_index(folder: Path) -> ReportModel:
    with duckdb.connect(write_stub(folder / "stub.duckdb")) as connection:
        connection.execute(
            """
            create table rpt_service_index as select * from (values
                ('tp-st', 1, 'group', '2', 'Tiến độ', null, 20, 20, 16.25, 16.25, null),
                ('tp-st', 2, 'component', '2.1', 'Đúng hạn', 81.25, 20, 20, 16.25, 16.25, null),
                ('tp-st', 3, 'group', '3', 'Số hóa', null, 22, 0, 0.00, null, 'còn thành phần chưa có số liệu'),
                ('tp-st', 4, 'component', '3.1', 'Kết quả điện tử', null, 6, 0, 0.00, null, 'chưa có số liệu'),
                ('tp-st', 5, 'total', 'total', 'Tổng điểm', null, 100, 20, 16.25, null, 'còn thành phần'),
                ('p01', 1, 'total', 'total', 'Tổng điểm', null, 100, 0, 0.00, null, 'còn thành phần')
            ) as t (scope_id, row_order, row_kind, row_code, label, rate_percent, max_points, known_max_points,
                    known_points, points, reason)
            """
        )
        return build_report_model(connection, stub_layouts(), OFFICE)


def test_the_index_is_printed_with_its_gaps_and_their_reasons(tmp_path: Path) -> None:
    model = printed_index(tmp_path)
    grids = [block for block in report_blocks(model, KEPT_TEMPLATE) if isinstance(block, Grid)]
    (grid,) = [grid for grid in grids if grid.rows[0][0][0].text == "Nhóm, thành phần"]
    assert [["".join(run.text for run in cell) for cell in row] for row in grid.rows] == [
        ["Nhóm, thành phần", "Điểm tối đa", "Tỷ lệ", "Điểm", "Ghi chú"],
        ["2. Tiến độ", "20", "", "16,25", ""],
        ["2.1. Đúng hạn", "20", "81,25%", "16,25", ""],
        ["3. Số hóa", "22", "", "–", "0,00 trên 0 điểm có số liệu"],
        ["3.1. Kết quả điện tử", "6", "–", "–", "chưa có số liệu"],
        ["Tổng điểm", "100", "", "–", "16,25 trên 20 điểm có số liệu"],
    ]
    assert model.figures["service-index/tp-st/2.1/points"].value == Decimal("16.25")
    assert model.figures["service-index/tp-st/3.1/points"].value is None


def test_a_report_before_the_index_says_nothing_of_it(example: Warehouse) -> None:
    assert example.rows("select * from rpt_service_index") == []


def test_a_period_in_force_has_the_whole_index_in_every_scope(make: Callable[..., Warehouse]) -> None:
    warehouse = make(
        unit=UNITS,
        section=SECTIONS,
        calendar=calendar("2022-06-01", "2022-12-31"),
        obligation=[{"unit_id": "p01", "stream": "case_exports"}, {"unit_id": "p01", "stream": "feedback_logs"}],
    ).ask(question(*IN_FORCE), tests=True)
    totals = warehouse.rows("select * from rpt_service_index where row_kind = 'total' order by scope_id")
    assert {row["scope_id"] for row in totals} == {"tp-st", "tp-st-bpmc", "tp-st-tp", "p01"}
    # Nothing was sent at all: no points of progress, no full points of feedback; 0 of 6 where the definition says 0.
    assert {(row["max_points"], row["known_max_points"], row["known_points"], row["points"]) for row in totals} == {
        (100, 6, Decimal("0.00"), None)
    }
    (zero,) = warehouse.rows("select * from rpt_service_index where scope_id = 'p01' and points is not null")
    assert (zero["component_code"], zero["reason"]) == (
        "reception_satisfied",
        "không có số liệu được gửi: tính 0 điểm theo định nghĩa",
    )
