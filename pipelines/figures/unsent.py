"""What a form prints of units that have not sent: nothing known, and apart what earlier periods left open.

Here: which rows and columns rest on files that did not come, their marks, what their totals still hold of them.
Not here: who owes and has answered (rpt_coverage), words (report_templates).
Invariant: a value is never changed, only how it prints; totals keep what was carried over (column 6 is column 11
before).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from pipelines.figures.layout import FormLayout
from pipelines.figures.model import Delivery, Figure, Form, FormRow, UnsentPart
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import NOT_SENT, Cleaner, format_count, text_day

# Key of a form whose sections are levels of government.
_OF_LEVEL = "level_section_code"
# Columns of what came in in the period itself.
_OF_PERIOD = ("received_in_period", "received_online", "received_direct_postal", "resolved_total")


@dataclass(frozen=True)
class Senders:
    """Who owes each stream, and who of them has sent nothing of it that counts."""

    owed: frozenset[tuple[str, str]]
    silent: frozenset[tuple[str, str]]
    # Units whose dossiers other units send: a department's stand in the files of the desk.
    served_by: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    last_news: Mapping[tuple[str, str], dt.date]
    # Section of a form of levels of government → the units of that level that have to send something.
    levels: Mapping[str, frozenset[str]]
    # One-stop desks, and the departments that decide on a field of theirs.
    desks: frozenset[str] = frozenset()
    deciding: frozenset[str] = frozenset()

    def is_silent(self, unit_id: str, streams: Iterable[str]) -> bool:
        """Tell whether a unit's figures of these streams rest on files that did not come; not where nobody owes."""
        behind = {
            (sender, stream)
            for stream in streams
            for sender in ({unit_id} if (unit_id, stream) in self.owed else self.served_by.get(unit_id, frozenset()))
            if (sender, stream) in self.owed
        }
        return bool(behind) and behind <= self.silent

    def nobody_sent(self, streams: Iterable[str]) -> bool:
        """Tell whether everybody who owes these streams has sent nothing of them."""
        behind = {(unit, stream) for unit, stream in self.owed if stream in streams}
        return bool(behind) and behind <= self.silent

    def is_level_silent(self, section: str, streams: Iterable[str]) -> bool:
        """Tell whether every unit of a level that owes these streams has sent nothing of them."""
        units = self.levels.get(section, frozenset())
        behind = {(unit, stream) for stream in streams for unit in units} & self.owed
        return bool(behind) and behind <= self.silent

    def news_of(self, unit_id: str, streams: Iterable[str]) -> dt.date | None:
        """Return the day of the newest file of a unit that was read; None when there never was one."""
        senders = {unit_id, *self.served_by.get(unit_id, frozenset())}
        days = [day for stream in streams for sender in senders if (day := self.last_news.get((sender, stream)))]
        return max(days, default=None)


def senders_of(
    connection: duckdb.DuckDBPyConnection,
    owed: Sequence[Mapping[str, Any]],
    deliveries: Iterable[Delivery],
    cleaner: Cleaner,
) -> Senders:
    """Read who has to send and who has not (rows of rpt_coverage) and when each unit was last heard of."""
    news: dict[tuple[str, str], dt.date] = {}
    for item in deliveries:
        if item.status == "accepted" and item.observed_on:
            key = (item.unit_id, item.stream)
            news[key] = max(news.get(key, item.observed_on), item.observed_on)
    query = "select unit_id, parent_unit_id, unit_kind from dim_unit"
    units = records_of(connection, query) if has_table(connection, "dim_unit") else []
    central = frozenset(
        unit_id
        for unit in units
        if unit["unit_kind"] == "one_stop_desk"
        for unit_id in (unit["unit_id"], unit["parent_unit_id"])
        if unit_id
    )
    return Senders(
        owed=frozenset((row["unit_id"], row["stream"]) for row in owed),
        silent=frozenset(
            (row["unit_id"], row["stream"]) for row in owed if row["state"] != "accepted" and not row["rows_typed"]
        ),
        served_by={unit["unit_id"]: central for unit in units if unit["unit_kind"] == "department"},
        names={row["unit_id"]: cleaner.text(row["unit_name"]) for row in owed},
        last_news=news,
        levels=_levels(connection, {str(row["unit_id"]) for row in owed}, units),
        desks=frozenset(unit["unit_id"] for unit in units if unit["unit_kind"] == "one_stop_desk"),
        deciding=_deciding(connection),
    )


