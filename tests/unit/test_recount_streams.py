"""The recount of feedback and reviews: agreement with the models on hand-made and on random rows.

Here: the hand-made cases of both forms, random rows of several senders, a lie of each form. Not here: dossiers.
Invariant: the recount never sees a model; hand-made totals are those counted by hand in the tests of the rules.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest
import test_feedback_rules as feedback
import test_review_rules as reviews
from histories import office_tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_recount import recounted
from warehouse_fixture import SECTIONS, Row, Warehouse, delivery, question

from pipelines.office.text import match_key
from pipelines.recount.feedback import counted_feedback
from pipelines.recount.landed import Landed
from pipelines.recount.reviews import counted_documents, counted_procedures

Q1 = ("2020-12-15", "2021-03-14")
Q2 = ("2021-03-15", "2021-06-14")
MODELS = ["+form_ii_05a", "+form_ii_04"]
ASKED = [
    question(*Q1),
    question(*Q1, as_of="2021-03-11"),
    question(
        *Q2,
        feedback_both_kind="both",
        feedback_published="published_in_period",
        feedback_answer_days=5,
        feedback_complex_days=10,
    ),
]
Tables = Mapping[str, Sequence[Row]]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, target: Path) -> Callable[[Tables], Warehouse]:
    return lambda tables: Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)


@pytest.fixture(scope="module")
def hand_made(make: Callable[[Tables], Warehouse]) -> Warehouse:
    aliases = [{"unit_key": match_key(str(unit["name_vi"])), "unit_id": unit["unit_id"]} for unit in feedback.UNITS]
    return make(
        {
            "unit": [
                *feedback.UNITS,
                {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 12},
            ],
            "unit_alias": aliases,
            "field": feedback.FIELDS,
            "section": SECTIONS,
            "procedure": [{**procedure, "field_code": "ht"} for procedure in reviews.PROCEDURES],
            "calendar": feedback.real_calendar(),
            "delivery": [*feedback.LOGS, *reviews.FILES],
            "feedback_logs": feedback.CASES,
            "review_submissions": [*reviews.DEPARTMENT, *reviews.WARDS],
        }
    )


@pytest.mark.parametrize("asked", ASKED, ids=["Q1", "Q1 on 11/3", "Q2 by other switches"])
def test_recount_and_models_agree_on_the_hand_made_cases(hand_made: Warehouse, asked: Row) -> None:
    result = recounted(hand_made.ask(asked, select=MODELS))
    assert result.not_recounted == ()
    assert result.records == ()
    assert result.cells == ()
    assert result.record_count > 10


def test_the_recount_finds_the_hand_counted_reviews_by_itself(hand_made: Warehouse) -> None:
    hand_made.ask(question(*Q1), select=["stg_question"])
    with duckdb.connect(hand_made.path, read_only=True) as connection:
        landed = Landed.of(connection)
        total: Counter[str] = Counter()
        for record in (*counted_procedures(landed), *counted_documents(landed)):
            if "tp-st" in record.scopes:
                total.update(record.measures)
    wanted = {measure: reviews.TOTAL[cell] for cell, measure in reviews.CELLS.items() if cell != "c13"}
    assert {measure: total[measure] for measure in wanted} == wanted


def test_the_recount_finds_the_cells_of_every_hand_made_feedback_by_itself(hand_made: Warehouse) -> None:
    hand_made.ask(question(*Q1), select=["stg_question"])
    with duckdb.connect(hand_made.path, read_only=True) as connection:
        found = {item.record: item.measures for item in counted_feedback(Landed.of(connection))}
    listed = {f"c{number}" for number in range(4, 13)} - feedback.TOTALS
    cells = {measure: cell for measure, cell in feedback.CELLS.items() if cell in listed}
    mine = {code: {cell for measure, cell in cells.items() if of[measure]} for code, of in found.items()}
    assert mine == {code: set(cell.split(",")) & listed for code, cell in feedback.Q1_CELLS.items()}


# --- random rows ---------------------------------------------------------------------------------------------------

SENDERS = [("p01", "folder"), ("p02", "folder"), ("desk", "folder"), ("tp-st", "column"), ("tp", "folder")]
DAYS = ["2021-01-31", "2021-03-11", "2021-03-14", "2021-03-17", "2021-06-15"]
MOMENTS = st.one_of(
    st.none(),
    st.datetimes(min_value=dt.datetime(2020, 11, 20), max_value=dt.datetime(2021, 7, 1)).map(
        lambda moment: f"{moment:%Y-%m-%d %H:00:00}"
    ),
)
UNIT_KEYS = st.sampled_from([None, "phòng tư pháp", "một cửa", "phòng lạ"])
FEEDBACK = st.fixed_dictionaries(
    {
        "feedback_code": st.integers(1, 40).map(lambda number: f"F{number:02}"),
        "feedback_kind": st.sampled_from(["act", "regulation", "both", "out_of_scope", "unknown", None]),
        "field_name_key": st.sampled_from(["hộ tịch", "đất đai", "lạ", None]),
        "handling_unit_key": UNIT_KEYS,
        "received_at": MOMENTS,
        "due_at": MOMENTS,
        "transferred_at": MOMENTS,
        "answered_at": MOMENTS,
        "published_at": MOMENTS,
        "status": st.sampled_from(
            ["new", "in_progress", "answered", "published", "transferred", "refused", "unknown", None]
        ),
        "is_complex": st.sampled_from(["yes", "no", None]),
    }
)
MONEY = st.sampled_from([None, 0, 1_000, 35_000_000, 100_000_000])
REVIEW = st.fixed_dictionaries(
    {
        "procedure_code": st.sampled_from(["1.000001", "1.000002", "1.000003", "9.999999"]),
        "reviewing_unit_key": UNIT_KEYS,
        "in_plan": st.sampled_from(["yes", "no", "unknown"]),
        "planned_end_on": MOMENTS,
        "status": st.sampled_from(["planned", "reported", "approved", "implemented", "cancelled", "unknown", None]),
        "proposal_kind": st.sampled_from(["keep", "amend", "replace", "abolish", "new", "unknown"]),
        "competence": st.sampled_from(["own", "own", "higher", "unknown"]),
        "document_number": st.sampled_from([None, "", "12/QĐ", " 12/qđ", "13/NQ"]),
        "document_action": st.sampled_from([None, "amend", "replace", "abolish", "new", "unknown"]),
        "cost_before": MONEY,
        "cost_after": MONEY,
        "hours_before": st.sampled_from([None, 0.5, 6.0]),
        "hours_after": st.sampled_from([None, 0.25, 4.0]),
        "other_cost_before": MONEY,
        "fee_after": MONEY,
        "wage_per_hour": st.sampled_from([None, 30_000]),
        "times_per_year": st.sampled_from([None, 1, 7]),
        "subjects_per_year": st.sampled_from([None, 500]),
        "reported_on": MOMENTS,
    }
)


def _sent(stream: str, parts: list[tuple[tuple[str, str], str, list[Row]]]) -> tuple[list[Row], list[Row]]:
    """Deliveries of a stream and their rows; one procedure is once in a file, as the suites have it."""
    deliveries, rows = [], []
    for number, ((unit_id, unit_from), observed_on, lines) in enumerate(parts):
        name = f"{stream} {number} {unit_id}"
        deliveries.append(delivery(name, unit_id, observed_on, stream=stream, unit_from=unit_from))
        rows += [
            {**line, "delivery_id": name, "flags": "", "source_file": name, "source_row": place}
            for place, line in enumerate(lines, start=2)
        ]
    return deliveries, rows


def _files(rows: st.SearchStrategy[Row]) -> st.SearchStrategy[list]:
    return st.lists(
        st.tuples(st.sampled_from(SENDERS), st.sampled_from(DAYS), st.lists(rows, min_size=1, max_size=25)),
        min_size=5,
        max_size=8,
    )


@given(logs=_files(FEEDBACK), files=_files(REVIEW))
@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_recount_and_models_agree_on_random_rows(make: Callable[[Tables], Warehouse], logs: list, files: list) -> None:
    sent = [_sent("feedback_logs", logs), _sent("review_submissions", files)]
    tables = {
        **office_tables(),
        "delivery": [*sent[0][0], *sent[1][0]],
        "feedback_logs": sent[0][1],
        "review_submissions": sent[1][1],
    }
    warehouse = make(tables)
    for asked in ASKED[::2]:
        result = recounted(warehouse.ask(asked, select=MODELS))
        assert result.records == ()
        assert result.cells == ()


@pytest.mark.parametrize(
    ("tampering", "column"),
    [
        ("update form_ii_05a set own_pending = 99 where scope_id = 'tp-st' and row_kind = 'total'", "c10"),
        ("update form_ii_04 set own_saving_percent = 35.01 where scope_id = 'tp-st' and row_kind = 'total'", "c13"),
    ],
)
def test_a_broken_cell_is_found(hand_made: Warehouse, tampering: str, column: str) -> None:
    hand_made.ask(question(*Q1), select=MODELS)
    with duckdb.connect(hand_made.path) as connection:
        connection.execute(tampering)
    (cell,) = recounted(hand_made).cells
    assert (cell.scope_id, cell.row_code, cell.column) == ("tp-st", "total", column)
