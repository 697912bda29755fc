"""The versions offices below issued that a report sums, and the forms they are not in.

Here: each version with its seal and dossiers; forms without the figures of those who send nothing else. Not here:
taking versions in (warehouse), words (templates).
Invariant: a form that sums no issued facts is named with the units it lacks; a report without versions has neither.
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
    """A version an office below issued, as its report's reader needs it: whose, which, its dossiers, its seal."""

    unit_id: str
    unit_name: str
    issue_id: str
    kind: str
    until_on: dt.date
    dossiers: int
    seal: str


@dataclass(frozen=True)
class FormWithout:
    """A form that sums no issued facts, and the units that sent a version but owe nothing else the form is made of."""

    form: str
    units: tuple[str, ...]


def issued_below(connection: duckdb.DuckDBPyConnection, cleaner: Cleaner) -> tuple[IssuedBelow, ...]:
    """Return the versions a report sums, in the order of units; none in a report made before there were any."""
    if not has_table(connection, "int_issued_version"):
        return ()
    query = """
        select v.*, u.unit_id, u.name_vi, coalesce(d.dossiers, 0) as dossiers
        from int_issued_version as v
        inner join dim_unit as u on v.sender_unit_id = u.unit_id
        left join (
            select delivery_id, count(*) as dossiers from int_issued_dossier where fate = 'counted' group by delivery_id
        ) as d on v.delivery_id = d.delivery_id
        where v.is_asked
        order by u.sort_no, u.unit_id, v.delivery_id"""
    return tuple(
        IssuedBelow(
            str(row["unit_id"]),
            cleaner.text(row["name_vi"]),
            cleaner.text(row["issue_id"]),
            ISSUE_KINDS.get(str(row["kind"]), str(row["kind"])),
            row["until_on"],
            int(row["dossiers"]),
            str(row["seal"]),
        )
        for row in records_of(connection, query)
    )


def forms_without(
    layouts: Iterable[FormLayout], owed: Iterable[Mapping[str, Any]], versions: Iterable[IssuedBelow]
) -> tuple[FormWithout, ...]:
    """Return the forms that sum no issued facts, each with the units it therefore lacks; nothing without versions.

    Args:
        layouts: the layouts of the printed forms.
        owed: rows of rpt_coverage: unit_id and stream.
        versions: the versions the report sums.
    """
    senders = {version.unit_id: version.unit_name for version in versions}
    if not senders:
        return ()
    whole = {stream for stream in streams() if load_contract(contract_path(stream)).fact}
    owing = {(str(item["unit_id"]), str(item["stream"])) for item in owed}
    found = []
    for layout in layouts:
        asked = set(layout.streams)
        if asked and not asked & whole:
            lacking = [name for unit, name in senders.items() if not any((unit, stream) in owing for stream in asked)]
            found.append(FormWithout(layout.tab, tuple(lacking)))
    return tuple(found)
