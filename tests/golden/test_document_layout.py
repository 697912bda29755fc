"""docs/document-layout.md: each rule of Nghị định 30/2020 (domain/10 10.3) with what the produced files measure.

Here: measuring the Word file's XML and the PDF's letters and lines. Not here: making them (render).
Invariant: the page is written only by this test (`make golden`); a value out of its range fails whatever the page says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from docx import Document
from docx.oxml.ns import qn
from paper_stub import LONG_LABEL, small_blocks, small_model

from pipelines.render.docx import write_report
from pipelines.render.pdf import write_pdf

PAGE = Path(__file__).parents[2] / "docs" / "document-layout.md"
MM = 25.4 / 72
COUNTRY, MOTTO, ISSUER = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "THÀNH PHỐ SÓC TRĂNG"
SUBJECT, SIGNED = "Quý I năm 2021", "TM. ỦY BAN NHÂN DÂN"
DATE = "Sóc Trăng, ngày"
MORE_ROWS = 60
HEAD = """# Thể thức văn bản đo trên tệp đã lập

Nghị định 30/2020/NĐ-CP, phụ lục I. Cột «Word» đo trên XML của `bao-cao.docx`, cột «PDF» đo trên chữ và nét của
`bao-cao.pdf`, cả hai của báo cáo mẫu trong `tests/paper_stub.py`. Trang này do `make golden` viết ra
(`tests/golden/test_document_layout.py`); kiểm thử hỏng khi một số đo ra ngoài khoảng quy định hoặc trang đã cũ.

Ngày trong câu, công văn: ngày dưới 10 và tháng 1, 2 có số 0 (05/3/2021; 14/02/2021; «ngày 05 tháng 3 năm 2021»). Trong biểu,
bảng, biểu đồ, sổ và lệnh: 05/03/2021. Cả hai cách viết ở `pipelines/figures/text.py`.

| Thành phần | Quy định | Word | PDF |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Rule:
    """One line: what is measured, what is asked, how it is asked in numbers, the two measures."""

    name: str
    asked: str
    is_kept: Callable[[Any], bool]
    word: Any
    pdf: Any


def between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: low - 0.05 <= value <= high + 0.05


def equal(expected: Any) -> Callable[[Any], bool]:
    return lambda value: value == expected


# ---- the Word file


class Word:
    """What a Word file sets, as a reader of its XML finds it."""

    def __init__(self, path: Path) -> None:
        self.document: Any = Document(str(path))
        self.paragraphs = list(self._paragraphs())

    def _paragraphs(self) -> Iterator[Any]:
        from docx.text.paragraph import Paragraph

        for element in self.document.element.body.iter(qn("w:p")):
            yield Paragraph(element, self.document)

    def find(self, text: str) -> Any:
        return next(item for item in self.paragraphs if item.text.startswith(text))

    def look(self, text: str) -> str:
        paragraph = self.find(text)
        run = paragraph.runs[0]
        style = paragraph.style.font
        return look(
            (run.font.size or style.size or self.document.styles["Normal"].font.size).pt,
            bool(run.bold if run.bold is not None else style.bold),
            bool(run.italic if run.italic is not None else style.italic),
            text.upper() == text,
        )

    def rule_below(self, text: str, column_mm: float) -> float:
        """Length of the line drawn below a text: the column less the indents of the bordered paragraph after it."""
        following = self.find(text)._p.getnext()
        indent = following.find(f"{qn('w:pPr')}/{qn('w:ind')}")
        assert following.find(f"{qn('w:pPr')}/{qn('w:pBdr')}") is not None
        return column_mm - sum(int(indent.get(qn(f"w:{side}"))) for side in ("left", "right")) / 20 * MM

    def forms(self) -> list[Any]:
        return [table for table in self.document.tables if len(table.columns) == 5]


def look(size: float, bold: bool, slanted: bool, capitals: bool) -> str:
    words = [f"{size:g} pt".replace(".", ","), "đậm" if bold else "không đậm", "nghiêng" if slanted else "đứng"]
    return ", ".join([*words, *(["chữ in hoa"] if capitals else [])])


# ---- the PDF


