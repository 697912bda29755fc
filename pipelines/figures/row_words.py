"""Rows, lines and units of a report as templates see them.

Here: what a template may ask of one row, which rows it may ask for. Not here: filling templates (words), phrases.
Invariant: every number handed to a template is a figure with its id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.figures.blocks import Markup, figure_markup, table_markup
from pipelines.figures.change import before_markup, delta_markup
from pipelines.figures.layout import FormLayout
from pipelines.figures.model import Coverage, Figure, FormRow, IndexLine, PeriodPart, ReportModel, UnitScore
from pipelines.figures.packets import Packets
from pipelines.figures.targets import target_text, target_words
from pipelines.figures.text import NO_RATE, format_count, text_day


@dataclass(frozen=True)
class RowWords:
    """One row of a form as a template sees it."""

    label: str
    section: str
    model: ReportModel
    prefix: str

    def fig(self, column: str) -> Markup:
        """Return the row's figure of a column (c10) or ratio (on_time_rate)."""
        return figure_markup(self.model.figure_of(f"{self.prefix}.{column}"))

    def value(self, column: str) -> object:
        """Return the number itself, for a template's `if`."""
        return self.model.figure_of(f"{self.prefix}.{column}").value

    def before(self, against: str, column: str) -> Markup:
        """Return the figure as issued for the period before (prev) or a year ago (year), “–” where there is none."""
        return before_markup(self.model, against, f"{self.prefix}.{column}")

    def delta_prev(self, column: str, unit: str = "") -> Markup:
        """Return the words of the change on the period before, “–” where there is nothing to compare with."""
        return delta_markup(self.model, "prev", f"{self.prefix}.{column}", unit)

    def delta_year(self, column: str, unit: str = "") -> Markup:
        """Return the words of the change on a year ago, “–” where there is nothing to compare with."""
        return delta_markup(self.model, "year", f"{self.prefix}.{column}", unit)

    def target(self, column: str) -> str:
        """Return whether the figure is as it should be, “–” where it has no target or no value."""
        return target_of(self.model, f"{self.prefix}.{column}")


@dataclass(frozen=True)
class HeadlineWords:
    """One headline figure as the table of comparison sees it: what it is, then and now, what it should be."""

    label: str
    now: Markup
    before_prev: Markup
    delta_prev: Markup
    before_year: Markup
    delta_year: Markup
    target: str
    is_met: str


@dataclass(frozen=True)
class IndexWords:
    """One line of the index of service quality as a template sees it."""

    kind: str
    code: str
    label: str
    most: int
    rate: Markup
    points: Markup
    known: Markup
    known_most: int
    reason: str


def part_words(part: PeriodPart) -> dict[str, object]:
    """Return a quarter of a longer period as a template sees it."""
    names = ("online", "direct_postal", "early", "on_time", "overdue", "on_time_rate")
    return {"label": part.label, **{name: figure_markup(getattr(part, name)) for name in names}}


def index_words(line: IndexLine) -> IndexWords:
    """Return a line of the index as a template sees it."""
    return IndexWords(
        line.kind,
        line.code,
        line.label,
        line.most,
        figure_markup(line.rate),
        figure_markup(line.points),
        figure_markup(line.known),
        line.known_most,
        line.reason,
    )


def score_words(score: UnitScore) -> dict[str, object]:
    """Return the scorecard of a unit as a template sees it: points, and the cells each is made of."""

    def cells(figures: tuple[Figure, ...]) -> Markup:
        terms = [figure_markup(item) for item in figures if item.value or len(figures) == 1] or [
            figure_markup(item) for item in figures[:1]
        ]
        return Markup(" + ".join(terms) if len(terms) < 2 else f"({' + '.join(terms)})")

    return {
        "unit": score.unit_name,
        "points": figure_markup(score.points),
        "out_of": score.out_of,
        "percent": figure_markup(score.percent),
        "lines": [
            {
                "label": line.label,
                "most": line.most,
                "points": figure_markup(line.points),
                "rate": figure_markup(line.rate),
                "parts": cells(line.parts),
                "whole": cells(line.wholes),
            }
            for line in score.lines
        ],
    }


def target_of(model: ReportModel, reference: str) -> str:
    """Return whether a figure is as it should be, in words; “–” where it has no target or no value."""
    figure = model.figure_of(reference)
    return target_words(model.targets.get(figure.figure_id), figure)


