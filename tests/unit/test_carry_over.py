"""Column 6 of a period against column 11 of the issued final before it: every break listed, each with its reason.

Here: two quarters from literal rows, the first issued and landed as the software lands it. Not here: issuing.
Invariant: what a row breaks and why is decided by hand from domain/05 5.5, never read off a run.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from warehouse_fixture import SECTIONS, Row, Warehouse, calendar, delivery, question

from pipelines.warehouse.dbt import DbtFailed
from pipelines.warehouse.prior import PriorIssue, land_prior

Q1 = ("2020-12-15", "2021-03-14")
Q2 = ("2021-03-15", "2021-06-14")
UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "desk", "name_vi": "Bộ phận Một cửa", "unit_kind": "one_stop_desk", "sort_no": 2},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
    {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
]
FIELDS: list[Row] = [
    {"field_code": "civil", "field_name": "Hộ tịch", "department_unit_id": "desk", "sort_no": 1},
    {"field_code": "soil", "field_name": "Đất đai", "department_unit_id": "desk", "sort_no": 2},
]
PROCEDURES: list[Row] = [
    {"procedure_id": "c", "procedure_code": "1.1", "procedure_name_key": "khai sinh", "field_code": "civil",
     "competent_level": "ward"},
    {"procedure_id": "s", "procedure_code": "2.1", "procedure_name_key": "đất", "field_code": "soil",
     "competent_level": "ward"},
]  # fmt: skip


def row(code: str, delivery_id: str, received: str | None = "2021-03-01", **changes: object) -> dict[str, object]:
    """A pending dossier of a ward as one file shows it."""
    return {
        "delivery_id": delivery_id,
        "dossier_code": code,
        "procedure_code": "1.1",
        "channel": "direct",
        "received_at": received and f"{received} 08:00:00",
        "due_at": "2021-07-01 17:00:00",
        "status": "in_progress",
        "flags": "",
        "source_file": f"{delivery_id}.csv",
        **changes,
    }


def numbered(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**item, "source_row": number} for number, item in enumerate(rows, start=2)]


def done(day: str, **changes: object) -> dict[str, object]:
    return {"finished_at": f"{day} 10:00:00", "status": "result_ready", **changes}


FIRST = [delivery("first", "p01", "2021-03-14"), delivery("second ward", "p02", "2021-03-14")]
LATER = delivery("later", "p01", "2021-06-14", period_id="2021-Q2")
# What happens to one dossier between the two files: rows of the first quarter, rows of the second → side, reason.
BREAKS: dict[str, tuple[list[dict[str, object]], list[dict[str, object]], tuple[str, str] | None]] = {
    "stays pending": ([row("D", "first")], [row("D", "later")], None),
    "done in the new period": ([row("D", "first")], [row("D", "later", **done("2021-04-01"))], None),
    # The newer population export of its ward lacks it (domain/05 5.6).
    "not in the new file": ([row("D", "first")], [], ("left", "deleted_dossier")),
    "new in the new period": ([], [row("D", "later", "2021-04-01")], None),
    "received before, sent late": ([], [row("D", "later")], ("entered", "late_entry")),
    "received and done before, sent late": ([], [row("D", "later", **done("2021-03-10"))], None),
    "accepted before, entered late": (
        [row("D", "first", None, status="submitted")], [row("D", "later")], ("entered", "late_entry")),
    "end before the cutoff, entered late": (
        [row("D", "first")], [row("D", "later", **done("2021-03-10"))], ("left", "late_entry")),
    "day of receipt moved into the new period": (
        [row("D", "first")], [row("D", "later", "2021-03-20")], ("left", "date_changed")),
    "day of receipt moved back": (
        [row("D", "first", "2021-03-16")], [row("D", "later", "2021-03-12")], ("entered", "date_changed")),
    "day of the end moved into the new period": (
        [row("D", "first", **done("2021-03-10"))], [row("D", "later", **done("2021-03-16"))],
        ("entered", "date_changed")),
    "day of the end moved back": (
        [row("D", "first", **done("2021-03-16"))], [row("D", "later", **done("2021-03-10"))],
        ("left", "date_changed")),
    "result called back": (
        [row("D", "first", **done("2021-03-10"))], [row("D", "later")], ("entered", "status_regression")),
    "acceptance taken back": (
        [row("D", "first")], [row("D", "later", status="rejected_at_intake")], ("left", "status_regression")),
    "another field": (
        [row("D", "first")], [row("D", "later", procedure_code="2.1")], ("moved", "field_reclassified")),
}  # fmt: skip

# What the carry-over is computed from, and the tests on that; other streams have tests of their own.
MODELS = ["+rpt_carry_over", "+rpt_carry_over_summary", "+form_ii_06a"]
Two = Callable[..., Warehouse]


@pytest.fixture(scope="module")
def two_quarters(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Count and issue the first quarter from its rows, then ask the second."""
    target = tmp_path_factory.mktemp("dbt")
    tables = {
        "unit": UNITS, "field": FIELDS, "procedure": PROCEDURES, "section": SECTIONS,
        "calendar": calendar("2020-11-30", "2021-12-31"),
    }  # fmt: skip
    counted: dict[str, Warehouse] = {}

    def first_quarter(rows: list[dict[str, object]], deliveries: list[dict[str, object]]) -> Warehouse:
        """Count it, the same rows once."""
        key = repr((rows, deliveries))
        if key not in counted:
            landed = {**tables, "delivery": deliveries, "case_exports": numbered(rows)}
            made = Warehouse(tmp_path_factory.mktemp("first"), landed, target)
            counted[key] = made.ask(question(*Q1), select=MODELS)
        return counted[key].copy(tmp_path_factory.mktemp("issued"))

    def ask(
        first: list[dict[str, object]],
        later: list[dict[str, object]],
        deliveries: list[dict[str, object]] | None = None,
        first_deliveries: list[dict[str, object]] | None = None,
        kept: list[dict[str, object]] | None = None,
        changed_switches: str = "",
        is_checked: bool = False,
        tamper: str = "",
        **switches: object,
    ) -> Warehouse:
        before = first_quarter(first, first_deliveries or FIRST)
        if tamper:
            with duckdb.connect(before.path) as connection:
                connection.execute(tamper)
        folder = before.path.parent
        (pending,) = before.rows(
            "select pending_total from form_ii_06a where scope_id = 'tp-st' and row_kind = 'total'"
        )
        figures = {"II.06a/tp-st/total/c11": pending["pending_total"], "II.06a/tp-st/total/on_time_rate": None}
        (folder / "manifest.json").write_text(json.dumps({"figures": figures}), encoding="utf-8")
        visible = (FIRST if kept is None else kept) + (deliveries or [LATER])
        now = Warehouse(
            tmp_path_factory.mktemp("second"),
            {**tables, "delivery": visible, "case_exports": numbered((first if kept is None else []) + later)},
            target,
        )
        with duckdb.connect(now.path) as connection:
            connection.execute(
                "drop table landed.prior_dossier; drop table landed.prior_delivery; drop table landed.prior_figure"
            )
            land_prior(connection, PriorIssue("2021-Q1/v1", folder, dt.date(2020, 12, 15)))
        asked = question(
            *Q2, prior_issue="2021-Q1/v1", prior_issued_since="2020-12-15",
            prior_changed_switches=changed_switches, **switches,
        )  # fmt: skip
        now.ask(asked, select=MODELS)
        return checked(now) if is_checked else now

    return ask


