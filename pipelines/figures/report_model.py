"""The report model: all that one report prints, as frozen values with ids.

Here: reading question, forms, coverage, deliveries; figures and ratios. Not here: words, paper, facts.
Invariant: each figure is a cell of a form model, or a ratio of such cells, and keeps its id in every document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import duckdb

from pipelines.figures.declared import declared_parts, mark_declared
from pipelines.figures.layout import FormLayout, LayoutColumn, Ratio
from pipelines.figures.targets import Target, targets_of
from pipelines.figures.text import Cleaner, format_count, format_rate, rate
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.settings import Switches


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


@dataclass(frozen=True)
class Form:
    """One form of the reporting unit's scope: its layout and its rows in order."""

    layout: FormLayout
    scope_id: str
    rows: tuple[FormRow, ...]
    coverage: Coverage

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
        """Tell whether the switch stands as domain/13 has it."""
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


# Letters of a coverage sentence that still reads as a sentence; longer ones name their units in the appendix only.
LONGEST_COVERAGE = 400


@dataclass(frozen=True)
class RefusedFile:
    """A delivered file no row of which was counted, and why."""

    unit_name: str
    file_name: str
    reason: str


@dataclass(frozen=True)
class Coverage:
    """Whose figures are in the report, or in one form. A unit answers when every stream it owes is accepted."""

    owed: int
    accepted: int
    missing: tuple[str, ...]
    refused: tuple[RefusedFile, ...]
    rows_rejected: int
    sentence: str
    # Rows read of the counted files; a unit may have sent some quarters of a year and still owe the others.
    rows_typed: int = 0

    @property
    def is_complete(self) -> bool:
        """Tell whether every unit that owes has answered."""
        return self.accepted == self.owed

    @property
    def has_answers(self) -> bool:
        """Tell whether anything was sent: a whole answer, be it nil, or rows of a part of the period."""
        return self.accepted > 0 or self.rows_typed > 0

    @property
    def brief(self) -> str:
        """Return the sentence, or only its counts where it is too long to read inside a report."""
        if len(self.sentence) <= LONGEST_COVERAGE:
            return self.sentence
        refused = f"; tệp bị từ chối: {format_count(len(self.refused))}" if self.refused else ""
        return (
            f"Số liệu của {format_count(self.accepted)}/{format_count(self.owed)} đơn vị; còn thiếu hoặc chưa đủ: "
            f"{format_count(len(self.missing))} đơn vị (danh sách tại Phụ lục){refused}; "
            f"số dòng trả lại: {format_count(self.rows_rejected)}."
        )


@dataclass(frozen=True)
class CorrectionMade:
    """A cell the office itself corrected, or could not correct any more (a row of rpt_correction)."""

    record_code: str
    column_label: str
    state: str
    original: str
    right_value: str
    reason: str
    document: str
    unit_name: str


@dataclass(frozen=True)
class Delivery:
    """One file the report knows (a row of rpt_delivery)."""

    delivery_id: str
    unit_id: str
    unit_name: str
    period_id: str
    stream: str
    file_name: str
    sha256: str
    received_at: dt.datetime
    observed_on: dt.date | None
    kind: str
    status: str
    refused_reason: str
    is_counted: bool
    answers_period: bool
    rows_in: int
    rows_typed: int
    rows_rejected: int
    rows_blank: int
    rows_furniture: int
    rows_flagged: int


@dataclass(frozen=True)
class DeliveryCounts:
    """Files sent for the period, and rows of the counted ones."""

    files: int
    accepted: int
    refused: int
    rows_in: int
    rows_typed: int
    rows_rejected: int
    rows_flagged: int


@dataclass(frozen=True)
class Scope:
    """A unit whose own report is made, and whose files its figures rest on: (unit, stream) pairs."""

    unit_id: str
    fed_by: frozenset[tuple[str, str]]

    def is_fed_by(self, unit_id: str, stream: str) -> bool:
        """Tell whether a unit's files of a stream can hold rows of this unit's report.

        A file nobody could read has no stream; it belongs to whoever is fed by its sender.
        """
        if not stream:
            return any(sender == unit_id for sender, _ in self.fed_by)
        return (unit_id, stream) in self.fed_by


