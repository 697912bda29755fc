"""A Dutch municipality's permit log through the same steps: one row per event, two due dates, moments with offsets.

Here: `../shared/realdata/permits-receipt-nl` as an office, recounted from the raw CSV with pandas. Not here: copies of it.
Invariant: expected counts are those of the data set's README, or a recount that shares no code with the product.
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
from pipelines.runner import RunResult

OFFICE = Path(__file__).parents[1] / "offices" / "permits-nl"
PERIOD = "2010-X"
UNIT = "gemeente"
ZONE = "Europe/Amsterdam"
MOMENTS = ["startdate", "enddate", "enddate_planned", "deadline"]
DEPARTMENT_OF = {"general": "General", "customer-contact": "Customer contact", "experts": "Experts"}
LATE = ("overdue", "pending_overdue")


@pytest.fixture(scope="module")
def log() -> Path:
    return shared("realdata/permits-receipt-nl") / "receipt.csv"


@pytest.fixture(scope="module")
def events(log: Path) -> pd.DataFrame:
    """Every row as published, with the number of its record (the header is 1)."""
    frame = pd.read_csv(log, dtype=str, keep_default_na=False)
    return frame.assign(record=range(2, len(frame) + 2))


@pytest.fixture(scope="module")
def raw(events: pd.DataFrame) -> pd.DataFrame:
    """Every dossier as published: its moments as instants (UTC), and the record of its first event."""
    case = [column for column in events.columns if column.startswith("case:")]
    cases = events.drop_duplicates(case)
    for name in MOMENTS:
        text = cases[f"case:{name}"]
        cases = cases.assign(**{name: pd.to_datetime(text.where(text != ""), utc=True, format="ISO8601")})
    return cases.set_index("case:concept:name", drop=False)


def office_of(log: Path, root: Path, *profiles: str) -> Path:
    shutil.copytree(OFFICE, root, ignore=shutil.ignore_patterns("data", "inbox", "variants"))
    for name in profiles:
        shutil.copy(OFFICE / "variants" / name, root / "profiles" / "permits.yaml")
    inbox = root / "inbox" / PERIOD / UNIT
    inbox.mkdir(parents=True)
    shutil.copy(log, inbox)
    return root


@pytest.fixture(scope="module")
def office(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office_of(log, tmp_path_factory.mktemp("permits") / "office")


@pytest.fixture(scope="module")
def planned(office: Path) -> RunResult:
    """Due at the planned end, late by the moment."""
    return report_by_steps(office, PERIOD)


@pytest.fixture(scope="module")
def planned_by_day(office: Path, planned: RunResult) -> RunResult:
    with pages_alone():
        return report_by_steps(office, PERIOD, switches={"lateness_granularity": "date"})


@pytest.fixture(scope="module")
def deadline(log: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """Due at the deadline, late by the moment."""
    root = tmp_path_factory.mktemp("permits-deadline") / "office"
    return report_by_steps(office_of(log, root, "permits-deadline.yaml"), PERIOD)


def query(result: RunResult, sql: str) -> pd.DataFrame:
    with duckdb.connect(result.report_dir / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(sql).df()


def facts(result: RunResult) -> pd.DataFrame:
    return query(result, "select * from fct_dossier_period").set_index("dossier_code", drop=False)


@pytest.fixture(scope="module")
def cases(raw: pd.DataFrame, planned: RunResult) -> pd.DataFrame:
    """The published dossiers with the product's fact of the same dossier beside them."""
    return raw.join(facts(planned), how="left", validate="one_to_one")


def total(result: RunResult) -> pd.Series:
    return query(result, f"select * from form_ii_06a where scope_id = '{UNIT}' and row_kind = 'total'").iloc[0]


def local_day(instants: pd.Series) -> pd.Series:
    return instants.dt.tz_convert(ZONE).dt.date


def test_the_raw_log_is_the_one_the_readme_counts(events: pd.DataFrame, raw: pd.DataFrame) -> None:
    assert (len(events), len(raw), raw.index.nunique()) == (8_577, 1_434, 1_434)
    assert (raw["enddate"].notna().sum(), raw["enddate"].isna().sum()) == (1_329, 105)
    assert (raw["enddate"] > raw["enddate_planned"]).sum() == 389
    assert (raw["enddate"] > raw["deadline"]).sum() == 377
    assert (raw["enddate"] < raw["startdate"]).sum() == 2


