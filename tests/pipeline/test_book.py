"""The evidence book of the sample: every printed figure opens to records that sum to it and to rows that exist.

Here: the book's data against the pages, the landed files, itself. Not here: how pages look (test_book_in_browser),
persons (test_persons reads every file).
Invariant: printed numbers come from the pages, rows from the landed bytes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from book_data import Book
from landed_rows import folded, landed_row_texts
from paper_readers import page_texts, pdf_texts, word_links, word_texts

from pipelines.audit.book.records import PIECE
from pipelines.audit.book.write import write_book
from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.package.model import read_model
from pipelines.runner import RunResult
from pipelines.units.reports import make_units


@pytest.fixture(scope="module")
def book(q1: RunResult) -> Book:
    return Book(q1.report_dir / "so-tra-cuu")


@pytest.fixture(scope="module")
def manifest(q1: RunResult) -> dict[str, Any]:
    return json.loads((q1.report_dir / "manifest.json").read_text(encoding="utf-8"))


def printed_on(report: Path) -> dict[str, set[str]]:
    """The texts of every figure of both web pages, by id; II.06b is printed once, with II.06a."""
    found: dict[str, set[str]] = {}
    for name in ("bao-cao.html", "luu-ho-so.html"):
        for figure, texts in page_texts(report / name).items():
            found.setdefault(figure, set()).update(texts)
    return found


def test_every_figure_of_every_document_is_the_sum_of_the_books_records(
    q1: RunResult, book: Book, manifest: dict[str, Any]
) -> None:
    printed = printed_on(q1.report_dir)
    not_sent = set(manifest["not_sent"])
    wrong = []
    for figure, texts in printed.items():
        shown = {text.rstrip("*†") for text in texts} - {"", "…"}
        value = book.value(figure)
        if figure in not_sent:
            continue
        for text in shown:
            number = None if text == "–" else float(text.rstrip("%").replace(".", "").replace(",", "."))
            decimals = len(text.rstrip("%").partition(",")[2])
            if (value is None) != (number is None) or (
                value is not None and abs(value - number) > 0.501 * 10**-decimals
            ):
                wrong.append((figure, text, value))
    assert len(printed) > 3500
    assert wrong == []


def test_every_figure_of_the_manifest_is_in_the_book_under_its_id_and_short_code(
    book: Book, manifest: dict[str, Any]
) -> None:
    assert {name: book.others["codes"][name] for name in manifest["figures"]} == manifest["short_codes"]
    assert all(isinstance(book.printed(name), str) for name in manifest["figures"])


def test_every_figure_of_pages_and_pdf_is_a_link_into_the_book(q1: RunResult) -> None:
    for name in ("bao-cao", "luu-ho-so"):
        page = (q1.report_dir / f"{name}.html").read_text(encoding="utf-8")
        linked = {
            name
            for name in re.findall(r'href="so-tra-cuu/index\.html#([^"]+)"', page)
            if "/" in name and "bieu-do" not in name
        }
        assert linked == {figure for figure, texts in page_texts(q1.report_dir / f"{name}.html").items() if any(texts)}
        assert set(pdf_texts(q1.report_dir / f"{name}.pdf")) <= linked | {"None"}


def test_every_figure_of_the_word_files_is_a_link_into_the_book_beside_them(
    q1: RunResult, manifest: dict[str, Any]
) -> None:
    for name in ("bao-cao", "luu-ho-so"):
        path = q1.report_dir / f"{name}.docx"
        texts = word_texts(path, [*manifest["figures"], *Book(q1.report_dir / "so-tra-cuu").others["figures"]])
        links = word_links(path)
        assert len(links) > 500
        assert {page for page, _, _ in links} == {"so-tra-cuu/index.html"}
        assert (q1.report_dir / "so-tra-cuu/index.html").is_file()
        # Each links the text printed under its own id, and no printed figure is without a link.
        assert all(text in texts[figure] for _, figure, text in links)
        assert {figure for _, figure, _ in links} == {figure for figure, found in texts.items() if any(found)}


@pytest.mark.parametrize("chart_id", ["intake_calendar", "overdue_age"])
def test_every_point_of_a_chart_opens_the_dossiers_it_counts(book: Book, chart_id: str) -> None:
    chart = next(item for item in book.others["charts"] if item["id"] == chart_id)
    lists = book.others["lists"]
    seen: list[int] = []
    for label, text, _ in chart["series"][0][1]:
        key = f"{chart_id}/{label}"
        found = book.read(f"diem/{lists.index(key)}") if key in lists else []
        assert len(found) == int(text.replace(".", "")), key
        seen += found
    # No dossier is in two points, and the points together are the printed cells of the form.
    assert len(seen) == len(set(seen))
    whole = {"intake_calendar": ("c4", "c5"), "overdue_age": ("c13",)}[chart_id]
    assert len(seen) == sum(int(book.value(f"II.06a/tp-st/total/{column}") or 0) for column in whole)


def test_a_measure_that_is_printed_is_told_with_its_rule_and_where_it_is_written(book: Book) -> None:
    """The declared figures of units have the rules of the dossiers they stand beside."""
    for fact in book.facts.values():
        if not fact["isDeclared"]:
            assert [name for name in fact["measures"] if not fact["rules"].get(name)] == [], fact["name"]
            assert fact["rulesSource"], fact["name"]


@pytest.mark.parametrize("unit", ["p03", "tp-st-tp"])
def test_a_units_own_report_has_its_own_book(q1: RunResult, sample_office: Path, unit: str) -> None:
    """A ward and a department: figures sum to what its pages print, and no other unit's files are in it."""
    (made,) = make_units(load_office(sample_office), q1.report_dir, [unit])
    own = Book(made.folder / "so-tra-cuu")
    page = (made.folder / "bao-cao.html").read_text(encoding="utf-8")
    printed = printed_on(made.folder)
    assert len(printed) > 1000
    assert set(re.findall(r'href="so-tra-cuu/index\.html#([^"]+/[^"]+/[^"]+/[^"]+)"', page)) <= set(printed)
    not_sent = set(json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))["not_sent"])
    checked = 0
    for figure, texts in printed.items():
        numbers = {text.rstrip("*†") for text in texts} - {"", "…", "–"}
        for text in numbers if figure not in not_sent and "%" not in "".join(numbers) else ():
            value = own.value(figure)
            assert value is not None, figure
            assert abs(value - float(text.replace(".", "").replace(",", "."))) < 0.01, figure
            checked += 1
    assert checked > 300
    if unit == "p03":
        assert {line[0] for line in own.others["coverage"]} == {"UBND Phường 3"}
        assert {line[1] for line in own.read("tep-nhan")} == {"UBND Phường 3"}


