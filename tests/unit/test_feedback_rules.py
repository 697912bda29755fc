"""The counting rules of II.05a on hand-made feedback: every cell, both quarters, every switch.

Here: twenty literal feedbacks under the real calendar of 2020 and 2021, the identities on a tampered warehouse.
Not here: reading files, documents. Invariant: every expected figure is counted by hand (domain/06) beside its case.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from compiled_project import check
from warehouse_fixture import Row, Warehouse, delivery, question

from pipelines.office.text import match_key
from pipelines.paths import REPOSITORY
from pipelines.periods.calendar import working_calendar
from pipelines.warehouse.dbt import DbtFailed

Q1 = ("2020-12-15", "2021-03-14")
Q2 = ("2021-03-15", "2021-06-14")

CELLS = {
    "received_total": "c3", "about_act": "c4", "about_regulation": "c5", "carried_in": "c6",
    "received_in_period": "c7", "own_total": "c8", "own_resolved": "c9", "own_pending": "c10", "transferred": "c11",
    "results_published": "c12", "answered_on_time": "on time", "answered_late": "late", "pending_overdue": "overdue",
    "published_on_time": "published in time", "satisfied": "satisfied", "dissatisfied": "dissatisfied",
    "rated": "rated", "about_both": "both",
}  # fmt: skip
TOTALS = {"c3", "c8"}

UNITS: list[Row] = [
    {"unit_id": "tp-st", "name_vi": "UBND thành phố Sóc Trăng", "unit_kind": "city", "sort_no": 1},
    {"unit_id": "tp-st-bpmc", "name_vi": "Bộ phận Một cửa thành phố", "unit_kind": "one_stop_desk", "sort_no": 2},
    {"unit_id": "tp-st-tp", "name_vi": "Phòng Tư pháp", "unit_kind": "department", "sort_no": 3},
    {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 11},
]
FIELDS: list[Row] = [
    {"field_code": "ht", "field_name": "Hộ tịch", "field_name_key": match_key("Hộ tịch"), "sort_no": 1},
    {"field_code": "dd", "field_name": "Đất đai", "field_name_key": match_key("Đất đai"), "sort_no": 2},
]
LOGS = [
    delivery("ward 11/3", "p01", "2021-03-11", stream="feedback_logs"),
    delivery("ward 17/3", "p01", "2021-03-17", stream="feedback_logs"),
    delivery("ward 17/6", "p01", "2021-06-17", stream="feedback_logs"),
    delivery("export 17/3", "tp-st", "2021-03-17", stream="feedback_logs"),
]


def _case(code: str, log: str, kind: str, field: str, status: str, received: str, **more: object) -> Row:
    return {
        "delivery_id": log, "feedback_code": code, "feedback_kind": kind, "field_name": field,
        "field_name_key": match_key(field), "status": status, "received_at": f"{received} 09:00", "flags": "",
        "source_file": log, "source_row": int(code[1:]) + 1, **more,
    }  # fmt: skip


def _handled_by(unit: str) -> Row:
    return {"handling_unit": unit, "handling_unit_key": match_key(unit)}


# Tết 2021: 10/2 to 16/2 off. Fifteen working days from Monday 1/2 end on 1/3, thirty on 22/3.
CASES = [
    # answered on the last day of the limit, over Tết
    _case("F01", "ward 17/3", "act", "Đất đai", "answered", "2021-02-01", answered_at="2021-03-01 16:00"),
    # a day late; published on the second working day after the answer
    _case("F02", "ward 17/3", "regulation", "Đất đai", "published", "2021-02-01", answered_at="2021-03-02 08:00",
          published_at="2021-03-04 17:00", satisfaction="satisfied"),
    # complex: in time until 22/3, answered that day, published two working days later; June's log knows it
    _case("F03", "ward 17/3", "regulation", "Đất đai", "in_progress", "2021-02-01", is_complex="yes"),
    _case("F03", "ward 17/6", "regulation", "Đất đai", "published", "2021-02-01", is_complex="yes",
          answered_at="2021-03-22 16:00", published_at="2021-03-24 10:00"),
    # waits for information past 1/3: overdue; transferred in the next quarter
    _case("F04", "ward 17/3", "act", "Đất đai", "need_more_info", "2021-02-01"),
    _case("F04", "ward 17/6", "act", "Đất đai", "transferred", "2021-02-01", transferred_at="2021-04-05 10:00"),
    # carried in: 15 working days from 1/12/2020 end on 22/12
    _case("F05", "ward 17/3", "regulation", "Hộ tịch", "answered", "2020-12-01", answered_at="2020-12-21 10:00"),
    _case("F06", "ward 17/3", "regulation", "Hộ tịch", "transferred", "2020-12-10", transferred_at="2020-12-16 10:00"),
    # of both kinds; of a kind nobody knows
    _case("F07", "ward 17/3", "both", "Hộ tịch", "new", "2021-03-10"),
    _case("F08", "ward 17/3", "unknown", "Hộ tịch", "classified", "2021-03-11"),
    # not counted
    _case("F09", "ward 17/3", "out_of_scope", "Đất đai", "in_progress", "2021-02-02"),
    _case("F10", "ward 17/3", "act", "Đất đai", "refused", "2021-02-02"),
    _case("F11", "ward 17/3", "act", "Hộ tịch", "new", "2021-03-15"),
    # answered before the period: published in it, after its limit of 14/12, so in column 12 alone where the office counts
    # such answers; published before it
    _case("F12", "ward 17/3", "act", "Đất đai", "published", "2020-12-01", answered_at="2020-12-10 10:00",
          published_at="2020-12-20 10:00"),
    _case("F19", "ward 17/3", "act", "Đất đai", "published", "2020-12-01", answered_at="2020-12-10 10:00",
          published_at="2020-12-14 10:00"),
    # answered in the period, published two days after its end, within its limit of 16/3: in column 12 of the next quarter
    # where the office counts such answers
    _case("F13", "ward 17/3", "act", "Đất đai", "published", "2021-03-01", answered_at="2021-03-12 10:00",
          published_at="2021-03-16 10:00", satisfaction="dissatisfied"),
    # answered the day after the period: its limit ends on 22/3
    _case("F14", "ward 17/3", "act", "Đất đai", "answered", "2021-03-01", answered_at="2021-03-15 10:00"),
    # in the office's export, handled by a department: from Saturday 6/2 the limit ends on 5/3
    _case("F15", "export 17/3", "regulation", "Hộ tịch", "answered", "2021-02-06", answered_at="2021-03-05 10:00",
          **_handled_by("Phòng Tư pháp")),
    # in both files: the ward's own row counts
    _case("F16", "ward 17/3", "act", "Đất đai", "answered", "2021-03-01", answered_at="2021-03-10 10:00",
          satisfaction="neutral"),
    _case("F16", "export 17/3", "regulation", "Hộ tịch", "in_progress", "2021-03-01", **_handled_by("UBND Phường 1")),
    # the source's own due date counts, be it sooner; published after 19/2
    _case("F17", "ward 17/3", "regulation", "Đất đai", "published", "2021-02-01", due_at="2021-02-09 17:00",
          answered_at="2021-02-17 10:00", published_at="2021-02-26 10:00"),
    # the office's own, a word nobody knows, no field; over New Year the limit ends on 13/1
    _case("F18", "export 17/3", "regulation", "", "unknown", "2020-12-22", answered_at="2021-01-13 16:30"),
    # the system moved its due date between two logs
    _case("F20", "ward 11/3", "act", "Đất đai", "in_progress", "2021-02-22", due_at="2021-03-10 17:00"),
    _case("F20", "ward 17/3", "act", "Đất đai", "in_progress", "2021-02-22", due_at="2021-03-30 17:00"),
]  # fmt: skip
Q1_CELLS = {
    "F01": "c4,c7,c9,on time",
    "F02": "c5,c7,c9,c12,late,published in time,satisfied,rated",
    "F03": "c5,c7,c10",
    "F04": "c4,c7,c10,overdue",
    "F05": "c5,c6,c9,on time",
    "F06": "c5,c6,c11",
    "F07": "c4,c7,c10",
    "F08": "c5,c7,c10",
    "F13": "c4,c7,c9,on time,dissatisfied,rated",
    "F14": "c4,c7,c10",
    "F15": "c5,c7,c9,on time",
    "F16": "c4,c7,c9,on time,rated",
    "F17": "c5,c7,c9,c12,late",
    "F18": "c5,c7,c9,on time",
    "F20": "c4,c7,c10",
}
# Column 12: of what was answered in the period what is published by the last counted day (F02, F17).
Q1_FORM = {
    "c3": 15, "c4": 7, "c5": 8, "c6": 2, "c7": 13, "c8": 14, "c9": 8, "c10": 6, "c11": 1, "c12": 2, "on time": 6,
    "late": 2, "overdue": 1, "published in time": 1, "satisfied": 1, "dissatisfied": 1, "rated": 3, "both": 0,
}  # fmt: skip
Q2_CELLS = {
    "F03": "c5,c6,c9,c12,on time,published in time",
    "F04": "c4,c6,c11",
    "F07": "c4,c6,c10,overdue",
    "F08": "c5,c6,c10,overdue",
    "F11": "c4,c7,c10,overdue",
    "F14": "c4,c6,c9,on time",
    "F20": "c4,c6,c10,overdue",
}
Q2_FORM = {
    "c3": 7, "c4": 5, "c5": 2, "c6": 6, "c7": 1, "c8": 6, "c9": 2, "c10": 4, "c11": 1, "c12": 1, "on time": 2,
    "late": 0, "overdue": 4, "published in time": 1, "satisfied": 0, "dissatisfied": 0, "rated": 0, "both": 0,
}  # fmt: skip
# switch=value: cells of the first quarter that move, and the figures that change with them.
MOVES: dict[str, tuple[dict[str, str], dict[str, int]]] = {
    # F12 was answered in the quarter before
    "feedback_published=published_in_period": ({"F12": "c12"}, {"c12": 3}),
    "feedback_both_kind=both": ({"F07": "c4,c5,c7,c10,both"}, {"c5": 9, "both": 1}),
    # a day less: 26/2 for F01, 4/3 for F15, 12/1 for F18
    "feedback_answer_days=14": (
        {"F01": "c4,c7,c9,late", "F15": "c5,c7,c9,late", "F18": "c5,c7,c9,late"},
        {"on time": 3, "late": 5},
    ),
    # a day more: F04 still overdue, F02 in time
    "feedback_answer_days=16": (
        {"F02": "c5,c7,c9,c12,on time,published in time,satisfied,rated"},
        {"on time": 7, "late": 1},
    ),
    # 20 working days from 1/2 end on 8/3
    "feedback_complex_days=20": ({"F03": "c5,c7,c10,overdue"}, {"overdue": 2}),
    # answered on 2/3, published on 4/3
    "feedback_publish_days=1": ({"F02": "c5,c7,c9,c12,late,satisfied,rated"}, {"published in time": 0}),
}


class Asked:
    """A warehouse that remembers what it answered: one dbt run per question."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._answers: dict[str, tuple[list[dict[str, object]], list[dict[str, object]]]] = {}

    def _answer(self, row: Row) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        key = repr(row)
        if key not in self._answers:
            self.warehouse.ask(row, select=["+form_ii_05a", "+int_feedback_row_fate"])
            self._answers[key] = (
                self.warehouse.rows("select * from fct_feedback_period"),
                self.warehouse.rows("select * from form_ii_05a order by scope_id, row_order"),
            )
        return self._answers[key]

    def cells(self, row: Row) -> dict[str, str]:
        """Return the cells of each counted feedback, as `c4,c9`."""
        return {str(fact["feedback_code"]): _cells_of(fact) for fact in self._answer(row)[0]}

    def form(self, row: Row, scope: str = "tp-st") -> dict[str, dict[str, int]]:
        """Return label → figures of each row of a scope's form."""
        return {
            str(line["label"]): {cell: int(str(line[measure])) for measure, cell in CELLS.items()}
            for line in self._answer(row)[1]
            if line["scope_id"] == scope
        }

    def total(self, row: Row) -> dict[str, int]:
        """Return the office's total row."""
        return self.form(row)["Tổng cộng"]


