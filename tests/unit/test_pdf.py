"""The report as PDF: every figure by its id, the font, the page, and nothing of the data taken for markup.

Here: the produced file read back by a PDF reader. Not here: words (golden), Word and Excel (test_render).
Invariant: expected figures are those of the stub, typed by hand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pdfplumber
import pikepdf
import pytest
from figures_stub import OFFICE, stub_layouts, write_stub
from paper_readers import pdf_texts
from paper_stub import small_blocks, small_model

from pipelines.figures.blocks import Bullet, Grid, Paragraph, Run, Signature, Table
from pipelines.figures.model import ReportModel
from pipelines.figures.read import build_report_model
from pipelines.figures.words import report_blocks
from pipelines.render.pdf import typst_source, write_pdf
from pipelines.render.typst_text import content, string


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    path = write_stub(tmp_path_factory.mktemp("stub") / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        return build_report_model(connection, stub_layouts(), OFFICE)


@pytest.fixture(scope="module")
def report(model: ReportModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "bao-cao.pdf"
    write_pdf(model, report_blocks(model), path)
    return path


def test_every_figure_of_every_form_is_in_the_pdf_under_its_id(model: ReportModel, report: Path) -> None:
    printed = pdf_texts(report)
    cells = [figure for form in model.forms.values() for row in form.rows for figure in row.figures]
    assert {figure.figure_id: printed.get(figure.figure_id) for figure in cells} == {
        figure.figure_id: {figure.text} for figure in cells
    }


def test_no_figure_is_in_the_pdf_that_the_report_does_not_have(model: ReportModel, report: Path) -> None:
    printed = pdf_texts(report)
    assert {name: texts for name, texts in printed.items() if texts != {model.figures[name].text}} == {}


def test_figures_of_the_words_lead_to_their_cells_in_the_same_file(model: ReportModel, report: Path) -> None:
    cells = {figure.figure_id for form in model.forms.values() for row in form.rows for figure in row.figures}
    with pdfplumber.open(report) as pdf:
        links = [(number, link) for number, page in enumerate(pdf.pages) for link in page.annots]
        first_form = next(number for number, page in enumerate(pdf.pages) if page.width > page.height)
    inside = [number for number, link in links if link["uri"] is None]
    outside = {
        unquote(link["uri"]).removeprefix("bao-cao.html#") for n, link in links if link["uri"] and n < first_form
    }
    assert len(inside) > 5 and max(inside) < first_form
    assert outside.isdisjoint(cells)


def test_small_objects_are_compressed_and_the_file_is_still_pdf_a_and_tagged(report: Path) -> None:
    content = report.read_bytes()
    assert b"/ObjStm" in content and b"/StructElem" not in content
    with pikepdf.open(report) as document:
        assert document.open_metadata().pdfa_status == "2B"
        assert document.Root.MarkInfo.Marked and "/StructTreeRoot" in document.Root


def test_only_the_embedded_font_is_used_and_all_of_it_is_embedded(report: Path) -> None:
    with pdfplumber.open(report) as pdf:
        fonts = {char["fontname"].split("+")[-1].split("-")[0] for page in pdf.pages for char in page.chars}
    assert fonts == {"TeXGyreTermes"}


def test_the_page_is_a4_with_the_margins_of_the_decree_and_forms_lie_across(report: Path) -> None:
    with pdfplumber.open(report) as pdf:
        first = pdf.pages[0]
        assert (round(first.width), round(first.height)) == (595, 842)
        left = min(char["x0"] for char in first.chars) * 25.4 / 72
        right = 210 - max(char["x1"] for char in first.chars) * 25.4 / 72
        assert 30 <= round(left, 3) <= 35
        assert 15 <= round(right, 3) <= 20
        assert [round(page.width) for page in pdf.pages[-2:]] == [842, 842]


def test_page_numbers_begin_on_page_two_and_again_with_the_appendices(report: Path) -> None:
    with pdfplumber.open(report) as pdf:
        tops = [page.crop((0, 0, page.width, 55)).extract_text().strip() for page in pdf.pages]
        body = next(number for number, page in enumerate(pdf.pages) if "PHỤ LỤC" in page.extract_text())
    assert body > 2
    assert tops[:body] == ["", *map(str, range(2, body + 1))]
    assert tops[body:] == list(map(str, range(1, len(tops) - body + 1))) and len(tops) - body >= 2


def test_the_same_report_gives_the_same_bytes(model: ReportModel, report: Path, tmp_path: Path) -> None:
    write_pdf(model, report_blocks(model), tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == report.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "Công ty A & B <C>",
        "#eval(1) $x$ *đậm* _nghiêng_ `mã` @nhan <nhan> = tiêu đề",
        "1. không phải danh sách; - cũng không; + cũng không; / cũng: không",
        "đường\\dẫn // chú thích /* */ https://vi.du ~ -- --- ... \"nháy\" 'đơn' [ngoặc] {nhọn} (tròn)",
        "=1+1",
        "Hồ sơ 98,64%; tỷ lệ 24,14%.",
    ],
)
def test_text_of_the_office_is_printed_as_it_is(model: ReportModel, tmp_path: Path, text: str) -> None:
    blocks = (Paragraph((Run(text), Run("7", figure_id="II.06a/tp-st/total/c3"), Run("; rồi."))),)
    write_pdf(model, blocks, tmp_path / "x.pdf")
    with pdfplumber.open(tmp_path / "x.pdf") as pdf:
        words = " ".join(pdf.pages[0].extract_text().split())
    assert f"{text}7; rồi." in words


def test_escaping_keeps_every_character_of_a_string_literal() -> None:
    assert string('a"b\\c') == '"a\\"b\\\\c"'
    assert content("a;b.c") == "a\\;b\\.c"


@pytest.mark.parametrize("paragraphs", range(28, 36))
def test_a_signature_never_is_alone_on_a_page(tmp_path: Path, paragraphs: int) -> None:
    small = small_model()
    blocks = [block for block in small_blocks(small, paragraphs) if not isinstance(block, Bullet)]
    write_pdf(small, blocks[: blocks.index(Signature()) + 1], tmp_path / "x.pdf")
    with pdfplumber.open(tmp_path / "x.pdf") as pdf:
        (signed,) = [text for page in pdf.pages if "Nơi nhận:" in (text := page.extract_text())]
    assert "Trong kỳ nhận" in signed


@pytest.mark.parametrize(("text", "replaced"), [("gấp 😀 ✓", 0), ("中 và 中", 2)])
def test_a_character_no_font_has_is_replaced_and_said_at_the_end(tmp_path: Path, text: str, replaced: int) -> None:
    path = tmp_path / "bao-cao.pdf"
    small = small_model()
    write_pdf(small, [*small_blocks(small), Paragraph([Run(text)])], path)
    with pdfplumber.open(path) as pdf:
        printed = "\n".join(page.extract_text() for page in pdf.pages)

    assert ("ký tự không có trong phông chữ" in printed) == bool(replaced)
    assert f"{replaced} ký tự" in printed or not replaced


def bookmarks(items: Iterable[pikepdf.OutlineItem], level: int = 1) -> Iterator[tuple[int, str]]:
    for item in items:
        yield level, item.title
        yield from bookmarks(item.children, level + 1)


def test_bookmarks_are_title_sections_and_appendices_with_their_forms_below(report: Path) -> None:
    with pikepdf.open(report) as document, document.open_outline() as outline:
        found = list(bookmarks(outline.root))
    subject = next(text for level, text in found if level == 2)
    assert subject.startswith("Tình hình, kết quả thực hiện")
    assert "Quý I năm 2021" not in [text for _, text in found]
    assert (3, "TÓM TẮT") in found
    place = found.index((1, "PHỤ LỤC I"))
    assert found[place + 1][0] == 2
    assert found[place + 1][1].startswith("TÌNH HÌNH")


def test_a_reader_shows_the_title_and_knows_heads_and_names_of_rows(model: ReportModel, report: Path) -> None:
    with pikepdf.open(report) as document:
        assert document.Root.ViewerPreferences.DisplayDocTitle
        scopes = Counter(
            str(thing.A.Scope)
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/TH" and "/A" in thing
            if isinstance(thing.A, pikepdf.Dictionary)
        )
    # A form's row is named by its number and its label, a table of words by its first cell.
    forms = 2 * sum(len(model.forms[block.form_id].rows) for block in report_blocks(model) if isinstance(block, Table))
    words = sum(len(block.rows) - 1 for block in report_blocks(model) if isinstance(block, Grid))
    assert scopes["/Row"] == forms + words


@pytest.mark.parametrize("last", [Paragraph((Run("Lời cuối"),)), Bullet((Run("Lời cuối"),))])
def test_the_last_words_go_with_the_sentence_that_closes_the_document(last: Paragraph | Bullet) -> None:
    blocks = (Paragraph((Run("Trước đó"),)), last, Paragraph((Run("Trên đây"),)), Signature())
    kept = [line for line in typst_source(small_model(), blocks).splitlines() if line.startswith("#block(sticky: true")]
    assert [word for word in ("Lời cuối", "Trên đây") if any(word in line for line in kept)] == ["Lời cuối", "Trên đây"]


def tags(document: pikepdf.Pdf) -> list[tuple[str, str, pikepdf.Dictionary]]:
    """Return every tag in the order of reading: its parent's kind, its kind by the file's own roles, itself."""
    root = document.Root.StructTreeRoot
    roles = {str(name): str(role) for name, role in dict(root.get("/RoleMap", {})).items()}

    def below(parent: str, node: pikepdf.Dictionary) -> Iterator[tuple[str, str, pikepdf.Dictionary]]:
        inside = node.get("/K", [])
        for item in inside if isinstance(inside, pikepdf.Array) else [inside]:
            if isinstance(item, pikepdf.Dictionary) and "/S" in item:
                kind = roles.get(str(item.S), str(item.S))
                yield parent, kind, item
                yield from below(kind, item)

    return list(below("", root))


def test_the_tags_are_a_tree_a_reader_who_does_not_see_can_walk(model: ReportModel, report: Path) -> None:
    blocks = report_blocks(model)
    with pikepdf.open(report) as document:
        assert document.Root.Lang == "vi"
        found = tags(document)
        kinds = Counter(kind for _, kind, _ in found)
        pairs = {(parent, kind) for parent, kind, _ in found}
        alts = [str(item.get("/Alt", "")) for _, kind, item in found if kind == "/Figure"]
        levels = [int(kind[2:]) for _, kind, _ in found if kind in ("/H1", "/H2", "/H3", "/H4")]
    # One document; headings begin at the first level and leave none out on the way down.
    assert found[0][:2] == ("", "/Document") and kinds["/Document"] == 1
    assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels))
    # Each table of words and each form is a table with a head; rows are nowhere else, nor are cells.
    tables = sum(isinstance(block, Grid | Table) for block in blocks)
    assert kinds["/Table"] == kinds["/THead"] == kinds["/TBody"] == tables
    assert {parent for parent, kind in pairs if kind == "/TR"} == {"/THead", "/TBody"}
    assert {parent for parent, kind in pairs if kind in ("/TH", "/TD")} == {"/TR"}
    # A picture says in words what it shows.
    assert len(alts) == len({*alts}) and all(len(alt) > 40 for alt in alts)


def test_each_row_of_a_tagged_table_begins_with_its_name(report: Path) -> None:
    with pikepdf.open(report) as document:
        bodies = [item for _, kind, item in tags(document) if kind == "/TBody"]
        first = [row.K[0] for body in bodies for row in body.K if len(row.K) > 1]
        assert first and {str(cell.S) for cell in first} == {"/TH"}
        assert {str(cell.A.Scope) for cell in first} == {"/Row"}
