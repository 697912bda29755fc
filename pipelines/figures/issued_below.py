"""The versions offices below issued that a report sums, and the forms they are not in.

Here: each file of a version with its seal and how much it has; forms without the figures of those who send nothing
else. Not here: taking versions in (warehouse), words (templates).
Invariant: a form that lacks a unit which sent a version is named with it; a report without versions has neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.figures.layout import FormLayout
from pipelines.figures.records import has_table, records_of
from pipelines.figures.text import Cleaner
from pipelines.figures.version import ISSUE_KINDS
from pipelines.ingest.contract import load_contract
from pipelines.warehouse.streams import contract_path, streams


@dataclass(frozen=True)
class IssuedBelow:
    """A file of a version an office below issued, as a reader needs it: whose, which, how many of what, its seal."""

    unit_id: str
    unit_name: str
    issue_id: str
    kind: str
    until_on: dt.date
    records: int
    noun: str
    stream: str
    seal: str
    # What stood in the way when it was issued nevertheless, with its office's reasons; told of its first file alone.
    forced: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormWithout:
    """A form, and the units that sent a version but nothing of it, and owe nothing else, the form is made of."""

    form: str
    units: tuple[str, ...]


def issued_below(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> tuple[IssuedBelow, ...]:
    """Return the versions a report sums, in the order of units; none in a report made before there were any."""
    if not has_table(connection, "int_issued_version"):
        return ()
    nouns = _nouns()
    # A report made before feedback was sent up has dossiers alone.
    feedback = has_table(connection, "int_issued_feedback")
    stream = "v.stream" if feedback else "'issued_facts'"
    below = "select delivery_id from int_issued_dossier where fate = 'counted'"
    below += " union all select delivery_id from int_issued_feedback where fate = 'counted'" if feedback else ""
    query = f"""
        select v.*, {stream} as of_stream, u.unit_id, u.name_vi, coalesce(d.records, 0) as records
        from int_issued_version as v
        inner join dim_unit as u on v.sender_unit_id = u.unit_id
        left join (
            select delivery_id, count(*) as records from ({below}) as sent group by delivery_id
        ) as d on v.delivery_id = d.delivery_id
        where v.is_asked
        order by u.sort_no, u.unit_id, v.delivery_id"""
    rows = records_of(connection, query)
    first = {str(row["seal"]): row["delivery_id"] for row in reversed(rows)}
    return tuple(
        IssuedBelow(
            str(row["unit_id"]),
            cleaner.text(row["name_vi"]),
            cleaner.text(row["issue_id"]),
            ISSUE_KINDS.get(str(row["kind"]), str(row["kind"])),
            row["until_on"],
            int(row["records"]),
            nouns[str(row["of_stream"])],
            str(row["of_stream"]),
            str(row["seal"]),
            # A report made before what was forced went up has no such column.
            tuple(map(cleaner.text, (row.get("forced") or "").splitlines()))
            if first[str(row["seal"])] == row["delivery_id"]
            else (),
        )
        for row in rows
    )


def forms_without(
    layouts: Iterable[FormLayout], owed: Iterable[Mapping[str, Any]], versions: Iterable[IssuedBelow]
) -> tuple[FormWithout, ...]:
    """Return the forms versions have no figures for, each with the units it therefore lacks; nothing without versions.

    Args:
        layouts: the layouts of the printed forms.
        owed: rows of rpt_coverage: unit_id and stream.
        versions: the versions the report sums.
    """
    sent = list(versions)
    senders = {version.unit_id: version.unit_name for version in sent}
    if not senders:
        return ()
    told = {(str(item["unit_id"]), str(item["stream"])) for item in owed}
    told |= {(version.unit_id, version.stream) for version in sent}
    found = []
    for layout in layouts:
        asked = set(layout.streams)
        lacking = [name for unit, name in senders.items() if not any((unit, stream) in told for stream in asked)]
        if asked and (lacking or not asked & _nouns().keys()):
            found.append(FormWithout(layout.tab, tuple(lacking)))
    return tuple(found)


def _nouns() -> dict[str, str]:
    """Return what the rows of each stream of versions are called."""
    contracts = [load_contract(contract_path(stream)) for stream in streams()]
    return {contract.stream: contract.noun for contract in contracts if contract.fact}
