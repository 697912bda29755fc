"""The final of the period before: what the carry-over of a period is held against.

Here: finding it among the issued reports, landing its dossiers and figures. Not here: issuing and what blocks it
(package), the breaks and their reasons (dbt, rpt_carry_over).
Invariant: only finals and corrected versions count (domain/04 4.2); an issued folder is read, never written.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.office.errors import OfficeError
from pipelines.office.journal import Act, acts
from pipelines.office.settings import Office, Switches
from pipelines.office.sql import sql_text
from pipelines.periods.period import Period
from pipelines.warehouse.landed_schema import columns_sql
from pipelines.warehouse.whole import check_issued

FINAL_KINDS = ("final", "corrected")
# What is read of an issued version.
_READ = ("manifest.json", "warehouse.duckdb")
# Switches that decide whether a dossier is pending, and in whose column: under another value the two periods were
# counted by two rules.
DECIDING_SWITCHES = (
    "closing_event",
    "awaiting_supplement_bucket",
    "returned_withdrawn_bucket",
    "counting_unit",
    "include_vertical_agencies",
)
# landed.prior_dossier: what the previous final knew of every dossier, and whether it counted it as pending (column 11).
_DOSSIERS = """
    select
        known.dossier_code,
        known.receiving_unit_id,
        placed.department_unit_id,
        placed.row_unit_id,
        placed.level_section_code,
        placed.field_code,
        cast(known.received_at as timestamp) as received_at,
        cast(known.finished_at as timestamp) as finished_at,
        cast(outcome.closed_at as timestamp) as closed_at,
        outcome.fate,
        outcome.outcome,
        outcome.reason_code,
        coalesce(outcome.outcome in ('pending_in_time', 'pending_overdue'), false) as is_pending
    from prior.int_dossier_known as known
    inner join prior.int_dossier_outcome as outcome on known.dossier_code = outcome.dossier_code
    inner join prior.int_dossier_placed as placed on known.dossier_code = placed.dossier_code
"""
# The same of what it took over from versions offices below had issued.
_ISSUED_BELOW = """
    select
        dossier_code, receiving_unit_id, department_unit_id, row_unit_id, level_section_code, field_code,
        cast(received_at as timestamp) as received_at, cast(finished_at as timestamp) as finished_at,
        cast(closed_at as timestamp) as closed_at, fate, outcome, reason_code,
        outcome in ('pending_in_time', 'pending_overdue') as is_pending
    from prior.int_issued_dossier
    where fate = 'counted'
"""
# landed.prior_feedback: the same of every feedback (column 10 of II.05a).
_FEEDBACK = """
    select
        known.feedback_code,
        known.handling_unit_id,
        known.field_code,
        cast(known.received_at as timestamp) as received_at,
        cast(outcome.closed_at as timestamp) as closed_at,
        outcome.fate,
        coalesce(outcome.outcome in ('pending_in_time', 'pending_overdue'), false) as is_pending
    from prior.int_feedback_known as known
    inner join prior.int_feedback_outcome as outcome on known.feedback_code = outcome.feedback_code
"""
_FEEDBACK_BELOW = """
    select
        feedback_code, handling_unit_id, field_code, cast(received_at as timestamp) as received_at,
        cast(closed_at as timestamp) as closed_at, fate,
        outcome in ('pending_in_time', 'pending_overdue') as is_pending
    from prior.int_issued_feedback
    where fate = 'counted'
