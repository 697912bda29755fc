"""The sample office end to end: figures equal the truth, planted faults are found and nothing else, no row is lost.

Here: the real job on both quarters. Not here: documents (test_sample_documents), single rules (unit tests).
Invariant: expected values come from tests/truth (the simulated reality) and the ledger of planted faults.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from sample_copy import Sample
from sample_files import BESIDE, planted, rows_of, table
from truth.recount import LAST_SEEN, PERIODS, load_truth, recount, roll_up, shown_unknown

from pipelines.audit.control import untraceable_cells
from pipelines.audit.trace import trace
from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.runner import RunResult
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.typed import TypedDelivery, type_delivery

MEASURES = {
    "c3": "received_total", "c4": "received_online", "c5": "received_direct_postal", "c6": "carried_in",
    "c7": "resolved_total", "c8": "resolved_early", "c9": "resolved_on_time", "c10": "resolved_overdue",
    "c11": "pending_total", "c12": "pending_in_time", "c13": "pending_overdue",
}  # fmt: skip
QUARTERS = ["2021-Q1", "2021-Q2"]
HISTORY_FLAGS = ("unit_reassigned", "units_disagree", "reopened", "finish_moved", "deleted_dossier", "not_seen_since")


@pytest.fixture(params=QUARTERS)
def quarter(request: pytest.FixtureRequest, q1: RunResult, q2: RunResult) -> tuple[str, Path]:
    return request.param, (q1 if request.param == "2021-Q1" else q2).report_dir


@lru_cache(maxsize=2)
def truth_of(period: str) -> dict:
    start, end = PERIODS[period]
    return recount(load_truth(), start, end, last_seen=LAST_SEEN.get(period, {}), hidden=shown_unknown(period))


def form(report: Path, model: str, scope: str) -> list[dict]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        frame = connection.execute(f"select * from {model} where scope_id = ? order by row_order", [scope]).df()
    return frame.where(frame.notna(), None).to_dict("records")


def cells(row: dict) -> dict[str, int]:
    return {column: int(row[measure]) for column, measure in MEASURES.items()}


def plain(counted: Mapping[str, int]) -> dict[str, int]:
    return {column: int(counted.get(column, 0)) for column in MEASURES}


def test_every_field_row_of_the_city_form_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    truth = roll_up(truth_of(period), "section", "field")
    rows = [row for row in form(report, "form_ii_06a", "tp-st") if row["row_kind"] == "row"]
    printed = {(row["level_section_code"], row["field_code"]): cells(row) for row in rows}
    expected = {key: plain(value) for key, value in truth.items()}
    assert {key: printed.get(key) for key in expected} == expected
    assert all(not any(row.values()) for key, row in printed.items() if key not in expected)


def test_every_unit_row_of_the_by_unit_form_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    expected = {key: plain(value) for key, value in roll_up(truth_of(period), "row_unit").items()}
    rows = [row for row in form(report, "form_ii_06a_by_unit", "tp-st") if row["row_kind"] == "row"]
    printed = {(row["row_unit_id"],): cells(row) for row in rows}
    assert {key: printed.get(key) for key in expected} == expected


@pytest.mark.parametrize("unit", ["p01", "p03", "p09", "p10", "tp-st-bpmc"])
def test_a_units_own_form_equals_the_truth(quarter: tuple[str, Path], unit: str) -> None:
    period, report = quarter
    total = form(report, "form_ii_06a", unit)[-1]
    assert cells(total) == plain(roll_up(truth_of(period), "unit")[(unit,)])


def test_the_total_equals_the_truth(quarter: tuple[str, Path]) -> None:
    period, report = quarter
    expected = plain(roll_up(truth_of(period))[()])
    assert cells(form(report, "form_ii_06a", "tp-st")[-1]) == expected
    assert cells(form(report, "form_ii_06a_by_unit", "tp-st")[-1]) == expected


def test_every_cell_of_every_form_and_scope_equals_its_traced_rows(quarter: tuple[str, Path]) -> None:
    _, report = quarter
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        assert untraceable_cells(connection, load_layouts(report / "forms.json")) == []


@pytest.mark.parametrize(
    ("row", "column", "unit"), [("Hộ tịch", 10, "p03"), ("Hộ tịch", 10, None), ("total", 13, None)]
)
def test_a_trace_names_file_sheet_and_row_of_each_dossier(
    quarter: tuple[str, Path], row: str, column: int, unit: str | None
) -> None:
    _, report = quarter
    found = trace(report, "II.06a", row, column, unit)
    assert found
    for cell in found:
        assert cell.traced_sum == cell.figure
        assert cell.rows["file_name"].notna().all()
        assert cell.rows["source_row"].notna().all()


def test_every_planted_fault_is_found_and_nothing_else_is_flagged(sample_office: Path, q2: RunResult) -> None:
    expected = Counter(
        (fault["stream"], fault["period_id"], fault["unit_id"], fault["check_id"])
        for fault in planted()
        if fault["effect"] in ("sent_back", "flagged", "counted_unknown")
    )
    assert found_faults(sample_office) == expected


def test_every_rare_shape_is_counted_as_its_dossier_and_told_where_it_must_be(q2: RunResult) -> None:
    shapes = [(r, r["note"].partition("=")) for r in planted("case_exports") if r["effect"] == "shape"]
    with duckdb.connect(q2.report_dir / "warehouse.duckdb", read_only=True) as connection:
        counted = dict(connection.execute("select dossier_code, receiving_unit_id from fct_dossier_period").fetchall())
        told = connection.execute("select dossier_code, flag from int_dossier_flag where flag <> 'missing_due_date'")
        flags = set(told.fetchall())
    keys = {
        f"{row['unit_id']}:2021:{what}" if kind == "shown" else row["record_code"]: row["unit_id"]
        for row, (kind, _, what) in shapes
    }
    assert len(keys) == len(shapes) == 8
    assert {key: counted.get(key) for key in keys} == keys
    assert {(code, flag) for code, flag in flags if flag not in HISTORY_FLAGS} == {
        (row["record_code"], what) for row, (kind, _, what) in shapes if kind == "flag"
    }


def test_nothing_of_the_second_quarter_marks_a_dossier_of_the_first(q1: RunResult) -> None:
    with duckdb.connect(q1.report_dir / "warehouse.duckdb", read_only=True) as connection:
        flags = connection.execute("select dossier_code, flag from int_dossier_flag").fetchall()
    assert {flag for _, flag in flags} == {"missing_due_date"}


def test_every_rare_history_is_counted_once_by_its_owner_and_told(q2: RunResult) -> None:
    rows = {r["check_id"]: r for r in planted("case_exports") if r["effect"] in ("earlier", "gone")}
    told = {
        (rows["there_and_back"]["record_code"], "unit_reassigned"),
        (rows["passed_to_the_desk"]["record_code"], "unit_reassigned"),
        (rows["reopened"]["record_code"], "reopened"),
        (rows["deleted_dossier"]["record_code"], "deleted_dossier"),
    }
    with duckdb.connect(q2.report_dir / "warehouse.duckdb", read_only=True) as connection:
        counted = connection.execute("select dossier_code, receiving_unit_id from fct_dossier_period").fetchall()
        flags = connection.execute("select dossier_code, flag from int_dossier_flag").fetchall()
        gone = connection.execute("select dossier_code from rpt_dossier_gone where kind = 'deleted_dossier'").fetchall()
        states = connection.execute(
            "select unit_id, file_name, state from rpt_delivery where state <> 'refused'"
        ).fetchall()
    owners = {
        r["record_code"]: r["note"].removeprefix("owner=") for r in rows.values() if r["note"].startswith("owner=")
    }
    assert {(code, unit) for code, unit in counted if code in owners} == set(owners.items())
    assert {(code, flag) for code, flag in flags if flag in HISTORY_FLAGS} == told
    assert gone == [(rows["deleted_dossier"]["record_code"],)]
    beside = {(r["unit_id"], r["file_name"]): r["check_id"] for r in planted("case_exports") if r["check_id"] in BESIDE}
    assert {beside[unit, file]: state for unit, file, state in states if (unit, file) in beside} == {
        "early_export": "counted",
        "half_replacement": "doubted",
        "last_quarters_file": "stale",
    }


def half_replaced() -> list[tuple[tuple[str, str], str]]:
    """Return period and unit, and the name, of each file that replaces half of another."""
    return [((r["period_id"], r["unit_id"]), r["file_name"]) for r in planted() if r["check_id"] == "half_replacement"]


def found_faults(office: Path) -> Counter[tuple[str, str, str, str]]:
    """Checks by stream, period and unit over all visible files: typing problems and what the suite found."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for delivery, typed in visible(office):
        rejects = pd.read_parquet(typed.folder / "rejects.parquet")
        rows = pd.read_parquet(typed.folder / "rows.parquet")
        names = [*rejects["check_id"], *(flag for flags in rows["flags"] for flag in flags.split(";") if flag)]
        found.update((str(delivery.stream), delivery.period_id, delivery.unit_id, name) for name in names)
    return found