def _cells_of(fact: dict[str, object]) -> str:
    return ",".join(cell for measure, cell in CELLS.items() if cell not in TOTALS and fact[measure] == 1)


def real_calendar() -> list[Row]:
    """The working days of 2020 and 2021 by the holidays of the sample office."""
    holidays = pd.read_csv(REPOSITORY / "sample_office" / "reference" / "holidays.csv", parse_dates=["date"])
    first, last = pd.Timestamp("2020-11-30").date(), pd.Timestamp("2021-12-31").date()
    days = working_calendar(holidays, first, last)
    return [{str(name): value for name, value in day.items()} for day in days.to_dict("records")]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    target = tmp_path_factory.mktemp("dbt")

    def build(rows: list[Row]) -> Warehouse:
        aliases = [{"unit_key": match_key(str(unit["name_vi"])), "unit_id": unit["unit_id"]} for unit in UNITS]
        tables = {
            "unit": UNITS, "unit_alias": aliases, "field": FIELDS, "calendar": real_calendar(), "delivery": LOGS,
            "feedback_logs": rows,
        }  # fmt: skip
        return Warehouse(tmp_path_factory.mktemp("warehouse"), tables, target)

    return build


@pytest.fixture(scope="module")
def built(make: Callable[..., Warehouse]) -> Warehouse:
    return make(CASES).ask(question(*Q1))


