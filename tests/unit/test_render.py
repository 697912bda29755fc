"""Paper: Word, Excel and web page of one report, read back with other tools than wrote them.

Here: numbers by id, texts, structure, bytes. Not here: words (test_figures), folders (test_package).
Invariant: each document is opened as a stranger would open it, and compared with the model.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from figures_stub import BY_FIELD, OFFICE, stub_layouts, stub_model
from lxml import etree

from pipelines.audit.short_code import parse_short_code, short_codes
from pipelines.figures.blocks import Grid, figure_ids
from pipelines.figures.model import OfficeInfo, ReportModel
from pipelines.figures.words import report_blocks
from pipelines.render.docx import write_report
from pipelines.render.docx_parts import bookmark_name
from pipelines.render.html import write_html
from pipelines.render.letterhead import issuing_lines
from pipelines.render.xlsx import INDEX_SHEET, write_forms

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    return stub_model(tmp_path_factory.mktemp("render"))


def render(model: ReportModel, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    blocks = report_blocks(model)
    write_report(model, blocks, folder / "bao-cao.docx")
    write_html(model, blocks, folder / "bao-cao.html")
    write_forms(model, blocks, folder / "bieu-mau.xlsx", short_codes(model.figures, stub_layouts(), "2021-Q1", "tp-st"))
    return folder


@pytest.fixture(scope="module")
def folder(model: ReportModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(model, tmp_path_factory.mktemp("paper"))


def counts_of(model: ReportModel) -> dict[str, str]:
    """Figures that are in force in a form: id → text."""
    return {
        figure.figure_id: figure.text for form in model.forms.values() for row in form.rows for figure in row.figures
    }


# ---- Word


def word_body(folder: Path) -> etree._Element:
    with zipfile.ZipFile(folder / "bao-cao.docx") as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def word_figures(body: etree._Element) -> list[tuple[str, str]]:
    """Bookmark name (without its repeat number) and the text between its ends."""
    found = []
    for start in body.iter(f"{W}bookmarkStart"):
        text, node = "", start.getnext()
        while not (node.tag == f"{W}bookmarkEnd" and node.get(f"{W}id") == start.get(f"{W}id")):
            text += "".join(part.text or "" for part in node.iter(f"{W}t"))
            node = node.getnext()
        found.append((start.get(f"{W}name"), text))
    return found


def test_every_figure_of_the_forms_and_words_is_in_word_under_its_id(model: ReportModel, folder: Path) -> None:
    printed = [*counts_of(model)]
    printed += figure_ids(report_blocks(model))
    expected = Counter((bookmark_name(name), model.figures[name].text) for name in printed)
    names = {bookmark_name(name) for name in printed}
    found = word_figures(word_body(folder))
    base = [(name if name in names else re.sub(r"_\d+$", "", name), text) for name, text in found]
    assert Counter(base) == expected


def test_bookmarks_have_names_and_numbers_of_their_own(folder: Path) -> None:
    starts = list(word_body(folder).iter(f"{W}bookmarkStart"))
    assert len({start.get(f"{W}name").casefold() for start in starts}) == len(starts)
    assert len({start.get(f"{W}id") for start in starts}) == len(starts)
    assert max(len(start.get(f"{W}name")) for start in starts) <= 40


def test_a_long_figure_id_gets_a_short_bookmark_of_its_own() -> None:
    names = {bookmark_name(f"II.06a-by-unit/thanh-pho-rat-dai-ten/{section}.10/c13") for section in ("I", "II", "III")}
    assert len(names) == 3
    assert all(re.fullmatch(r"_\w{1,35}", name) for name in names)


def test_word_form_rows_are_the_rows_of_the_model(model: ReportModel, folder: Path) -> None:
    tables = [table for table in Document(str(folder / "bao-cao.docx")).tables if len(table.columns) == 13]
    assert len(tables) == 2
    rows = [[cell.text for cell in row.cells] for row in tables[0].rows]
    assert rows[3] == [f"({number})" for number in range(1, 14)]
    expected = [
        [number or "", label, *[f"{value:,}".replace(",", ".") for value in values]]
        for _, _, number, label, values in BY_FIELD
    ]
    assert rows[4:-2] == expected
    assert rows[-2][0].startswith("Số liệu của 3/5 đơn vị")
    assert rows[-1][0].strip() == "Người làm báo cáo"


def test_word_heads_repeat_and_rows_do_not_split(folder: Path) -> None:
    for table in Document(str(folder / "bao-cao.docx")).tables:
        if len(table.columns) != 13:
            continue
        repeated = [row._tr.find(f"{W}trPr/{W}tblHeader") is not None for row in table.rows]
        assert repeated == [True] * 4 + [False] * (len(table.rows) - 4)
        assert all(row._tr.find(f"{W}trPr/{W}cantSplit") is not None for row in table.rows)


def test_word_pages_are_a4_with_the_margins_of_the_decree_and_forms_landscape(folder: Path) -> None:
    sections = Document(str(folder / "bao-cao.docx")).sections
    assert [(round(part.page_width.mm), round(part.page_height.mm)) for part in sections] == [
        (210, 297),
        (297, 210),
        (297, 210),
    ]
    first = sections[0]
    assert 20 <= first.top_margin.mm <= 25
    assert 30 <= first.left_margin.mm <= 35
    assert 15 <= first.right_margin.mm <= 20
    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml


def test_appendix_pages_are_numbered_apart(folder: Path) -> None:
    starts = [numbers.get(f"{W}start") for numbers in word_body(folder).iter(f"{W}pgNumType")]
    assert starts == ["1"]


def test_word_names_times_new_roman_everywhere_and_no_theme_font(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bao-cao.docx") as archive:
        styles = etree.fromstring(archive.read("word/styles.xml"))
    for style in styles.iter(f"{W}style"):
        fonts = style.find(f"{W}rPr/{W}rFonts")
        if fonts is not None and style.get(f"{W}styleId") in ("Normal", "Heading1", "Heading2", "Heading3", "Heading4"):
            assert set(fonts.attrib.values()) == {"Times New Roman"}


def test_word_carries_only_the_styles_it_uses_and_what_they_rest_on(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bao-cao.docx") as archive:
        styles = etree.fromstring(archive.read("word/styles.xml"))
        written = b"".join(archive.read(name) for name in archive.namelist() if name != "word/styles.xml")
        weight = sum(archive.getinfo(name).file_size for name in archive.namelist() if "tyles" in name)
    kept = {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
    used = set(re.findall(r'<w:(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"', written.decode("utf-8", "ignore")))
    assert used and used <= set(kept)
    rests_on = {kept[key].find(f"{W}{part}").get(f"{W}val") for key in kept for part in ("basedOn", "link", "next")
                if kept[key].find(f"{W}{part}") is not None}  # fmt: skip
    assert rests_on <= set(kept)
    defaults = {key for key, style in kept.items() if style.get(f"{W}default") == "1"}
    ours = {"Normal", "Header", *(f"Heading{level}" for level in (1, 2, 3, 4))}
    assert set(kept) - defaults - ours - rests_on == set()
    assert weight < 20_000  # it was 788,000


def test_word_leaves_number_and_date_to_the_registry(folder: Path) -> None:
    table = Document(str(folder / "bao-cao.docx")).tables[0]
    text = "\n".join(cell.text for row in table.rows for cell in row.cells)
    assert "Số:        /BC-UBND" in text
    assert "Sóc Trăng, ngày      tháng      năm 2021" in text


@pytest.mark.parametrize(
    ("office", "lines"),
    [
        (OFFICE, [("ỦY BAN NHÂN DÂN", True), ("THÀNH PHỐ SÓC TRĂNG", True)]),
        (
            OfficeInfo(name="Phòng Nội vụ", parent_name="UBND thành phố Thử"),
            [("UBND THÀNH PHỐ THỬ", False), ("PHÒNG NỘI VỤ", True)],
        ),
        (
            OfficeInfo(name="Phòng Tư pháp", parent_name="UBND thành phố Sóc Trăng"),
            [("ỦY BAN NHÂN DÂN", False), ("THÀNH PHỐ SÓC TRĂNG", False), ("PHÒNG TƯ PHÁP", True)],
        ),
        (OfficeInfo(name="City of Boston"), [("CITY OF BOSTON", True)]),
        (
            OfficeInfo(name="Phòng Tài chính - Kế hoạch"),
            [("PHÒNG TÀI CHÍNH -", True), ("KẾ HOẠCH", True)],
        ),
        (
            OfficeInfo(name="Bộ phận Một cửa thành phố"),
            [("BỘ PHẬN MỘT CỬA", True), ("THÀNH PHỐ", True)],
        ),
        (
            OfficeInfo(name="Phòng Lao động - Thương binh và Xã hội"),
            [("PHÒNG LAO ĐỘNG -", True), ("THƯƠNG BINH VÀ XÃ HỘI", True)],
        ),
        (
            OfficeInfo(name="Bộ phận Một cửa", parent_name="Văn phòng HĐND và UBND thành phố Sóc Trăng"),
            [("VĂN PHÒNG HĐND VÀ UBND", False), ("THÀNH PHỐ SÓC TRĂNG", False), ("BỘ PHẬN MỘT CỬA", True)],
        ),
    ],
)
def test_issuing_body_is_as_the_decree_has_it(office: OfficeInfo, lines: list) -> None:
    assert issuing_lines(office) == lines


def test_word_navigates_by_title_sections_and_appendices_with_their_forms_below(folder: Path) -> None:
    found = [
        (item.style.name, item.text)
        for item in Document(str(folder / "bao-cao.docx")).paragraphs
        if item.style.name.startswith("Heading") and not item._p.xpath("./w:pPr/w:outlineLvl")
    ]
    assert "Quý I năm 2021" not in [text for _, text in found]
    assert ("Heading 3", "TÓM TẮT") in found
    place = found.index(("Heading 1", "PHỤ LỤC I"))
    assert found[place + 1][0] == "Heading 2"


# ---- Excel


def test_the_list_of_ids_is_out_of_sight_in_the_sent_workbook(folder: Path) -> None:
    sheets = {sheet.title: sheet.sheet_state for sheet in openpyxl.load_workbook(folder / "bieu-mau.xlsx")}
    assert sheets.pop(INDEX_SHEET) == "hidden"
    assert set(sheets.values()) == {"visible"}


def test_excel_cells_are_real_numbers_under_the_ids_of_the_last_sheet(model: ReportModel, folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "bieu-mau.xlsx")
    found = {}
    for figure_id, sheet, cell, _, _, code in book[INDEX_SHEET].iter_rows(min_row=2, values_only=True):
        found[figure_id] = book[sheet][cell].value
        assert parse_short_code(code).period == "2021Q1"
    assert found == {name: model.figures[name].value for name in counts_of(model)}
    assert all(type(value) is int for value in found.values())


def test_excel_texts_are_never_formulas(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "bieu-mau.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    labels = [cell.value for cell in cells]
    assert "=1+1" in labels
    assert "Công ty A & B <C>" in labels
    with zipfile.ZipFile(folder / "bieu-mau.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_excel_page_is_set_up_for_print(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "bieu-mau.xlsx")["II.06a"]
    assert sheet.page_setup.orientation == "landscape"
    # fitToWidth is 1 where it is not written.
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$9:$12"
    texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    for line in (
        "Biểu số II.06a/VPCP/KSTT",
        # Not only in the other papers.
        "PHỤ LỤC I",
        "(Kèm theo Báo cáo số …/BC-UBND ngày … tháng … năm 2021 của UBND thành phố Sóc Trăng)",
        "Kỳ báo cáo: Quý I năm 2021",
        "(Từ ngày 15/12/2020 đến ngày 14/03/2021)",
        "Đơn vị tính: Số hồ sơ TTHC",
        "Đơn vị nhận báo cáo: Văn phòng UBND tỉnh Sóc Trăng",
        "Người làm báo cáo",
        "TM. ỦY BAN NHÂN DÂN",
    ):
        assert line in texts
    assert any(text.startswith("Số liệu của 3/5 đơn vị; chưa") for text in texts)


def test_excel_heads_are_merged_as_the_circular_has_them(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "bieu-mau.xlsx")["II.06a"]
    merged = {str(cells): sheet[str(cells).split(":")[0]].value for cells in sheet.merged_cells.ranges}
    assert merged["A9:A11"] == "STT"
    assert merged["C9:F9"] == "Số hồ sơ nhận giải quyết"
    assert merged["D10:E10"] == "Trong đó"
    assert merged["K9:M9"] == "Số lượng hồ sơ đang giải quyết"
    assert [cell.value for cell in sheet[12]] == [f"({number})" for number in range(1, 14)]


# ---- web page


class Page(HTMLParser):
    """Collect figures by id, ids, links, scopes and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.figures: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scopes: list[str | None] = []
        self.text = ""
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("meta", "br", "link", "img"):
            return
        self.open.append((tag, named.get("data-figure")))
        if named.get("data-figure"):
            self.figures.append((named["data-figure"] or "", ""))
        if named.get("id"):
            self.ids.append(named["id"] or "")
        if named.get("href"):
            self.links.append(named["href"] or "")
        if named.get("src"):
            self.addresses.append(named["src"] or "")
        if tag == "th":
            self.scopes.append(named.get("scope"))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        if any(figure for _, figure in self.open):
            name, text = self.figures[-1]
            self.figures[-1] = (name, text + data)


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    page = Page()
    page.feed((folder / "bao-cao.html").read_text(encoding="utf-8"))
    return page