def test_every_dossier_is_taken_once_and_every_row_of_the_log_is_counted(office: Path, planned: RunResult) -> None:
    register = query(planned, "select * from landed.delivery").iloc[0]
    (verdict,) = [json.loads(path.read_text(encoding="utf-8")) for path in office.glob("data/typed/*/*/verdict.json")]
    kinds = pd.Series([item["kind"] for item in verdict["furniture"]]).value_counts().to_dict()

    assert register["status"] == "accepted"
    assert (register["rows_in"], register["rows_typed"], register["rows_rejected"]) == (8_578, 1_434, 0)
    assert kinds == {"header": 1, "repeated": 8_577 - 1_434}


def test_no_dossier_is_lost_between_the_log_and_the_facts(raw: pd.DataFrame, planned: RunResult) -> None:
    fate = query(planned, "select fate, count(*) as rows from int_case_row_fate group by fate")

    assert dict(zip(fate["fate"], fate["rows"], strict=True)) == {"counted": 1_434}
    assert set(facts(planned).index) == set(raw.index)


def test_each_fact_points_to_the_first_event_of_its_dossier(cases: pd.DataFrame) -> None:
    assert (cases["source_row"] == cases["record"]).all()


@pytest.mark.parametrize(
    ("moment", "fact"), [("startdate", "received_at"), ("enddate", "finished_at"), ("enddate_planned", "due_at")]
)
def test_a_moment_is_the_local_clock_time_of_its_instant_winter_and_summer(
    cases: pd.DataFrame, moment: str, fact: str
) -> None:
    """Both offsets of the file are the zone's own, so the clock time written is the local one: reported to the millisecond."""
    given = cases.dropna(subset=[moment])
    local = given[moment].dt.tz_convert(ZONE).dt.tz_localize(None)

    assert given[f"case:{moment}"].str[-6:].unique().tolist() in (["+02:00", "+01:00"], ["+01:00", "+02:00"])
    assert (local == given[fact]).all()
    # The day would be another one in UTC for some of them.
    assert (given[moment].dt.date != given[fact].dt.date).any() or moment == "enddate"


def test_of_the_planned_end_389_are_late_by_the_moment_dossier_by_dossier(
    cases: pd.DataFrame, planned: RunResult
) -> None:
    late = cases["outcome"] == "overdue"

    assert late.sum() == 389
    assert set(cases.index[late]) == set(cases.index[cases["enddate"] > cases["enddate_planned"]])
    assert int(total(planned)["resolved_overdue"]) == 389


def test_of_the_deadline_377_are_late_by_the_moment_dossier_by_dossier(raw: pd.DataFrame, deadline: RunResult) -> None:
    """Two of them by a part of a second: without the milliseconds it would be 375."""
    late = facts(deadline)["outcome"] == "overdue"
    to_the_second = raw["enddate"].dt.floor("s") > raw["deadline"].dt.floor("s")

    assert late.sum() == 377
    assert set(late.index[late]) == set(raw.index[raw["enddate"] > raw["deadline"]])
    assert to_the_second.sum() == 375
    assert int(total(deadline)["resolved_overdue"]) == 377


def test_by_the_day_67_fewer_are_late(raw: pd.DataFrame, planned_by_day: RunResult) -> None:
    ended = raw.dropna(subset=["enddate"])
    late_by_day = local_day(ended["enddate"]) > local_day(ended["enddate_planned"])
    late = facts(planned_by_day)["outcome"] == "overdue"

    assert late.sum() == 389 - 67
    assert set(late.index[late]) == set(ended.index[late_by_day])


def test_the_two_that_end_before_they_are_received_are_flagged_and_counted(cases: pd.DataFrame) -> None:
    backwards = set(cases.index[cases["enddate"] < cases["startdate"]])
    flagged = cases[cases["flags"] == "received_after_finished"]

    assert set(flagged.index) == backwards == {"case-8267", "case-10862"}
    assert set(flagged["outcome"]) == {"early"}


