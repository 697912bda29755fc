"""Every kind of figure under its id in four documents: counts, percentages, percentages of nothing, estimates, notes.

Here: the small report's documents read back. Not here: the sample's (pipeline/test_sample_documents).
Invariant: what is expected is typed in paper_stub.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from paper_readers import page_texts, pdf_texts, word_texts, workbook_values
from paper_stub import small_blocks, small_model

from pipelines.figures.model import Figure
from pipelines.render.docx import write_report
from pipelines.render.html import write_html
from pipelines.render.pdf import write_pdf
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
    write_forms(MODEL, blocks, folder / "bieu-mau.xlsx")
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
        return (
            float(figure.value) if isinstance(figure.value, Decimal) else "–" if figure.value is None else figure.value
        )

    found = workbook_values(folder / "bieu-mau.xlsx")
    assert {name: value for name, (value, _) in found.items()} == {name: cell(item) for name, item in PRINTED.items()}
    marked = {name for name, (value, look) in found.items() if "*" in look and not isinstance(value, str)}
    assert marked == {name for name, item in PRINTED.items() if item.is_estimated and item.value is not None}