@pytest.fixture(scope="module")
def asked(make: Callable[..., Warehouse]) -> Asked:
    return Asked(make(CASES))


def test_every_feedback_is_in_its_cells(asked: Asked) -> None:
    assert asked.cells(question(*Q1)) == Q1_CELLS


def test_the_columns_of_the_office_form(asked: Asked) -> None:
    assert asked.total(question(*Q1)) == Q1_FORM


def test_the_next_quarter_carries_in_what_was_pending_and_closes_some_of_it(asked: Asked) -> None:
    assert asked.cells(question(*Q2)) == Q2_CELLS
    assert asked.total(question(*Q2)) == Q2_FORM


@pytest.mark.parametrize("scope", ["tp-st", "tp-st-bpmc", "tp-st-tp", "p01"])
def test_what_was_pending_in_a_field_is_carried_into_the_next_quarter(asked: Asked, scope: str) -> None:
    before, after = asked.form(question(*Q1), scope), asked.form(question(*Q2), scope)
    pending = {label: figures["c10"] for label, figures in before.items() if figures["c10"]}
    assert {label: figures["c6"] for label, figures in after.items() if figures["c6"]} == pending


@pytest.mark.parametrize(
    ("scope", "received"),
    [
        ("tp-st", {"Hộ tịch": 5, "Đất đai": 9, "Chưa xác định": 1, "Tổng cộng": 15}),
        ("p01", {"Hộ tịch": 4, "Đất đai": 9, "Tổng cộng": 13}),
        ("tp-st-tp", {"Hộ tịch": 1, "Đất đai": 0, "Tổng cộng": 1}),
        ("tp-st-bpmc", {"Hộ tịch": 0, "Đất đai": 0, "Tổng cộng": 0}),
    ],
)
def test_the_office_has_all_and_each_unit_what_it_handles(asked: Asked, scope: str, received: dict[str, int]) -> None:
    assert {label: figures["c3"] for label, figures in asked.form(question(*Q1), scope).items()} == received