ISSUE_KINDS = {"provisional": "Bản tạm tính", "final": "Bản chính thức", "corrected": "Bản đính chính"}


@dataclass(frozen=True)
class Issue:
    """What an issued report prints of itself: kind (domain/04 4.2), version, why it is a correction or was forced."""

    kind: str
    version: int
    correction_no: int = 0
    why: str = ""
    forced: str = ""
    blockers: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name of the version as officers call it."""
        number = f" lần {self.correction_no}" if self.correction_no else ""
        return f"{ISSUE_KINDS[self.kind]}{number}, phiên bản {self.version}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines every document of the report carries."""
        correction = f" Lý do đính chính: {self.why}" if self.correction_no else ""
        forced = (f"Phát hành khi còn vướng mắc. Lý do: {self.forced}",) if self.forced else ()
        return (f"{self.title}.{correction}", *forced)


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
    # Empty in a period the index was not yet in force.
    service_index: tuple[IndexLine, ...] = ()
    # Column of the dossier files → all or some of those behind the forms have it; none has the others.
    told: Mapping[str, str] = field(default_factory=dict)
    # What figures should be, by figure id (figures/targets).
    targets: Mapping[str, Target] = field(default_factory=dict)
    # Units that declare although their dossiers are counted, and the cells where the two differ.
    declaring_beside: tuple[str, ...] = ()
    declared_against: tuple[DeclaredAgainst, ...] = ()
    # In a period that contains a change of the map: what each unit of before brings.
    bridge: tuple[Brought, ...] = ()

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
            label: text.format(**form.total_texts())
            for form in self.forms.values()
            for label, text in form.layout.headline
        }


def figure_id(form_id: str, scope_id: str, row_code: str, column: str) -> str:
    """Return the id of a figure; `column` is c<number>, or the name of a ratio or note."""
    return f"{form_id}/{scope_id}/{row_code}/{column}"


def build_report_model(
    connection: duckdb.DuckDBPyConnection,
    layouts: Mapping[str, dict[str, Any]],
    office_info: OfficeInfo,
    scope: Scope | None = None,
) -> ReportModel:
    """Read one built warehouse into the report model.

    Args:
        connection: the warehouse of one question, read only.
        layouts: forms.json, one layout a form (the choice by validity is layouts_from_manifest's).
        office_info: what is printed of the reporting unit.
        scope: the unit whose report it is; None for the office itself.

    Raises:
        OfficeError: a form of the layouts has no rows for the reporting unit.
    """
    cleaner = Cleaner()
    question = _question(connection, cleaner)
    scope_id = scope.unit_id if scope else question.office_unit_id
    deliveries = _deliveries(connection, question, cleaner)
    owed = _records(connection, "select * from rpt_coverage order by sort_no, unit_id, stream")
    if scope:
        owed = [item for item in owed if scope.is_fed_by(item["unit_id"], item["stream"])]
        deliveries = tuple(item for item in deliveries if scope.is_fed_by(item.unit_id, item.stream))
    forms = {}
    for form_id, layout in layouts.items():
        if scope and layout["scopes"] == "office":
            continue
        owed_here = [item for item in owed if item["stream"] in layout["streams"]]
        coverage = _coverage(owed_here, deliveries, cleaner, scope)
        form = _form(connection, FormLayout.of(layout), scope_id, office_info, coverage, cleaner)
        forms[form_id] = mark_declared(form, declared_parts(connection, layout, scope_id))
    figures = {
        figure.figure_id: figure
        for form in forms.values()
        for row in form.rows
        for figure in (*row.figures, *row.ratios, *row.notes)
    }
    service_index = _service_index(connection, scope_id, cleaner)
    figures |= {item.figure_id: item for line in service_index for item in (line.rate, line.points, line.known)}
    beside = _declared_against(connection, scope, cleaner)
    return ReportModel(
        office=_clean_office(office_info, cleaner),
        question=question,
        forms=MappingProxyType(forms),
        figures=MappingProxyType(figures),
        coverage=_coverage(owed, deliveries, cleaner, scope),
        deliveries=deliveries,
        corrections=_corrections(connection, {item.delivery_id for item in deliveries} if scope else None, cleaner),
        counts=_counts(deliveries),
        # Held dossier by dossier against the office's own final: the office's report tells it.
        carry_over=None if scope else _carry_over(connection),
        cleaned_texts=cleaner.changed,
        received_days=_received_days(connection, scope_id),
        overdue_ages=_overdue_ages(connection, scope_id),
        service_index=service_index,
        told=_told(connection, scope_id),
        targets=targets_of(connection, forms, scope is not None) if _has_table(connection, "target") else {},
        declaring_beside=tuple(dict.fromkeys(item.unit_name for item in beside)),
        declared_against=tuple(item for item in beside if item.declared != item.counted),
        bridge=_bridge(connection, scope, cleaner),
    )