def test_every_figure_of_the_page_is_the_models(model: ReportModel, page: Page) -> None:
    assert all(text == model.figures[name].text for name, text in page.figures)
    assert set(counts_of(model)) <= {name for name, _ in page.figures}


def test_each_cell_of_a_form_has_one_id_and_links_lead_to_it(model: ReportModel, page: Page) -> None:
    headings = [f"bieu-{re.sub('[^0-9A-Za-z-]+', '-', form_id)}" for form_id in model.forms]
    sections = [name for name in page.ids if name.startswith("muc-")]
    assert len(sections) == 5
    assert sorted(page.ids) == sorted([*counts_of(model), *headings, *sections])
    assert page.links
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_table_headers_say_what_they_head(model: ReportModel, page: Page) -> None:
    words = [block.rows for block in report_blocks(model) if isinstance(block, Grid)]
    rows = sum(len(form.rows) for form in model.forms.values()) + sum(len(grid) - 1 for grid in words)
    heads = sum(len(grid[0]) for grid in words)
    # Per form: 4 heads over several columns, 13 of one column, 13 numbers that head nothing.
    assert Counter(page.scopes) == {"row": rows, "colgroup": 2 * 4, "col": 2 * 13 + heads, None: 2 * 13}


def test_page_is_whole_in_itself_and_everything_is_escaped(folder: Path, page: Page) -> None:
    text = (folder / "bao-cao.html").read_text(encoding="utf-8")
    assert not page.addresses
    assert not re.search(r"https?://|<script|@import|url\(", text)
    assert "Công ty A &amp; B &lt;C&gt;" in text
    assert "<b>.xlsx" not in text
    assert "Công ty A & B <C>" in page.text
    assert '<meta name="viewport"' in text