def test_the_lowered_severity_and_its_reason_are_in_the_verdict(office: Path, planned: RunResult) -> None:
    (verdict,) = [json.loads(path.read_text(encoding="utf-8")) for path in office.glob("data/typed/*/*/verdict.json")]
    found = {check["check_id"]: check for check in verdict["checks"] if check["unexpected"]}

    assert {check_id: check["unexpected"] for check_id, check in found.items()} == {
        "received_after_finished": 2,
        "unknown_channel": 1,
    }
    assert found["received_after_finished"]["severity"] == "info"
    assert "nửa đêm" in found["received_after_finished"]["severity_reason"]


def test_the_channels_are_those_of_the_log_and_an_unmapped_word_is_in_column_5(
    cases: pd.DataFrame, planned: RunResult
) -> None:
    given = cases.groupby("case:channel").size().to_dict()
    as_counted = pd.crosstab(cases["case:channel"], cases["channel"])

    assert given == {"Internet": 1_250, "Desk": 109, "Post": 53, "e-mail": 21, "Intern": 1}
    assert as_counted["online"].to_dict() == {"Internet": 1_250, "e-mail": 21, "Desk": 0, "Post": 0, "Intern": 0}
    assert as_counted["unknown"].sum() == as_counted.loc["Intern", "unknown"] == 1
    sums = total(planned)
    # "Intern" is a word nobody mapped, not a blank cell: it is in column 5 (109 + 53 + 1), flagged, so that 3 = 4 + 5 + 6.
    assert (sums["received_online"], sums["received_direct_postal"], sums["received_unknown_channel"]) == (
        1_271,
        163,
        0,
    )


def test_the_unit_comes_from_the_column(cases: pd.DataFrame) -> None:
    assert (cases["receiving_unit_id"].map(DEPARTMENT_OF) == cases["case:department"]).all()


def test_the_total_of_the_form_is_the_count_of_the_log(raw: pd.DataFrame, planned: RunResult) -> None:
    ended = raw.dropna(subset=["enddate"])
    open_ = raw[raw["enddate"].isna()]
    last_day = pd.Timestamp(2012, 1, 31).date()
    early = local_day(ended["enddate"]) < local_day(ended["enddate_planned"])
    overdue = local_day(open_["enddate_planned"]) < last_day
    expected = {
        "received_total": 1_434,
        "carried_in": 0,
        "resolved_total": 1_329,
        "resolved_early": early.sum(),
        "resolved_on_time": 1_329 - 389 - early.sum(),
        "resolved_overdue": 389,
        "pending_total": 105,
        "pending_in_time": (~overdue).sum(),
        "pending_overdue": overdue.sum(),
    }

    assert {name: int(total(planned)[name]) for name in expected} == {name: int(n) for name, n in expected.items()}


@pytest.mark.parametrize(
    ("row", "column"), [("total", 3), ("total", 7), ("total", 10), ("total", 11), ("Omgevingsrecht", 10)]
)
def test_a_figure_is_traced_to_the_dossiers_it_counts(
    raw: pd.DataFrame, planned: RunResult, row: str, column: int
) -> None:
    behind = {
        3: raw,
        7: raw[raw["enddate"].notna()],
        10: raw[raw["enddate"] > raw["enddate_planned"]],
        11: raw[raw["enddate"].isna()],
    }[column]
    (cell,) = trace(planned.report_dir, "II.06a", row, column)

    assert cell.figure == cell.traced_sum == len(behind)
    assert set(cell.rows["dossier_code"]) == set(behind.index)


@pytest.mark.parametrize("name", ["bao-cao.docx", "bieu-mau.xlsx", "bao-cao.html", "forms.json", "manifest.json"])
def test_the_documents_come_out_like_any_offices(planned: RunResult, deadline: RunResult, name: str) -> None:
    for result in (planned, deadline):
        assert result.built
        assert (result.report_dir / name).stat().st_size > 500


def test_who_handled_a_dossier_stays_in_landing(office: Path, events: pd.DataFrame, planned: RunResult) -> None:
    assert (events["case:responsible"] == "Resource21").any()
    written = [path for path in (office / "data").rglob("*") if path.is_file()]
    holding = {path.relative_to(office / "data").parts[0] for path in written if b"Resource21" in path.read_bytes()}

    assert holding == {"landing"}
