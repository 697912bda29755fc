"""The file an officer writes the report's own words into, made from the newest report of the period.

Here: its sections, the figures of each, what was written before. Not here: reading it back (office/words).
Invariant: a file that is there is never written again; what the software adds is a comment, which is never printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.figures.blocks import Block, Heading, figure_ids, words_of
from pipelines.figures.layout import load_layouts
from pipelines.figures.model import ReportModel
from pipelines.figures.words import report_blocks
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.settings import Office
from pipelines.office.words import read_words, words_path
from pipelines.package.assemble import paper_of
from pipelines.package.model import read_model, reporting_units
from pipelines.periods.period import find_period
from pipelines.warehouse.finished import latest_report

_ROMAN = re.compile(r"([IVX]+)\.\s")
_NUMBER = re.compile(r"(\d+)\.\s")
# Level of the headings of a Roman section and of a numbered one (figures/blocks).
_SECTION, _SUBSECTION = 3, 4
_OPENING = """<!--
Lời của đơn vị trong báo cáo {label}. Viết ngay dưới tiêu đề từng mục; mục để trống thì báo cáo không thêm lời.
Được dùng: **đậm**, *nghiêng*, dòng bắt đầu bằng «- » là gạch đầu dòng, và thẻ số liệu ghi trong chú thích của từng mục.
Phần nằm giữa dấu mở và đóng chú thích không in ra.
-->
"""


@dataclass(frozen=True)
class _Section:
    """A section of the report: its number, its title, the figures that are in force in it."""

    number: str
    title: str
    figures: tuple[str, ...]


def make_words_file(office: Office, period_id: str, unit_id: str = "") -> tuple[Path, bool]:
    """Write the file for the words of a period's report; return where it is, and whether it was made now.

    Raises:
        OfficeError: no report of the period was made yet, or the unit has none of its own.
    """
    path = words_path(office.root, period_id, unit_id)
    if path.exists():
        return path, False
    period = find_period(office.reference["periods"], period_id)
    report = latest_report(office, period_id)
    if report is None:
        raise OfficeError(f"Chưa có báo cáo kỳ {period_id} để lấy mục và số liệu. Chạy trước: kstt run {period_id}")
    model = read_model(office, report / "warehouse.duckdb", load_layouts(report / "forms.json"), _unit(report, unit_id))
    sections = _sections(report_blocks(model, folders=paper_of(office).folders))
    required = () if unit_id else office.settings.words.required
    before = _before(office, period_id, unit_id)
    parts = [_OPENING.format(label=period.label)]
    parts += [_part(section, section.number in required, model, before) for section in sections]
    write_atomically(path, "\n".join(parts).encode())
    return path, True


def _unit(report: Path, unit_id: str) -> dict | None:
    if not unit_id:
        return None
    found = [unit for unit in reporting_units(report / "warehouse.duckdb") if unit["unit_id"] == unit_id]
    if not found:
        raise OfficeError(f"Đơn vị «{unit_id}» không có báo cáo riêng trong kỳ này.")
    return found[0]


def _sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    """Yield the sections that hold text, each with the figures of its sentences, in order."""
    roman, open_number, title, body = "", "", "", []
    for block in [*blocks, Heading(_SECTION, ())]:
        if not isinstance(block, Heading) or block.level not in (_SECTION, _SUBSECTION):
            body.append(block)
            continue
        if open_number:
            yield _Section(open_number, title, tuple(dict.fromkeys(figure_ids(body))))
        text = words_of(block)
        if block.level == _SECTION:
            found = _ROMAN.match(text)
            roman = open_number = found[1] if found else ""
        else:
            found = _NUMBER.match(text)
            open_number = f"{roman}.{found[1]}" if roman and found else ""
        title, body = text[found.end() :] if found else text, []


def _part(section: _Section, is_required: bool, model: ReportModel, before: tuple[str, Mapping[str, str]]) -> str:
    """Return heading and comments of one section."""
    must = " (bắt buộc với bản chính thức)" if is_required else ""
    lines = [f"## {section.number}. {section.title}", "", ""]
    notes = [f'{{{{ fig("{_reference(name)}") }}}} = {model.figures[name].text}' for name in section.figures]
    if notes or must:
        lines += [f"<!-- Mục {section.number}{must}.{' Số liệu của mục:' if notes else ''}", *notes, "-->", ""]
    period_id, written = before
    if written.get(section.number):
        lines += [f"<!-- Đã viết trong báo cáo {period_id}:", "", written[section.number], "", "-->", ""]
    return "\n".join(lines)


def _reference(figure_id: str) -> str:
    """Return the name of a figure as a tag calls it: II.06a/tp/total/c7 → II.06a.total.c7."""
    form_id, _, row, column = figure_id.split("/")
    return f"{form_id}.{row}.{column}"


def _before(office: Office, period_id: str, unit_id: str) -> tuple[str, Mapping[str, str]]:
    """Return the period of the same kind that ended the day before this one began, and what was written for it."""
    periods = office.reference["periods"].set_index("period_id")
    this = find_period(office.reference["periods"], period_id)
    day_before = pd.Timestamp(this.start_on) - pd.Timedelta(days=1)
    ended = periods[(periods["end_on"] == day_before) & (periods["period_kind"] == this.period_kind)]
    if ended.empty:
        return "", {}
    name = str(ended.index[0])
    return name, read_words(office.root, name, unit_id).sections