def _deciding(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    query = "select distinct department_unit_id from dim_field where is_in_period and department_unit_id is not null"
    found = records_of(connection, query) if has_table(connection, "dim_field") else []
    return frozenset(str(row["department_unit_id"]) for row in found)


def _levels(
    connection: duckdb.DuckDBPyConnection, owing: set[str], units: Iterable[Mapping[str, Any]]
) -> dict[str, frozenset[str]]:
    """Return who sends of each level: wards of theirs, everybody else of the other (dim_section, scheme level)."""
    query = "select section_code, applies_to from dim_section where scheme = 'level'"
    sections = records_of(connection, query) if has_table(connection, "dim_section") else []
    wards = {str(unit["unit_id"]) for unit in units if unit["unit_kind"] == "ward"}
    return {
        str(section["section_code"]): frozenset(owing & wards if section["applies_to"] == "ward" else owing - wards)
        for section in sections
    }


def mark_unsent(form: Form, senders: Senders, totals: Mapping[str, FormRow]) -> Form:
    """Return a form whose cells say which of them nobody has sent, with what its totals hold of those units.

    Args:
        form: the form as counted.
        senders: who has to send, and who has not.
        totals: of a form that has no row a unit: the total row of each unit's own form, by unit.
    """
    streams = form.layout.streams
    behind = {name: fact.streams for name, fact in form.layout.facts.items()}
    reported = {name for name, of_fact in behind.items() if of_fact}
    if any(row.unit_id for row in form.rows):
        rows = tuple(_row_of_unit(form.layout, row, senders, behind) for row in form.rows)
        rows = tuple(_section_of_units(form.layout, row, rows, senders, behind) for row in rows)
        parts = list(_parts_by_row(replace(form, rows=rows), senders, streams, reported))
    elif form.coverage.owed and not form.coverage.has_answers:
        rows = tuple(_nobody(form.layout, row, behind) for row in form.rows)
        parts = list(_parts_of(form.layout, totals, senders, streams, reported))
    else:
        rows = tuple(_row_of_level(form.layout, row, senders, behind) for row in form.rows)
        parts = list(_parts_of(form.layout, totals, senders, streams, reported))
    without_senders = {fact for fact, of_fact in behind.items() if senders.nobody_sent(of_fact)}
    rows = (*rows[:-1], _nothing_left(form.layout, rows[-1], without_senders))
    return replace(form, rows=rows, unsent=tuple(parts))


def _row_of_unit(layout: FormLayout, row: FormRow, senders: Senders, behind: Mapping[str, tuple[str, ...]]) -> FormRow:
    if row.kind != "row" or not row.unit_id:
        return row
    silent = {fact for fact, streams in behind.items() if senders.is_silent(row.unit_id, streams)}
    return _marked(layout, row, silent)


def _nobody(layout: FormLayout, row: FormRow, behind: Mapping[str, tuple[str, ...]]) -> FormRow:
    return row if row.kind == "total" else _marked(layout, row, {fact for fact, streams in behind.items() if streams})


def _section_of_units(
    layout: FormLayout,
    row: FormRow,
    rows: Iterable[FormRow],
    senders: Senders,
    behind: Mapping[str, tuple[str, ...]],
) -> FormRow:
    """A section of units none of which has sent."""
    if row.kind != "section":
        return row
    units = [item.unit_id for item in rows if item.kind == "row" and item.code.startswith(f"{row.code}.")]
    silent = {
        fact for fact, of_fact in behind.items() if units and all(senders.is_silent(unit, of_fact) for unit in units)
    }
    return _nothing_left(layout, row, silent)


def _row_of_level(layout: FormLayout, row: FormRow, senders: Senders, behind: Mapping[str, tuple[str, ...]]) -> FormRow:
    """A section of a level of government, or a row of it: of units none of which has sent."""
    if _OF_LEVEL not in layout.keys or row.kind == "total":
        return row
    section = row.code.partition(".")[0]
    silent = {fact for fact, streams in behind.items() if senders.is_level_silent(section, streams)}
    return _nothing_left(layout, row, silent)


def _nothing_left(layout: FormLayout, row: FormRow, silent: set[str]) -> FormRow:
    """A sum nobody has sent anything of: what is carried over stays, a zero would say that there was nothing."""
    marked = _marked(layout, row, silent)
    kept = tuple(new if not old.value else old for old, new in zip(row.figures, marked.figures, strict=True))
    return replace(marked, figures=kept)


def _marked(layout: FormLayout, row: FormRow, silent: set[str]) -> FormRow:
    if not silent:
        return row

    def mark(figure: Figure, source: str | None) -> Figure:
        is_silent = str(source).partition(".")[0] in silent and source not in layout.duties
        return replace(figure, text=NOT_SENT, is_unsent=True) if is_silent else figure

    figures = tuple(mark(figure, column.source) for column, figure in zip(layout.columns, row.figures, strict=True))
    notes = tuple(mark(figure, column.source) for column, figure in zip(layout.notes, row.notes, strict=True))
    is_all = all(
        figure.is_unsent
        for column, figure in zip(layout.columns, figures, strict=True)
        if figure.value is not None and column.source not in layout.duties
    )
    ratios = tuple(replace(item, text=NOT_SENT, is_unsent=True) if is_all else item for item in row.ratios)
    return replace(row, figures=figures, ratios=ratios, notes=notes)


def _parts_by_row(form: Form, senders: Senders, streams: tuple[str, ...], reported: set[str]) -> Iterator[UnsentPart]:
    for row in form.rows:
        if row.kind == "row" and any(figure.is_unsent for figure in row.figures):
            # What it did send is no part of what it did not.
            figures = tuple(item if item.is_unsent else replace(item, value=None) for item in row.figures)
            yield _part(
                form.layout, replace(row, figures=figures), row.label, senders.news_of(row.unit_id, streams), reported
            )


def _parts_of(
    layout: FormLayout, totals: Mapping[str, FormRow], senders: Senders, streams: tuple[str, ...], reported: set[str]
) -> Iterator[UnsentPart]:
    for unit_id, total in totals.items():
        if senders.is_silent(unit_id, streams) and unit_id in senders.names:
            yield _part(layout, total, senders.names[unit_id], senders.news_of(unit_id, streams), reported)


def _part(layout: FormLayout, row: FormRow, name: str, news: dt.date | None, reported: set[str]) -> UnsentPart:
    columns = [
        (column, int(figure.value))
        for column, figure in zip(layout.columns, row.figures, strict=True)
        if figure.value and column.source and not column.whole
        if str(column.source).partition(".")[0] in reported and column.source not in layout.duties
    ]
    # What came in in this period another sender has reported; the unit's own last file could not have.
    is_own = not any(column.name in _OF_PERIOD for column, _ in columns)
    return UnsentPart(name, news if is_own else None, {column.number: value for column, value in columns}, row.code)


def unsent_lines(form: Form) -> tuple[str, ...]:
    """Return the lines below a form that say what “…” is, and what totals hold of units that have not sent."""
    lines = []
    if any(figure.is_unsent for row in form.rows for figure in row.figures):
        is_of_columns = any(column.needs for column in form.layout.columns)
        or_unreported = ", hoặc tệp đã gửi không có nội dung này" if is_of_columns else ""
        lines.append(f"({NOT_SENT}) Chưa có số liệu: đơn vị chưa gửi{or_unreported}.")
    for part in form.unsent:
        if part.held:
            reported = "; ".join(f"cột {number}: {format_count(value)}" for number, value in part.held.items())
            until = f", theo số liệu đến ngày {text_day(part.last_news)}" if part.last_news else ""
            source = "" if part.last_news else " do nguồn khác gửi"
            lines.append(f"Dòng tổng cộng gồm phần{source} của {part.unit_name} (đơn vị chưa gửi){until}: {reported}.")
    return tuple(lines)
