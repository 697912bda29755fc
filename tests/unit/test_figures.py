"""Figures: layouts from the dbt manifest, the report model, words as blocks.

Here: behaviour on literal tables. Not here: paper (test_render), folders (test_package), dbt.
Invariant: expected numbers are typed or added by hand, never taken from the code under test.
"""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from figures_stub import (
    BY_FIELD,
    BY_UNIT,
    OFFICE,
    SECTION_A,
    SECTION_B,
    dbt_manifest,
    stub_layouts,
    stub_model,
    write_stub,
)

from pipelines.figures.blocks import Block, Bullet, Grid, Heading, Paragraph, Signature, Table, parse_blocks, plain
from pipelines.figures.form_page import form_page
from pipelines.figures.layout import entries_of, head_cells, load_layouts
from pipelines.figures.manifest_layouts import layouts_from_manifest, printed_layouts
from pipelines.figures.model import ReportModel
from pipelines.figures.read import build_report_model
from pipelines.figures.text import Cleaner, clean_text, format_count, format_rate, rate
from pipelines.figures.words import KEPT_TEMPLATE, report_blocks
from pipelines.office.errors import OfficeError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    return stub_model(tmp_path_factory.mktemp("figures"))


def words(blocks: tuple) -> str:
    return "\n".join("".join(run.text for run in getattr(block, "runs", ())) for block in blocks)


# ---- text


@pytest.mark.parametrize(
    ("value", "zero", "text"),
    [
        (0, "0", "0"),
        (0, "blank", ""),
        (0, "-", "-"),
        (999, "0", "999"),
        (1234, "0", "1.234"),
        (1234567, "blank", "1.234.567"),
    ],
)
def test_a_count_is_written_with_dots(value: int, zero: str, text: str) -> None:
    assert format_count(value, zero) == text


@pytest.mark.parametrize(
    ("parts", "whole", "decimals", "text"),
    [
        (79, 80, 2, "98,75%"),
        (0, 0, 2, "–"),
        (0, 7, 2, "0,00%"),
        (1, 3, 2, "33,33%"),
        # 1/800 = 0.125 %, exactly half: up, not to even.
        (1, 800, 2, "0,13%"),
        (989, 1000, 1, "98,9%"),
        (2, 3, 0, "67%"),
    ],
)
def test_a_rate_is_rounded_half_up_in_decimals(parts: int, whole: int, decimals: int, text: str) -> None:
    assert format_rate(rate(parts, whole, decimals)) == text


def test_text_for_paper_has_no_control_or_private_characters_and_is_nfc() -> None:
    assert clean_text("a\x0bb\ue000c\ud800") == "a b c "
    assert clean_text("Hộ tịch") == "Hộ tịch"


def test_cleaned_texts_are_counted() -> None:
    cleaner = Cleaner()
    assert [cleaner.text(value) for value in ("a\x0bb", "Hộ tịch", None, " a  b ")] == ["a b", "Hộ tịch", "", "a b"]
    assert cleaner.changed == 1


# ---- layout


def test_layout_has_the_thirteen_columns_of_the_circular() -> None:
    layout = stub_layouts()["II.06a"]
    assert [column.number for column in layout.stub] == [1, 2]
    assert [column.number for column in layout.columns] == list(range(3, 14))
    assert layout.columns[2].head == ("Số hồ sơ nhận giải quyết", "Trong đó", "Trực tiếp, dịch vụ bưu chính")
    assert layout.columns[2].source == "fct_dossier_period.received_direct_postal"
    fact = layout.facts["fct_dossier_period"]
    assert (fact.key, fact.scope) == ("dossier_code", "int_dossier_in_scope")


