"""The report model of the office or of one of its units, from a built warehouse.

Here: what a unit's documents print of it, whose files feed its forms, what its figures are compared with.
Not here: reading forms (figures), documents (render), where they lie (finish, units).
Invariant: a unit's figures are those of the same warehouse as the office's; nothing is counted again.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.figures.change import with_compared
from pipelines.figures.layout import Layouts, load_layouts
from pipelines.figures.model import Compared, OfficeInfo, ReportModel, Scope
from pipelines.figures.read import build_report_model
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, UnitDocuments
from pipelines.office.text import match_key

# Units whose own forms dim_scope holds, and which therefore have a report of their own.
REPORTING_KINDS = ("one_stop_desk", "department", "ward")


def read_model(office: Office, warehouse: Path, layouts: Layouts, unit: dict[str, Any] | None = None) -> ReportModel:
    """Return the model of the office's report, or of one unit's, with what it is compared with.

    Args:
        office: the office.
        warehouse: the database of one question.
        layouts: the forms it was printed with.
        unit: a row of `reporting_units`; None for the office.
    """
    with duckdb.connect(warehouse, read_only=True) as connection:
        info = unit_info(office, unit) if unit else _info_of_question(office, connection)
        scope = _scope(connection, unit) if unit else None
        model = build_report_model(connection, layouts, info, scope)
    for against, issue_id in (("prev", model.question.prior_issue), ("year", model.question.year_ago_issue)):
        if issue_id:
            model = _compared(office, model, against, issue_id, scope)
    return model


def _info_of_question(office: Office, connection: duckdb.DuckDBPyConnection) -> OfficeInfo:
    """The office's own words, or those of the unit that has taken over from it by the last counted day."""
    found = connection.execute(
        """
        select unit_id, name_vi, short_name, unit_kind from dim_unit
        where unit_id = (select office_unit_id from landed.question)
        """
    ).fetchone()
    if found is None or found[0] == office.settings.office.unit_id:
        return office_info(office)
    own = office_info(office)
    unit = dict(zip(("unit_id", "name_vi", "short_name", "unit_kind"), found, strict=True))
    unit["short_name"] = unit["short_name"] or unit["name_vi"]
    documents = office.settings.unit_documents.get(unit["unit_id"], UnitDocuments())
    noted = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in documents.model_dump(exclude_none=True).items()
    }
    changed = {"name": unit["name_vi"], "short_name": unit["short_name"], "unit_kind": unit["unit_kind"], **noted}
    if documents.place is not None:
        changed["place"] = documents.place.replace("{short_name}", unit["short_name"])
    return replace(own, **changed)


def office_info(office: Office) -> OfficeInfo:
    """Return what documents print of the office."""
    section = office.settings.office
    units = office.reference["units"]
    kinds = units.loc[units["unit_id"] == section.unit_id, "unit_kind"]
    return OfficeInfo(
        name=section.name,
        short_name=section.short_name,
        parent_name=section.parent_name,
        place=section.place,
        receiving_agency=section.receiving_agency,
        report_symbol=section.report_symbol,
        recipients=tuple(section.recipients),
        signature=tuple(section.signature),
        percent_decimals=office.settings.number.percent_decimals,
        forms_sent=_forms_sent(office),
        legal_basis=tuple(section.legal_basis),
        unit_kind=str(kinds.iloc[0]) if len(kinds) else "city",
    )


def _forms_sent(office: Office) -> tuple[str, ...] | None:
    asked = office.settings.forms_sent
    return None if asked is None else tuple(asked)


def unit_info(office: Office, unit: dict[str, Any]) -> OfficeInfo:
    """Return what documents print of one unit: its own settings, then those of its kind, then the office's facts."""
    section = office.settings.office
    of_unit = office.settings.unit_documents
    empty = UnitDocuments()
    short_name = unit["short_name"] or unit["name_vi"]
    own, kind = of_unit.get(unit["unit_id"], empty), of_unit.get(unit["unit_kind"], empty)

    def first(name: str, otherwise: Any) -> Any:
        chosen = [value for item in (own, kind) if (value := getattr(item, name)) is not None]
        return chosen[0] if chosen else otherwise

    return OfficeInfo(
        name=unit["name_vi"],
        short_name=short_name,
        parent_name=first("parent_name", section.name),
        place=first("place", section.place).replace("{short_name}", short_name),
        receiving_agency=first("receiving_agency", section.name),
        report_symbol=first("report_symbol", "BC"),
        recipients=_others(office, unit["unit_id"], first("recipients", [section.name, "Lưu: VT"])),
        signature=tuple(first("signature", [])),
        percent_decimals=office.settings.number.percent_decimals,
        forms_sent=_forms_sent(office),
        legal_basis=tuple(section.legal_basis),
        unit_kind=unit["unit_kind"],
    )