def headlines(model: ReportModel) -> list[HeadlineWords]:
    """Return the lines of the table of comparison; none while there is nothing to hold any figure against."""
    lines = [
        (label, f"{form.layout.form_id}.total.{_column_of(form.layout, name)}")
        for form in model.forms.values()
        if form.coverage.has_answers
        for label, name in form.layout.compare
    ]
    held = {name for compared in model.compared for name in compared.figures} | set(model.targets)
    if not any(model.figure_of(reference).figure_id in held for _, reference in lines):
        return []
    return [_headline(model, label, reference) for label, reference in lines]


def _column_of(layout: FormLayout, name: str) -> str:
    return next((f"c{column.number}" for column in layout.columns if column.name == name), name)


def _headline(model: ReportModel, label: str, reference: str) -> HeadlineWords:
    figure = model.figure_of(reference)
    target = model.targets.get(figure.figure_id)
    met = target.is_met(figure) if target else None
    return HeadlineWords(
        label=label,
        now=figure_markup(figure),
        before_prev=before_markup(model, "prev", reference),
        delta_prev=delta_markup(model, "prev", reference),
        before_year=before_markup(model, "year", reference),
        delta_year=delta_markup(model, "year", reference),
        target=target_text(target),
        is_met={True: "đạt", False: "chưa đạt", None: NO_RATE}[met],
    )


def appendix_of(model: ReportModel, packets: Packets, form_id: str) -> Markup:
    """Return the place of a form as an appendix, with a note on the forms that have the same numbers."""
    same = [model.forms[twin].layout.number for twin, name in packets.twins.items() if name == form_id]
    note = f"{', '.join(same)}: số liệu trùng với biểu này ở mọi ô, không in lại." if same else ""
    return table_markup(form_id, packets.number_of(form_id), note)


def nil_sentence(coverage: Coverage, what: str) -> str:
    """Return the sentence of nothing: a nil only where everyone who owes has said so."""
    of = f" {what}" if what else ""
    if coverage.is_complete:
        return f"Trong kỳ không phát sinh{of}."
    if not coverage.has_answers:
        return "Chưa có số liệu."
    if coverage.owed == 1:
        return f"Theo số liệu đã nhận: không phát sinh{of}; đơn vị chưa gửi đủ."
    lacking = coverage.owed - coverage.accepted
    return (
        f"Theo {format_count(coverage.accepted)}/{format_count(coverage.owed)} đơn vị đã gửi: không phát sinh{of}; "
        f"{format_count(lacking)} đơn vị chưa có số liệu."
    )


@dataclass(frozen=True)
class UnsentWords:
    """A unit that has not sent, as a template sees it: what the totals hold of it, and since when nothing was heard."""

    label: str
    last_news: str
    model: ReportModel
    prefix: str

    def fig(self, column: str) -> Markup:
        """Return what the form's totals hold of the unit in a column, as its number."""
        figure = self.model.figure_of(f"{self.prefix}.{column}")
        return figure_markup(replace(figure, text=format_count(int(figure.value or 0))))

    def value(self, column: str) -> object:
        """Return the number itself, for a template's `if`."""
        return self.model.figure_of(f"{self.prefix}.{column}").value


def unsent_units(model: ReportModel, form_id: str) -> list[UnsentWords]:
    """Return the units of a form with a row a unit that have not sent, and of which its totals hold something."""
    return [
        UnsentWords(
            part.unit_name, text_day(part.last_news) if part.last_news else "", model, f"{form_id}.{part.row_code}"
        )
        for part in model.forms[form_id].unsent
        # The total of another unit's form is no figure of this report.
        if part.held and (part.row_code != "total" or model.office.unit_kind != "city")
    ]


def section_rows(model: ReportModel, form_id: str) -> list[RowWords]:
    """Return the section rows of a form."""
    rows = (row for row in model.forms[form_id].rows if row.kind == "section")
    return [RowWords(row.label, "", model, f"{form_id}.{row.code}") for row in rows]


def top_rows(model: ReportModel, form_id: str, column: str, most: int) -> list[RowWords]:
    """Return the rows (no sections, no total) with the greatest figures of a column, zeros left out, ties in order."""
    form = model.forms[form_id]

    def size(row: FormRow) -> int:
        figure = model.figure_of(f"{form_id}.{row.code}.{column}")
        return 0 if figure.is_unsent else int(figure.value or 0)

    known = (row for row in form.rows if row.kind == "row" and size(row))
    rows = sorted(known, key=size, reverse=True)
    return [RowWords(row.label, row.section_label, model, f"{form_id}.{row.code}") for row in rows[:most]]