def test_heads_merge_into_the_spanners_of_the_circular() -> None:
    layout = stub_layouts()["II.06a"]
    cells = {
        (cell.text, cell.row, cell.column, cell.row_span, cell.column_span)
        for cell in head_cells((*layout.stub, *layout.columns))
    }
    assert ("STT", 0, 0, 3, 1) in cells
    assert ("Số hồ sơ nhận giải quyết", 0, 2, 1, 4) in cells
    assert ("Tổng số", 1, 2, 2, 1) in cells
    assert ("Trong đó", 1, 3, 1, 2) in cells
    assert ("Trực tuyến", 2, 3, 1, 1) in cells
    assert ("Từ kỳ trước", 1, 5, 2, 1) in cells
    assert ("Số lượng hồ sơ đang giải quyết", 0, 10, 1, 3) in cells
    # 3 × 13 places, each covered once.
    covered = [
        (row, column)
        for _, top, left, height, width in cells
        for row in range(top, top + height)
        for column in range(left, left + width)
    ]
    assert sorted(covered) == [(row, column) for row in range(3) for column in range(13)]


def _break(manifest: dict, column: str, **meta: object) -> dict:
    broken = copy.deepcopy(manifest)
    broken["nodes"]["model.kstt.form_ii_06a"]["columns"][column]["config"]["meta"].update(meta)
    return broken


@pytest.mark.parametrize(
    ("column", "meta", "fault"),
    [
        ("received_online", {"number": 14}, "số cột phải là 1 đến 13"),
        ("received_online", {"number": 3}, "số cột phải là 1 đến 13"),
        ("received_online", {"head": []}, "một đầu cột riêng"),
        ("received_online", {"head": ["Số hồ sơ nhận giải quyết", "Tổng số"]}, "một đầu cột riêng"),
        ("received_online", {"from": "fct_other.received_online"}, "bảng fct_other thiếu key"),
        ("received_online", {"from": ""}, "phải lấy từ fct_"),
        ("resolved_total", {"head": ["Số lượng hồ sơ đang giải quyết", "Khác"]}, "bị ngắt quãng"),
        ("received_online", {"head": ["Số hồ sơ nhận giải quyết", "Tổng số", "Trực tuyến"]}, "vừa là cột vừa là nhóm"),
    ],
)
def test_a_wrong_layout_is_refused_by_name(column: str, meta: dict, fault: str) -> None:
    with pytest.raises(OfficeError, match=fault) as error:
        layouts_from_manifest(_break(dbt_manifest(), column, **meta))
    assert "form_ii_06a" in str(error.value)


def test_two_layouts_of_one_form_are_chosen_by_the_day_and_never_overlap() -> None:
    manifest = dbt_manifest()
    later = copy.deepcopy(manifest["nodes"]["model.kstt.form_ii_06a"])
    later["name"] = "form_ii_06a_2026"
    later["config"]["meta"]["valid_from"] = "2026-01-01"
    manifest["nodes"]["model.kstt.form_ii_06a_2026"] = later
    with pytest.raises(OfficeError, match="cùng là biểu"):
        layouts_from_manifest(manifest, dt.date(2026, 3, 14))
    manifest["nodes"]["model.kstt.form_ii_06a"]["config"]["meta"]["valid_to"] = "2025-12-31"

    def chosen(day: str) -> str:
        return layouts_from_manifest(manifest, dt.date.fromisoformat(day))["II.06a"].model

    assert [chosen(day) for day in ("2015-12-31", "2025-12-31", "2026-01-01")] == [
        "form_ii_06a",
        "form_ii_06a",
        "form_ii_06a_2026",
    ]


def _three_forms() -> dict:
    """II.06a of 2020, its layout of 2026, a form of 2022 printed on demand, the by-unit table."""
    manifest = dbt_manifest()
    for form_id, valid_from, demand in (("II.06a", "2026-01-01", {}), ("tien-do", "2022-08-01", {"enabled": False})):
        node = copy.deepcopy(manifest["nodes"]["model.kstt.form_ii_06a"])
        node["name"] = f"form_{valid_from[:4]}"
        node["config"]["meta"] |= {"form_id": form_id, "valid_from": valid_from, **demand}
        manifest["nodes"][f"model.kstt.{node['name']}"] = node
    manifest["nodes"]["model.kstt.form_ii_06a"]["config"]["meta"]["valid_to"] = "2025-12-31"
    return manifest


