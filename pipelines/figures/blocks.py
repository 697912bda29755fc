"""Blocks: the report's words as headings, paragraphs, bullets and tables, ready for any paper.

Here: the light markdown a template renders to, and its parsing. Not here: the words (report_templates), paper (render).
Invariant: data put into a template never becomes markup; a figure stays one run with its id.

Light markdown: `# ` to `#### ` headings, `- ` bullets, `**bold**`, `*slanted*`, an empty line between paragraphs,
`| a | b |` lines one after the other a table, the first its head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeGuard

from pipelines.figures.model import Figure

# Private-use characters: clean_text takes them out of all data, so only the functions below can write them.
_FIGURE_OPEN, _FIGURE_SPLIT, _FIGURE_CLOSE = chr(0xE000), chr(0xE001), chr(0xE002)
_TABLE, _SIGNATURE = chr(0xE003), chr(0xE004)
_SUBJECT, _ADDRESSEE, _CHART = chr(0xE005), chr(0xE006), chr(0xE007)
_SPECIAL = re.compile(r"([\\*#\-|])")
_TOKEN = re.compile(
    rf"\\(?P<plain>.)|{_FIGURE_OPEN}(?P<id>[^{_FIGURE_SPLIT}]*){_FIGURE_SPLIT}(?P<text>[^{_FIGURE_CLOSE}]*){_FIGURE_CLOSE}"
    r"|(?P<bold>\*\*)|(?P<slanted>\*)"
)
_HEADING = re.compile(r"(#{1,4}) +(.*)")
_CELL = re.compile(r"\|((?:\\.|[^|\\])*)(?=\|)")


class Markup(str):
    """Text of a template function that is markup already and is not escaped again."""


@dataclass(frozen=True)
class Run:
    """A piece of text in one style; a figure is a run of its own."""

    text: str
    bold: bool = False
    slanted: bool = False
    figure_id: str | None = None


@dataclass(frozen=True)
class Heading:
    """A heading; 1 the kind of document, 2 its subject, 3 a Roman section, 4 a numbered one."""

    level: int
    runs: tuple[Run, ...]
    # A further line of the subject: it looks like a heading and is none, for nothing stands under it.
    is_line: bool = False


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of body text."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Bullet:
    """One item of a list."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Table:
    """The place of a whole form; in the packet that is sent, the roman number of its appendix."""

    form_id: str
    appendix: str = ""
    # What stands below it of another form that has the same numbers.
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of words: rows of cells, as many in each; the first row is the head, the first column the labels."""

    rows: tuple[tuple[tuple[Run, ...], ...], ...]

    def is_words(self, column: int) -> bool:
        """Tell whether a column holds words, which stand left, and no figures, which stand right."""
        cells = [row[column] for row in self.rows[1:]]
        if any(run.figure_id for cell in cells for run in cell):
            return False
        return column == 0 or any(run.text[:1].isalpha() for cell in cells for run in cell[:1])


@dataclass(frozen=True)
class Signature:
    """The place of recipients and signature; what follows is an appendix."""


@dataclass(frozen=True)
class Subject:
    """What a letter is about ("V/v …"): it is below its number in the letterhead; the first block of a letter."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Addressee:
    """To whom a letter goes ("Kính gửi: …")."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class ChartPlace:
    """The place of a chart, and its number among those of the document."""

    chart_id: str
    number: int = 1


@dataclass(frozen=True)
class SealMark:
    """The seal of an issued version, at the end of its documents: as text, and as a QR code with the version's name."""

    seal: str
    version_name: str

    @property
    def text(self) -> str:
        """Return the line that is printed."""
        return f"Mã niêm phong của {self.version_name}: {self.seal}"

    @property
    def code(self) -> str:
        """Return what the QR code holds."""
        return f"KSTT {self.version_name} {self.seal}"


Block = Heading | Paragraph | Bullet | Table | Grid | Signature | Subject | Addressee | ChartPlace | SealMark


def words_of(block: Block | None) -> str:
    """Return the text of a block without its styles; empty where it has none."""
    return "".join(run.text for run in getattr(block, "runs", ()))