def _bridge(connection: duckdb.DuckDBPyConnection, scope: Scope | None, cleaner: Cleaner) -> tuple[Brought, ...]:
    if not _has_table(connection, "rpt_unit_bridge"):
        return ()
    query = "select * from rpt_unit_bridge order by sort_no, unit_id, original_sort_no, original_unit_id"
    return tuple(
        Brought(
            cleaner.text(row["unit_name"]),
            cleaner.text(row["original_unit_name"]),
            row["changed_on"],
            int(row["received_total"]),
            int(row["carried_in"]),
            int(row["resolved_total"]),
            int(row["pending_total"]),
        )
        for row in _records(connection, query)
        if scope is None or row["unit_id"] == scope.unit_id
    )


def _declared_against(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, cleaner: Cleaner
) -> tuple[DeclaredAgainst, ...]:
    if not _has_table(connection, "rpt_declared_against_counted"):
        return ()
    query = """
        select * from rpt_declared_against_counted
        order by sort_no, unit_id, level_section_code, field_code, column_no"""
    return tuple(
        DeclaredAgainst(
            cleaner.text(row["unit_name"]),
            str(row["level_section_code"]),
            cleaner.text(row["field_name"]),
            int(row["column_no"]),
            int(row["declared"]),
            int(row["counted"]),
        )
        for row in _records(connection, query)
        if scope is None or row["unit_id"] == scope.unit_id
    )


def _told(connection: duckdb.DuckDBPyConnection, scope_id: str) -> dict[str, str]:
    """Return how many of the files behind a form have a column: all or some; a column none has is not there."""
    if not _has_table(connection, "rpt_told_column"):
        return {}
    query = "select column_name, files_with, file_count from rpt_told_column where scope_id = ? order by column_name"
    return {
        str(row["column_name"]): "all" if row["files_with"] == row["file_count"] else "some"
        for row in _records(connection, query, (scope_id,))
    }


def _received_days(connection: duckdb.DuckDBPyConnection, scope_id: str) -> tuple[DayCount, ...]:
    if not _has_table(connection, "rpt_received_day"):
        return ()
    query = "select date_on, is_working_day, received_total from rpt_received_day where scope_id = ? order by date_on"
    return tuple(
        DayCount(row["date_on"], bool(row["is_working_day"]), int(row["received_total"]))
        for row in _records(connection, query, (scope_id,))
    )


def _overdue_ages(connection: duckdb.DuckDBPyConnection, scope_id: str) -> tuple[AgeBand, ...]:
    if not _has_table(connection, "rpt_overdue_age"):
        return ()
    query = "select label, pending_overdue from rpt_overdue_age where scope_id = ? order by band_no"
    return tuple(AgeBand(row["label"], int(row["pending_overdue"])) for row in _records(connection, query, (scope_id,)))