@pytest.mark.parametrize(
    ("enabled", "day", "models"),
    [
        (None, "2021-03-14", {"II.06a": "form_ii_06a", "II.06a-by-unit": "form_ii_06a_by_unit"}),
        (None, "2026-03-14", {"II.06a": "form_2026", "II.06a-by-unit": "form_ii_06a_by_unit"}),
        # Asked for, and printed from the day it is in force.
        (["II.06a", "tien-do"], "2022-07-31", {"II.06a": "form_ii_06a"}),
        (["II.06a", "tien-do"], "2022-08-01", {"II.06a": "form_ii_06a", "tien-do": "form_2022"}),
        (["II.06a-by-unit"], "2022-08-01", {"II.06a-by-unit": "form_ii_06a_by_unit"}),
        # Files of years before the first form are printed with the nearest layouts, still none on demand.
        (None, "2015-12-31", {"II.06a": "form_ii_06a", "II.06a-by-unit": "form_ii_06a_by_unit"}),
    ],
)
def test_a_report_prints_the_forms_asked_for_that_are_in_force(
    enabled: list[str] | None, day: str, models: dict[str, str]
) -> None:
    printed = printed_layouts(_three_forms(), enabled, dt.date.fromisoformat(day))
    assert {name: layout.model for name, layout in printed.items()} == models


def test_a_form_that_is_not_there_cannot_be_asked_for() -> None:
    with pytest.raises(OfficeError, match=r"forms_enabled: không có biểu «II\.6a»; gần nhất: «II\.06a»"):
        printed_layouts(_three_forms(), ["II.6a"], dt.date(2021, 3, 14))


def tables(blocks: tuple[Block, ...]) -> list[str]:
    return [block.form_id for block in blocks if isinstance(block, Table)]


def test_every_form_of_the_report_is_printed_once_even_one_the_words_do_not_name(model: ReportModel) -> None:
    other = replace(model.forms["II.06a-by-unit"], layout=replace(model.forms["II.06a-by-unit"].layout, form_id="khac"))
    more = replace(model, forms={**model.forms, "khac": other})
    own = replace(other, layout=replace(other.layout, form_id="rieng", is_sent=False))
    more = replace(more, forms={**more.forms, "rieng": own})
    packets = {name: tables(report_blocks(more, name)) for name in (None, KEPT_TEMPLATE)}
    # The same numbers are printed once, with a note; what the circular does not ask for is kept.
    assert packets == {None: ["II.06a", "II.06a-by-unit"], KEPT_TEMPLATE: ["rieng"]}
    notes = [block.note for block in report_blocks(more) if isinstance(block, Table)]
    assert notes == ["", f"{other.layout.number}: số liệu trùng với biểu này ở mọi ô, không in lại."]


def test_layouts_come_back_from_their_file(tmp_path: Path) -> None:
    import json

    path = tmp_path / "forms.json"
    path.write_text(json.dumps(entries_of(stub_layouts())), encoding="utf-8")
    assert load_layouts(path) == stub_layouts()


# ---- report model


@pytest.mark.parametrize(("form_id", "rows"), [("II.06a", BY_FIELD), ("II.06a-by-unit", BY_UNIT)])
def test_every_cell_of_the_offices_scope_is_a_figure_with_its_id(
    model: ReportModel, form_id: str, rows: list[tuple]
) -> None:
    expected = {
        f"{form_id}/tp-st/{code}/c{number}": value
        for _, code, _, _, values in rows
        for number, value in enumerate(values, 3)
    }
    found = {
        name: figure.value
        for name, figure in model.figures.items()
        if name.startswith(f"{form_id}/") and name.rsplit("/c", 1)[-1].isdigit()
    }
    assert found == expected


