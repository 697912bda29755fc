"""Documents say only what is known: an office with one stream, a period that is not over, who is told, deadlines.

Here: the published cases as the whole of an office, the small report. Not here: the sample (pipeline/test_sent_and_kept).
Invariant: what is expected is read from issue texts and the decree, typed by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import lxml.html
import openpyxl
import pdfplumber
import pytest
from compiled_project import compiled
from docx import Document
from figures_stub import OFFICE, stub_model
from office_folder import TABLES, make_office
from sentence_parts import parts_that_do_not_make_their_whole, sentences_in
from test_service_index import example, make  # noqa: F401 - fixtures
from warehouse_fixture import Warehouse

from pipelines.figures.blocks import Grid, words_of
from pipelines.figures.example import example_models
from pipelines.figures.form_page import form_page, points_and_widths
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.model import ReportModel
from pipelines.figures.read import build_report_model
from pipelines.figures.words import COVER_TEMPLATE, KEPT_TEMPLATE, report_blocks
from pipelines.office.settings import load_office
from pipelines.package.model import unit_info
from pipelines.paths import REPOSITORY
from pipelines.render.docx import write_report
from pipelines.render.html import write_html
from pipelines.render.pdf import write_pdf
from pipelines.render.xlsx import write_forms


@pytest.fixture(scope="module")
def one_stream(example: Warehouse) -> ReportModel:  # noqa: F811
    manifest = json.loads((example.target / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(example.path, read_only=True) as connection:
        return build_report_model(connection, layouts_from_manifest(manifest), OFFICE)


@pytest.mark.parametrize("template", [None, KEPT_TEMPLATE])
def test_the_parts_of_every_sentence_of_an_office_with_one_stream_make_their_whole(
    one_stream: ReportModel, template: str | None
) -> None:
    blocks = report_blocks(one_stream, template) if template else report_blocks(one_stream)
    found = list(sentences_in(blocks))
    assert any(figures for _, figures in found)
    assert parts_that_do_not_make_their_whole(found, "tp-st") == []


def test_an_office_with_one_stream_says_of_the_others_that_nobody_owes_them(one_stream: ReportModel) -> None:
    text = "\n".join(words_of(block) for block in report_blocks(one_stream))
    for section in ("2. Kiểm soát quy định TTHC", "4. Rà soát", "5. Tiếp nhận, xử lý phản ánh", "9. Công tác kiểm tra"):
        below = text.partition(section)[2].split("\n")[1]
        assert below == "Trong kỳ không có đơn vị nào phải báo cáo nội dung này.", section


@pytest.fixture(scope="module")
def provisional(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("provisional")
    model = stub_model(folder, as_of="2021-03-11")
    blocks = report_blocks(model)
    write_report(model, blocks, folder / "bao-cao.docx")
    write_pdf(model, blocks, folder / "bao-cao.pdf")
    write_html(model, blocks, folder / "bao-cao.html")
    write_forms(model, blocks, folder / "bieu-mau.xlsx", {})
    return folder


def read_docx(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([document.core_properties.title, *(item.text for item in document.paragraphs), *cells])


def read_pdf(path: Path) -> str:
    with pdfplumber.open(path) as pdf:
        return "\n".join([str(pdf.metadata.get("Title")), *(page.extract_text() for page in pdf.pages)])


def read_html(path: Path) -> str:
    return lxml.html.parse(path).getroot().text_content()


@pytest.mark.parametrize(
    ("name", "read"), [("bao-cao.docx", read_docx), ("bao-cao.pdf", read_pdf), ("bao-cao.html", read_html)]
)
def test_a_provisional_report_says_so_in_title_opening_and_heads(
    provisional: Path, name: str, read: Callable[[Path], str]
) -> None:
    text = " ".join(read(provisional / name).split())
    assert "Báo cáo kiểm soát thủ tục hành chính – Quý I năm 2021 (số liệu tạm tính)" in text
    assert text.count("Quý I năm 2021 (số liệu tạm tính)") >= 2
    assert "báo cáo số liệu tạm tính đến hết ngày 11/3/2021 của quý I năm 2021" in text
    assert "(Từ ngày 15/12/2020 đến ngày 14/03/2021; số liệu tạm tính đến hết ngày 11/03/2021)" in text


def test_every_sheet_of_a_provisional_workbook_says_so_in_its_head(provisional: Path) -> None:
    book = openpyxl.load_workbook(provisional / "bieu-mau.xlsx")
    for sheet in book.worksheets[:-1]:
        head = [str(cell.value) for row in sheet.iter_rows(max_row=9) for cell in row if cell.value]
        assert any("số liệu tạm tính đến hết ngày 11/03/2021" in text for text in head), sheet.title


def test_a_unit_is_never_among_the_recipients_of_its_own_documents(tmp_path: Path) -> None:
    settings = (
        "office: {name: UBND thành phố Thử, unit_id: tp}\nswitches: {}\nunit_documents:\n"
        "  department: {recipients: [UBND thành phố Thử, Văn  phòng UBND thành phố, 'Lưu: VT']}\n"
    )
    units = TABLES["units"] + "vp,Văn phòng UBND,Văn phòng,department,tp,3,Văn phòng UBND thành phố|VP,,\n"
    office = load_office(make_office(tmp_path, office=settings, units=units))
    own = unit_info(
        office, {"unit_id": "vp", "name_vi": "Văn phòng UBND", "short_name": "Văn phòng", "unit_kind": "department"}
    )
    other = unit_info(office, {"unit_id": "p01", "name_vi": "Phòng A", "short_name": "A", "unit_kind": "department"})
    assert own.recipients == ("UBND thành phố Thử", "Lưu: VT")
    assert len(other.recipients) == 3


def test_the_cover_letter_counts_the_forms_that_are_sent_and_names_no_file(tmp_path: Path) -> None:
    model = stub_model(tmp_path)
    sent = replace(model, office=replace(model.office, forms_sent=("II.06a",)))
    text = "\n".join(words_of(block) for block in report_blocks(sent, COVER_TEMPLATE))
    assert "gồm báo cáo và 1 biểu số liệu kèm theo" in text
    assert "số dòng trả lại" not in text and "«" not in text


@pytest.mark.parametrize("kind", ["quarter", "year"])
@pytest.mark.parametrize("template", [None, KEPT_TEMPLATE])
def test_no_item_of_a_list_runs_on_from_the_one_before(kind: str, template: str | None) -> None:
    layouts = layouts_from_manifest(json.loads(compiled().manifest))
    for _, model in example_models(layouts, OFFICE, kind, ["A", "B"]):
        blocks = report_blocks(model, template) if template else report_blocks(model)
        assert not [words_of(block) for block in blocks if re.search(r"[.;:]\s*- ", words_of(block))]


def test_who_signs_has_room_below_the_figures_of_every_form() -> None:
    layouts = layouts_from_manifest(json.loads(compiled().manifest))
    _, model = next(iter(example_models(layouts, OFFICE, "quarter", ["A"])))
    pages = [form_page(model, form) for form in model.forms.values()]
    assert min(page.column_count - page.stub_count for page in pages) <= 2
    for page in pages:
        # «TM. ỦY BAN NHÂN DÂN» and a date with gaps are about 60 mm wide.
        assert sum(points_and_widths(page, 252)[1][page.stub_count :]) >= 70, page.form_id


def test_columns_of_words_stand_left_and_figures_right(tmp_path: Path) -> None:
    grids = [block for block in report_blocks(stub_model(tmp_path)) if isinstance(block, Grid)]
    assert grids and not any(grid.is_words(column) for grid in grids for column in range(1, len(grid.rows[0])))


def test_a_deadline_is_said_as_its_last_day_everywhere() -> None:
    """«Trước ngày 12» is the 11th: documents name the day itself, to its end."""
    sources = [*(REPOSITORY / "report_templates").glob("*.j2"), *(REPOSITORY / "pipelines" / "render").rglob("*.j2")]
    sources += [*(REPOSITORY / "pipelines" / "render").glob("*.py"), *(REPOSITORY / "pipelines" / "units").glob("*.py")]
    said = 0
    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"trước ngày \{", text), source.name
        said += len(re.findall(r"hết ngày \{", text))
        for found in re.finditer(r"\{\{ [\w.]*deadline", text):
            assert text[: found.start()].rstrip().endswith("hết ngày"), source.name
    assert said > 5
