"""The city of Boston's own files through the same steps: figures against an answer nobody here computed.

Here: `../shared/realdata/boston-311-2015` as an office, recounted from the raw CSV files with pandas.
Not here: copies of the data; the sample office.
Invariant: the city's OnTime_Status never reaches the job; only this test reads it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from by_steps import pages_alone, report_by_steps
from shared_files import shared

from pipelines.audit.trace import trace
from pipelines.runner import RunResult, run_report

OFFICE = Path(__file__).parents[1] / "offices" / "boston"
PERIOD = "2015-X"
UNIT = "boston"
# README of the data set: OnTime_Status, CASE_STATUS, has a target → cases.
PUBLISHED = {
    ("ONTIME", "Closed", True): 4467,
    ("ONTIME", "Closed", False): 37,
    ("ONTIME", "Open", True): 172,
    ("ONTIME", "Open", False): 80,
    ("OVERDUE", "Closed", True): 5451,
    ("OVERDUE", "Open", True): 1889,
}
LATE = ("overdue", "pending_overdue")
SUBJECT_OF = {
    "isd": "Inspectional Services",
    "pwd": "Public Works Department",
    "animal-control": "Animal Control",
    "bwsc": "Boston Water & Sewer Commission",
}


@pytest.fixture(scope="module")
def folder() -> Path:
    return shared("realdata/boston-311-2015")


@pytest.fixture(scope="module")
def raw(folder: Path) -> pd.DataFrame:
    """Every case as published: times as times, the file and the number of its record (the header is 1)."""
    parts = [
        frame.assign(file=path.name, record=range(2, len(frame) + 2))
        for path in sorted(folder.glob("*.csv"))
        for frame in [pd.read_csv(path, dtype=str, keep_default_na=False)]
    ]
    cases = pd.concat(parts, ignore_index=True)
    for column in ("OPEN_DT", "TARGET_DT", "CLOSED_DT"):
        cases[column] = pd.to_datetime(cases[column], format="%m/%d/%Y %I:%M:%S %p")
    return cases.set_index("CASE_ENQUIRY_ID", drop=False)


@pytest.fixture(scope="module")
def office(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("boston") / "office"
    shutil.copytree(OFFICE, root, ignore=shutil.ignore_patterns("data", "inbox"))
    inbox = root / "inbox" / PERIOD / UNIT
    inbox.mkdir(parents=True)
    for path in folder.glob("*.csv"):
        shutil.copy(path, inbox)
    return root


@pytest.fixture(scope="module")
def by_second(office: Path) -> RunResult:
    return report_by_steps(office, PERIOD)


@pytest.fixture(scope="module")
def by_day(office: Path, by_second: RunResult) -> RunResult:
    with pages_alone():
        return report_by_steps(office, PERIOD, switches={"lateness_granularity": "date"})


def query(result: RunResult, sql: str) -> pd.DataFrame:
    with duckdb.connect(result.report_dir / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(sql).df()


def facts(result: RunResult) -> pd.DataFrame:
    return query(result, "select * from fct_dossier_period").set_index("dossier_code", drop=False)


@pytest.fixture(scope="module")
def cases(raw: pd.DataFrame, by_second: RunResult) -> pd.DataFrame:
    """The city's rows with the product's fact of the same case beside them."""
    return raw.join(facts(by_second), how="left", validate="one_to_one")


def test_the_raw_files_are_the_ones_the_readme_counts(raw: pd.DataFrame) -> None:
    found = raw.groupby(["OnTime_Status", "CASE_STATUS", raw["TARGET_DT"].notna()]).size()

    assert found.to_dict() == PUBLISHED


def test_every_file_is_accepted_and_every_row_of_it_is_read(raw: pd.DataFrame, by_second: RunResult) -> None:
    register = query(by_second, "select * from landed.delivery").set_index("file_name")

    assert len(register) == 14
    assert set(register["status"]) == {"accepted"}
    assert register["rows_typed"].to_dict() == raw["file"].value_counts().to_dict()
    assert register["rows_typed"].sum() == 12_096
    assert register["rows_rejected"].sum() == 0
    # The one row of furniture, where a reader counts it, is the header: nothing else is beside the cases.
    assert (register["rows_in"] == register[["rows_typed", "rows_blank", "rows_furniture"]].sum(axis=1)).all()


def test_no_case_is_lost_between_the_files_and_the_facts(raw: pd.DataFrame, by_second: RunResult) -> None:
    fate = query(by_second, "select fate, count(*) as rows from int_case_row_fate group by fate")

    assert dict(zip(fate["fate"], fate["rows"], strict=True)) == {"counted": 12_096}
    assert set(facts(by_second).index) == set(raw.index)


def test_lateness_by_second_is_the_citys_own_flag_case_by_case(cases: pd.DataFrame) -> None:
    late = cases["outcome"].isin(LATE)
    differing = cases[late != (cases["OnTime_Status"] == "OVERDUE")]

    assert differing[["OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "outcome"]].empty


@pytest.mark.parametrize(("city", "status", "has_target"), PUBLISHED, ids=str)
def test_every_cell_of_the_citys_table_is_found_again(
    cases: pd.DataFrame, city: str, status: str, has_target: bool
) -> None:
    of_city = cases["outcome"].isin(LATE).map({True: "OVERDUE", False: "ONTIME"}) == city
    closed = cases["closed_at"].notna().map({True: "Closed", False: "Open"}) == status
    target = cases["due_at"].notna() == has_target

    assert int((of_city & closed & target).sum()) == PUBLISHED[city, status, has_target]


def test_lateness_by_day_has_exactly_308_fewer_late_cases(
    raw: pd.DataFrame, cases: pd.DataFrame, by_day: RunResult
) -> None:
    day = facts(by_day)
    closed = raw.dropna(subset=["CLOSED_DT", "TARGET_DT"])
    late_by_day = closed["CLOSED_DT"].dt.normalize() > closed["TARGET_DT"].dt.normalize()

    assert int((day["outcome"] == "overdue").sum()) == 5451 - 308
    assert set(day.index[day["outcome"] == "overdue"]) == set(closed.index[late_by_day])
    pending = day["outcome"].isin(["pending_in_time", "pending_overdue"])
    assert day["outcome"][pending].to_dict() == cases["outcome"][cases["closed_at"].isna()].to_dict()


def test_the_three_cases_that_close_before_they_open_are_flagged_and_counted(
    raw: pd.DataFrame, cases: pd.DataFrame, by_second: RunResult
) -> None:
    backwards = set(raw.index[raw["CLOSED_DT"] < raw["OPEN_DT"]])

    assert len(backwards) == 3
    assert cases["flags"][cases["flags"] != ""].to_dict() == dict.fromkeys(backwards, "received_after_finished")
    assert set(cases["outcome"][list(backwards)]) <= {"early", "on_time", "overdue"}
    assert query(by_second, "select sum(rows_flagged) as flagged from landed.delivery")["flagged"][0] == 3


def test_the_lowered_severity_and_its_reason_are_in_the_verdict(office: Path, by_second: RunResult) -> None:
    verdicts = [json.loads(path.read_text(encoding="utf-8")) for path in office.glob("data/typed/*/*/verdict.json")]
    entries = [
        check for verdict in verdicts for check in verdict["checks"] if check["check_id"] == "received_after_finished"
    ]

    assert len(entries) == 14
    assert {entry["severity"] for entry in entries} == {"info"}
    assert all("OnTime_Status" in entry["severity_reason"] for entry in entries)
    assert sum(entry["unexpected"] for entry in entries) == 3


def test_every_fact_points_to_the_record_of_the_published_file(cases: pd.DataFrame) -> None:
    assert (cases["source_row"] == cases["record"]).all()
    assert (cases["source_file"] == cases["file"]).all()


def test_the_unit_comes_from_the_column(cases: pd.DataFrame) -> None:
    assert (cases["receiving_unit_id"].map(SUBJECT_OF) == cases["SUBJECT"]).all()
    assert (cases["field_name"] == cases["REASON"]).all()


def test_the_total_of_the_form_is_the_count_of_the_raw_files(raw: pd.DataFrame, by_second: RunResult) -> None:
    total = query(by_second, f"select * from form_ii_06a where scope_id = '{UNIT}' and row_kind = 'total'").iloc[0]
    online = raw["Source"].isin(["Self Service", "City Worker App"]).sum()
    closed_on = raw["CLOSED_DT"].dt.normalize()
    early = closed_on < raw["TARGET_DT"].dt.normalize()
    expected = {
        "received_total": 12_096,
        "received_online": online,
        "received_direct_postal": 12_096 - online,
        "carried_in": 0,
        "resolved_total": 9_955,
        "resolved_early": early.sum(),
        "resolved_on_time": 4_467 + 37 - early.sum(),
        "resolved_overdue": 5_451,
        "pending_total": 2_141,
        "pending_in_time": 172 + 80,
        "pending_overdue": 1_889,
    }

    assert {name: int(total[name]) for name in expected} == {name: int(count) for name, count in expected.items()}


def test_the_row_of_each_field_is_the_count_of_its_reason(raw: pd.DataFrame, by_second: RunResult) -> None:
    rows = query(by_second, f"select * from form_ii_06a where scope_id = '{UNIT}' and row_kind = 'row'")
    by_field = rows.groupby("label")[["received_total", "resolved_overdue"]].sum()
    reasons = raw.groupby("REASON").size()
    late = raw[(raw["OnTime_Status"] == "OVERDUE") & (raw["CASE_STATUS"] == "Closed")].groupby("REASON").size()

    for reason in reasons.index:
        assert by_field.loc[reason, "received_total"] == reasons[reason]
        assert by_field.loc[reason, "resolved_overdue"] == late.get(reason, 0)


@pytest.mark.parametrize(("row", "column"), [("total", 3), ("total", 10), ("total", 13), ("Housing", 10)])
def test_a_figure_is_traced_to_the_cases_it_counts(
    raw: pd.DataFrame, by_second: RunResult, row: str, column: int
) -> None:
    cells = trace(by_second.report_dir, "II.06a", row, column)
    late = raw[raw["OnTime_Status"] == "OVERDUE"]
    behind = {
        ("total", 3): raw,
        ("total", 10): late[late["CASE_STATUS"] == "Closed"],
        ("total", 13): late[late["CASE_STATUS"] == "Open"],
        ("Housing", 10): late[(late["CASE_STATUS"] == "Closed") & (late["REASON"] == "Housing")],
    }[row, column]

    assert len(cells) == 1
    assert cells[0].figure == cells[0].traced_sum == len(behind)
    assert set(cells[0].rows["dossier_code"]) == set(behind.index)
    assert cells[0].rows.set_index("dossier_code")["file_name"].to_dict() == behind["file"].to_dict()


@pytest.mark.parametrize("name", ["bao-cao.docx", "bieu-mau.xlsx", "bao-cao.html", "forms.json", "manifest.json"])
def test_the_documents_come_out_like_any_offices(by_second: RunResult, name: str) -> None:
    assert by_second.built
    assert (by_second.report_dir / name).stat().st_size > 500


def test_dropped_columns_stay_in_landing(raw: pd.DataFrame, office: Path, by_second: RunResult) -> None:
    """An address of the files is found nowhere but in landing (and the inbox it came from)."""
    address = b"800 Boylston St  Boston  MA  02199"
    assert (raw["Location"] == address.decode()).any()
    written = [path for path in (office / "data").rglob("*") if path.is_file()]
    holding = {path.relative_to(office / "data").parts[0] for path in written if address in path.read_bytes()}

    assert holding == {"landing"}
    kept = {name for path in (office / "data" / "typed").rglob("rows.parquet") for name in pd.read_parquet(path)}
    assert not kept & set(raw.columns)


def test_asking_the_same_again_builds_nothing(office: Path, by_second: RunResult) -> None:
    again = run_report(office, PERIOD)

    assert not again.built
    assert again.report_dir == by_second.report_dir