@pytest.mark.parametrize(
    ("reference", "value", "text"),
    [
        # (4600 + 1121) / 5800 = 98.6379… %
        ("II.06a.total.on_time_rate", Decimal("98.64"), "98,64%"),
        # 1400 / (1400 + 4400) = 24.1379… %
        ("II.06a.total.online_rate", Decimal("24.14"), "24,14%"),
        ("II.06a.B.3.on_time_rate", None, "–"),
        ("II.06a-by-unit.II.2.c10", 39, "39"),
        ("II.06a.total.c3", 6250, "6.250"),
    ],
)
def test_a_figure_is_found_by_form_row_and_column(model: ReportModel, reference: str, value: object, text: str) -> None:
    figure = model.figure_of(reference)
    assert (figure.value, figure.text) == (value, text)


def test_a_ratio_names_the_figures_it_is_made_of(model: ReportModel) -> None:
    figure = model.figure_of("II.06a.total.on_time_rate")
    assert figure.parts == ("II.06a/tp-st/total/c8", "II.06a/tp-st/total/c9")
    assert figure.whole == ("II.06a/tp-st/total/c7",)


def test_a_figure_that_is_not_there_is_an_error_in_words(model: ReportModel) -> None:
    with pytest.raises(OfficeError, match=r"II\.06a\.total\.c99"):
        model.figure_of("II.06a.total.c99")


def test_coverage_names_missing_units_refused_files_and_rows_sent_back(model: ReportModel) -> None:
    assert model.coverage.sentence == (
        "Số liệu của 3/5 đơn vị; chưa gửi đủ: UBND Phường 3, UBND Phường 4; "
        "tệp bị từ chối: «- # **hồ sơ** <b>.xlsx» (UBND Phường 3); số dòng trả lại: 3."
    )
    assert not model.coverage.is_complete


def test_only_files_for_the_period_are_counted(model: ReportModel) -> None:
    counts = model.counts
    assert (counts.files, counts.accepted, counts.refused) == (4, 3, 1)
    assert (counts.rows_typed, counts.rows_rejected, counts.rows_flagged) == (6250, 3, 5)
    assert len(model.deliveries) == 5


def test_a_control_character_in_a_name_is_cleaned_and_counted(model: ReportModel) -> None:
    labels = [row.label for row in model.forms["II.06a-by-unit"].rows]
    assert "Phòng Tài chính - Kế hoạch" in labels
    assert model.cleaned_texts == 1


def test_switches_tell_whether_they_are_as_by_default(tmp_path: Path) -> None:
    model = stub_model(tmp_path, lateness_granularity="timestamp")
    assert [switch.name for switch in model.question.switches if not switch.is_default] == ["lateness_granularity"]


def test_a_form_without_rows_for_the_office_is_an_error(tmp_path: Path) -> None:
    database = write_stub(tmp_path / "stub.duckdb")
    with duckdb.connect(database) as connection:
        connection.execute("delete from form_ii_06a where scope_id = 'tp-st'")
        with pytest.raises(OfficeError, match=r"II\.06a không có dòng nào"):
            build_report_model(connection, stub_layouts(), OFFICE)


def test_form_page_says_whose_when_and_what_is_missing(model: ReportModel) -> None:
    page = form_page(model, model.forms["II.06a"])
    assert page.period_line == "Kỳ báo cáo: Quý I năm 2021"
    assert page.range_line == "(Từ ngày 15/12/2020 đến ngày 14/03/2021)"
    assert page.column_numbers == tuple(f"({number})" for number in range(1, 14))
    assert page.place_line == "Sóc Trăng, ngày      tháng      năm 2021"
    assert page.remarks == (model.coverage.sentence,)


# ---- blocks and words


