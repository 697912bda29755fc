"""Read one finished warehouse into the report model.

Here: the question, the forms, what charts and tables show beside them. Not here: words, paper, facts.
Invariant: a report of an older version of the database is read too; what it lacks is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import duckdb

from pipelines.figures.coverage import corrections_of, counts_of, coverage_of, deliveries_of
from pipelines.figures.declared import declared_parts, mark_declared
from pipelines.figures.issued_below import forms_without, issued_below
from pipelines.figures.layout import Layouts
from pipelines.figures.levels import level_name
from pipelines.figures.model import (
    AgeBand,
    Brought,
    CarryOver,
    DayCount,
    DeclaredAgainst,
    Figure,
    Form,
    IndexLine,
    OfficeInfo,
    PeriodPart,
    Question,
    ReportModel,
    Scope,
    SwitchUsed,
    figure_id,
)
from pipelines.figures.records import has_table, records_of
from pipelines.figures.rows import form_of, totals_by_scope
from pipelines.figures.scores import figures_of_score, scores_of
from pipelines.figures.targets import targets_of
from pipelines.figures.text import Cleaner, format_count, format_rate, rate
from pipelines.figures.unreported import columns_by_scope, mark_unreported
from pipelines.figures.unsent import Senders, mark_unsent, senders_of
from pipelines.office.settings import Switches


def build_report_model(
    connection: duckdb.DuckDBPyConnection,
    layouts: Layouts,
    office_info: OfficeInfo,
    scope: Scope | None = None,
) -> ReportModel:
    """Read one built warehouse into the report model.

    Args:
        connection: the warehouse of one question, read only.
        layouts: one layout a form (the choice by validity is layouts_from_manifest's).
        office_info: what is printed of the reporting unit.
        scope: the unit whose report it is; None for the office itself.

    Raises:
        OfficeError: a form of the layouts has no rows for the reporting unit.
    """
    cleaner = Cleaner()
    question = _question(connection, cleaner)
    scope_id = scope.unit_id if scope else question.office_unit_id
    deliveries = deliveries_of(connection, cleaner)
    owed = records_of(connection, "select * from rpt_coverage order by sort_no, unit_id, stream")
    if scope:
        owed = [item for item in owed if scope.is_fed_by(item["unit_id"], item["stream"])]
        deliveries = tuple(item for item in deliveries if scope.is_fed_by(item.unit_id, item.stream))
    senders = senders_of(connection, owed, deliveries, cleaner)
    columns = columns_by_scope(connection)
    forms = {}
    for form_id, layout in layouts.items():
        if scope and layout.scopes == "office":
            continue
        owed_here = [item for item in owed if item["stream"] in layout.streams]
        coverage = coverage_of(owed_here, deliveries, cleaner, scope)
        form = form_of(connection, layout, scope_id, office_info, coverage, cleaner)
        if scope and not form.has_numbers:
            form = _of_its_duties(form, owed_here, scope, senders, cleaner)
        form = mark_declared(form, declared_parts(connection, layout, scope_id))
        has_own = scope is None and layout.scopes == "all" and not any(row.unit_id for row in form.rows)
        totals = totals_by_scope(connection, form.layout, office_info, cleaner) if has_own else {}
        totals = {scope.unit_id: form.rows[-1]} if scope else totals
        forms[form_id] = mark_unreported(mark_unsent(form, senders, totals), columns)
    figures = {
        figure.figure_id: figure
        for form in forms.values()
        for row in form.rows
        for figure in (*row.figures, *row.ratios, *row.notes)
    }
    service_index = _service_index(connection, scope_id, cleaner)
    parts = _parts(connection, scope_id, office_info.percent_decimals, cleaner)
    figures |= {
        item.figure_id: item
        for part in parts
        for item in (part.online, part.direct_postal, part.early, part.on_time, part.overdue, part.on_time_rate)
    }
    figures |= {item.figure_id: item for line in service_index for item in (line.rate, line.points, line.known)}
    scores = scores_of(connection, forms, scope_id, cleaner)
    figures |= {item.figure_id: item for score in scores for item in figures_of_score(score)}
    # What a unit's own report says of files is of its own.
    served_by = senders.served_by.get(scope.unit_id, frozenset()) if scope else frozenset()
    own = tuple(item for item in deliveries if item.unit_id not in served_by)
    beside = _declared_against(connection, scope, cleaner)
    below = () if scope else issued_below(connection, cleaner)
    return ReportModel(
        office=_clean_office(office_info, cleaner),
        question=question,
        forms=MappingProxyType(forms),
        figures=MappingProxyType(figures),
        coverage=coverage_of([item for item in owed if item["unit_id"] not in served_by], own, cleaner, scope),
        deliveries=deliveries,
        corrections=corrections_of(connection, {item.delivery_id for item in deliveries} if scope else None, cleaner),
        counts=counts_of(own),
        # Held dossier by dossier against the office's own final: the office's report gives it.
        carry_over=None if scope else _carry_over(connection),
        cleaned_texts=cleaner.changed,
        received_days=_received_days(connection, scope_id),
        overdue_ages=_overdue_ages(connection, scope_id),
        parts=parts,
        service_index=service_index,
        scores=scores,
        files_with=_files_with(connection, scope_id),
        targets=targets_of(connection, forms, scope is not None) if has_table(connection, "target") else {},
        declaring_beside=tuple(dict.fromkeys(item.unit_name for item in beside)),
        declared_against=tuple(item for item in beside if item.declared != item.counted),
        bridge=_bridge(connection, scope, cleaner),
        issued_below=below,
        forms_without=forms_without(layouts.values(), owed, below),
        level_names=_level_names(connection, cleaner),
        owed_streams=frozenset(str(item["stream"]) for item in owed),
        scope=scope,
    )


def _of_its_duties(
    form: Form, owed: Sequence[Mapping[str, Any]], scope: Scope, senders: Senders, cleaner: Cleaner
) -> Form:
    """Return an empty form of a unit's own report with the unit's own duty: what others owe of it is none of it.

    A department that decides on a field has an answer in the desk's files: nothing happened.
    """
    owing = {str(item["unit_id"]) for item in owed}
    if not owing or owing - senders.served_by.get(scope.unit_id, frozenset()):
        return form
    decides = scope.unit_id in senders.deciding and bool(owing & senders.desks)
    coverage = form.coverage if decides else coverage_of([], (), cleaner, scope)
    return replace(form, coverage=coverage, is_of_others=True)


def _bridge(connection: duckdb.DuckDBPyConnection, scope: Scope | None, cleaner: Cleaner) -> tuple[Brought, ...]:
    if not has_table(connection, "rpt_unit_bridge"):
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
        for row in records_of(connection, query)
        if scope is None or row["unit_id"] == scope.unit_id
    )


def _declared_against(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, cleaner: Cleaner
) -> tuple[DeclaredAgainst, ...]:
    if not has_table(connection, "rpt_declared_against_counted"):
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
        for row in records_of(connection, query)
        if scope is None or row["unit_id"] == scope.unit_id
    )


def _files_with(connection: duckdb.DuckDBPyConnection, scope_id: str) -> dict[str, str]:
    """Return how many of the files behind a form have a column: all or some; a column none has is not there."""
    if not has_table(connection, "rpt_column_coverage"):
        return {}
    query = (
        "select column_name, files_with, file_count from rpt_column_coverage where scope_id = ? order by column_name"
    )
    return {
        str(row["column_name"]): "all" if row["files_with"] == row["file_count"] else "some"
        for row in records_of(connection, query, (scope_id,))
    }


def _received_days(connection: duckdb.DuckDBPyConnection, scope_id: str) -> tuple[DayCount, ...]:
    if not has_table(connection, "rpt_received_day"):
        return ()
    query = "select date_on, is_working_day, received_total from rpt_received_day where scope_id = ? order by date_on"
    return tuple(
        DayCount(row["date_on"], bool(row["is_working_day"]), int(row["received_total"]))
        for row in records_of(connection, query, (scope_id,))
    )


def _level_names(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> dict[str, str]:
    """Return the names of the levels of government: what the label of a section says a procedure belongs to."""
    if not has_table(connection, "dim_section"):
        return {}
    found = records_of(connection, "select applies_to, label from dim_section where scheme = 'level' order by sort_no")
    return {str(row["applies_to"]): level_name(cleaner.text(row["label"])) for row in found}


def _parts(
    connection: duckdb.DuckDBPyConnection, scope_id: str, decimals: int, cleaner: Cleaner
) -> tuple[PeriodPart, ...]:
    """Return the quarters of a longer period; a period that is its own part has none to set side by side."""
    if not has_table(connection, "rpt_dossier_part"):
        return ()
    query = "select * from rpt_dossier_part where scope_id = ? order by part_start_on, part_id"
    rows = records_of(connection, query, (scope_id,))
    return tuple(_part(row, scope_id, decimals, cleaner) for row in rows) if len(rows) > 1 else ()


def _part(row: dict[str, Any], scope_id: str, decimals: int, cleaner: Cleaner) -> PeriodPart:
    def count(column: str) -> Figure:
        value = int(row[column])
        return Figure(figure_id("period-parts", scope_id, row["part_id"], column), value, format_count(value))

    online, direct, early, on_time, overdue = (
        count(name)
        for name in (
            "received_online",
            "received_direct_postal",
            "resolved_early",
            "resolved_on_time",
            "resolved_overdue",
        )
    )
    in_time = int(early.value or 0) + int(on_time.value or 0)
    share = rate(in_time, in_time + int(overdue.value or 0), decimals)
    whole = (early.figure_id, on_time.figure_id, overdue.figure_id)
    name = figure_id("period-parts", scope_id, row["part_id"], "on_time_rate")
    rated = Figure(name, share, format_rate(share), (early.figure_id, on_time.figure_id), whole)
    return PeriodPart(cleaner.text(row["part_label"]), online, direct, early, on_time, overdue, rated)


def _overdue_ages(connection: duckdb.DuckDBPyConnection, scope_id: str) -> tuple[AgeBand, ...]:
    if not has_table(connection, "rpt_overdue_age"):
        return ()
    query = "select label, pending_overdue from rpt_overdue_age where scope_id = ? order by band_no"
    rows = records_of(connection, query, (scope_id,))
    return tuple(AgeBand(row["label"], int(row["pending_overdue"])) for row in rows)


def _service_index(connection: duckdb.DuckDBPyConnection, scope_id: str, cleaner: Cleaner) -> tuple[IndexLine, ...]:
    if not has_table(connection, "rpt_service_index"):
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
        for row in records_of(connection, query, (scope_id,))
    )


def _clean_office(office: OfficeInfo, cleaner: Cleaner) -> OfficeInfo:
    return replace(
        office,
        name=cleaner.text(office.name),
        short_name=cleaner.text(office.short_name),
        parent_name=cleaner.text(office.parent_name),
        place=cleaner.text(office.place),
        receiving_agency=cleaner.text(office.receiving_agency),
        report_symbol=cleaner.text(office.report_symbol),
        recipients=tuple(cleaner.text(line) for line in office.recipients),
        signature=tuple(cleaner.text(line) for line in office.signature),
        legal_basis=tuple(cleaner.text(line) for line in office.legal_basis),
    )


def _question(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> Question:
    (row,) = records_of(connection, "select * from landed.question")
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


def _carry_over(connection: duckdb.DuckDBPyConnection) -> CarryOver | None:
    (question,) = records_of(connection, "select * from landed.question")
    if not question.get("prior_issue"):
        return None
    found = records_of(
        connection,
        "select reason, count(*) as dossiers from rpt_carry_over group by reason order by dossiers desc, reason",
    )
    return CarryOver(str(question["prior_issue"]), tuple((item["reason"], item["dossiers"]) for item in found))