# ---- all


def test_cleaned_control_characters_reach_no_document(folder: Path) -> None:
    for path in folder.iterdir():
        parts = [path.read_bytes()]
        if path.suffix != ".html":
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        assert not [part for part in parts if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", part)]


@pytest.mark.parametrize("name", ["bao-cao.docx", "bieu-mau.xlsx", "bao-cao.html"])
def test_the_same_report_has_the_same_bytes_at_another_time(
    model: ReportModel, folder: Path, tmp_path: Path, name: str
) -> None:
    import time_machine

    with time_machine.travel("2031-05-06 07:08:09+07:00"):
        again = render(model, tmp_path / "again")
    assert (again / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("name", ["bao-cao.docx", "bieu-mau.xlsx"])
def test_office_files_carry_the_as_of_day_and_no_wall_time(folder: Path, name: str) -> None:
    with zipfile.ZipFile(folder / name) as archive:
        core = archive.read("docProps/core.xml").decode()
        times = {item.date_time for item in archive.infolist()}
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", core)) == {"2021-03-14T00:00:00"}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_a_sentence_that_opens_a_list_stays_with_its_first_item(folder: Path) -> None:
    paragraphs = Document(str(folder / "bao-cao.docx")).paragraphs
    opening = next(item for item in paragraphs if item.text.startswith("Theo thẩm quyền giải quyết:"))
    assert opening.paragraph_format.keep_with_next