def test_light_markdown_becomes_blocks_with_styles() -> None:
    blocks = parse_blocks("# A\n\nmột\nhai **đậm** *nghiêng*\n- mục\n")
    assert [type(block) for block in blocks] == [Heading, Paragraph, Bullet]
    assert [(run.text, run.bold, run.slanted) for run in blocks[1].runs] == [
        ("một hai ", False, False),
        ("đậm", True, False),
        (" ", False, False),
        ("nghiêng", False, True),
    ]


@pytest.mark.parametrize("text", ["# x", "- x", "**x**", "*x*", "a\\b", "\\*", "x\n\n# y", "- # **hồ sơ** <b>&amp;"])
def test_data_never_becomes_markup(text: str) -> None:
    (block,) = parse_blocks(plain(text))
    assert isinstance(block, Paragraph)
    assert [(run.text, run.bold) for run in block.runs] == [(" ".join(text.split()), False)]


def test_report_has_every_section_of_the_outline_in_order(model: ReportModel) -> None:
    headings = ["".join(run.text for run in block.runs) for block in report_blocks(model) if isinstance(block, Heading)]
    roman = [text.split(" ")[0] for text in headings if text.split(" ")[0] in ("I.", "II.", "III.", "IV.")]
    first = headings.index("I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN")
    assert roman == ["I.", "II.", "III.", "IV."]
    assert [text.split(".")[0] for text in headings[first + 1 : first + 11]] == [str(n) for n in range(1, 11)]


def test_every_number_of_the_result_section_is_a_figure_of_the_form(model: ReportModel) -> None:
    blocks = report_blocks(model)
    runs = [run for block in blocks for run in getattr(block, "runs", ()) if run.figure_id]
    assert len(runs) > 25
    assert all(run.text == model.figures[run.figure_id].text for run in runs)
    text = words(blocks)
    assert "Tổng số hồ sơ nhận giải quyết trong kỳ là 6.250 hồ sơ" in text
    assert "trước hạn 4.600; đúng hạn 1.121; quá hạn 79" in text


def test_sections_nobody_sent_report_it_and_do_not_claim_that_nothing_happened(model: ReportModel) -> None:
    text = words(report_blocks(model))
    # Nobody owes these areas in the stub: neither nil nor missing.
    assert text.count("Trong kỳ không có đơn vị nào phải báo cáo nội dung này.") == 7
    assert "không phát sinh" not in text and "Chưa có số liệu" not in text


def test_the_latest_fields_and_units_are_named_greatest_first(model: ReportModel) -> None:
    (worst,) = [block for block in report_blocks(model) if isinstance(block, Grid) and len(block.rows[0]) == 5]
    lines = [["".join(run.text for run in cell) for cell in row] for row in worst.rows[1:]]
    assert lines == [
        ["UBND Phường 2", "1.900", "39", "97,95%", "10"],
        ["Phòng Tài chính - Kế hoạch", "1.000", "20", "98,00%", "10"],
        ["UBND Phường 1", "2.900", "20", "99,31%", "10"],
    ]
    (fields,) = [block for block in report_blocks(model, KEPT_TEMPLATE) if isinstance(block, Grid)]
    labels = ["".join(run.text for run in row[0]) for row in fields.rows[1:]]
    assert labels == [
        f"Hộ tịch ({SECTION_B})",
        f"Đăng ký kinh doanh hộ cá thể ({SECTION_A})",
        f"Công ty A & B <C> ({SECTION_A})",
    ]


def test_provisional_figures_are_marked_in_words_and_on_forms(tmp_path: Path) -> None:
    model = stub_model(tmp_path, as_of="2021-03-11")
    assert "Số liệu tạm tính đến hết ngày 11/3/2021." in words(report_blocks(model))
    assert form_page(model, model.forms["II.06a"]).remarks[0].startswith("Số liệu tạm tính đến hết ngày 11/3/2021")