def checked(warehouse: Warehouse) -> Warehouse:
    warehouse.check(MODELS, within=True)
    return warehouse


def breaks(warehouse: Warehouse) -> dict[str, tuple[str, str]]:
    found = warehouse.rows("select dossier_code, side, reason_code from rpt_carry_over order by 1")
    return {str(item["dossier_code"]): (str(item["side"]), str(item["reason_code"])) for item in found}


def test_each_break_is_listed_with_its_reason_and_nothing_else_is(two_quarters: Two) -> None:
    """All cases in one warehouse: the code of a dossier is the case."""
    first = [{**item, "dossier_code": case} for case, (rows, _, _) in BREAKS.items() for item in rows]
    later = [{**item, "dossier_code": case} for case, (_, rows, _) in BREAKS.items() for item in rows]
    warehouse = two_quarters(first, later, is_checked=True)
    assert breaks(warehouse) == {case: expected for case, (_, _, expected) in BREAKS.items() if expected}


def test_the_summary_holds_both_sides_per_unit_and_field(two_quarters: Two) -> None:
    # p01 leaves two of civil pending; one becomes soil, one stays; one more of civil comes late.
    first = [row("stays", "first"), row("moves", "first")]
    later = [row("stays", "later"), row("moves", "later", procedure_code="2.1"), row("late", "later")]
    found = two_quarters(first, later).rows(
        "select field_code, pending_before, carried_in, came, went from rpt_carry_over_summary order by 1"
    )
    assert [tuple(item.values()) for item in found] == [("civil", 2, 2, 1, 1), ("soil", 0, 1, 1, 0)]


