"""Every kind of figure under its id in four documents: counts, percentages, percentages of nothing, estimates, notes.

Here: the small report's documents read back. Not here: the sample's (pipeline/test_sample_documents).
Invariant: what is expected is typed in paper_stub.
"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from paper_readers import page_texts, pdf_texts, word_texts, workbook_values
from paper_stub import small_blocks, small_model

from pipelines.figures.model import Figure
from pipelines.render.docx import write_report
from pipelines.render.html import write_html
from pipelines.render.pdf import write_pdf
from pipelines.render.workbook import count_format
from pipelines.render.xlsx import write_forms

MODEL = small_model()
ROWS = MODEL.forms["II.99"].rows
# The note is below the form, of the total row only.
PRINTED = {item.figure_id: item for row in ROWS for item in row.figures} | {
    item.figure_id: item for item in ROWS[-1].notes
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, blocks = tmp_path_factory.mktemp("paper"), small_blocks(MODEL)
    write_report(MODEL, blocks, folder / "bao-cao.docx")
    write_pdf(MODEL, blocks, folder / "bao-cao.pdf")
    write_html(MODEL, blocks, folder / "bao-cao.html")
    write_forms(MODEL, blocks, folder / "bieu-mau.xlsx", {})
    return folder


def texts(folder: Path, paper: str) -> dict[str, set[str]]:
    if paper == "bao-cao.docx":
        return word_texts(folder / paper, list(MODEL.figures))
    return pdf_texts(folder / paper) if paper == "bao-cao.pdf" else page_texts(folder / paper)


@pytest.mark.parametrize("paper", ["bao-cao.docx", "bao-cao.pdf", "bao-cao.html"])
def test_each_figure_is_printed_under_its_id_as_the_report_has_it(folder: Path, paper: str) -> None:
    found = texts(folder, paper)
    assert {name: found.get(name) for name in PRINTED} == {name: {item.text} for name, item in PRINTED.items()}
    assert {name: found[name] for name in found} == {name: {MODEL.figures[name].text} for name in found}


def test_cells_of_the_workbook_are_numbers_and_the_dash_of_nothing(folder: Path) -> None:
    def cell(figure: Figure) -> object:
        # A percentage with its decimal comma is a text: no format of a number prints one on every machine.
        return figure.value if isinstance(figure.value, int) else figure.text

    found = workbook_values(folder / "bieu-mau.xlsx")
    assert {name: value for name, (value, _) in found.items()} == {name: cell(item) for name, item in PRINTED.items()}
    marked = {name for name, (value, look) in found.items() if "*" in (value if isinstance(value, str) else look)}
    assert marked == {name for name, item in PRINTED.items() if item.is_estimated and item.value is not None}


@pytest.mark.parametrize(
    ("value", "zero", "after", "printed"),
    [
        (0, "0", "", "0"),
        (0, "blank", "", ""),
        (0, "-", "", "-"),
        (7, "0", "", "7"),
        (999, "0", "*", "999*"),
        (1000, "0", "", "1.000"),
        (96317000, "0", "", "96.317.000"),
        (999999999, "0", "", "999.999.999"),
        (1234567890, "0", "†", "1.234.567.890†"),
        (-1234, "0", "", "-1.234"),
    ],
)
def test_the_format_of_a_count_has_its_own_dots(value: int, zero: str, after: str, printed: str) -> None:
    """Read as Excel reads a format: sections by their bounds, digits from the right, letters as they are."""
    sections = count_format(value, zero, after).split(";")
    bounded = [re.fullmatch(r"\[>=(\d+)\](.*)", section) for section in sections]
    if bounded[0]:
        chosen = next((found[2] for found in bounded if found and value >= int(found[1])), sections[-1])
    else:
        chosen = sections[0 if value > 0 or len(sections) == 1 else 1 if value < 0 else 2]
    tokens = re.findall(r'\\.|"[^"]*"|0|-|.', chosen)
    digits = str(abs(value))
    places = tokens.count("0")
    shown, rest = "", digits.rjust(places, "0") if places else ""
    for token in tokens:
        if token == "0":
            taken = len(rest) - places + 1
            shown, rest, places = shown + rest[:taken], rest[taken:], places - 1
        else:
            shown += token.strip('"').removeprefix("\\")
    sign = "-" if value < 0 and len(sections) == 1 else ""
    assert sign + shown == printed


def test_no_cell_leaves_its_separators_to_the_readers_machine(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "bieu-mau.xlsx")
    looks = {
        cell.number_format
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and cell.value != 0
    }
    assert looks
    for look in looks:
        assert not re.search(r"[,.]", re.sub(r'\\.|"[^"]*"', "", look)), look