def visible(office: Path) -> Iterator[tuple[Delivery, TypedDelivery]]:
    """Every visible delivery, typed."""
    loaded = load_office(office)
    for delivery in register(loaded, loaded.clock.now()):
        if delivery.is_visible:
            yield delivery, type_delivery(loaded, delivery)


@pytest.mark.parametrize("stream", ["case_exports", "feedback_logs", "review_submissions"])
def test_every_file_has_as_many_rows_as_it_was_written_with(q1: RunResult, stream: str) -> None:
    written = Counter((row.period, row.unit, row.file) for row in rows_of(stream, BESIDE))
    for place, file in half_replaced():
        written[*place, file.replace(" (1)", "")] -= written[*place, file]  # what it does not lack is read from it
    with duckdb.connect(q1.report_dir / "warehouse.duckdb", read_only=True) as connection:
        deliveries = connection.execute(
            "select period_id, unit_id, file_name, rows_typed + rows_rejected from landed.delivery"
            " where is_counted and stream = ?",
            [stream],
        ).fetchall()
    assert {tuple(place): rows for *place, rows in deliveries if rows} == +written


def test_lines_that_are_no_records_are_distinguished(sample_office: Path, q2: RunResult) -> None:
    shown = {
        (str(delivery.stream), delivery.period_id, delivery.unit_id, delivery.file_name, str(line["row"]), line["kind"])
        for delivery, typed in visible(sample_office)
        for line in json.loads((typed.folder / "verdict.json").read_text(encoding="utf-8"))["furniture"]
        if line["kind"] not in ("title", "header")
    }
    noted = {
        (r["stream"], r["period_id"], r["unit_id"], r["file_name"], r["source_row"], r["note"])
        for r in planted()
        if r["check_id"] == "furniture"
    }
    ((place, half),) = half_replaced()
    replaced = {line for line in noted if (line[1:3], line[3]) == (place, half.replace(" (1)", ""))}
    assert len(replaced) == 1
    assert shown == noted - replaced


