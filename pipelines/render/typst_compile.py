"""Running Typst: one embedded font and one for what it lacks, nothing of the machine.

Here: where the fonts' files are, compiling to PDF or pictures. Not here: Typst text (pdf, charts), its grammar.
Invariant: no system font, no time of day enters; same source, same bytes; no character stops a document.
"""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.render.glyphs import Printable, printable
from pipelines.render.pdf_rows import name_rows

if TYPE_CHECKING:
    import typst

FONT = "TeX Gyre Termes"
_FONT_PACKAGE = "rinoh_typeface_texgyretermes"
# For the characters the first font lacks: Greek, Cyrillic, arrows, ticks, numbers in circles.
_SECOND_PACKAGE = "rinoh_typeface_dejavusans"
# The faces whose characters decide; their bold and italic faces have the same.
_FACES = ("texgyretermes-regular.otf", "DejaVuSans.ttf")


def font_folder(package: str = _FONT_PACKAGE) -> Path:
    """Return the folder of an embedded font's files (a package of fonts; its code is not imported)."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


def made_printable(source: str) -> Printable:
    """Return Typst text with every character the fonts lack replaced, and how many were."""
    folders = (font_folder(), font_folder(_SECOND_PACKAGE))
    return printable(source, tuple(folder / face for folder, face in zip(folders, _FACES, strict=True)))


def compile_pdf(source: str) -> bytes:
    """Return a document as PDF/A.

    Raises:
        typst.TypstError: the text we made is not Typst (our fault, never the office's data).
    """
    import typst  # 80 MB of compiler: only when something is drawn

    text = made_printable(source).text.encode()
    made = typst.compile(text, font_paths=_fonts(), format="pdf", pdf_standards="a-2b")
    assert isinstance(made, bytes)
    return _packed(made)


def _packed(made: bytes) -> bytes:
    """Return the same document with its small objects compressed.

    Typst writes each cell's place in the structure (for readers aloud) and each link as plain text: most of a report.
    That nothing of the structure is suspect is what a reader takes without being told; some warn of its being told.
    """
    import pikepdf

    packed = BytesIO()
    with pikepdf.open(BytesIO(made)) as document:
        name_rows(document)
        # A reader shows the title of the document in its window, not the name of the file.
        document.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        mark_info = document.Root.get("/MarkInfo", {})
        if mark_info.get("/Suspects") is False:
            del mark_info["/Suspects"]
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


def compile_pictures(source: str, dots_per_inch: int) -> list[bytes]:
    """Return each page of a document as a PNG picture.

    Raises:
        typst.TypstError: the text we made is not Typst.
    """
    import typst

    made = typst.compile(
        made_printable(source).text.encode(), font_paths=_fonts(), format="png", ppi=float(dots_per_inch)
    )
    return list(made) if isinstance(made, list) else [made]


def _fonts() -> typst.Fonts:
    import typst

    folders = [font_folder(), font_folder(_SECOND_PACKAGE)]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
