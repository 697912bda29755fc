"""The report model: all that one report prints, as frozen values with ids.

Here: values only. Not here: reading them from a warehouse (read, rows, coverage), words, paper, facts.
Invariant: each figure is a cell of a form model, or a ratio of such cells, and keeps its id in every document.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipelines.figures.delivered import CorrectionMade, Coverage, Delivery, DeliveryCounts
from pipelines.figures.issued_below import FormWithout, IssuedBelow
from pipelines.figures.layout import FormLayout
from pipelines.figures.text import format_rate
from pipelines.figures.version import Issue
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.tables import TARGET_OPERATORS


@dataclass(frozen=True)
class OfficeInfo:
    """What documents print of the office (office.yaml)."""

    name: str
    short_name: str = ""
    parent_name: str = ""
    place: str = ""
    receiving_agency: str = ""
    report_symbol: str = ""
    recipients: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    percent_decimals: int = 2
    # Kind of the reporting unit (reference/units.csv): city, ward, department, one_stop_desk …
    unit_kind: str = "city"
    # Forms the superior asks for, in their order (office.yaml forms_sent); None: those of the circular.
    forms_sent: tuple[str, ...] | None = None
    # What the report is made under: circular, plan (office.yaml legal_basis).
    legal_basis: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One printed number. `value` is a count, or a percentage (None where the whole is 0); `text` is how it prints.

    A cell the office does not fill has no value and no text.
    """

    figure_id: str
    value: int | Decimal | None
    text: str
    # Ratios only: ids of the figures summed above and below the line.
    parts: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    # A part of it is estimated, not counted; of a count, how much (below 0: the estimate makes it less).
    is_estimated: bool = False
    estimated: int = 0
    # A part of it is what units declared themselves; of a count, how much.
    is_declared: bool = False
    declared: int = 0
    # The files it rests on did not come: it prints as “…”; its value is what earlier files left open.
    is_unsent: bool = False


_NOBODY_OWES = "không có đơn vị nào phải báo cáo"


@dataclass(frozen=True)
class FormRow:
    """One row of a form: kind section, row or total; its stub texts; one figure a numbered column."""

    kind: str
    code: str
    number: str
    label: str
    section_label: str
    figures: tuple[Figure, ...]
    ratios: tuple[Figure, ...]
    notes: tuple[Figure, ...]
    # The unit a row is about; empty where rows are not units.
    unit_id: str = ""


@dataclass(frozen=True)
class UnsentPart:
    """What the totals of a form hold of a unit that has not sent: column number → count, as of the last news of it."""

    unit_name: str
    last_news: dt.date | None
    held: Mapping[int, int]
    # Row of the form, or of the unit's own form, that holds it.
    row_code: str = ""


@dataclass(frozen=True)
class Form:
    """One form of the reporting unit's scope: its layout and its rows in order."""

    layout: FormLayout
    scope_id: str
    rows: tuple[FormRow, ...]
    coverage: Coverage
    unsent: tuple[UnsentPart, ...] = ()
    # Of a unit's own report: only other units owe it, and none of them has anything of this one.
    is_of_others: bool = False

    @property
    def has_numbers(self) -> bool:
        """Return whether any cell is not zero."""
        return any(figure.value for row in self.rows for figure in row.figures)

    @property
    def is_asked(self) -> bool:
        """Return whether somebody has to report this, or has all the same: a zero nobody owes tells nothing."""
        return not self.layout.streams or bool(self.coverage.owed) or any(item.value for item in self.rows[-1].figures)

    def total_texts(self) -> dict[str, str]:
        """Return the printed figures of the total row by the name of their column or ratio."""
        total = self.rows[-1]
        columns = zip(self.layout.columns, total.figures, strict=True)
        ratios = zip(self.layout.ratios, total.ratios, strict=True)
        return {item.name: figure.text for item, figure in (*columns, *ratios)}


@dataclass(frozen=True)
class SwitchUsed:
    """A counting switch as this report used it."""

    name: str
    value: str
    default: str

    @property
    def is_default(self) -> bool:
        """Return whether the switch is as domain/13 has it."""
        return self.value == self.default