"""


@dataclass(frozen=True)
class PriorIssue:
    """An issued final or corrected report of the period before."""

    issue_id: str
    folder: Path
    # First day of the unbroken chain of issued periods that ends with this one.
    issued_since: dt.date

    def changed_switches(self, now: Switches) -> str:
        """Return the deciding switches that were otherwise in that report, joined by semicolons."""
        then, today = _manifest(self.folder)["switches"], now.model_dump()
        changed = [name for name in DECIDING_SWITCHES if then.get(name) != str(today[name]).lower()]
        return ";".join(changed)


def find_prior(office: Office, period: Period, asked: str | None, issued_by: dt.datetime | None) -> PriorIssue | None:
    """Return the final that the carry-over of a period is held against.

    Args:
        office: the office.
        period: the period asked about.
        asked: id of an issue (2021-Q1/v2), "" for none, None for the newest final of the period before.
        issued_by: reports issued later are not known yet; None for all there are, whatever the clock says.

    Raises:
        OfficeError: the issue asked for is not there, or it or the journal was changed.
    """
    if asked == "":
        return None
    finals = [act for act in acts(office, "issue") if act.details["kind"] in FINAL_KINDS]
    visible = [act for act in finals if asked is not None or issued_by is None or act.at <= issued_by]
    found = _newest_before(office, visible, period.start_on, period.period_kind)
    if asked is not None:
        found = next((act for act in finals if _issue_id(act) == asked), None)
        if found is None:
            raise OfficeError(f"Không có bản chính thức «{asked}» trong issued/ để đối chiếu số chuyển kỳ.")
    if found is None:
        return None
    folder = office.data / "issued" / _issue_id(found)
    check_issued(folder, found.details["record_sha256"], _READ)
    return PriorIssue(_issue_id(found), folder, _since(office, visible, found))


def find_year_ago(office: Office, period: Period, asked: str | None, issued_by: dt.datetime | None) -> str:
    """Return the id of the newest final of the same kind of period a year before; "" when none was issued.

    Args:
        office: the office.
        period: the period asked about.
        asked: id of an issue, "" for none, None for the newest.
        issued_by: reports issued later are not known yet; None for all there are, whatever the clock says.

    Raises:
        OfficeError: that version or the journal was changed.
    """
    if asked is not None:
        return asked
    periods = office.reference["periods"]
    ends = pd.Timestamp(period.end_on) - pd.DateOffset(years=1)
    same = periods[(periods["period_kind"] == period.period_kind) & (periods["end_on"] == ends)]
    finals = [
        act
        for act in acts(office, "issue")
        if act.details["kind"] in FINAL_KINDS
        and (issued_by is None or act.at <= issued_by)
        and act.details["period_id"] in set(same["period_id"])
    ]
    if not finals:
        return ""
    newest = max(finals, key=lambda act: int(act.details["version"]))
    check_issued(office.data / "issued" / _issue_id(newest), newest.details["record_sha256"], _READ)
    return _issue_id(newest)


def _with_below(own: str, below: str, key: str) -> str:
    """Return a query over what an office knew of records, by the versions of offices below where they show them."""
    return f"select * from (select * from ({own}) as own anti join ({below}) as below using ({key})) union all {below}"


def _issue_id(act: Act) -> str:
    return f"{act.details['period_id']}/v{act.details['version']}"


def _newest_before(office: Office, finals: list[Act], start_on: dt.date, kind: str) -> Act | None:
    """Return the newest final of a period that ends on the day before; of the same kind of period first.

    A year and its quarter IV end on the same day and leave the same dossiers pending (domain/forms/II.06a.yaml).
    """
    periods = office.reference["periods"].set_index("period_id")
    ended = periods[periods["end_on"] == pd.Timestamp(start_on) - pd.Timedelta(days=1)]
    candidates = [act for act in finals if act.details["period_id"] in ended.index]

    def rank(act: Act) -> tuple[bool, bool, int]:
        its_kind = ended.loc[act.details["period_id"], "period_kind"]
        return its_kind == kind, its_kind == "quarter", int(act.details["version"])

    return max(candidates, key=rank, default=None)


def _since(office: Office, finals: list[Act], act: Act) -> dt.date:
    """Walk back over issued periods as long as each ends where the next begins."""
    periods = office.reference["periods"].set_index("period_id")
    start_on, kind = periods.loc[act.details["period_id"], ["start_on", "period_kind"]]
    before = _newest_before(office, finals, start_on.date(), kind)
    return _since(office, finals, before) if before else start_on.date()


def _manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def land_prior(connection: duckdb.DuckDBPyConnection, prior: PriorIssue | None) -> None:
    """Write `landed.prior_dossier`, `prior_feedback`, `prior_delivery`, `prior_figure`; empty without a prior final.

    Raises:
        OfficeError: the issued database cannot be read.
    """
    for table in ("prior_dossier", "prior_feedback", "prior_delivery", "prior_figure"):
        connection.execute(f"create or replace table landed.{table} ({columns_sql(table)})")
    if prior is None:
        return
    try:
        connection.execute(f"attach {sql_text(prior.folder / 'warehouse.duckdb')} as prior (read_only)")
        # A report may be issued by software that had no such models.
        known = "select 1 from information_schema.tables where table_catalog = 'prior' and table_name = ?"
        dossiers, feedback = _DOSSIERS, _FEEDBACK
        if connection.execute(known, ["int_issued_dossier"]).fetchone():
            dossiers = _with_below(_DOSSIERS, _ISSUED_BELOW, "dossier_code")
        if connection.execute(known, ["int_issued_feedback"]).fetchone():
            feedback = _with_below(_FEEDBACK, _FEEDBACK_BELOW, "feedback_code")
        connection.execute(f"insert into landed.prior_dossier select * from ({dossiers}) order by dossier_code")
        if connection.execute(known, ["int_feedback_known"]).fetchone():
            connection.execute(f"insert into landed.prior_feedback select * from ({feedback}) order by feedback_code")
        connection.execute("insert into landed.prior_delivery select delivery_id from prior.landed.delivery order by 1")
        connection.execute("detach prior")
    except duckdb.Error as error:
        raise OfficeError(
            f"Không đọc được cơ sở dữ liệu của bản đã gửi {prior.issue_id} để đối chiếu số chuyển kỳ. "
            f"Kiểm tra bằng kstt verify. Chi tiết: {error}"
        ) from error
    manifest = _manifest(prior.folder)
    declared = manifest.get("declared", {})  # an older report had none
    figures = [
        (name, str(value), declared.get(name) or 0) for name, value in manifest["figures"].items() if value is not None
    ]
    frame = pd.DataFrame(figures, columns=["figure_id", "value", "declared"])
    connection.register("incoming", frame)
    connection.execute(
        "insert into landed.prior_figure select figure_id, cast(value as decimal(18, 4)), declared from incoming"
    )
    connection.unregister("incoming")