class Pdf:
    """What a PDF shows: letters with size and face, lines, by page."""

    def __init__(self, path: Path) -> None:
        with pdfplumber.open(path) as pdf:
            self.sizes = [(round(page.width * MM), round(page.height * MM)) for page in pdf.pages]
            self.chars = [page.chars for page in pdf.pages]
            self.lines = [page.lines for page in pdf.pages]
            self.texts = [page.extract_text() for page in pdf.pages]

    def find(self, text: str) -> tuple[int, list[dict[str, Any]]]:
        """Return the page and the letters of the first place of a text."""
        squeezed = text.replace(" ", "")
        for number, chars in enumerate(self.chars):
            letters = [char for char in chars if char["text"].strip()]
            place = "".join(char["text"] for char in letters).find(squeezed)
            if place >= 0:
                return number, letters[place : place + len(squeezed)]
        raise AssertionError(f"«{text}» is not in the PDF")

    def look(self, text: str) -> str:
        _, letters = self.find(text)
        face = letters[0]["fontname"].lower()
        return look(round(letters[0]["size"], 1), "bold" in face, "italic" in face, text.upper() == text)

    def width(self, text: str) -> float:
        _, letters = self.find(text)
        return (letters[-1]["x1"] - letters[0]["x0"]) * MM

    def rule_below(self, text: str) -> float:
        """Length of the nearest level line below a text."""
        number, letters = self.find(text)
        bottom, middle = letters[0]["bottom"], (letters[0]["x0"] + letters[-1]["x1"]) / 2
        lines = [
            line
            for line in self.lines[number]
            if line["top"] > bottom - 2 and line["x0"] < middle < line["x1"] and abs(line["top"] - line["bottom"]) < 1
        ]
        nearest = min(lines, key=lambda line: line["top"])
        return (nearest["x1"] - nearest["x0"]) * MM

    def number(self, page: int) -> str:
        return "".join(char["text"] for char in self._top(page)).strip()

    def _top(self, page: int) -> list[dict[str, Any]]:
        """Letters in the top margin."""
        return [char for char in self.chars[page] if char["bottom"] * MM < 20]

    def number_place(self, page: int) -> tuple[float, float]:
        """Size of the page number, and how far its middle is from the middle of the text."""
        letters = self._top(page)
        left, right = (30, 18) if self.sizes[page][0] == 210 else (30, 15)
        middle = (letters[0]["x0"] + letters[-1]["x1"]) / 2 * MM
        return letters[0]["size"], abs(middle - (left + (self.sizes[page][0] - left - right) / 2))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[Rule]:
    folder, model = tmp_path_factory.mktemp("layout"), small_model(MORE_ROWS)
    blocks = small_blocks(model, paragraphs=25)
    write_report(model, blocks, folder / "bao-cao.docx")
    write_pdf(model, blocks, folder / "bao-cao.pdf")
    return list(rules(Word(folder / "bao-cao.docx"), Pdf(folder / "bao-cao.pdf")))


def rules(word: Word, pdf: Pdf) -> Iterator[Rule]:
    yield from _paper(word, pdf)
    yield from _page_numbers(word, pdf)
    yield from _body(word, pdf)
    yield from _letterhead(word, pdf)
    yield from _closing(word, pdf)
    yield from _forms(word, pdf)


def _paper(word: Word, pdf: Pdf) -> Iterator[Rule]:
    first, last = word.document.sections[0], word.document.sections[-1]
    sizes = [(round(item.page_width.mm), round(item.page_height.mm)) for item in (first, last)]
    yield Rule("Khổ giấy phần lời", "A4, 210 × 297 mm", equal((210, 297)), sizes[0], pdf.sizes[0])
    yield Rule("Khổ giấy biểu", "A4 nằm ngang", equal((297, 210)), sizes[1], pdf.sizes[-1])
    body = [char for page in (0, 1) for char in pdf.chars[page] if char["top"] * MM > 19 and char["text"].strip()]
    table = [char for char in pdf.chars[-1] if char["top"] * MM > 19 and char["text"].strip()]
    for name, section, chars, size in (("phần lời", first, body, pdf.sizes[0]), ("biểu", last, table, pdf.sizes[-1])):
        left, right = min(char["x0"] for char in chars) * MM, size[0] - max(char["x1"] for char in chars) * MM
        top, bottom = min(char["top"] for char in chars) * MM, size[1] - max(char["bottom"] for char in chars) * MM
        yield Rule(f"Lề trên, {name}", "20–25 mm", between(20, 25), section.top_margin.mm, top)
        if name == "phần lời":
            # Words stop up to two lines above the margin, where a paragraph of three would be torn.
            asked = "20–25 mm, chữ dừng trên lề không quá hai dòng"
            yield Rule(f"Lề dưới, {name}", asked, between(20, 25 + 2 * 5.7), section.bottom_margin.mm, bottom)
        else:
            yield Rule(f"Lề dưới, {name}", "ít nhất 20 mm", between(20, 210), section.bottom_margin.mm, bottom)
        yield Rule(f"Lề trái, {name}", "30–35 mm", between(30, 35), section.left_margin.mm, left)
        # The widest column ends a little before the edge of the text.
        yield Rule(f"Lề phải, {name}", "15–20 mm", between(15, 20), section.right_margin.mm, right)


