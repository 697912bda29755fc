"""Parts of WordprocessingML that python-docx has no words for.

Here: bookmarks, links, repeated rows, borders, widths, page numbers, fonts. Not here: what the report says.
Invariant: each helper changes only the element it is given.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, RGBColor

_LONGEST_NAME = 40
_HASH_LENGTH = 8


def set_text(run: Any, text: str) -> None:
    """Write the text of an element of a run that has none yet: as setting `text` does, which first searches it."""
    if any(mark in text for mark in "\t\r\n"):
        run.text = text
    elif text:
        run.add_t(text)


def bookmark_name(figure_id: str) -> str:
    """Return the bookmark of a figure: Word allows 40 letters, digits and underscores; a leading one hides it."""
    name = "_" + re.sub(r"[^0-9A-Za-z]", "_", figure_id)
    if len(name) <= _LONGEST_NAME - 4:
        return name
    digest = hashlib.sha256(figure_id.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: _LONGEST_NAME - 5 - _HASH_LENGTH]}_{digest}"


class Bookmarks:
    """Bookmarks of one document: unique numbers and names; a figure printed again gets _2, _3 …"""

    def __init__(self) -> None:
        self._count = 0
        self._of_figure: dict[str, int] = {}
        self._figure_of: dict[str, str] = {}

    @contextmanager
    def around(self, paragraph: Any, figure_id: str | None) -> Generator[None]:
        """Put what is added to the paragraph inside a bookmark of the figure (nothing without an id)."""
        if figure_id is None:
            yield
            return
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), str(self._count))
        end.set(qn("w:id"), str(self._count))
        start.set(qn("w:name"), self._name(figure_id))
        self._count += 1
        paragraph._p.append(start)
        yield
        paragraph._p.append(end)

    def _name(self, figure_id: str) -> str:
        name = bookmark_name(figure_id)
        other = self._figure_of.setdefault(name, figure_id)
        if other != figure_id:
            raise ValueError(f"bookmark {name} would stand for both {other} and {figure_id}")
        self._of_figure[figure_id] = self._of_figure.get(figure_id, 0) + 1
        again = self._of_figure[figure_id]
        return name if again == 1 else f"{name}_{again}"


def link_to(paragraph: Any, run: Any, page: str, place: str) -> None:
    """Make an element of a run a link to a place in a page that lies beside the document; it looks as it did.

    All links to one page share one relation; Word and LibreOffice put the anchor behind its address.
    """
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(page, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    link.set(qn("w:anchor"), place)
    link.set(qn("w:history"), "1")
    run.addprevious(link)
    link.append(run)


def leave_outline(paragraph: Any) -> None:
    """Take a paragraph in a heading's style out of the navigation: it keeps its looks, nothing stands under it."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "9")
    paragraph._p.get_or_add_pPr().append(level)


STYLES = ("Normal", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Header")


def missing_styles(document: Any) -> list[str]:
    """Return the styles our documents are written in that a Word file does not hold."""
    there = {style.name for style in document.styles}
    return [name for name in STYLES if name not in there]


def empty_body(document: Any) -> None:
    """Take all text out of a document; the last section's page stays."""
    body = document.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)


def set_fonts(document: Any, font: str, size: Any) -> None:
    """Set font, size, colour and spacing of the styles used; no theme font stays behind."""
    for name in STYLES:
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, size, RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for attribute in list(fonts.attrib):
            if "heme" in attribute:
                del fonts.attrib[attribute]
        for kind in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{kind}"), font)
        if name.startswith("Heading"):
            style.font.bold, style.font.italic = True, False
    form = document.styles["Normal"].paragraph_format
    form.space_after, form.space_before, form.line_spacing = Mm(2.12), 0, 1.08
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")


def drop_what_is_not_used(document: Any) -> None:
    """Take out of python-docx's own template its picture and all styles but ours and those they rest on.

    The template carries 160 styles, twice; they are nine tenths of a report's XML.
    """
    _drop_relations(document.part.package.rels, "/thumbnail")
    _drop_relations(document.part.rels, "/stylesWithEffects", "/numbering")
    root = document.styles.element
    by_id = {style.get(qn("w:styleId")): style for style in root.findall(qn("w:style"))}
    waiting = [key for key, style in by_id.items() if style.get(qn("w:default")) == "1" or _name_of(style) in STYLES]
    used: set[str] = set()
    while waiting:
        key = waiting.pop()
        used.add(key)
        parts = (by_id[key].find(qn(f"w:{part}")) for part in ("basedOn", "link", "next"))
        waiting += {part.get(qn("w:val")) for part in parts if part is not None} - used
    for key, style in by_id.items():
        if key not in used:
            root.remove(style)
    for hidden in root.findall(qn("w:latentStyles")):
        root.remove(hidden)


def _name_of(style: Any) -> str:
    return str(style.find(qn("w:name")).get(qn("w:val"))).replace("heading ", "Heading ").replace("header", "Header")


def _drop_relations(relations: Any, *endings: str) -> None:
    for key in [key for key, relation in relations.items() if relation.reltype.endswith(endings)]:
        del relations[key]