def test_switches_unlike_the_default_are_told(tmp_path: Path) -> None:
    plain_text = words(report_blocks(stub_model(tmp_path), KEPT_TEMPLATE))
    assert "khác với mặc định" not in plain_text
    (tmp_path / "b").mkdir()
    text = words(report_blocks(stub_model(tmp_path / "b", lateness_granularity="timestamp"), KEPT_TEMPLATE))
    assert "So sánh với hạn: theo giờ, phút, giây (mặc định: theo ngày)" in text


def test_the_signature_is_before_the_forms(model: ReportModel) -> None:
    kinds = [type(block) for block in report_blocks(model)]
    assert kinds.index(Signature) < kinds.index(Table)
    assert [block.form_id for block in report_blocks(model) if isinstance(block, Table)] == ["II.06a", "II.06a-by-unit"]


@pytest.mark.parametrize(
    "template",
    [
        "{{ nothing_of_this_name }}",
        "{{ question.no_such }}",
        '{{ fig("II.06a.total.c99") }}',
        '{{ table("II.99") }}',
        "{{ cycler.__init__.__globals__.os.getpid() }}",
        "{{ office.__class__.__mro__ }}",
        "{% if %}",
    ],
)
def test_a_wrong_or_hostile_template_stops_with_an_error(model: ReportModel, tmp_path: Path, template: str) -> None:
    (tmp_path / "t.md.j2").write_text(template, encoding="utf-8")
    with pytest.raises(OfficeError):
        report_blocks(model, "t.md.j2", [tmp_path])


def test_an_offices_own_template_comes_before_the_common_one(model: ReportModel, tmp_path: Path) -> None:
    from pipelines.paths import REPORT_TEMPLATES

    (tmp_path / "bao-cao-quy.md.j2").write_text("Riêng của {{ office.name }}", encoding="utf-8")
    assert words(report_blocks(model, folders=[tmp_path, REPORT_TEMPLATES])) == "Riêng của UBND thành phố Sóc Trăng"