def test_every_typed_row_of_every_file_has_one_fate(quarter: tuple[str, Path]) -> None:
    _, report = quarter
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        lost = connection.execute("""
            select d.delivery_id, d.file_name, d.rows_typed, count(f.row_id) as fated
            from landed.delivery as d left join int_row_fate as f on d.delivery_id = f.delivery_id
            where d.is_counted group by all having d.rows_typed <> count(f.row_id)""").fetchall()
        repeated = connection.execute("select row_id from int_row_fate group by all having count(*) > 1").fetchall()
        counted, facts = connection.execute("""
            select (select count(*) from int_case_row_fate where fate = 'counted')
                   + (select count(*) from int_feedback_row_fate where fate = 'counted'),
                   (select count(*) from fct_dossier_period) + (select count(*) from fct_feedback_period)
            """).fetchone() or (0, 0)
    assert lost == []
    assert repeated == []
    assert counted == facts


def test_the_second_quarter_carries_in_what_the_first_left_pending(q1: RunResult, q2: RunResult) -> None:
    pending = {row["row_unit_id"]: row["pending_total"] for row in form(q1.report_dir, "form_ii_06a_by_unit", "tp-st")}
    carried = {row["row_unit_id"]: row["carried_in"] for row in form(q2.report_dir, "form_ii_06a_by_unit", "tp-st")}
    gone = Counter(r["unit_id"] for r in planted("case_exports") if r["effect"] == "gone")
    assert gone.total() == 1
    units = {unit for unit in pending if isinstance(unit, str)}
    assert {unit: carried[unit] for unit in units} == {unit: pending[unit] - gone[unit] for unit in units}


def test_coverage_names_the_ward_that_sent_nothing(q1: RunResult, q2: RunResult) -> None:
    def states(report: Path) -> dict[str, str]:
        with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
            return dict(connection.execute("select (unit_id, stream), state from rpt_coverage").fetchall())

    first, second = states(q1.report_dir), states(q2.report_dir)
    assert Counter(stream for _, stream in first) == Counter(row["stream"] for row in table("obligations"))
    forgotten = {(row["unit_id"], row["stream"]) for row in planted() if row["check_id"] == "not_filled_in"}
    assert {owed for owed, state in first.items() if state != "accepted"} == forgotten
    assert {owed for owed, state in second.items() if state != "accepted"} == {
        ("p09", row["stream"]) for row in table("obligations") if row["unit_id"] == "p09"
    }


def test_asking_again_builds_nothing(sample: Sample, q1: RunResult) -> None:
    assert (sample.again.built, sample.again.report_dir) == (False, q1.report_dir)
    assert (q1.report_dir / "manifest.json").stat().st_mtime_ns == sample.written_before


def test_the_manifest_carries_each_figure_by_id(quarter: tuple[str, Path]) -> None:
    _, report = quarter
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    total = form(report, "form_ii_06a", "tp-st")[-1]
    for column, measure in MEASURES.items():
        assert manifest["figures"][f"II.06a/tp-st/total/{column}"] == int(total[measure])