def _page_numbers(word: Word, pdf: Pdf) -> Iterator[Rule]:
    section = word.document.sections[0]
    paragraph = section.header.paragraphs[0]
    instructions = [item.text for item in paragraph._p.iter(qn("w:instrText"))]
    size, aside = pdf.number_place(1)
    is_off_first = section.different_first_page_header_footer and not section.first_page_header._element.xpath(".//w:r")
    yield Rule("Số trang", "không ở trang đầu", equal(True), bool(is_off_first), pdf.number(0) == "")
    yield Rule("Số trang từ trang 2", "có, chữ số Ả Rập", equal(True), instructions == ["PAGE"], pdf.number(1) == "2")
    yield Rule("Cỡ số trang", "13–14 pt", between(13, 14), paragraph.runs[0].font.size.pt, size)
    yield Rule("Số trang ở giữa", "lệch 0 mm", between(0, 0.5), 0.0 if paragraph.alignment == 1 else 99.0, aside)
    yield Rule(
        "Số trang ở lề trên", "cách mép trên dưới 20 mm", between(0, 20), section.header_distance.mm, _top_of(pdf)
    )
    starts = [item.get(qn("w:start")) for item in word.document.element.body.iter(qn("w:pgNumType"))]
    first = next(number for number, text in enumerate(pdf.texts) if "PHỤ LỤC" in text)
    numbers = [pdf.number(page) for page in range(first, len(pdf.texts))]
    counted = [str(number) for number in range(1, len(numbers) + 1)]
    yield Rule("Phụ lục đánh số riêng", "từ 1, liền nhau", equal(True), starts == ["1"], numbers == counted)


def _top_of(pdf: Pdf) -> float:
    return min(char["top"] for char in pdf.chars[1]) * MM


def _body(word: Word, pdf: Pdf) -> Iterator[Rule]:
    normal = word.document.styles["Normal"]
    paragraph = word.find("Trong kỳ nhận")
    fonts = {char["fontname"].split("+")[-1].split("-")[0] for chars in pdf.chars for char in chars}
    font = ", ".join(sorted(fonts)).replace("TeXGyreTermes", "TeX Gyre Termes (Times), nhúng")
    yield Rule("Phông chữ", "Times New Roman, Unicode", lambda v: "Times" in str(v), normal.font.name, font)
    colours = {str(normal.font.color.rgb)}
    inks = {_ink(char) for number in (0, 1) for char in pdf.chars[number]}
    yield Rule("Màu chữ", "đen", equal("đen"), "đen" if colours == {"000000"} else str(colours), "/".join(sorted(inks)))
    yield Rule("Cỡ chữ phần lời", "13–14 pt", between(13, 14), normal.font.size.pt, _size(pdf, "Trong kỳ nhận"))
    yield Rule("Canh đều hai bên", "có", equal(True), paragraph.alignment == 3, _is_justified(pdf))
    indent = paragraph.paragraph_format.first_line_indent.mm
    _, letters = pdf.find("Trong kỳ nhận")
    yield Rule("Lùi dòng đầu", "10 hoặc 12,7 mm", between(10, 12.7), indent, letters[0]["x0"] * MM - 30)
    form = normal.paragraph_format
    lines, gap = _line_step(pdf)
    yield Rule("Cách đoạn", "ít nhất 6 pt", between(5.9, 99), form.space_after.pt, gap)
    yield Rule("Cách dòng", "1 đến 1,5 dòng", between(1, 1.5), form.line_spacing, lines / (1.15 * 14))


def _ink(char: dict[str, Any]) -> str:
    colour = char["non_stroking_color"]
    parts = colour if isinstance(colour, list | tuple) else (colour,)
    return "đen" if not any(parts) else str(colour)


def _size(pdf: Pdf, text: str) -> float:
    return pdf.find(text)[1][0]["size"]