def changed_model(folder: Path, *statements: str) -> ReportModel:
    folder.mkdir(exist_ok=True)
    with duckdb.connect(write_stub(folder / "stub.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)
        return build_report_model(connection, stub_layouts(), OFFICE)


def test_without_any_unit_the_report_says_that_nothing_was_sent(tmp_path: Path) -> None:
    model = changed_model(tmp_path, "update rpt_coverage set state = 'missing', rows_typed = 0")
    text = words(report_blocks(model))
    assert "Số liệu của 0/5 đơn vị" in text
    assert "Tổng số hồ sơ nhận giải quyết" not in text
    # What was carried over stays known; whether anything happened does not.
    assert "Chưa có số liệu của kỳ này. Từ kỳ trước chuyển sang 450 hồ sơ" in text
    assert "không phát sinh" not in text


LEVELS = """create table dim_section as
    select 'level' as scheme, 'A' as section_code, 'city' as applies_to, '' as label, 1 as sort_no
    union all select 'level', 'B', 'ward', '', 2"""
NO_WARD_SENT = "update rpt_coverage set state = 'missing', rows_typed = 0 where unit_id like 'p%'"


def test_a_level_none_of_whose_units_has_sent_prints_no_zero(tmp_path: Path) -> None:
    """The wards sent nothing: section B has what others told of it, and dots where there would be a zero."""
    layouts = stub_layouts()
    keys = {"II.06a": ("level_section_code", "field_code"), "II.06a-by-unit": ("unit_section_code", "row_unit_id")}
    for form_id, layout in layouts.items():
        facts = {name: replace(fact, streams=("case_exports",)) for name, fact in layout.facts.items()}
        layouts[form_id] = replace(layout, keys=keys[form_id], facts=facts)
    wards = ", ".join(f"('p0{number}', 'tp-st', 'ward')" for number in range(1, 5))
    with duckdb.connect(write_stub(tmp_path / "stub.duckdb")) as connection:
        for statement in (
            LEVELS,
            f"create or replace table dim_unit as from (values {wards}) as unit(unit_id, parent_unit_id, unit_kind)",
            NO_WARD_SENT,
            "alter table form_ii_06a_by_unit add column row_unit_id varchar",
            "update form_ii_06a_by_unit set row_unit_id = 'p0' || right(row_code, 1) where row_code like 'II._'",
            "update form_ii_06a_by_unit set received_online = 0 where row_code = 'II'",
        ):
            connection.execute(statement)
        model = build_report_model(connection, layouts, OFFICE)

    def texts(form: str) -> dict[str, list[str]]:
        return {row.code: [figure.text for figure in row.figures] for row in model.forms[form].rows}

    by_field, by_unit = texts("II.06a"), texts("II.06a-by-unit")
    assert by_field["B.3"] == ["…"] * 11
    assert by_field["B.2"] == ["1", "…", "1", "…", "1", "…", "1", "…", "…", "…", "…"]
    assert by_field["B"][0] == "5.000"
    assert by_field["A.2"][1] == "0"  # the other level has sent
    assert (by_unit["II.1"], by_unit["II"][:2], by_unit["I"][1]) == (["…"] * 11, ["5.000", "…"], "400")


def test_the_summary_has_no_number_of_what_nobody_owes(tmp_path: Path) -> None:
    zeros = ", ".join(f"{column.name} = 0" for column in stub_layouts()["II.06a"].figures)
    owed_none = changed_model(tmp_path, f"update form_ii_06a set {zeros}", "delete from rpt_coverage")
    assert owed_none.headline()["Hồ sơ nhận giải quyết"] == "không có đơn vị nào phải báo cáo"
    nil = changed_model(
        tmp_path / "nil", f"update form_ii_06a set {zeros}", "update rpt_coverage set state = 'accepted'"
    )
    assert nil.headline()["Hồ sơ nhận giải quyết"] == "0"


def test_nothing_happened_is_said_only_of_units_that_answered(tmp_path: Path) -> None:
    zeros = ", ".join(f"{column.name} = 0" for column in stub_layouts()["II.06a"].figures)
    model = changed_model(
        tmp_path,
        f"update form_ii_06a set {zeros}",
        f"update form_ii_06a_by_unit set {zeros}",
        "update rpt_coverage set state = 'accepted'",
    )
    text = words(report_blocks(model))
    assert "Trong kỳ không phát sinh." in text and "Số liệu của 5/5 đơn vị." in text
    half = changed_model(
        tmp_path / "half",
        f"update form_ii_06a set {zeros}",
        f"update form_ii_06a_by_unit set {zeros}",
    )
    accepted = half.coverage.accepted
    told = f"Theo {accepted}/5 đơn vị đã gửi: không phát sinh; {5 - accepted} đơn vị chưa có số liệu."
    assert 0 < accepted < 5 and told in words(report_blocks(half))


def test_a_note_column_is_printed_below_its_form_only_when_not_zero(tmp_path: Path) -> None:
    manifest = dbt_manifest()
    meta = {"note": "Chưa rõ cách tiếp nhận", "from": "fct_dossier_period.received_unknown_channel"}
    columns = manifest["nodes"]["model.kstt.form_ii_06a"]["columns"]
    columns["received_unknown_channel"] = {"name": "received_unknown_channel", "config": {"meta": meta}}
    layouts = layouts_from_manifest(manifest)

    with duckdb.connect(write_stub(tmp_path / "stub.duckdb")) as connection:
        connection.execute("alter table form_ii_06a add column received_unknown_channel bigint default 0")
        model = build_report_model(connection, layouts, OFFICE)
        assert not form_page(model, model.forms["II.06a"]).notes
        connection.execute("update form_ii_06a set received_unknown_channel = 1207 where row_code = 'total'")
        model = build_report_model(connection, layouts, OFFICE)
    (note,) = form_page(model, model.forms["II.06a"]).notes
    assert (note.label, note.figure.text) == ("Chưa rõ cách tiếp nhận", "1.207")
    assert note.figure.figure_id == "II.06a/tp-st/total/received_unknown_channel"