@dataclass(frozen=True)
class Question:
    """What was asked (the one row of landed.question)."""

    period_id: str
    period_kind: str
    period_label: str
    period_start: dt.date
    period_end: dt.date
    as_of: dt.date
    until_on: dt.date
    received_by: dt.datetime
    is_provisional: bool
    office_unit_id: str
    switches: tuple[SwitchUsed, ...]
    # Ids of the issued finals of the period before and of a year ago; empty when there were none.
    prior_issue: str = ""
    year_ago_issue: str = ""

    @property
    def period_words(self) -> str:
        """Return the period's name inside a sentence: quý I năm 2021."""
        return self.period_label[:1].lower() + self.period_label[1:]

    def switch(self, name: str) -> str:
        """Return the value of a switch; empty in a report made before there was such a switch."""
        return next((switch.value for switch in self.switches if switch.name == name), "")


@dataclass(frozen=True)
class Scope:
    """A unit whose own report is made, and whose files its figures rest on: (unit, stream) pairs."""

    unit_id: str
    fed_by: frozenset[tuple[str, str]]

    def is_fed_by(self, unit_id: str, stream: str) -> bool:
        """Return whether a unit's files of a stream can hold rows of this unit's report.

        A file nobody could read has no stream; it belongs to whoever is fed by its sender.
        """
        if not stream:
            return any(sender == unit_id for sender, _ in self.fed_by)
        return (unit_id, stream) in self.fed_by


@dataclass(frozen=True)
class DeclaredAgainst:
    """A cell a unit declares although its own dossiers are counted (a row of rpt_declared_against_counted)."""

    unit_name: str
    section_code: str
    field_name: str
    column_no: int
    declared: int
    counted: int


@dataclass(frozen=True)
class Brought:
    """What a unit of before brings to the unit that reports (a row of rpt_unit_bridge).

    `changed_on` is None for the reporting unit itself.
    """

    unit_name: str
    original_unit_name: str
    changed_on: dt.date | None
    received_total: int
    carried_in: int
    resolved_total: int
    pending_total: int


@dataclass(frozen=True)
class CarryOver:
    """What was carried in, held against the issued final of the period before: how many dossiers break it, and why."""

    prior_issue: str
    reasons: tuple[tuple[str, int], ...]

    @property
    def breaks(self) -> int:
        """Number of dossiers that break the carry-over."""
        return sum(count for _, count in self.reasons)


@dataclass(frozen=True)
class Compared:
    """An issued final a report is held against; `against` is prev (the period before) or year (a year ago)."""

    against: str
    issue_id: str
    period_label: str
    # Every cell and ratio of its forms that this report has too, by figure id, as issued.
    figures: Mapping[str, int | Decimal | None] = field(default_factory=dict)

    @property
    def period_words(self) -> str:
        """Return the period's name inside a sentence: quý IV năm 2020."""
        return self.period_label[:1].lower() + self.period_label[1:]


@dataclass(frozen=True)
class DayCount:
    """Dossiers received on one day (a row of rpt_received_day)."""

    date_on: dt.date
    is_working_day: bool
    received_total: int


@dataclass(frozen=True)
class PeriodPart:
    """What was received and resolved in one part of the period: a quarter of the year (a row of rpt_dossier_part)."""

    label: str
    online: Figure
    direct_postal: Figure
    early: Figure
    on_time: Figure
    overdue: Figure
    on_time_rate: Figure


@dataclass(frozen=True)
class AgeBand:
    """Overdue pending dossiers of one age (a row of rpt_overdue_age)."""

    label: str
    pending_overdue: int


@dataclass(frozen=True)
class IndexLine:
    """One line of the index of service quality (a row of rpt_service_index): component, group or total.

    `known` are the points of the components whose points can be said, out of `known_most`.
    """

    kind: str
    code: str
    label: str
    most: int
    rate: Figure
    points: Figure
    known: Figure
    known_most: int
    reason: str


@dataclass(frozen=True)
class ScoreLine:
    """One component of a unit's scorecard (a row of rpt_unit_score).

    `parts` and `wholes` are the cells of the unit's own forms its points are made of; none where they are not known.
    """

    label: str
    most: int
    points: Figure
    rate: Figure
    parts: tuple[Figure, ...]
    wholes: tuple[Figure, ...]


@dataclass(frozen=True)
class UnitScore:
    """The scorecard of one unit: its components in order, its points, out of how many, and in percent."""

    unit_name: str
    lines: tuple[ScoreLine, ...]
    points: Figure
    out_of: int
    percent: Figure


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_SIGNS = {">=": "≥", "<=": "≤"}
assert set(_HOLDS) == set(TARGET_OPERATORS)