def test_published_after_the_period_counts_never_in_it_and_in_the_next_quarter_where_the_office_says_so(
    asked: Asked,
) -> None:
    """Column 12 is counted by the last day of the period like every cell: F13, of 16/3, is never in this quarter's."""
    later = question(*Q1, as_of="2021-03-17")
    assert asked.cells(later) == Q1_CELLS
    assert asked.total(later) == Q1_FORM
    assert "F13" not in asked.cells(question(*Q2))
    assert asked.cells(question(*Q2, feedback_published="published_in_period"))["F13"] == "c12,published in time"


def test_an_earlier_day_sees_the_due_dates_and_the_answers_of_that_day(asked: Asked) -> None:
    """On 11/3 F13 is not answered yet, and F20 still has its first due date, 10/3."""
    moved = {"F13": "c4,c7,c10", "F20": "c4,c7,c10,overdue"}
    assert asked.cells(question(*Q1, as_of="2021-03-11")) == {**Q1_CELLS, **moved}


@pytest.mark.parametrize("switch", MOVES)
def test_a_switch_moves_exactly_its_cells(asked: Asked, switch: str) -> None:
    moved, figures = MOVES[switch]
    name, _, value = switch.partition("=")
    row = question(*Q1, **{name: int(value) if value.isdigit() else value})
    assert asked.cells(row) == {**Q1_CELLS, **moved}
    assert asked.total(row) == {**Q1_FORM, **figures}


