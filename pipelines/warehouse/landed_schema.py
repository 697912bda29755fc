"""Columns and types of schema `landed`: what dbt may read, table by table.

Here: every table with its columns in order, each with its DuckDB type. Not here: what fills them (landed, prior).
Invariant: a type is written once: streams have it from their contract, reference tables from office/tables.py, switches
from the settings; the rest is below.
"""

from __future__ import annotations

from functools import lru_cache

from pipelines.ingest.contract import load_contract
from pipelines.ingest.rejects import REJECT_COLUMNS
from pipelines.office.settings import Switches
from pipelines.office.tables import TABLES
from pipelines.warehouse.streams import contract_path, streams

Columns = dict[str, str]

# Landed table → reference file.
REFERENCE_TABLES = {
    "unit": "units",
    "unit_successor": "unit_successors",
    "field": "fields",
    "procedure": "procedures",
    "section": "sections",
    "obligation": "obligations",
    "status": "statuses",
    "period": "periods",
    "service": "services",
    "estimate": "estimates",
    "one_stop_exclusion": "one_stop_exclusions",
    "target": "targets",
    "index_component": "index_components",
    "score_component": "score_components",
}
# Columns a landed table has beside those of its file.
_ADDED: dict[str, Columns] = {
    "field": {"field_name_key": "varchar", "field_bare_key": "varchar"},
    "procedure": {"procedure_name_key": "varchar", "source_row": "integer"},
    "period": {"unit_deadline_on": "date"},
    "estimate": {"source_row": "integer"},
    "service": {"source_row": "integer"},
    "obligation": {"source_row": "integer"},
}
# Numbers that are no whole numbers; any other number of a file stays text until a model needs it.
_DECIMALS = {"unit_successor": {"share": "decimal(9, 6)"}, "target": {"value": "decimal(18, 4)"}}

# Columns in order by type: "varchar: a b, date: c".
_WRITTEN = {
    "delivery": "varchar: delivery_id unit_id period_id stream file_name sha256, timestamp: received_at observed_at, "
    "date: observed_on sent_from sent_until, varchar: profile_id coverage unit_from due_after_supplement kind, "
    "integer: receipt_no, "
    "boolean: is_export is_answer, varchar: state status refused_reason, "
    "boolean: is_counted, integer: rows_in rows_typed rows_rejected rows_blank rows_furniture rows_flagged",
    "sending": "varchar: delivery_id unit_id period_id stream file_name, timestamp: received_at, integer: receipt_no, "
    "varchar: kind status, boolean: is_standing, integer: rows_read, date: observed_on sent_from sent_until",
    "claim": "varchar: delivery_id unit_id period_id stream file_name kind effect reason mend records accepted, "
    "boolean: is_open",
    "acceptance": "varchar: delivery_id kind record_code",
    "delivery_column": "varchar: delivery_id column_name",
    "issued_version": "varchar: delivery_id issue_id, integer: version, varchar: kind seal office_name "
    "office_unit_id, date: until_on, varchar: forced",
    "unit_alias": "varchar: unit_key unit_id",
    "calendar": "date: date_on, boolean: is_working_day, bigint: working_day_no",
    "stream": "varchar: stream title",
    "correction": "integer: correction_no, varchar: stream record_code column_label state original right_value reason "
    "document delivery_id source_sheet, integer: source_row",
    "prior_dossier": "varchar: dossier_code receiving_unit_id department_unit_id row_unit_id level_section_code "
    "field_code, timestamp: received_at finished_at closed_at, varchar: fate outcome reason_code, boolean: is_pending",
    "prior_feedback": "varchar: feedback_code handling_unit_id field_code, timestamp: received_at closed_at, "
    "varchar: fate, boolean: is_pending",
    "prior_delivery": "varchar: delivery_id",
    "prior_figure": "varchar: figure_id, decimal(18,4): value, bigint: declared",
}
_ASKED = (
    "varchar: period_id period_kind period_label, date: period_start period_end as_of until_on, "
    "timestamp: received_by, integer: receipt_no act_no, boolean: is_provisional, varchar: office_unit_id plan_before"
)
_BEFORE = "varchar: prior_issue, date: prior_issued_since, varchar: prior_changed_switches year_ago_issue"


@lru_cache(maxsize=1)
def landed_schema() -> dict[str, Columns]:
    """Return every table of schema `landed`: its columns in order, each with its DuckDB type."""
    rejects = {name: "integer" if name == "source_row" else "varchar" for name in REJECT_COLUMNS}
    return {
        "question": _written(_ASKED) | _switches() | _written(_BEFORE),
        **{table: _reference(table, file) for table, file in REFERENCE_TABLES.items()},
        **{table: _written(columns) for table, columns in _WRITTEN.items()},
        **{
            stream: {"delivery_id": "varchar", **load_contract(contract_path(stream)).typed_columns}
            for stream in streams()
        },
        "rejected_row": {"delivery_id": "varchar", **rejects},
    }


def columns_sql(table: str) -> str:
    """Return the columns of a landed table as they are in `create table`."""
    return ", ".join(f'"{name}" {kind}' for name, kind in landed_schema()[table].items())


def _written(columns: str) -> Columns:
    parts = [part.split(": ") for part in columns.split(", ")]
    return {name: kind for kind, names in parts for name in names.split()}


def _switches() -> Columns:
    kinds = {bool: "boolean", int: "integer"}
    return {name: kinds.get(type(value), "varchar") for name, value in Switches().model_dump().items()}


def _reference(table: str, file: str) -> Columns:
    known = TABLES[file]
    kinds = dict.fromkeys(known.dates, "date") | dict.fromkeys(known.integers, "integer") | _DECIMALS.get(table, {})
    return {column: kinds.get(column, "varchar") for column in known.columns} | _ADDED.get(table, {})