def test_a_dossier_of_a_withdrawn_file_is_a_deleted_dossier(two_quarters: Two) -> None:
    warehouse = two_quarters([row("gone", "first")], [row("other", "later", "2021-04-01")], kept=[])
    assert breaks(warehouse) == {"gone": ("left", "deleted_dossier")}


def test_a_dossier_that_another_unit_shows_now_is_reassigned_or_a_duplicate(two_quarters: Two) -> None:
    desk = [delivery("desk", "desk", "2021-06-14", period_id="2021-Q2")]
    ward = [delivery("ward", "p02", "2021-06-14", period_id="2021-Q2")]
    # A desk's row does not take a dossier from a ward; another ward's newer row does, the old row being a duplicate.
    assert breaks(two_quarters([row("D", "first")], [row("D", "desk")], desk)) == {}
    assert breaks(two_quarters([row("D", "first")], [row("D", "ward")], ward)) == {"D": ("moved", "duplicate_removed")}
    # The first file was withdrawn: nothing of the old unit is left.
    moved = two_quarters([row("D", "first")], [row("D", "ward")], ward, kept=[])
    assert breaks(moved) == {"D": ("moved", "unit_reassigned")}


def test_a_file_refused_then_and_read_now_makes_its_dossiers_previously_unknown(two_quarters: Two) -> None:
    refused = [*FIRST, delivery("mended", "p01", "2021-03-14", status="refused", is_counted=False)]
    read_now = [delivery("mended", "p01", "2021-03-14")]
    warehouse = two_quarters([row("known", "first")], [row("D", "mended")], read_now, first_deliveries=refused)
    assert breaks(warehouse) == {"D": ("entered", "previously_unknown")}


def test_a_rule_that_changed_explains_what_the_data_does_not(two_quarters: Two) -> None:
    # Waiting for a supplement counted as done in the first quarter; the office changed the rule for the second.
    waiting = {"status": "awaiting_supplement", "supplement_requested_at": "2021-03-05 08:00:00"}
    tamper = """
        update int_dossier_outcome set outcome = 'on_time', reason_code = 'awaiting_supplement',
        closed_at = timestamp '2021-03-05 08:00:00' where dossier_code = 'D';
        update form_ii_06a set pending_total = 0 where row_kind = 'total'"""
    assert breaks(two_quarters([row("D", "first", **waiting)], [row("D", "later")], tamper=tamper)) == {
        "D": ("entered", "supplement_returned")
    }


def test_returned_dossiers_left_out_by_the_rule_are_named(two_quarters: Two) -> None:
    later = [row("D", "later", **done("2021-04-01", status="returned"))]
    warehouse = two_quarters([row("D", "first")], later, returned_withdrawn_bucket="excluded")
    assert breaks(warehouse) == {"D": ("left", "excluded_by_rule")}