def _others(office: Office, unit_id: str, recipients: list[str]) -> tuple[str, ...]:
    """Return the recipients of a unit's documents without the unit itself, by any of its names."""
    units = office.reference["units"]
    own = {
        match_key(str(name))
        for unit in units[units["unit_id"] == unit_id].to_dict("records")
        for name in (unit["name_vi"], unit["short_name"], *str(unit["aliases"] or "").split("|"))
        if name
    }
    return tuple(line for line in recipients if match_key(line) not in own)


def reporting_units(warehouse: Path) -> list[dict[str, Any]]:
    """Return the units that have forms of their own in a warehouse, in their official order.

    Columns: unit_id, name_vi, short_name, unit_kind.
    """
    marks = ", ".join("?" * len(REPORTING_KINDS))
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(
            f"""
            select unit_id, name_vi, short_name, unit_kind from dim_unit
            where unit_kind in ({marks}) and unit_id in (
                select scope_id from dim_scope cross join landed.question where scope_id <> office_unit_id
            )
            order by sort_no, unit_id
            """,
            list(REPORTING_KINDS),
        ).fetchall()
    return [dict(zip(("unit_id", "name_vi", "short_name", "unit_kind"), row, strict=True)) for row in found]


def _scope(connection: duckdb.DuckDBPyConnection, unit: dict[str, Any]) -> Scope:
    """Return whose files a unit's forms rest on, stream by stream.

    What the unit owes itself comes from its own files. A department owes no list of dossiers: those it decides on are
    in the files of the desk and of the department the desk belongs to (dim_scope, role department); a record there
    (a check, a process) is of its sender alone.
    """
    coverage = connection.execute("select * from rpt_coverage").df()
    owed = sorted(set(zip(coverage["unit_id"], coverage["stream"], strict=True)))
    # A warehouse issued before there were records does not distinguishes them.
    of_sender = set(coverage.loc[coverage["is_of_sender"], "stream"]) if "is_of_sender" in coverage else set()
    fed_by = {(unit_id, stream) for unit_id, stream in owed if unit_id == unit["unit_id"]}
    # Whatever a unit it took over has sent is of this unit now.
    units = connection.execute("select * from dim_unit").df()
    if "current_unit_id" in units:  # an older report has no such column
        taken_over = units[(units["current_unit_id"] == unit["unit_id"]) & (units["unit_id"] != unit["unit_id"])]
        streams = [stream for (stream,) in connection.execute("select stream from landed.stream").fetchall()]
        fed_by |= {(unit_id, stream) for unit_id in taken_over["unit_id"] for stream in streams}
    if unit["unit_kind"] == "department":
        desks = connection.execute("select unit_id, parent_unit_id from dim_unit where unit_kind = 'one_stop_desk'")
        central = {unit_id for pair in desks.fetchall() for unit_id in pair}
        not_fed = {stream for _, stream in fed_by} | of_sender
        fed_by |= {(unit_id, stream) for unit_id, stream in owed if unit_id in central and stream not in not_fed}
    return Scope(unit["unit_id"], frozenset(fed_by))


def _compared(office: Office, model: ReportModel, against: str, issue_id: str, scope: Scope | None) -> ReportModel:
    """Return the model compared with an issued report of the same kind of period; as it is when there is none."""
    folder = office.data / "issued" / issue_id
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["question"]["period_kind"] != model.question.period_kind:
        return model
    figures = _issued_figures(folder, manifest, model.office, scope)
    return with_compared(model, Compared(against, issue_id, manifest["question"]["period_label"]), figures)


def _issued_figures(
    folder: Path, manifest: dict[str, Any], info: OfficeInfo, scope: Scope | None
) -> dict[str, int | Decimal | None]:
    """Return the figures of an issued report by id: the office's as issued, a unit's from the issued database."""
    if scope is None:
        values = manifest["figures"].items()
        return {name: Decimal(value) if isinstance(value, str) else value for name, value in values}
    layouts = load_layouts(folder / "forms.json")
    try:
        with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as connection:
            model = build_report_model(connection, layouts, info, scope)
    except OfficeError:  # the unit had no forms then: nothing to compare with
        return {}
    return {name: figure.value for name, figure in model.figures.items()}
