"""The two packets of the sample's reports, read back: what is sent, what is kept, what a unit that sent nothing prints.

Here: pages, appendices, words that may not be on paper, parts against their whole in every sentence. Not here: figures.
Invariant: the identities of form columns (domain/02, forms) are typed here by hand.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import lxml.html
import openpyxl
import pdfplumber
import pikepdf
import pytest
from page_rules import broken_rules
from paper_readers import pdf_pages
from sentence_parts import parts_that_do_not_make_their_whole, sentences_in

from pipelines.figures.layout import load_layouts
from pipelines.figures.words import KEPT_TEMPLATE, report_blocks
from pipelines.office.settings import load_office
from pipelines.package.model import read_model, reporting_units
from pipelines.runner import RunResult

# Names of the program: no officer reads them.
INNER = ("II.06a-by-unit", "desk-service", "death-group", "overdue-causes", "khu vực", "profiles/")


class Sentences(HTMLParser):
    """Paragraphs and items of a page, each with its text and the figures in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: str | None = None
        self.in_list = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li"):
            self.found.append(("", {}))
            self.in_list = True
        name = dict(attrs).get("data-figure")
        if self.in_list and name and tag in ("a", "span"):
            # Told twice in a sentence, a figure is one figure.
            self.open, self.found[-1][1][name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        self.open = None if tag in ("a", "span") else self.open
        self.in_list = self.in_list and tag not in ("p", "li")

    def handle_data(self, data: str) -> None:
        if self.in_list:
            text, figures = self.found[-1]
            if self.open:
                figures[self.open] += data
            self.found[-1] = (text + data, figures)


def sentences_of(page: Path) -> list[tuple[str, dict[str, str]]]:
    reader = Sentences()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.found


@pytest.fixture(scope="module", params=["2021-Q1", "2021-Q2"])
def report(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> Path:
    return {"2021-Q1": q1, "2021-Q2": q2}[request.param].report_dir


def test_summary_and_narrative_take_at_most_seven_pages(report: Path) -> None:
    pages = pdf_pages(report / "bao-cao.pdf")
    first = next(number for number, text in enumerate(pages) if "PHỤ LỤC I\n" in text)
    assert first <= 7
    assert "TÓM TẮT" in pages[0] and "I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN" in pages[0]
    assert any(text.rstrip().endswith("./.") or "./.\nNơi nhận:" in text for text in pages[:first])


def test_the_forms_of_the_circular_are_sent_and_numbered_and_all_others_are_kept(report: Path) -> None:
    layouts = load_layouts(report / "forms.json")
    sent, kept = ("\n".join(pdf_pages(report / f"{name}.pdf")) for name in ("bao-cao", "luu-ho-so"))
    numbers = re.findall(r"^PHỤ LỤC ([IVX]+)$", sent, re.MULTILINE)
    assert numbers == ["I", "II", "III", "IV", "V", "VI"]
    assert (
        " ".join(sent.split()).count(
            "(Kèm theo Báo cáo số …/BC-UBND ngày … tháng … năm 2021 của UBND thành phố Sóc Trăng)"
        )
        == 6
    )
    printed = {form: (layout.number in sent, layout.number in kept) for form, layout in layouts.items()}
    official = {form for form, layout in layouts.items() if layout.number.endswith("/VPCP/KSTT")}
    assert official == {"II.04", "II.05a", "II.06a", "II.06b", "II.07b", "II.08"}
    assert {form for form, (in_sent, _) in printed.items() if in_sent} == official
    assert {form for form, (_, in_kept) in printed.items() if in_kept} == set(layouts) - official
    # II.06b has the numbers of II.06a: it is named, not printed again.
    assert "Biểu số II.06b/VPCP/KSTT: số liệu trùng với biểu này ở mọi ô, không in lại." in sent
    for number_of in ("II.04", "II.05a", "II.06a", "II.07b", "II.08"):
        assert re.search(rf"\(Biểu số {number_of}/VPCP/KSTT\s+tại\s+Phụ\s+lục\s+[IVX]+\)", sent), number_of


def test_no_file_name_is_sent_and_no_name_of_the_program_is_on_paper(report: Path) -> None:
    sent, kept = ("\n".join(pdf_pages(report / f"{name}.pdf")) for name in ("bao-cao", "luu-ho-so"))
    assert "«" not in sent and "số dòng trả lại" not in sent
    assert "«" in kept and "số dòng trả lại" in kept
    tabs = [
        tab
        for name in ("bieu-mau.xlsx", "luu-ho-so.xlsx")
        for tab in openpyxl.load_workbook(report / name, read_only=True).sheetnames
    ]
    for inner in INNER:
        assert inner not in sent + kept
        assert inner not in tabs


@pytest.mark.parametrize("page", ["bao-cao.html", "luu-ho-so.html"])
def test_the_parts_of_every_sentence_make_their_whole(report: Path, page: str) -> None:
    found = sentences_of(report / page)
    assert sum(len(figures) for _, figures in found) > 5
    assert parts_that_do_not_make_their_whole(found, "tp-st") == []


def test_the_parts_of_every_sentence_of_every_unit_make_their_whole(sample_office: Path, report: Path) -> None:
    office, layouts = load_office(sample_office), load_layouts(report / "forms.json")
    for unit in reporting_units(report / "warehouse.duckdb"):
        model = read_model(office, report / "warehouse.duckdb", layouts, unit)
        found = [*sentences_in(report_blocks(model)), *sentences_in(report_blocks(model, KEPT_TEMPLATE))]
        assert parts_that_do_not_make_their_whole(found, unit["unit_id"]) == [], unit["unit_id"]
        text = "\n".join(sentence for sentence, _ in found)
        assert "tỷ lệ –" not in text and "1/1 đơn vị" not in text and "không có cột này" not in text, unit["unit_id"]


def test_zero_parts_are_dropped_from_lists(report: Path) -> None:
    for text, figures in sentences_of(report / "bao-cao.html"):
        assert not any(value == "0" for value in figures.values()), text


# ---- a unit that sent nothing: Phường 9 in quarter II


@pytest.fixture(scope="module")
def silent(q2: RunResult) -> dict[str, Any]:
    return json.loads((q2.report_dir / "manifest.json").read_text(encoding="utf-8"))


def test_cells_of_a_unit_that_sent_nothing_print_dots_and_totals_keep_what_was_carried_over(
    q2: RunResult, silent: dict[str, Any]
) -> None:
    sheet = openpyxl.load_workbook(q2.report_dir / "luu-ho-so.xlsx")["II.06a theo đơn vị"]
    rows = {row[1]: row[2:] for row in sheet.iter_rows(values_only=True) if row[1]}
    assert set(rows["UBND Phường 9"]) == {"…"}
    wards = [name for name in rows if str(name).startswith("UBND Phường ")]
    figures = silent["figures"]
    carried = [figures[name] for name in silent["not_sent"] if re.fullmatch(r"II.06a-by-unit/tp-st/II\.\d+/c6", name)]
    told = sum(int(rows[name][3]) for name in wards if name != "UBND Phường 9")
    assert len(carried) == 1 and told + carried[0] == rows["UBND phường"][3]


def test_what_totals_hold_of_a_unit_that_sent_nothing_is_said_with_the_day_of_its_last_news(q2: RunResult) -> None:
    text = "\n".join(pdf_pages(q2.report_dir / "bao-cao.pdf"))
    words = " ".join(text.split())
    assert "chưa có số liệu của UBND Phường 9" in words
    assert re.search(
        r"Trong đó có \d+ hồ sơ của UBND Phường 9 \(đơn vị chưa gửi\), theo số liệu đến ngày 15/3/2021", words
    )
    assert "Dòng tổng cộng gồm phần của UBND Phường 9 (đơn vị chưa gửi), theo số liệu đến ngày 15/3/2021: cột" in words
    assert "không phát sinh" not in words.replace("khai không phát sinh", "")


def test_charts_show_a_unit_that_sent_nothing_as_not_sent_and_no_unmapped_unit(silent: dict[str, Any]) -> None:
    for chart_id in ("on_time_by_unit", "pending_by_unit"):
        for series in silent["charts"][chart_id]["series"]:
            points = {point[0]: point for point in series["points"]}
            assert points["UBND Phường 9"][1:4] == [0, "chưa gửi", None]
            assert "Chưa xác định" not in points
            values = [float(point[1]) for point in series["points"]]
            assert chart_id != "on_time_by_unit" or values == sorted(values, reverse=True)


def test_forms_are_bookmarks_of_the_pdf(report: Path) -> None:
    with pdfplumber.open(report / "bao-cao.pdf") as pdf:
        titles = [entry[1] for entry in pdf.doc.get_outlines()]
    for layout in load_layouts(report / "forms.json").values():
        if layout.is_sent and layout.form_id != "II.06b":
            assert layout.title in titles


@pytest.mark.parametrize("name", ["bao-cao.html", "luu-ho-so.html"])
def test_the_pages_hold_what_every_reader_needs(report: Path, name: str) -> None:
    assert broken_rules(report / name) == []


# ---- tags and links of the .pdf


def tagged(node: Any, role: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every tag of the tree with its element, in the order of reading."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid.S)[1:], kid
            yield from tagged(kid)


def scopes_of(head: Any) -> Iterator[str]:
    attributes = head.get("/A", [])
    for item in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
        if isinstance(item, pikepdf.Dictionary) and "/Scope" in item:
            yield str(item.Scope)


@pytest.mark.parametrize("name", ["bao-cao", "luu-ho-so"])
def test_the_tags_of_the_pdf_are_a_tree_of_headings_tables_and_pictures(report: Path, name: str) -> None:
    page = lxml.html.parse(report / f"{name}.html").getroot()
    with pikepdf.open(report / f"{name}.pdf") as pdf:
        assert str(pdf.Root.Lang) == "vi" and bool(pdf.Root.MarkInfo.Marked)
        tags = list(tagged(pdf.Root.StructTreeRoot))
        roles = [role for role, _ in tags]
        levels = [int(role[1]) for role in roles if re.fullmatch("H[1-6]", role)]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))
        # As many headings as the web page has, and every table of it, each with a head.
        assert len(levels) == len(page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]"))
        tables = [dict(tagged(item)) for role, item in tags if role == "Table"]
        assert len(tables) == len(page.xpath("//main//table"))
        assert all({"THead", "TH", "TR", "TD"} <= set(table) for table in tables)
        scopes = {scope for role, item in tags if role == "TH" for scope in scopes_of(item)}
        assert scopes == {"/Column", "/Row"}
        pictures = [str(item.get("/Alt", "")) for role, item in tags if role == "Figure"]
        assert len(pictures) == len(page.xpath("//figure")) and all(len(words) > 40 for words in pictures)


@pytest.mark.parametrize("name", ["bao-cao", "luu-ho-so"])
def test_links_of_the_pdf_lead_inside_it_or_to_a_file_beside_it(report: Path, name: str) -> None:
    with pikepdf.open(report / f"{name}.pdf") as pdf:
        links = [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
        assert links
        outside = {str(link.A.URI) for link in links if "/A" in link and "/URI" in link.A}
        targets = {uri.partition("#")[0].partition("?")[0] for uri in outside}
        assert not [uri for uri in targets if ":" in uri or uri.startswith("/")]
        assert [uri for uri in targets if not (report / unquote(uri)).is_file()] == []