@dataclass(frozen=True)
class Target:
    """What one figure should be: at least, at most … a value (a row of reference/targets.csv)."""

    sign: str
    value: Decimal
    is_rate: bool

    def is_met(self, figure: Figure) -> bool | None:
        """Return whether a figure is as it should be; None where it has no value."""
        return None if figure.value is None else _HOLDS[self.sign](Decimal(figure.value), self.value)

    @property
    def text(self) -> str:
        """The target as it is printed: ≥ 95%."""
        return f"{_SIGNS.get(self.sign, self.sign)} {format_rate(self.value, '%' if self.is_rate else '')}"


@dataclass(frozen=True)
class ReportModel:
    """All of one report."""

    office: OfficeInfo
    question: Question
    forms: Mapping[str, Form]
    figures: Mapping[str, Figure]
    coverage: Coverage
    deliveries: tuple[Delivery, ...]
    corrections: tuple[CorrectionMade, ...]
    counts: DeliveryCounts
    # None while no final of the period before is issued.
    carry_over: CarryOver | None
    # Texts that held characters no document can hold, cleaned.
    cleaned_texts: int
    # None in a draft: only a person issues.
    issue: Issue | None = None
    # Issued reports whose figures this one is compared with (figures/change).
    compared: tuple[Compared, ...] = ()
    # What charts show beside figures (figures/charts).
    received_days: tuple[DayCount, ...] = ()
    overdue_ages: tuple[AgeBand, ...] = ()
    # The quarters of a longer period; none of a quarter.
    parts: tuple[PeriodPart, ...] = ()
    # Empty in a period the index was not yet in force.
    service_index: tuple[IndexLine, ...] = ()
    # The scorecard of units, of a whole year.
    scores: tuple[UnitScore, ...] = ()
    # Column of the dossier files → all or some of those behind the forms have it; none has the others.
    files_with: Mapping[str, str] = field(default_factory=dict)
    # What figures should be, by figure id (figures/targets).
    targets: Mapping[str, Target] = field(default_factory=dict)
    # Units that declare although their dossiers are counted, and the cells where the two differ.
    declaring_beside: tuple[str, ...] = ()
    declared_against: tuple[DeclaredAgainst, ...] = ()
    # In a period that contains a change of the map: what each unit of before brings.
    bridge: tuple[Brought, ...] = ()
    # Versions offices below issued that are summed, and the forms that sum none of them.
    issued_below: tuple[IssuedBelow, ...] = ()
    forms_without: tuple[FormWithout, ...] = ()
    # Kind of unit that decides → name of the level of government (reference/sections.csv).
    level_names: Mapping[str, str] = field(default_factory=dict)
    # Streams somebody has to send in this period.
    owed_streams: frozenset[str] = frozenset()
    # Page of the evidence book beside the documents, which every printed figure opens; empty where there is none.
    book: str = ""
    # The unit whose own report this is; None for the office's.
    scope: Scope | None = None

    @property
    def scope_id(self) -> str:
        """Id of the reporting unit, as it stands in the ids of figures."""
        return self.scope.unit_id if self.scope else self.question.office_unit_id

    def figure_of(self, reference: str) -> Figure:
        """Return the office's figure named `<form>.<row>.<column>`, e.g. II.06a.total.c7 or II.06a.A.3.on_time_rate.

        Raises:
            OfficeError: the report has no such form, row or column.
        """
        found = self.find_figure(reference)
        if found is None:
            near = nearest(reference, self._references())
            raise OfficeError(f"Mẫu báo cáo gọi số liệu «{reference}», nhưng báo cáo không có số này{near}")
        return found

    def find_figure(self, reference: str) -> Figure | None:
        """Return the figure named so, None when the report has none."""
        for form in self.forms.values():
            prefix = f"{form.layout.form_id}."
            if reference.startswith(prefix):
                row, _, column = reference.removeprefix(prefix).rpartition(".")
                found = self.figures.get(figure_id(form.layout.form_id, form.scope_id, row, column))
                if found:
                    return found
        return None

    def _references(self) -> list[str]:
        parts = (name.split("/") for name in self.figures)
        return [f"{form_id}.{row}.{column}" for form_id, _, row, column in parts]

    def headline(self) -> dict[str, str]:
        """Return the lines of the summary each form's layout asks for: label → text with figures of its total row."""
        return {
            label: text.format(**form.total_texts()) if form.is_asked else _NOBODY_OWES
            for form in self.forms.values()
            for label, text in form.layout.headline
        }


def figure_id(form_id: str, scope_id: str, row_code: str, column: str) -> str:
    """Return the id of a figure; `column` is c<number>, or the name of a ratio or note."""
    return f"{form_id}/{scope_id}/{row_code}/{column}"
