"""Any figure of any form held against an issued report and against its target: words, figures, table.

Here: changes of rows and sections, targets in force, the table of headline figures. Not here: changes of totals in the
report's own sentences (test_templates), finding the issued report (pipeline).
Invariant: expected numbers are counted by hand from the stub's literals and the values typed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from docx import Document
from figures_stub import OFFICE, dbt_manifest, stub_layouts, stub_model, write_stub
from office_folder import make_office

from pipelines.figures.blocks import Block, Grid, Heading, Paragraph, figure_ids, parse_blocks, plain, words_of
from pipelines.figures.change import with_changes, with_compared
from pipelines.figures.layout import FormLayout, Layouts
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.model import Compared, ReportModel
from pipelines.figures.read import build_report_model
from pipelines.figures.words import KEPT_TEMPLATE, report_blocks
from pipelines.office.errors import OfficeError
from pipelines.office.reference import load_reference
from pipelines.package.assemble import assemble
from pipelines.paths import REPORT_TEMPLATES
from pipelines.render.docx import write_report
from pipelines.render.html import write_html
from pipelines.render.pdf import typst_source, write_pdf

PREV = Compared("prev", "2020-Q4/v1", "Quý IV năm 2020")
YEAR = Compared("year", "2020-Q1/v1", "Quý I năm 2020")
COMPARE = {"Hồ sơ nhận giải quyết": "received_total", "Tỷ lệ trước và đúng hạn": "on_time_rate"}
TARGETS = [
    # (4600 + 1121) / 5800 = 98,64 %; 1400 / 5800 = 24,14 %; 79 late dossiers; B.3 received nothing: no rate.
    ("II.06a", "total", "on_time_rate", ">=", "98", None, None),
    ("II.06a", "total", "online_rate", ">=", "30.5", None, None),
    ("II.06a", "total", "resolved_overdue", "<=", "79", None, None),
    ("II.06a", "A", "c10", "<", "20", None, None),
    ("II.06a", "B.3", "on_time_rate", ">=", "98", None, None),
    # Not in force on 14/03/2021, the end of the period.
    ("II.06a", "total", "c3", ">=", "1", "2021-03-15", None),
    ("II.06a", "total", "c7", ">=", "1", None, "2021-03-13"),
    ("II.99", "total", "c7", ">=", "1", None, None),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    return stub_model(tmp_path_factory.mktemp("comparison"))


def with_targets(folder: Path, targets: list[tuple], layouts: Layouts | None = None) -> ReportModel:
    database = write_stub(folder / "stub.duckdb")
    with duckdb.connect(database) as connection:
        connection.execute(
            "create table landed.target (form_id varchar, row_code varchar, column_name varchar, operator varchar, "
            "value decimal(18, 4), valid_from date, valid_to date)"
        )
        connection.executemany("insert into landed.target values (?, ?, ?, ?, ?, ?, ?)", targets)
        return build_report_model(connection, layouts or stub_layouts(), OFFICE)


def compared_layouts() -> Layouts:
    layouts = stub_layouts()
    return {**layouts, "II.06a": replace(layouts["II.06a"], compare=tuple(COMPARE.items()))}


def said(model: ReportModel, template: str, folder: Path) -> str:
    (folder / "t.md.j2").write_text(template, encoding="utf-8")
    return "\n".join(words_of(block) for block in report_blocks(model, "t.md.j2", [folder, REPORT_TEMPLATES]))


# ---- changes


@pytest.mark.parametrize(
    ("reference", "issued", "unit", "words"),
    [
        ("II.06a.A.1.c7", 640, "hồ sơ", "tăng 160 hồ sơ (25,00%)"),  # 800 - 640; 160 / 640
        ("II.06a.B.1.c10", 80, "", "giảm 21 (26,25%)"),  # 59 - 80; 21 / 80
        ("II.06a.A.c3", 0, "hồ sơ", "tăng 1.250 hồ sơ"),  # no share of nothing
        ("II.06a-by-unit.II.2.c10", 39, "hồ sơ", "không đổi"),
        ("II.06a.A.1.on_time_rate", Decimal("99.25"), "", "giảm 0,75 điểm phần trăm"),  # 788 / 800 = 98,50 %
        ("II.06a.B.3.on_time_rate", Decimal("99.25"), "", "–"),  # nothing resolved now
        ("II.06a.A.2.c7", None, "hồ sơ", "–"),  # was not printed then
    ],
)
def test_a_change_of_any_figure_is_reported_in_words(
    model: ReportModel, tmp_path: Path, reference: str, issued: int | Decimal | None, unit: str, words: str
) -> None:
    name = model.figure_of(reference).figure_id
    compared = with_compared(model, YEAR, {name: issued} if issued is not None else {})
    assert said(compared, f'{{{{ delta_year("{reference}", "{unit}") }}}}', tmp_path) == words
    assert said(compared, f'{{{{ delta_prev("{reference}", "{unit}") }}}}', tmp_path) == "–"


def test_the_figure_of_then_is_reported_as_it_was_printed(model: ReportModel, tmp_path: Path) -> None:
    issued = {"II.06a/tp-st/A.1/c3": 12345, "II.06a/tp-st/A.1/on_time_rate": Decimal("99.20")}
    compared = with_compared(model, PREV, issued)
    template = '{{ before("prev", "II.06a.A.1.c3") }}; {{ before("prev", "II.06a.A.1.on_time_rate") }}; '
    template += '{{ before("year", "II.06a.A.1.c3") }}; {{ before("prev", "II.06a.A.1.c4") }}'
    assert said(compared, template, tmp_path) == "12.345; 99,20%; –; –"


def test_rows_of_sections_and_of_the_greatest_tell_their_changes(model: ReportModel, tmp_path: Path) -> None:
    compared = with_compared(model, PREV, {"II.06a/tp-st/A/c10": 25, "II.06a/tp-st/B.1/c10": 50})
    template = (
        '{% for row in sections("II.06a") %}{{ row.delta_prev("c10", "hồ sơ") }}; {% endfor %}'
        '{% for row in top("II.06a", "c10", 1) %}{{ row.label }}: {{ row.delta_prev("c10") }}, '
        '{{ row.before("prev", "c10") }}, {{ row.delta_year("c10") }}, {{ row.target("c10") }}{% endfor %}'
    )
    # Section A: 20 - 25 = -5, 5 / 25; B was not issued. The greatest row, B.1: 59 - 50 = 9, 9 / 50.
    assert said(compared, template, tmp_path) == "giảm 5 hồ sơ (20,00%); –; Hộ tịch: tăng 9 (18,00%), 50, –, –"


def test_every_change_reported_is_a_figure_of_the_manifest(model: ReportModel, tmp_path: Path) -> None:
    compared = with_compared(model, PREV, {"II.06a/tp-st/A.1/c7": 640, "II.06a/tp-st/total/c3": 6000})
    (tmp_path / "_ket-thuc.md.j2").write_text(
        '{{ delta_prev("II.06a.A.1.c7", "hồ sơ") }}, {{ before("prev", "II.06a.A.1.c7") }}', encoding="utf-8"
    )
    blocks = report_blocks(compared, folders=[tmp_path, REPORT_TEMPLATES])
    noted = with_changes(compared, blocks)
    assert set(figure_ids(blocks)) <= set(noted.figures)
    assert {name: noted.figures[name].value for name in set(noted.figures) - set(compared.figures)} == {
        "II.06a/tp-st/A.1/c7_increase_prev": 160,
        "II.06a/tp-st/A.1/c7_increase_prev_percent": Decimal("25.00"),
        "II.06a/tp-st/A.1/c7_before_prev": 640,
        # The summary sets the period before beside this one.
        "II.06a/tp-st/total/c3_before_prev": 6000,
    }


# ---- targets


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("II.06a.total.on_time_rate", "đạt mục tiêu (≥ 98%)"),
        ("II.06a.total.online_rate", "chưa đạt mục tiêu (≥ 30,5%)"),
        ("II.06a.total.c10", "đạt mục tiêu (≤ 79)"),
        ("II.06a.A.c10", "chưa đạt mục tiêu (< 20)"),
        ("II.06a.B.3.on_time_rate", "–"),
        ("II.06a.total.c3", "–"),
        ("II.06a.total.c7", "–"),
        ("II.06a.A.1.c7", "–"),
    ],
)
def test_a_figure_with_a_target_in_force_is_reported_to_reach_it_or_not(
    tmp_path: Path, reference: str, words: str
) -> None:
    assert said(with_targets(tmp_path, TARGETS), f'{{{{ target("{reference}") }}}}', tmp_path) == words


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (("II.06a", "total", "on_time", ">=", "1", None, None), "không có cột «on_time»; gần nhất: «on_time_rate»"),
        (("II.06a", "C", "c3", ">=", "1", None, None), "không có dòng «C»"),
    ],
)
def test_a_target_of_a_figure_no_form_has_is_refused(tmp_path: Path, target: tuple, fault: str) -> None:
    with pytest.raises(OfficeError, match=r"targets\.csv") as error:
        with_targets(tmp_path, [target])
    assert fault in str(error.value)


def test_the_table_of_targets_is_checked_when_the_office_is_read(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    head = "form_id,row_code,column_name,operator,value,valid_from,valid_to,evidence\n"
    path = office / "reference" / "targets.csv"
    assert len(load_reference(office / "reference")["targets"]) == 0
    path.write_text(f"{head}II.06a,total,on_time_rate,>=,98.5,2021-01-01,,K\n", encoding="utf-8")
    assert list(load_reference(office / "reference")["targets"]["value"]) == ["98.5"]
    path.write_text(f"{head}II.06a,total,on_time_rate,=>,98,2021-01-01,,K\n", encoding="utf-8")
    with pytest.raises(OfficeError, match=r"targets\.csv, dòng 2, cột operator: «=>»"):
        load_reference(office / "reference")
    path.write_text(f"{head}II.06a,total,on_time_rate,>=,98%,2021-01-01,,K\n", encoding="utf-8")
    with pytest.raises(OfficeError, match=r"targets\.csv, dòng 2, cột value: «98%»"):
        load_reference(office / "reference")


def comparisons(blocks: Iterable[Block]) -> list[Grid]:
    """The tables that hold headline figures against before and target: of the packet that is kept."""
    grids = [block for block in blocks if isinstance(block, Grid)]
    heads = [["".join(run.text for run in cell) for cell in grid.rows[0]] for grid in grids]
    return [grid for grid, head in zip(grids, heads, strict=True) if head[:1] == ["Chỉ tiêu"] and "Kết quả" in head]


def test_a_report_without_targets_and_issues_has_no_table_of_comparison(model: ReportModel) -> None:
    assert comparisons(report_blocks(model, KEPT_TEMPLATE)) == []


# ---- the table


def compared_report(folder: Path) -> ReportModel:
    model = with_targets(folder, TARGETS, compared_layouts())
    # 6250 - 6000 = 250, 250 / 6000 = 4,17 %; 98,64 - 99,14 = -0,50; a year ago nothing was issued of the rate.
    issued = {"II.06a/tp-st/total/c3": 6000, "II.06a/tp-st/total/on_time_rate": Decimal("99.14")}
    return with_compared(with_compared(model, PREV, issued), YEAR, {"II.06a/tp-st/total/c3": 6250})


def test_headline_figures_are_in_one_table_with_then_now_and_target(tmp_path: Path) -> None:
    model = compared_report(tmp_path)
    blocks = (*report_blocks(model), *report_blocks(model, KEPT_TEMPLATE))
    (grid,) = comparisons(blocks)
    assert [["".join(run.text for run in cell) for cell in row] for row in grid.rows] == [
        ["Chỉ tiêu", "Kỳ này", "Kỳ trước", "Tăng, giảm", "Cùng kỳ năm trước", "Tăng, giảm", "Mục tiêu", "Kết quả"],
        ["Hồ sơ nhận giải quyết", "6.250", "6.000", "tăng 250 (4,17%)", "6.250", "không đổi", "–", "–"],
        ["Tỷ lệ trước và đúng hạn", "98,64%", "99,14%", "giảm 0,50 điểm phần trăm", "–", "–", "≥ 98%", "đạt"],
    ]
    text = "\n".join(words_of(block) for block in blocks)
    assert "Tỷ lệ giải quyết trước hạn và đúng hạn 98,64%: đạt mục tiêu (≥ 98%)." in text
    assert "Tỷ lệ tiếp nhận trực tuyến 24,14%: chưa đạt mục tiêu (≥ 30,5%)." in text


def test_the_table_is_on_every_paper_and_its_figures_in_the_manifest(tmp_path: Path) -> None:
    model = compared_report(tmp_path)
    blocks = report_blocks(model, KEPT_TEMPLATE)
    write_report(model, blocks, tmp_path / "a.docx")
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows] for table in Document(tmp_path / "a.docx").tables
    ]
    (table,) = [table for table in tables if table[0][:3] == ["Chỉ tiêu", "Kỳ này", "Kỳ trước"]]
    assert table[1][:4] == ["Hồ sơ nhận giải quyết", "6.250", "6.000", "tăng 250 (4,17%)"]
    write_html(model, blocks, tmp_path / "a.html")
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert 'tăng <span class="fig" data-figure="II.06a/tp-st/total/c3_increase_prev">250</span>' in html
    assert '"II.06a/tp-st/total/c3_before_prev"' in typst_source(model, blocks)
    write_pdf(model, blocks, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assemble(tmp_path, model, compared_layouts(), "key", {})
    figures = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["figures"]
    assert set(figure_ids(blocks)) <= set(figures)
    assert figures["II.06a/tp-st/total/c3_before_prev"] == 6000


def test_lines_of_bars_become_a_table_and_data_never_does() -> None:
    blocks = parse_blocks("# A\n\n| a | **b** |\n| 1 | " + plain("x | y \\ | z") + " |\n\nmột")
    assert [type(block) for block in blocks] == [Heading, Grid, Paragraph]
    assert [["".join(run.text for run in cell) for cell in row] for row in blocks[1].rows] == [
        ["a", "b"],
        ["1", "x | y \\ | z"],
    ]
    (block,) = parse_blocks(plain("| a | b |"))
    assert (type(block), words_of(block)) == (Paragraph, "| a | b |")


def test_a_layout_that_compares_an_unknown_column_is_refused() -> None:
    manifest = dbt_manifest()
    manifest["nodes"]["model.kstt.form_ii_06a"]["config"]["meta"]["compare"] = {"Hồ sơ": "receved"}
    with pytest.raises(OfficeError, match="compare gọi cột không có: receved"):
        layouts_from_manifest(manifest)
    older = {name: item for name, item in stub_layouts()["II.06a"].entry.items() if name != "compare"}
    assert FormLayout.of(older).compare == ()