def _is_justified(pdf: Pdf) -> bool:
    """Every line of body text on page 2 but the last of its paragraph ends at the right margin."""
    lines: dict[float, float] = {}
    for char in pdf.chars[1]:
        if char["top"] * MM > 19 and char["text"].strip():
            lines[round(char["bottom"], 0)] = max(lines.get(round(char["bottom"], 0), 0.0), char["x1"])
    ends = sorted(lines.values(), reverse=True)
    return ends[len(ends) // 3] * MM > 210 - 18 - 0.5


def _line_step(pdf: Pdf) -> tuple[float, float]:
    """Return the distance of two lines of a paragraph, and what two paragraphs have more (body text of page 2)."""
    _, after = pdf.find("- Lĩnh vực hộ tịch")
    body = [char for char in pdf.chars[1] if char["top"] * MM > 19 and char["bottom"] < after[0]["top"]]
    baselines = sorted(-char["matrix"][5] for char in body)
    steps = sorted(after - before for before, after in pairwise(baselines) if after - before > 2)
    return steps[0], steps[-1] - steps[0]


def _letterhead(word: Word, pdf: Pdf) -> Iterator[Rule]:
    for name, text, asked, kept in (
        ("Quốc hiệu", COUNTRY, "in hoa 12–13, đứng, đậm", r"1[23](,\d)? pt, đậm, đứng, chữ in hoa"),
        ("Tiêu ngữ", MOTTO, "13–14, đứng, đậm", r"1[34](,\d)? pt, đậm, đứng"),
        ("Tên cơ quan", ISSUER, "in hoa 12–13, đứng, đậm", r"1[23](,\d)? pt, đậm, đứng, chữ in hoa"),
        ("Số, ký hiệu", "Số:", "13, đứng", r"13 pt, không đậm, đứng"),
        ("Địa danh, ngày", DATE, "13–14, nghiêng", r"1[34](,\d)? pt, không đậm, nghiêng"),
        ("Tên loại", "BÁO CÁO", "in hoa 13–14, đứng, đậm", r"1[34](,\d)? pt, đậm, đứng, chữ in hoa"),
        ("Trích yếu", "Tình hình thử nghiệm", "13–14, đứng, đậm", r"1[34](,\d)? pt, đậm, đứng"),
        ("Đề mục La Mã", "I. TÌNH HÌNH", "13–14, đậm", r"1[34](,\d)? pt, đậm, đứng, chữ in hoa"),
        ("Đề mục số", "1. Kết quả", "13–14, đậm", r"1[34](,\d)? pt, đậm, đứng"),
    ):
        yield Rule(
            name, asked, lambda value, kept=kept: bool(re.fullmatch(kept, value)), word.look(text), pdf.look(text)
        )
    issuer, motto = pdf.width(ISSUER), pdf.width(MOTTO)
    left, right = 67 - 1, 210 - 30 - 18 - 67 - 1
    yield Rule(
        "Nét dưới tên cơ quan", "1/3–1/2 độ dài chữ", between(1 / 3, 1 / 2),
        word.rule_below(ISSUER, left) / issuer, pdf.rule_below(ISSUER) / issuer,
    )  # fmt: skip
    yield Rule(
        "Nét dưới Tiêu ngữ", "bằng độ dài chữ", between(0.95, 1.05),
        word.rule_below(MOTTO, right) / motto, pdf.rule_below(MOTTO) / motto,
    )  # fmt: skip
    yield Rule(
        "Nét dưới trích yếu", "có, ngắn hơn trang", between(0.2, 1.0),
        word.rule_below(SUBJECT, 162) / 162, pdf.rule_below(SUBJECT) / 162,
    )  # fmt: skip
    number = r"Số:\s+/BC-UBND"
    date = r"Sóc Trăng, ngày\s+tháng\s+năm 2021"
    first = pdf.texts[0].replace("\u00a0", " ")
    texts = "\n".join(item.text for item in word.paragraphs)
    yield Rule(
        "Số để trống", "Số: /BC-UBND", equal(True), bool(re.search(number, texts)), _is_in(r"Số:\s*/BC-UBND", first)
    )
    yield Rule("Ngày để trống", "ngày … tháng … năm", equal(True), bool(re.search(date, texts)), _is_in(date, first))
    is_left = word.document.tables[0].rows[0].cells[0].text.startswith("ỦY BAN")
    yield Rule("Cơ quan bên trái, Quốc hiệu bên phải", "có", equal(True), is_left, _x(pdf, ISSUER) < _x(pdf, COUNTRY))


def _is_in(pattern: str, text: str) -> bool:
    return bool(re.search(pattern, text))


def _x(pdf: Pdf, text: str) -> float:
    return pdf.find(text)[1][0]["x0"]


def _closing(word: Word, pdf: Pdf) -> Iterator[Rule]:
    for name, text, asked, kept in (
        ("Nơi nhận", "Nơi nhận:", "12, nghiêng, đậm", r"12 pt, đậm, nghiêng"),
        ("Danh sách nơi nhận", "- Văn phòng UBND tỉnh;", "11, đứng", r"11 pt, không đậm, đứng"),
        ("Quyền hạn người ký", SIGNED, "in hoa 13–14, đứng, đậm", r"1[34](,\d)? pt, đậm, đứng, chữ in hoa"),
    ):
        yield Rule(
            name, asked, lambda value, kept=kept: bool(re.fullmatch(kept, value)), word.look(text), pdf.look(text)
        )
    last = "- Lưu: VT."
    yield Rule(
        "Dòng cuối nơi nhận", "Lưu: VT, dấu chấm", equal(True), word.find(last) is not None, bool(pdf.find(last))
    )
    signs = [table for table in word.document.tables if "Nơi nhận:" in table.rows[0].cells[0].text]
    is_right = SIGNED in signs[0].rows[0].cells[1].text
    yield Rule(
        "Chữ ký bên phải, nơi nhận bên trái", "có", equal(True), is_right, _x(pdf, "Nơi nhận:") < _x(pdf, SIGNED)
    )


def _forms(word: Word, pdf: Pdf) -> Iterator[Rule]:
    (table,) = word.forms()
    rows = [row._tr for row in table.rows]
    heads = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
    whole = all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    labels = [LONG_LABEL.format(number) for number in range(2, 2 + MORE_ROWS)]
    pages = _form_pages(pdf)
    assert len(pages) > 2
    head = all(text in pdf.texts[page] for page in pages for text in ("Hồ sơ", "Giải", "quyết", "(3)"))
    yield Rule("Đầu biểu lặp lại mỗi trang", "có", equal(True), heads == [True] * 3 + [False] * (len(rows) - 3), head)
    # `find` looks page by page: a row over two pages is on neither.
    yield Rule("Dòng không ngắt giữa trang", "có", equal(True), whole, all(bool(pdf.find(label)) for label in labels))
    foot = all(_is_in(r"Tổng cộng", pdf.texts[page]) for page in pages if "Người làm báo cáo" in pdf.texts[page])
    kept = all(item._p.xpath("./w:pPr/w:keepNext") for cell in table.rows[-3].cells for item in cell.paragraphs)
    yield Rule("Ghi chú, chữ ký của biểu cùng trang dòng tổng", "có", equal(True), kept, foot)
    for name, text, asked, kept in (
        ("Số biểu", "Biểu số II.99/VPCP/KSTT", "đậm, trên trái", r"12 pt, đậm, đứng"),
        ("Tên biểu", "TÌNH HÌNH THỬ NGHIỆM", "in hoa, đậm", r"13 pt, đậm, đứng, chữ in hoa"),
        ("Thời gian của biểu", "Kỳ báo cáo:", "nghiêng", r"12 pt, không đậm, nghiêng"),
    ):
        yield Rule(
            name, asked, lambda value, kept=kept: bool(re.fullmatch(kept, value)), word.look(text), pdf.look(text)
        )


def _form_pages(pdf: Pdf) -> list[int]:
    first = next(number for number, text in enumerate(pdf.texts) if "Biểu số II.99" in text)
    return list(range(first, len(pdf.texts)))


def shown(value: Any) -> str:
    if value is True or value is False:
        return "có" if value else "KHÔNG"
    if isinstance(value, tuple):
        return " × ".join(map(str, value)) + " mm"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return str(value)


def test_every_rule_of_the_decree_is_kept_by_both_documents(measured: list[Rule]) -> None:
    broken = [
        f"{rule.name}: {rule.asked}, {paper} {shown(value)}"
        for rule in measured
        for paper, value in (("Word", rule.word), ("PDF", rule.pdf))
        if not rule.is_kept(value)
    ]
    assert broken == []


def test_the_page_of_measured_rules_is_of_these_documents(measured: list[Rule]) -> None:
    lines = [f"| {rule.name} | {rule.asked} | {shown(rule.word)} | {shown(rule.pdf)} |" for rule in measured]
    page = HEAD + "\n".join(lines) + "\n"
    if os.environ.get("KSTT_GOLDEN") == "write":
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8"), "docs/document-layout.md is out of date: run `make golden`"
