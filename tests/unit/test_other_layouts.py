"""Dossiers under other layouts than II.06a: the fact behind them, its recount, the three forms row by row.

Here: hand-made dossiers of two wards and a department, counted by hand. Not here: how a dossier is paused, apologised
for or paid (test_dossier_remarks), layouts against the official trees (test_form_layouts).
Invariant: every expected number is counted by hand from the list of dossiers below.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pdfplumber
import pytest
from docx import Document
from figures_stub import OFFICE
from histories import exports, office_tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_dossier_remarks import histories, with_remarks
from warehouse_fixture import Warehouse, calendar, delivery, question

from pipelines.audit.control import untraceable_cells
from pipelines.figures.blocks import parse_blocks, table_markup
from pipelines.figures.form_page import form_page, points_and_widths
from pipelines.figures.layout import Layouts
from pipelines.figures.manifest_layouts import layouts_from_manifest, printed_layouts
from pipelines.figures.read import build_report_model
from pipelines.recount.landed import Landed
from pipelines.recount.layouts import counted_for_other_layouts
from pipelines.recount.recount import recount
from pipelines.recount.text import recount_lines
from pipelines.render.docx import write_report
from pipelines.render.pdf import write_pdf
from pipelines.warehouse.dbt import DbtFailed

Q1 = ("2020-12-15", "2021-03-14")
FACT = "fct_dossier_layout_period"

NEW = {"channel": "direct", "status": "in_progress", "received_at": "2021-02-01 08:00", "due_at": "2021-04-01 17:00"}
OLD = {**NEW, "received_at": "2020-12-01 08:00"}
DONE = {**NEW, "status": "result_ready", "finished_at": "2021-02-10 10:00", "due_at": "2021-02-10 17:00"}
LATE = {**DONE, "due_at": "2021-02-08 17:00"}
OPEN_LATE = {**NEW, "due_at": "2021-03-10 17:00"}
# Dossier → its unit, its cells, and the measures it has beside those of II.06a, counted by hand.
DOSSIERS: dict[str, tuple[str, dict[str, object], str]] = {
    "early, direct": (
        "p01",
        {**DONE, "due_at": "2021-02-20"},
        "received_in_period resolved_not_withdrawn resolved_in_time_not_withdrawn",
    ),
    "on time, by post, carried in": (
        "p01",
        {**DONE, "channel": "postal", "received_at": "2020-12-14 08:00"},
        "resolved_not_withdrawn resolved_in_time_not_withdrawn",
    ),
    "late, apologised too late": (
        "p01",
        {**LATE, "channel": "online", "service_level": "full", "apology_at": "2021-02-08 08:00"},
        "received_in_period resolved_not_withdrawn resolved_overdue_apologised_at_all",
    ),
    "late, no apology": (
        "p01",
        {**LATE, "channel": "online", "service_level": "partial"},
        "received_in_period received_online_not_full resolved_not_withdrawn",
    ),
    "withdrawn": (
        "p01",
        {**DONE, "channel": "online", "status": "withdrawn"},
        "received_in_period received_online_not_full",
    ),
    "returned": (
        "p01",
        {**DONE, "status": "returned"},
        "received_in_period resolved_not_withdrawn resolved_in_time_not_withdrawn",
    ),
    "open": (
        "p01",
        NEW,
        "received_in_period pending_not_paused pending_in_time_not_paused pending_not_suspended "
        "pending_in_time_not_suspended",
    ),
    "open late, apologised": (
        "p01",
        {**OPEN_LATE, "apology_at": "2021-03-09 08:00"},
        "received_in_period pending_not_paused pending_not_suspended pending_overdue_apologised_at_all",
    ),
    "open late": ("p02", OPEN_LATE, "received_in_period pending_not_paused pending_not_suspended"),
    "waits for a fee": (
        "p02",
        {**NEW, "status": "awaiting_payment"},
        "received_in_period paused_total pending_not_suspended pending_in_time_not_suspended",
    ),
    "waits too long": (
        "p02",
        {**OLD, "status": "awaiting_supplement", "due_at": "2021-03-01"},
        "paused_total pending_not_suspended pending_in_time_not_suspended",
    ),
    "stopped": ("p02", {**NEW, "status": "suspended"}, "received_in_period paused_total"),
    "paid online": (
        "p02",
        {**DONE, "fee_due": 8000, "fee_paid": 8000, "paid_at": "2021-02-02", "payment_channel": "online"},
        "received_in_period resolved_not_withdrawn resolved_in_time_not_withdrawn",
    ),
    "paid at the desk": (
        "p02",
        {**DONE, "fee_due": 8000, "fee_paid": 8000, "paid_at": "2021-02-02", "payment_channel": "direct"},
        "received_in_period resolved_not_withdrawn resolved_in_time_not_withdrawn paid_directly",
    ),
    "from anywhere": (
        "p02",
        {**NEW, "channel_label": "Tiếp nhận phi địa giới"},
        "received_in_period received_non_boundary pending_not_paused pending_in_time_not_paused pending_not_suspended "
        "pending_in_time_not_suspended",
    ),
}
# Sent online and not taken in: in no layout's totals, in columns of their own.
WAITING: dict[str, tuple[str, dict[str, object]]] = {
    "sent on the last day": ("p01", {"channel": "online", "status": "submitted", "submitted_at": "2021-03-12 09:00"}),
    "sent long ago": ("p01", {"channel": "online", "status": "submitted", "submitted_at": "2021-02-01 09:00"}),
    "refused": ("p02", {"channel": "online", "status": "rejected_at_intake", "submitted_at": "2021-02-01 09:00"}),
}  # fmt: skip
OWN = {
    "received_in_period", "received_online_not_full", "received_non_boundary", "resolved_not_withdrawn",
    "resolved_in_time_not_withdrawn", "resolved_overdue_apologised_at_all", "paused_total", "pending_not_paused",
    "pending_in_time_not_paused", "pending_not_suspended", "pending_in_time_not_suspended",
    "pending_overdue_apologised_at_all", "paid_directly",
}  # fmt: skip


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Callable[[], Warehouse]:
    """A warehouse of the dossiers above."""

    def build() -> Warehouse:
        units = {name: (unit, cells) for name, (unit, cells, _) in DOSSIERS.items()} | WAITING
        rows = [
            {"delivery_id": unit, "dossier_code": name, "procedure_code": "1.000001", "flags": "", "source_row": at,
             **cells}
            for at, (name, (unit, cells)) in enumerate(units.items(), start=2)
        ]  # fmt: skip
        tables = {
            **office_tables(),
            "calendar": calendar("2020-11-01", "2022-03-31", ["2021-01-01"]),
            "delivery": [delivery("p01", "p01", "2021-03-15"), delivery("p02", "p02", "2021-03-15")],
            "case_exports": rows,
        }
        tables["unit"] = [{**unit, "valid_to": None} for unit in tables["unit"]]
        return Warehouse(tmp_path_factory.mktemp("layouts"), tables, target)

    return build


@pytest.fixture(scope="module")
def asked(make: Callable[[], Warehouse]) -> Warehouse:
    return make().ask(question(*Q1), tests=True)


def recounted(warehouse: Warehouse) -> dict[str, dict[str, int]]:
    with duckdb.connect(warehouse.path, read_only=True) as connection:
        return {item.record: item.measures for item in counted_for_other_layouts(Landed.of(connection))}


def counted(warehouse: Warehouse) -> dict[str, dict[str, int]]:
    """Every dossier of the fact with the measures the recount has."""
    names = next(iter(recounted(warehouse).values()))
    rows = {str(row["dossier_code"]): row for row in warehouse.rows(f"select * from {FACT}")}
    return {code: {name: int(str(row[name])) for name in names if name in row} for code, row in rows.items()}


# ---- the fact


@pytest.mark.parametrize("count", [counted, recounted])
def test_the_measures_of_other_layouts_are_those_counted_by_hand(asked: Warehouse, count: Callable) -> None:
    found = {
        code: {name for name, amount in measures.items() if amount and name in OWN}
        for code, measures in count(asked).items()
    }
    assert found == {name: set(expected.split()) for name, (_, _, expected) in DOSSIERS.items()}


@given(
    all_histories=st.lists(histories(), min_size=60, max_size=60, unique_by=lambda history: history.code),
    seed=st.integers(0, 1000),
)
@settings(
    max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_fact_and_recount_agree_on_random_dossiers(
    tmp_path_factory: pytest.TempPathFactory, target: Path, all_histories: list, seed: int
) -> None:
    chance = random.Random(seed)
    mixed = [
        replace(item, units=chance.choice([("p01",), ("desk",)]), channel=chance.choice(["online", "postal", None]))
        for item in all_histories
    ]
    shown = exports(mixed, [(unit, day) for unit in ("p01", "desk") for day in ("2021-01-31", "2021-03-17")])
    tables = {**office_tables(), **shown, "case_exports": with_remarks(shown["case_exports"], seed)}
    warehouse = Warehouse(tmp_path_factory.mktemp("random"), tables, target)
    for switches in ({}, {"returned_withdrawn_bucket": "own_column", "null_channel": "unknown"}):
        warehouse.ask(question(*Q1, **switches), select=[f"+{FACT}"])
        models = counted(warehouse)
        assert models == {code: {name: of[name] for name in models[code]} for code, of in recounted(warehouse).items()}
        assert set(next(iter(models.values()))) >= OWN


# ---- the forms

FORMS = {
    "progress-766": "form_progress_766",
    "export-07a-xls": "form_export_07a_xls",
    "dossier-progress-2025": "form_dossier_progress_2025",
}
# Columns from number 3 on, by row of the office's form, counted by hand from the list above.
PRINTED = {
    "progress-766": {
        # received, carried in, in the period, online, direct, post; resolved; pending; paused
        "Phòng Tư pháp": "0 0 0 0 0 0  0 0 0 0  0 0 0  0 0 0",
        "UBND Phường 1": "8 1 7 3 4 0  6 1 3 2  2 1 1  0 0 0",
        "UBND Phường 2": "7 1 6 0 6 0  2 0 2 0  2 1 1  3 2 1",
        "Tổng cộng": "15 2 13 3 10 0  8 1 5 2  4 2 2  3 2 1",
    },
    "export-07a-xls": {
        # received, direct, online full, partial, other, anywhere, carried in; resolved without the withdrawn one, in
        # time, late with and without apology; pending without the stopped one, likewise; paid, online, directly;
        # stopped; waiting for intake in time, too long; refused; withdrawn
        "Phòng Tư pháp": "0 0 0 0 0 0 0  0 0 0 0  0 0 0 0  0 0 0  0  0 0  0  0",
        "UBND Phường 1": "8 4 1 1 1 0 1  5 3 1 1  2 1 1 0  0 0 0  0  1 1  0  1",
        "UBND Phường 2": "7 6 0 0 0 1 1  2 2 0 0  4 3 0 1  2 1 1  1  0 0  1  0",
        "Tổng cộng": "15 10 1 1 1 1 2  7 5 1 1  6 4 1 1  2 1 1  1  1 1  1  1",
    },
    "dossier-progress-2025": {
        # received, online full, partial (and what is not known), post, direct, carried in; resolved; pending with paused
        "Phòng Tư pháp": "0 0 0 0 0 0  0 0 0 0  0 0 0",
        "UBND Phường 1": "8 1 2 0 4 1  6 1 3 2  2 1 1",
        "UBND Phường 2": "7 0 0 0 6 1  2 0 2 0  5 4 1",
        "TỔNG CỘNG": "15 1 2 0 10 2  8 1 5 2  7 5 2",
    },
}


def layouts_of(warehouse: Warehouse) -> Layouts:
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    return {form_id: layout for form_id, layout in layouts_from_manifest(manifest).items() if form_id in FORMS}


def printed(warehouse: Warehouse, form_id: str, scope_id: str = "tp-st") -> dict[str, list[int]]:
    names = [column.name for column in layouts_of(warehouse)[form_id].figures]
    rows = warehouse.rows(f"select * from {FORMS[form_id]} where scope_id = '{scope_id}' order by row_order")
    return {str(row["label"]): [int(str(row[name])) for name in names] for row in rows}


@pytest.mark.parametrize("form_id", FORMS)
def test_each_layout_has_the_figures_counted_by_hand(asked: Warehouse, form_id: str) -> None:
    expected = {label: [int(figure) for figure in line.split()] for label, line in PRINTED[form_id].items()}
    assert printed(asked, form_id) == expected
    assert list(printed(asked, form_id)) == list(expected)


@pytest.mark.parametrize("form_id", FORMS)
def test_a_unit_has_the_layout_with_its_own_row(asked: Warehouse, form_id: str) -> None:
    total = list(PRINTED[form_id])[-1]
    own = [int(figure) for figure in PRINTED[form_id]["UBND Phường 1"].split()]
    assert printed(asked, form_id, "p01") == {"UBND Phường 1": own, total: own}
    assert printed(asked, form_id, "desk") == {total: [0] * len(own)}


def test_every_cell_is_traced_and_recounted(asked: Warehouse) -> None:
    layouts = layouts_of(asked)
    result = recount(asked.path, layouts)
    assert result.agrees, recount_lines(result, layouts)
    # Three rows and a total of the office, a row and a total of two wards and the department, a total of the desk.
    rows = 4 + 3 * 2 + 1
    assert result.cell_count == rows * sum(len(item.cells) for item in layouts.values())
    with duckdb.connect(asked.path, read_only=True) as connection:
        assert untraceable_cells(connection, layouts) == []


@pytest.mark.parametrize(
    "switches",
    [
        {"returned_withdrawn_bucket": "own_column", "null_channel": "unknown", "include_vertical_agencies": True},
        {"awaiting_supplement_bucket": "resolved_on_time", "returned_withdrawn_bucket": "excluded"},
        {"as_of": "2021-03-01", "estimate_method": "run_rate"},
    ],
)
def test_identities_and_crosswalks_hold_under_other_switches(make: Callable[[], Warehouse], switches: dict) -> None:
    warehouse = make().ask(question(*Q1, **switches), tests=True)
    assert recount(warehouse.path, layouts_of(warehouse)).agrees


@pytest.mark.parametrize(
    ("tampering", "test"),
    [
        ("form_progress_766 set paused_total = paused_total + 1, paused_in_time = paused_in_time + 1", "balance"),
        (
            "form_progress_766 set received_online = received_online - 1, received_direct = received_direct + 1",
            "crosswalk",
        ),
        ("form_dossier_progress_2025 set resolved_early = 2, resolved_on_time = resolved_on_time - 1", "crosswalk"),
        ("form_export_07a_xls set rejected = 0", "rows_add_up"),
    ],
)
def test_a_tampered_layout_fails_its_test(asked: Warehouse, tampering: str, test: str, tmp_path: Path) -> None:
    warehouse = asked.copy(tmp_path)
    with duckdb.connect(warehouse.path) as connection:
        connection.execute(f"update {tampering} where row_kind = 'total' and scope_id = 'tp-st'")
    with pytest.raises(DbtFailed, match=test):
        warehouse.check([*FORMS.values()])


@pytest.mark.parametrize(
    ("form_id", "points"), [("export-07a-xls", 7), ("progress-766", 10), ("dossier-progress-2025", 10)]
)
def test_a_form_of_many_columns_keeps_room_for_its_labels_on_paper(
    asked: Warehouse, tmp_path: Path, form_id: str, points: int
) -> None:
    with duckdb.connect(asked.path, read_only=True) as connection:
        model = build_report_model(connection, {form_id: layouts_of(asked)[form_id]}, OFFICE)
    page = form_page(model, model.forms[form_id])
    letters, widths = points_and_widths(page, 252)
    assert letters == points
    assert widths[1] >= 40 and sum(widths) == pytest.approx(252)
    blocks = parse_blocks(table_markup(form_id))
    write_report(model, blocks, tmp_path / "a.docx")
    texts = [cell.text for row in Document(tmp_path / "a.docx").tables[-1].rows for cell in row.cells]
    assert "UBND Phường 2" in texts
    write_pdf(model, blocks, tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as pdf:
        assert "UBND Phường 2" in "".join(page.extract_text() for page in pdf.pages)


def test_a_layout_of_later_years_is_printed_only_when_asked_for_and_in_force(asked: Warehouse) -> None:
    manifest = json.loads((asked.target / "manifest.json").read_text(encoding="utf-8"))

    def others(enabled: list[str] | None, day: str) -> set[str]:
        return set(printed_layouts(manifest, enabled, dt.date.fromisoformat(day))) & set(FORMS)

    every = ["II.06a", *FORMS]
    assert others(None, "2026-03-14") == set()
    assert others(every, "2021-03-14") == {"export-07a-xls"}
    assert others(every, "2022-09-14") == {"export-07a-xls", "progress-766"}
    assert others(every, "2025-07-31") == set(FORMS)