def add_page_number(header: Any, size: Any) -> None:
    """Put a centred page number field into a header."""
    paragraph = header.paragraphs[0]
    paragraph.alignment = 1
    run = paragraph.add_run()
    run.font.size = size
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), ("text", "2"), ("end", None)):
        run._r.append(_field_part(kind, text))


def _field_part(kind: str | None, text: str | None) -> Any:
    if kind in ("begin", "separate", "end"):
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        return part
    part = OxmlElement("w:t" if kind == "text" else "w:instrText")
    part.text = text
    return part


def restart_page_numbers(section: Any) -> None:
    """Let the pages of a section count from 1."""
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")


def go_on_with_page_numbers(section: Any) -> None:
    """Let the pages of a section follow those before (a new section copies the restart of the last one)."""
    for numbers in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(numbers)


def shrink_section_break(document: Any) -> None:
    """Give the paragraph that ends the section before the last no height: after a full page it makes no other."""
    properties = document.element.body.xpath("./w:p/w:pPr[w:sectPr]")[-1]
    spacing = OxmlElement("w:spacing")
    for key, value in (("before", "0"), ("after", "0"), ("line", "20"), ("lineRule", "exact")):
        spacing.set(qn(f"w:{key}"), value)
    properties.insert(0, spacing)


def repeat_row(row: Any) -> None:
    """Repeat a row at the top of each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_row_whole(row: Any) -> None:
    """Let no page break fall inside a row."""
    properties = row._tr.get_or_add_trPr()
    properties.insert(0, OxmlElement("w:cantSplit"))


def keep_cells_with_next(cells: Any) -> None:
    """Keep a row on the page of what follows it (Word asks this of every paragraph of the row)."""
    for cell in cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def describe(table: Any, title: str, description: str) -> None:
    """Give a table the title and description a screen reader reads out."""
    for tag, text in (("w:tblCaption", title), ("w:tblDescription", description)):
        part = OxmlElement(tag)
        part.set(qn("w:val"), text)
        table._tbl.tblPr.append(part)


def describe_picture(picture: Any, title: str, description: str) -> None:
    """Give a picture the title and description a screen reader reads out."""
    properties = picture._inline.docPr
    properties.set("title", title)
    properties.set("descr", description)


def mark_size(paragraph: Any, size: Any) -> None:
    """Set the size of the paragraph mark, which gives an empty cell its height."""
    look, height = OxmlElement("w:rPr"), OxmlElement("w:sz")
    height.set(qn("w:val"), str(int(size.pt * 2)))
    look.append(height)
    paragraph._p.get_or_add_pPr().append(look)


def centre_in_height(cell: Any) -> None:
    """Let the text of a cell stand in the middle of its row."""
    place = OxmlElement("w:vAlign")
    place.set(qn("w:val"), "center")
    cell._tc.get_or_add_tcPr().append(place)


def rule_below(paragraph: Any, inset_mm: float) -> None:
    """Draw a thin line below a paragraph, shorter than the paragraph by the inset on both sides."""
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = None
    follower = OxmlElement("w:p")
    paragraph._p.addnext(follower)
    properties = OxmlElement("w:pPr")
    edges, bottom = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{key}"), value)
    edges.append(bottom)
    spacing, indent = OxmlElement("w:spacing"), OxmlElement("w:ind")
    for key, value in (("before", "0"), ("after", "0"), ("line", "100"), ("lineRule", "exact")):
        spacing.set(qn(f"w:{key}"), value)
    for key in ("left", "right"):
        indent.set(qn(f"w:{key}"), str(int(Mm(inset_mm).twips)))
    for part in (edges, spacing, indent):
        properties.append(part)
    follower.append(properties)


def borders(table: Any) -> None:
    """Give a table thin lines around and inside."""
    edges = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            edge.set(qn(f"w:{key}"), value)
        edges.append(edge)
    _put(table._tbl.tblPr, edges, ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"))


def hide_borders(cell: Any, *sides: str) -> None:
    """Take the lines of a cell away on some sides, named in the order top, left, bottom, right."""
    edges = OxmlElement("w:tcBorders")
    for side in sides:
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:val"), "nil")
        edges.append(edge)
    _put(cell._tc.get_or_add_tcPr(), edges, ("w:shd", "w:noWrap", "w:tcMar", "w:vAlign", "w:hideMark"))


def cell_margins(table: Any, side: Any) -> None:
    """Set the left and right margin inside the cells of a table."""
    margins = OxmlElement("w:tblCellMar")
    for name in ("left", "right"):
        margin = OxmlElement(f"w:{name}")
        margin.set(qn("w:w"), str(int(side.twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    _put(table._tbl.tblPr, margins, ("w:tblLook",))


def fix_widths(table: Any, widths_mm: list[float]) -> None:
    """Fix the column widths of a table, in millimetres."""
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths_mm, strict=True):
        column.w = Mm(width)
    for row in table._tbl.tr_lst:
        place = 0
        for cell in row.tc_lst:
            span = cell.grid_span
            cell.width = Mm(sum(widths_mm[place : place + span]))
            place += span


def _put(properties: Any, element: Any, successors: tuple[str, ...]) -> None:
    for tag in successors:
        found = properties.find(qn(tag))
        if found is not None:
            found.addprevious(element)
            return
    properties.append(element)
