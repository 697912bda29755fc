"""The parts of the small report's documents, kept: a change of layout shows as a difference of lines.

Here: Word's and Excel's XML, the Typst text, the web page. Not here: what they must hold (unit tests), words (golden).
Invariant: after a deliberate change, `make golden` writes the files anew and git shows the difference.
"""

from __future__ import annotations

import difflib
import os
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from paper_stub import small_blocks, small_model

from pipelines.render.docx import write_report
from pipelines.render.html import write_html
from pipelines.render.pdf import typst_source
from pipelines.render.xlsx import write_forms

KEPT = Path(__file__).parent / "parts"


def pretty(part: bytes) -> str:
    root = etree.fromstring(part)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode") + "\n"


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder, model = tmp_path_factory.mktemp("parts"), small_model()
    blocks = small_blocks(model)
    write_report(model, blocks, folder / "bao-cao.docx")
    write_forms(model, blocks, folder / "bieu-mau.xlsx", {})
    write_html(model, blocks, folder / "bao-cao.html")
    with zipfile.ZipFile(folder / "bao-cao.docx") as word, zipfile.ZipFile(folder / "bieu-mau.xlsx") as excel:
        return {
            "document.xml": pretty(word.read("word/document.xml")),
            "core.xml": pretty(word.read("docProps/core.xml")),
            "header1.xml": pretty(word.read("word/header1.xml")),
            "sheet1.xml": pretty(excel.read("xl/worksheets/sheet1.xml")),
            "sheet2.xml": pretty(excel.read("xl/worksheets/sheet2.xml")),
            "bao-cao.typ": typst_source(model, blocks).replace("><", ">\n<") + "\n",
            "bao-cao.html": (folder / "bao-cao.html").read_text(encoding="utf-8").replace("><", ">\n<"),
        }


@pytest.mark.parametrize(
    "name", ["document.xml", "core.xml", "header1.xml", "sheet1.xml", "sheet2.xml", "bao-cao.typ", "bao-cao.html"]
)
def test_each_part_is_as_it_was_kept(parts: dict[str, str], name: str) -> None:
    kept = KEPT / name
    if os.environ.get("KSTT_GOLDEN") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(parts[name], encoding="utf-8")
    before, now = kept.read_text(encoding="utf-8").splitlines(), parts[name].splitlines()
    difference = "\n".join(difflib.unified_diff(before, now, f"kept {name}", f"made {name}", n=2, lineterm=""))
    assert not difference, f"run `make golden` if this is meant:\n{difference}"