def figure_ids(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the ids of the figures that words name (not those of the forms themselves)."""
    for block in blocks:
        cells = (
            [cell for row in block.rows for cell in row] if isinstance(block, Grid) else [getattr(block, "runs", ())]
        )
        yield from (run.figure_id for runs in cells for run in runs if run.figure_id)


def plain(value: object) -> str:
    """Return a value as text of one line in which nothing is markup (every `{{ }}` of a template passes here)."""
    if isinstance(value, Markup):
        return value
    return _SPECIAL.sub(r"\\\1", " ".join(str(value).split()))


def figure_markup(figure: Figure) -> Markup:
    """Return the markup of a figure; a sentence says 0 where a form leaves zeros blank."""
    text = figure.text or ("0" if figure.value == 0 else "")
    return Markup(f"{_FIGURE_OPEN}{figure.figure_id}{_FIGURE_SPLIT}{text}{_FIGURE_CLOSE}")


def table_markup(form_id: str, appendix: str = "", note: str = "") -> Markup:
    """Return the markup of a form's place; it stands alone on its line."""
    return Markup(_TABLE + _FIGURE_SPLIT.join((form_id, appendix, " ".join(note.split()))))


def chart_markup(chart_id: str) -> Markup:
    """Return the markup of a chart's place; it is alone on its line."""
    return Markup(f"{_CHART}{chart_id}")


def signature_markup() -> Markup:
    """Return the markup of the signature's place; it is alone on its line."""
    return Markup(_SIGNATURE)


def subject_markup(text: str) -> Markup:
    """Return the markup of a letter's subject; it is alone on the first line."""
    return Markup(f"{_SUBJECT}{plain(text)}")


def addressee_markup(text: str) -> Markup:
    """Return the markup of a letter's addressee; it is alone on its line."""
    return Markup(f"{_ADDRESSEE}{plain(text)}")


def parse_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a rendered template."""
    numbers = count(1)
    numbered = [
        replace(block, number=next(numbers)) if isinstance(block, ChartPlace) else block for block in _blocks(text)
    ]
    return tuple(
        replace(block, is_line=True) if _is_subject(block) and _is_subject(before) else block
        for before, block in zip([None, *numbered], numbered, strict=False)
    )


def _is_subject(block: Block | None) -> TypeGuard[Heading]:
    return isinstance(block, Heading) and block.level == 2


def _blocks(text: str) -> Iterator[Block]:
    paragraph: list[str] = []
    cells: list[tuple[tuple[Run, ...], ...]] = []
    for raw in [*text.split("\n"), ""]:
        line = raw.strip()
        if line.startswith("|") and not paragraph:
            cells.append(tuple(_runs(cell.strip()) for cell in _CELL.findall(line)))
            continue
        if cells:
            yield Grid(tuple(cells))
            cells = []
        alone = _alone(line)
        if (alone or not line) and paragraph:
            yield Paragraph(_runs(" ".join(paragraph)))
            paragraph = []
        if alone:
            yield alone
        elif line:
            paragraph.append(line)


def _alone(line: str) -> Block | None:
    """Return the block a line makes by itself, None when it is part of a paragraph."""
    heading = _HEADING.fullmatch(line)
    if heading:
        return Heading(len(heading[1]), _runs(heading[2]))
    if line.startswith("- "):
        return Bullet(_runs(line[2:]))
    if line.startswith(_TABLE):
        return Table(*line[1:].split(_FIGURE_SPLIT))
    if line.startswith(_CHART):
        return ChartPlace(line[1:])
    if line.startswith((_SUBJECT, _ADDRESSEE)):
        return (Subject if line[0] == _SUBJECT else Addressee)(_runs(line[1:]))
    return Signature() if line == _SIGNATURE else None


def _runs(text: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    style = Run("")
    position = 0
    for token in _TOKEN.finditer(text):
        _add(runs, replace(style, text=text[position : token.start()]))
        position = token.end()
        if token["bold"]:
            style = replace(style, bold=not style.bold)
        elif token["slanted"]:
            style = replace(style, slanted=not style.slanted)
        elif token["plain"] is not None:
            _add(runs, replace(style, text=token["plain"]))
        else:
            runs.append(replace(style, text=token["text"], figure_id=token["id"]))
    _add(runs, replace(style, text=text[position:]))
    return tuple(runs)


def _add(runs: list[Run], run: Run) -> None:
    """Append a run of plain text, joining it to the one before in the same style."""
    if not run.text:
        return
    if runs and replace(runs[-1], text="") == replace(run, text=""):
        runs[-1] = replace(run, text=runs[-1].text + run.text)
    else:
        runs.append(run)