def _service_index(connection: duckdb.DuckDBPyConnection, scope_id: str, cleaner: Cleaner) -> tuple[IndexLine, ...]:
    if not _has_table(connection, "rpt_service_index"):
        return ()

    def figure(row: dict[str, Any], column: str, sign: str) -> Figure:
        value = None if row[column] is None else Decimal(row[column])
        return Figure(figure_id("service-index", scope_id, row["row_code"], column), value, format_rate(value, sign))

    query = "select * from rpt_service_index where scope_id = ? order by row_order"
    return tuple(
        IndexLine(
            kind=str(row["row_kind"]),
            code=str(row["row_code"]),
            label=cleaner.text(row["label"]),
            most=int(row["max_points"]),
            rate=figure(row, "rate_percent", "%"),
            points=figure(row, "points", ""),
            known=figure(row, "known_points", ""),
            known_most=int(row["known_max_points"]),
            reason=cleaner.text(row["reason"]),
        )
        for row in _records(connection, query, (scope_id,))
    )


def _has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Tell whether a warehouse has a table: an issued one may be older than the charts made of it."""
    query = "select count(*) from information_schema.tables where table_name = ?"
    (count,) = connection.execute(query, [name]).fetchone() or (0,)
    return bool(count)


def _records(
    connection: duckdb.DuckDBPyConnection, query: str, values: tuple[object, ...] = ()
) -> list[dict[str, Any]]:
    found = connection.execute(query, list(values))
    names = [item[0] for item in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _clean_office(office: OfficeInfo, cleaner: Cleaner) -> OfficeInfo:
    return OfficeInfo(
        name=cleaner.text(office.name),
        short_name=cleaner.text(office.short_name),
        parent_name=cleaner.text(office.parent_name),
        place=cleaner.text(office.place),
        receiving_agency=cleaner.text(office.receiving_agency),
        report_symbol=cleaner.text(office.report_symbol),
        recipients=tuple(cleaner.text(line) for line in office.recipients),
        signature=tuple(cleaner.text(line) for line in office.signature),
        percent_decimals=office.percent_decimals,
        unit_kind=office.unit_kind,
    )


def _question(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> Question:
    (row,) = _records(connection, "select * from landed.question")
    defaults = Switches().model_dump()
    return Question(
        period_id=cleaner.text(row["period_id"]),
        period_kind=cleaner.text(row["period_kind"]),
        period_label=cleaner.text(row["period_label"]),
        period_start=row["period_start"],
        period_end=row["period_end"],
        as_of=row["as_of"],
        until_on=row["until_on"],
        received_by=row["received_by"],
        is_provisional=bool(row["is_provisional"]),
        office_unit_id=str(row["office_unit_id"]),
        switches=tuple(
            SwitchUsed(name, str(row[name]).lower(), str(default).lower())
            for name, default in defaults.items()
            if name in row
        ),
        prior_issue=str(row.get("prior_issue") or ""),
        year_ago_issue=str(row.get("year_ago_issue") or ""),
    )


def _form(
    connection: duckdb.DuckDBPyConnection,
    layout: FormLayout,
    scope_id: str,
    office: OfficeInfo,
    coverage: Coverage,
    cleaner: Cleaner,
) -> Form:
    records = _records(connection, f'select * from "{layout.model}" where scope_id = ? order by row_order', (scope_id,))
    if not records:
        raise OfficeError(f"Biểu {layout.form_id} không có dòng nào cho đơn vị báo cáo «{scope_id}».")
    section, rows = "", []
    for record in records:
        section = cleaner.text(record["label"]) if record["row_kind"] == "section" else section
        rows.append(_row(layout, scope_id, record, section, office.percent_decimals, cleaner))
    return Form(layout, scope_id, tuple(rows), coverage)


def _row(
    layout: FormLayout, scope_id: str, record: dict[str, Any], section: str, decimals: int, cleaner: Cleaner
) -> FormRow:
    code = str(record["row_code"])

    def count(column: LayoutColumn, name: str) -> Figure:
        if column.source is None:
            return Figure(figure_id(layout.form_id, scope_id, code, name), None, "")
        value = int(record[column.name])
        return Figure(figure_id(layout.form_id, scope_id, code, name), value, format_count(value, layout.zero_display))

    def share(column: LayoutColumn) -> Figure:
        value = None if record[column.name] is None else Decimal(record[column.name])
        return Figure(
            figure_id(layout.form_id, scope_id, code, f"c{column.number}"), value, format_rate(value, sign="")
        )

    figures = tuple(share(column) if column.whole else count(column, f"c{column.number}") for column in layout.columns)
    # The figure of a percentage is not that of the measure above its line.
    printed = zip(layout.columns, figures, strict=True)
    ids = {column.measure: figure.figure_id for column, figure in printed if not column.whole}
    return FormRow(
        kind=str(record["row_kind"]),
        code=code,
        number=cleaner.text(record["row_no"]),
        label=cleaner.text(record["label"]),
        section_label=section if record["row_kind"] == "row" else "",
        figures=figures,
        ratios=tuple(_ratios(layout.ratios, record, ids, f"{layout.form_id}/{scope_id}/{code}", decimals)),
        notes=tuple(count(column, column.name) for column in layout.notes),
    )


def _ratios(
    ratios: tuple[Ratio, ...], record: dict[str, Any], ids: dict[str, str], prefix: str, decimals: int
) -> Iterator[Figure]:
    """Yield the percentages of a row; `ids` are those of the measures the form prints (a ratio may use others)."""
    for ratio in ratios:
        value = rate(_sum(record, ratio.parts), _sum(record, ratio.whole), decimals)
        yield Figure(
            f"{prefix}/{ratio.name}",
            value,
            format_rate(value),
            tuple(ids[name] for name in ratio.parts if name in ids),
            tuple(ids[name] for name in ratio.whole if name in ids),
        )


def _sum(record: dict[str, Any], measures: tuple[str, ...]) -> int:
    return sum(int(record[name]) for name in measures)


def _carry_over(connection: duckdb.DuckDBPyConnection) -> CarryOver | None:
    (question,) = _records(connection, "select * from landed.question")
    if not question.get("prior_issue"):
        return None
    found = _records(
        connection,
        "select reason, count(*) as dossiers from rpt_carry_over group by reason order by dossiers desc, reason",
    )
    return CarryOver(str(question["prior_issue"]), tuple((item["reason"], item["dossiers"]) for item in found))


def _deliveries(connection: duckdb.DuckDBPyConnection, question: Question, cleaner: Cleaner) -> tuple[Delivery, ...]:
    """Read the register. As in rpt_coverage, a range nobody sends files for takes the files that observed it."""
    records = _records(connection, "select * from rpt_delivery order by delivery_id")
    sent_for_period = any(record["is_for_period"] for record in records)

    def answers(record: dict[str, Any]) -> bool:
        if sent_for_period:
            return bool(record["is_for_period"])
        return record["observed_on"] is not None and record["observed_on"] >= question.period_start

    return tuple(
        Delivery(
            delivery_id=str(record["delivery_id"]),
            unit_id=cleaner.text(record["unit_id"]),
            unit_name=cleaner.text(record["unit_name"]),
            period_id=cleaner.text(record["period_id"]),
            stream=cleaner.text(record["stream"]),
            file_name=cleaner.text(record["file_name"]),
            sha256=str(record["sha256"]),
            received_at=record["received_at"],
            observed_on=record["observed_on"],
            kind=cleaner.text(record["kind"]),
            status=str(record["status"]),
            refused_reason=cleaner.text(record["refused_reason"]),
            is_counted=bool(record["is_counted"]),
            answers_period=answers(record),
            **{
                name: int(record[name] or 0)
                for name in (
                    "rows_in",
                    "rows_typed",
                    "rows_rejected",
                    "rows_blank",
                    "rows_furniture",
                    "rows_flagged",
                )
            },
        )
        for record in records
    )


def _corrections(
    connection: duckdb.DuckDBPyConnection, of_deliveries: set[str] | None, cleaner: Cleaner
) -> tuple[CorrectionMade, ...]:
    """Return the corrections of some deliveries, or all of them."""
    records = _records(connection, "select * from rpt_correction order by correction_no, delivery_id, source_row")
    names = [item.name for item in fields(CorrectionMade)]
    return tuple(
        CorrectionMade(**{name: cleaner.text(record[name]) for name in names})
        for record in records
        if of_deliveries is None or record["delivery_id"] in of_deliveries
    )


def _counts(deliveries: tuple[Delivery, ...]) -> DeliveryCounts:
    answering = [item for item in deliveries if item.answers_period]
    counted = [item for item in answering if item.is_counted]
    return DeliveryCounts(
        files=len(answering),
        accepted=sum(item.status == "accepted" for item in answering),
        refused=sum(item.status == "refused" for item in answering),
        rows_in=sum(item.rows_in for item in counted),
        rows_typed=sum(item.rows_typed for item in counted),
        rows_rejected=sum(item.rows_rejected for item in counted),
        rows_flagged=sum(item.rows_flagged for item in counted),
    )


def _coverage(
    records: list[dict[str, Any]], deliveries: tuple[Delivery, ...], cleaner: Cleaner, scope: Scope | None
) -> Coverage:
    """Return the coverage of some things owed (rows of rpt_coverage): of one form's streams, or of all."""
    streams = {record["stream"] for record in records}
    names = {record["unit_id"]: cleaner.text(record["unit_name"]) for record in records}
    owing: dict[str, list[str]] = {}
    for record in records:
        if record["state"] != "accepted":
            parts = [record["stream_title"]] if len(streams) > 1 else []
            parts += [record["missing_parts"]] if record.get("missing_parts") else []
            owing.setdefault(record["unit_id"], []).extend([": ".join(map(cleaner.text, parts))] if parts else [])
    missing = tuple(name for unit_id, name in names.items() if unit_id in owing)
    between = "; " if any(record.get("missing_parts") for record in records) else ", "
    told = tuple(
        f"{names[unit_id]} ({between.join(lacking)})" if lacking else names[unit_id]
        for unit_id, lacking in owing.items()
    )
    refused = tuple(
        RefusedFile(item.unit_name, item.file_name, item.refused_reason)
        for item in deliveries
        if item.answers_period and item.status == "refused" and (not item.stream or item.stream in streams)
    )
    rejected = sum(int(record["rows_rejected"] or 0) for record in records)
    typed = sum(int(record["rows_typed"] or 0) for record in records)
    accepted = len(names) - len(missing)
    return Coverage(
        owed=len(names),
        accepted=accepted,
        missing=missing,
        refused=refused,
        rows_rejected=rejected,
        sentence=_coverage_sentence(
            _own_answer(records) if scope and set(names) == {scope.unit_id} else _answers(accepted, len(names), told),
            refused,
            rejected,
        ),
        rows_typed=typed,
    )


def _answers(accepted: int, owed: int, missing: tuple[str, ...]) -> list[str]:
    """Return how many of several units have answered, and who has not."""
    lacking = [f"còn thiếu: {', '.join(missing)}"] if missing else []
    return [f"Số liệu của {format_count(accepted)}/{format_count(owed)} đơn vị", *lacking]


def _own_answer(records: list[dict[str, Any]]) -> list[str]:
    """Return how a unit whose own report it is has answered."""
    lacking = [record["stream_title"] for record in records if record["state"] != "accepted"]
    return [f"Số liệu đơn vị đã gửi còn thiếu: {', '.join(lacking)}" if lacking else "Đơn vị đã gửi đủ số liệu"]


def _coverage_sentence(answers: list[str], refused: tuple[RefusedFile, ...], rejected: int) -> str:
    parts = list(answers)
    if refused:
        parts.append(f"tệp bị từ chối: {', '.join(f'«{item.file_name}» ({item.unit_name})' for item in refused)}")
    parts.append(f"số dòng trả lại: {format_count(rejected)}")
    return "; ".join(parts) + "."