def test_every_deciding_row_is_in_its_landed_file_and_holds_the_code(
    q1: RunResult, sample_office: Path, book: Book
) -> None:
    """Rows of tables that name records by their own words hold the code; a whole file and a reference table are named."""
    landing = sample_office / "data" / "landing"
    wanted: dict[str, set[tuple[str, str, int, str]]] = {}
    whole = 0
    for fact in book.facts:
        for record in book.records(fact):
            for place in record.places.values():
                assert place is not None, record
                if place.row and place.sha256:
                    wanted.setdefault(place.sha256, set()).add((place.file, place.sheet, place.row, record.code))
                elif place.file.startswith("reference/"):
                    assert place.row, record
                    assert (sample_office / place.file).is_file()
                else:
                    whole += 1
    assert sum(map(len, wanted.values())) > 6800
    assert whole < 400
    missing = []
    for sha256, rows in wanted.items():
        sheets = landed_row_texts(landing / sha256)
        for file, sheet, row, code in rows:
            # A list that is a page or a text has one sheet, whatever it is called.
            texts = sheets.get(sheet) or sheets.get("", {})
            # A number of a unit's own book is keyed by unit and year too.
            if folded(code.rpartition(":")[2]) not in texts.get(row, ""):
                missing.append((file, sheet, row, code))
    assert missing == [], (len(missing), missing[:10])


def test_a_code_is_found_in_the_piece_its_order_says(book: Book) -> None:
    first = book.about["search"]
    codes = [row for number in range(len(first)) for row in book.read(f"tim/{number}")]
    assert [row[0] for row in codes] == sorted(row[0] for row in codes)
    assert [book.read(f"tim/{number}")[0][0] for number in range(len(first))] == first
    dossiers = next(number for number, fact in enumerate(book.about["facts"]) if fact["folder"] == "ho-so")
    assert len([row for row in codes if row[1] == dossiers]) == 6309


def test_the_book_is_the_same_bytes_again_however_many_records_are_laid_out_at_once(
    q1: RunResult, sample_office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.audit.book.records._AT_ONCE", 2 * PIECE)
    layouts = load_layouts(q1.report_dir / "forms.json")
    model = read_model(load_office(sample_office), q1.report_dir / "warehouse.duckdb", layouts)
    codes = json.loads((q1.report_dir / "manifest.json").read_text(encoding="utf-8"))["short_codes"]
    write_book(tmp_path, q1.report_dir / "warehouse.duckdb", model, layouts, codes)
    one, other = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "so-tra-cuu", q1.report_dir / "so-tra-cuu")
    )
    assert one == other


def test_the_pages_ask_no_network(book: Book) -> None:
    for path in book.folder.glob("*.*"):
        assert not re.search(r"https?:|\bfetch\(|XMLHttpRequest|import\(", path.read_text(encoding="utf-8")), path.name


def test_it_is_small(book: Book) -> None:
    size = sum(path.stat().st_size for path in book.folder.rglob("*") if path.is_file())
    assert size < 4_000_000  # 6,309 dossiers; 60,000 stay under 40 MB
