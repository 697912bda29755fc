"""Characters the report's font lacks: another embedded font prints them, or a mark represents them and is counted.

Here: the character tables, what is replaced, a document that has them. Not here: the layout (test_pdf).
Invariant: no character of a name or a reason stops a document.
"""

from __future__ import annotations

import pytest

from pipelines.render.glyphs import MARK, characters_of
from pipelines.render.typst_compile import compile_pdf, font_folder, made_printable
from pipelines.render.typst_text import content, string

HEAD = (
    '#set document(title: {title}, date: datetime(year: 2021, month: 3, day: 15))\n#set text(font: "TeX Gyre Termes")\n'
)


@pytest.mark.parametrize("letter", [*"AzĐđƯưẰằỹỶ–—«»…•0"])
def test_the_first_font_has_the_letters_of_vietnamese(letter: str) -> None:
    assert ord(letter) in characters_of(font_folder() / "texgyretermes-regular.otf")


@pytest.mark.parametrize("letter", [*"😀✓●⇒①Д☑"])
def test_the_second_font_has_what_the_first_lacks(letter: str) -> None:
    assert ord(letter) not in characters_of(font_folder() / "texgyretermes-regular.otf")
    assert made_printable(letter) == (letter, 0)


@pytest.mark.parametrize("letter", ["中", "한", "\ue123", "\udcff", "\U0001fae8"])
def test_what_no_font_has_is_marked_and_counted(letter: str) -> None:
    assert made_printable(f"a{letter}b{letter}") == (f"a{MARK}b{MARK}", 2)


@pytest.mark.parametrize("letter", ["\u200d", "\x07", "\ufeff", "\u00ad", "\u202e"])
def test_what_nobody_sees_is_left_out_and_not_counted(letter: str) -> None:
    assert made_printable(f"Hồ sơ{letter}\n\tmới") == ("Hồ sơ\n\tmới", 0)


def test_a_mark_of_the_office_itself_is_not_counted() -> None:
    assert made_printable("□ ậ") == ("□ ậ", 0)


@pytest.mark.parametrize(
    "letter", ["😀", "✓", "●", "⇒", "①", "中", "Д", "\udcff", "\x00", "👩\u200d👧", "e\u0323\u0302"]
)
def test_a_document_is_made_whatever_is_in_its_text_and_title(letter: str) -> None:
    text = f"Sổ {letter} theo dõi"
    made = compile_pdf(HEAD.format(title=string(text)) + content(text))

    assert made.startswith(b"%PDF")