def test_a_break_nothing_explains_is_reported_and_blocks_issuing(two_quarters: Two) -> None:
    # The issued final says the dossier was done, and no date or status of it ever said so.
    tamper = """
        update int_dossier_outcome set outcome = 'on_time', reason_code = 'closed_on_due_day',
        closed_at = timestamp '2021-03-05 08:00:00' where dossier_code = 'D';
        update form_ii_06a set pending_total = 0 where row_kind = 'total'"""
    warehouse = two_quarters([row("D", "first")], [row("D", "later")], tamper=tamper)
    assert breaks(warehouse) == {"D": ("entered", "unexplained")}
    # The same break under a rule that changed is explained by it.
    changed = two_quarters([row("D", "first")], [row("D", "later")], tamper=tamper, changed_switches="closing_event")
    assert breaks(changed) == {"D": ("entered", "rule_changed")}


def test_a_final_whose_dossiers_are_not_its_printed_figure_is_caught(two_quarters: Two) -> None:
    tamper = "update form_ii_06a set pending_total = pending_total + 1 where row_kind = 'total'"
    with pytest.raises(DbtFailed, match="prior_dossiers_make_up_the_prior_figure"):
        two_quarters([row("D", "first")], [row("D", "later")], tamper=tamper, is_checked=True)


@pytest.mark.parametrize(
    ("policy", "cells", "listed"),
    [
        # late pending, late done, end entered late: carried in or left to a correction of the first quarter …
        ("correct_closed_period", (2, 0, 2, 0, 2), {"late pending": "late_entry", "end late": "late_entry"}),
        # … or recognised now: two received in the period, the end an end of the period; nothing breaks.
        ("recognise_in_current", (4, 2, 2, 2, 2), {}),
    ],
)
def test_late_data_of_an_issued_period_is_left_to_its_correction_or_recognised_now(
    two_quarters: Two, policy: str, cells: tuple[int, ...], listed: dict[str, str]
) -> None:
    first = [row("end late", "first"), row("pending", "first")]
    later = [
        row("pending", "later"),
        row("end late", "later", **done("2021-03-10")),
        row("late pending", "later"),
        row("late done", "later", **done("2021-03-10")),
        # Done before anything was issued: it belongs to no quarter of ours.
        row("old", "later", "2020-11-01", **done("2020-12-01")),
    ]
    warehouse = two_quarters(first, later, is_checked=True, late_data_policy=policy)
    (total,) = warehouse.rows("""
        select received_total, received_direct_postal, carried_in, resolved_total, pending_total
        from form_ii_06a where scope_id = 'tp-st' and row_kind = 'total'""")
    assert tuple(total.values()) == cells
    assert {code: reason for code, (_, reason) in breaks(warehouse).items()} == listed


def test_without_an_issued_final_nothing_is_held_against_anything(two_quarters: Two) -> None:
    warehouse = two_quarters([row("D", "first")], [row("D", "later"), row("late", "later")])
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("delete from landed.prior_dossier; delete from landed.prior_figure")
    checked(warehouse.ask(question(*Q2, late_data_policy="recognise_in_current"), select=MODELS))
    assert breaks(warehouse) == {}
    assert warehouse.rows("select * from rpt_carry_over_summary") == []
    (total,) = warehouse.rows("select sum(carried_in) as carried from fct_dossier_period")
    assert total["carried"] == 2


def test_folder_of_a_prior_issue_that_cannot_be_read_is_reported_in_a_sentence(tmp_path: Path) -> None:
    from pipelines.office.errors import OfficeError

    with duckdb.connect() as connection:
        connection.execute("create schema landed")
        with pytest.raises(OfficeError, match="2021-Q1/v1"):
            land_prior(connection, PriorIssue("2021-Q1/v1", tmp_path, dt.date(2020, 12, 15)))