def test_the_complex_case_is_late_under_a_shorter_limit(asked: Asked) -> None:
    row = question(*Q2, feedback_complex_days=29)
    assert asked.cells(row)["F03"] == "c5,c6,c9,c12,late,published in time"


def test_every_row_has_its_fate_and_every_identity_holds(asked: Asked) -> None:
    asked.warehouse.ask(question(*Q1, feedback_both_kind="both"), tests=True)
    found = asked.warehouse.rows("select record_code, delivery_id, fate from int_row_fate where fate <> 'counted'")
    assert {(row["record_code"], row["delivery_id"]): row["fate"] for row in found} == {
        ("F03", "ward 17/3"): "older_version",
        ("F04", "ward 17/3"): "older_version",
        ("F09", "ward 17/3"): "out_of_scope",
        ("F10", "ward 17/3"): "refused",
        ("F11", "ward 17/3"): "received_after",
        ("F12", "ward 17/3"): "closed_before",
        ("F19", "ward 17/3"): "closed_before",
        ("F16", "export 17/3"): "duplicate",
        ("F20", "ward 11/3"): "older_version",
    }


def test_an_office_without_feedback_reports_zeros_for_every_unit(make: Callable[..., Warehouse]) -> None:
    nothing = Asked(make([]))
    for scope in ("tp-st", "tp-st-bpmc", "tp-st-tp", "p01"):
        assert nothing.form(question(*Q1), scope) == {"Tổng cộng": dict.fromkeys(CELLS.values(), 0)}


@pytest.mark.parametrize(
    ("tampering", "test"),
    [
        ("delete from fct_feedback_period where feedback_code = 'F07'", "every_counted_feedback_is_one_fact"),
        ("update form_ii_05a set about_act = about_act + 1 where row_code = 'total'", "form_ii_05a: .*content_split"),
        ("update form_ii_05a set results_published = 99 where row_code = '1'", "form_ii_05a: .*published_le"),
        ("update form_ii_05a set rated = rated + 1 where row_kind = 'total'", "rows_add_up"),
        ("delete from int_feedback_in_scope where feedback_code = 'F01'", "total_is_sum_of_fct_feedback_period"),
        ("delete from int_feedback_in_scope where feedback_code = 'F18'", "every_feedback_is_in_the_office_form"),
        ("delete from int_row_fate where record_code = 'F09'", "every_typed_row_has_one_fate"),
    ],
)
def test_a_tampered_warehouse_fails_its_identity(built: Warehouse, tampering: str, test: str, tmp_path: Path) -> None:
    copy = Path(shutil.copy(built.path, tmp_path))
    with duckdb.connect(copy) as connection:
        connection.execute(tampering)
    with pytest.raises(DbtFailed, match=test):
        check(copy, ["*feedback*", "form_ii_05a", "int_row_fate"])


def test_a_trace_key_leads_from_each_row_to_its_feedback(asked: Asked) -> None:
    """Every form row's key selects exactly the facts it sums, in every scope."""
    asked.warehouse.ask(question(*Q1), select=["+form_ii_05a"])
    sums = " or ".join(f"form.{measure} <> coalesce(sum(fact.{measure}), 0)" for measure in CELLS)
    keys = ", ".join(f"form.{measure}" for measure in CELLS)
    assert (
        asked.warehouse.rows(f"""
        select form.scope_id, form.row_code
        from form_ii_05a as form
        left join int_feedback_in_scope as in_scope on form.scope_id = in_scope.scope_id
        left join fct_feedback_period as fact
            on in_scope.feedback_code = fact.feedback_code
            and fact.field_code = coalesce(form.field_code, fact.field_code)
        group by form.scope_id, form.row_code, {keys}
        having {sums}
    """)
        == []
    )
