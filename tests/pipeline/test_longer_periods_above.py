"""A province of a half year and a year: what its communes issued for it, of one version, of two, twice, misplaced.

Here: three communes drawn in truth/longer_periods, every column of II.06a and II.05a by unit and field against a count in
pandas, `kstt status` against the report. Not here: a quarter (test_province).
Invariant: quarters are no half year; each file is of the version its officer sent, and what is mixed is asked about.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from answers_agree import by_status
from issued_office import WORDS, at
from office_folder import TABLES, send
from province import cells, counted, issue_and_send, new_office
from truth import longer_periods as truth

from pipelines.office.settings import load_office
from pipelines.warehouse.question import Ask
from pipelines.warehouse.status import period_status, state_words

Q1, Q2, H1, YEAR = "2021-Q1", "2021-Q2", "2021-H1", "2021-Y"
DAYS = {
    Q1: (dt.date(2020, 12, 15), dt.date(2021, 3, 14)),
    Q2: (dt.date(2021, 3, 15), dt.date(2021, 6, 14)),
    "2021-Q3": (dt.date(2021, 6, 15), dt.date(2021, 9, 14)),
    "2021-Q4": (dt.date(2021, 9, 15), dt.date(2021, 12, 14)),
    H1: (dt.date(2020, 12, 15), dt.date(2021, 6, 14)),
    YEAR: (dt.date(2020, 12, 15), dt.date(2021, 12, 14)),
}
KINDS = {H1: "six_months", YEAR: "year"}
ISSUING, WARDS = ("p01", "p02"), ("p01", "p02", "p03")
# Row of a field in each form.
ROWS = {
    "form_ii_06a": {"2.000635": "B.2", "1.001193": "B.1"},
    "form_ii_05a": {"2.000635": "2", "1.001193": "1"},
}
Happened = Mapping[str, pd.DataFrame]


def _name(unit: str) -> str:
    return f"UBND Phường {int(unit[1:])}"


def _tables() -> dict[str, str]:
    periods = "".join(
        f"{name},{KINDS.get(name, 'quarter')},Kỳ {name},{start},{end}\n" for name, (start, end) in DAYS.items()
    )
    return {
        "periods": TABLES["periods"].splitlines()[0] + "\n" + periods,
        "fields": TABLES["fields"] + "chung-thuc,Chứng thực,,2,,\n",
        "procedures": TABLES["procedures"] + "2.000635,2.000635,Chứng thực chữ ký,chung-thuc,ward,0,same_day,,\n",
    }


def _office(root: Path, unit: str, name: str, units: str, owed: str) -> Path:
    office = new_office(root, unit, name, units, owed, **_tables())
    for period in DAYS:
        (office / "words" / f"{period}.md").write_text(WORDS, encoding="utf-8")
    return office


@dataclass
class Country:
    """The province, its communes, what happened in each."""

    root: Path
    dossiers: dict[str, pd.DataFrame] = field(default_factory=lambda: {u: truth.dossiers(u, 90) for u in WARDS})
    feedback: dict[str, pd.DataFrame] = field(default_factory=lambda: {u: truth.feedback(u, 40) for u in WARDS})

    def __post_init__(self) -> None:
        """Write the offices."""
        self.wards: dict[str, Path] = {}
        for unit in ISSUING:
            units = f"{unit},{_name(unit)},,ward,,0,,,\n{unit}-mc,Bộ phận Một cửa,,one_stop_desk,{unit},1,,,\n"
            owed = f"{unit}-mc,case_exports,,\n{unit}-mc,feedback_logs,,\n"
            self.wards[unit] = _office(self.root / unit, unit, _name(unit), units, owed)
        units = "".join(f"{unit},{_name(unit)},,ward,tp,{unit[2:]},,,\n" for unit in WARDS)
        owed = "".join(f"{unit},issued_facts,,\n{unit},issued_feedback,,\n" for unit in ISSUING)
        owed += "p03,case_exports,,\np03,feedback_logs,,\n"
        self.above = _office(self.root / "tp", "tp", "UBND tỉnh Thử", "tp,UBND tỉnh Thử,,city,,0,,,\n" + units, owed)

    def send(self, period: str, units: Iterable[str] = WARDS) -> None:
        """Let units send list and log as they were at the end of a quarter: to the commune, or to the province."""
        end = DAYS[period][1]
        for unit in units:
            office, folder = (self.wards[unit], f"{unit}-mc") if unit in self.wards else (self.above, unit)
            send(office, f"Sổ_{end:%Y_%m_%d}.csv", truth.dossier_file(self.dossiers[unit], end), folder, period)
            send(office, f"PAKN_{end:%Y_%m_%d}.csv", truth.feedback_file(self.feedback[unit], end), folder, period)

    def issue(self, period: str, kind: str = "final", units: Iterable[str] = ISSUING) -> dict[str, tuple[Path, ...]]:
        """Let communes issue a period and send it upward; return the files of each."""
        return {unit: issue_and_send(self.wards[unit], self.above, kind, period=period) for unit in units}

    def counted(self, period: str) -> Path:
        """The province's warehouse of a period."""
        return counted(self.above, Ask.parse(period, None, None))


def _expected(rows: Happened, form: str, period: str, units: Iterable[str]) -> dict[tuple[str, str, str], int]:
    count = truth.count_dossiers if form == "form_ii_06a" else truth.count_feedback
    found = {}
    empty = rows["p03"].iloc[:0]
    for scope, of in {"tp": [*units], **{unit: [unit] if unit in units else [] for unit in WARDS}}.items():
        mine = pd.concat([empty, *(rows[unit] for unit in of)])
        parts = {"total": mine} | {row: mine[mine["procedure"] == procedure] for procedure, row in ROWS[form].items()}
        for row, part in parts.items():
            for column, value in count(part, *DAYS[period]).items():
                found[scope, row, column] = value
    return found


def _differences(
    warehouse: Path, period: str, dossiers: Happened, feedback: Happened, units: Iterable[str] = WARDS
) -> tuple[int, dict[tuple[str, str, str], tuple[int, int]]]:
    """Return how many cells were compared, and those that differ: printed, counted."""
    compared, differing = 0, {}
    for form, rows in (("form_ii_06a", dossiers), ("form_ii_05a", feedback)):
        printed = cells(warehouse, form)
        for place, value in _expected(rows, form, period, list(units)).items():
            compared += 1
            if printed.get(place, 0) != value:
                differing[place] = printed.get(place, 0), value
    return compared, differing


def _open_doubts(warehouse: Path) -> list[tuple[str, str]]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        query = "select unit_id, kind from rpt_claim where holds_final and is_open order by all"
        return connection.execute(query).fetchall()


def _missing(office: Path, period: str) -> set[str]:
    return {unit for (unit, _), states in by_status(office, period).items() if ("missing", "") in states}


@dataclass
class Lived:
    """What the province printed at each moment of its year: the differences, its doubts, what status said."""

    compared: int = 0
    differing: dict[str, dict[tuple[str, str, str], tuple[int, int]]] = field(default_factory=dict)
    doubts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    missing: dict[str, set[str]] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)

    def note(
        self, moment: str, country: Country, period: str, dossiers: Happened, feedback: Happened,
        units: Iterable[str] = WARDS,
    ) -> None:  # fmt: skip
        """Count a period at a moment and hold it against what happened."""
        warehouse = country.counted(period)
        compared, self.differing[moment] = _differences(warehouse, period, dossiers, feedback, units)
        self.compared += compared
        self.doubts[moment] = _open_doubts(warehouse)
        self.missing[moment] = _missing(country.above, period)
        owed = [item for item in period_status(load_office(country.above), period).owed if item.unit_id in ISSUING]
        self.said[moment] = [state_words(item) for item in owed]
        self.refused[moment] = [file.reason for item in owed for file in item.refused]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    country, lived = Country(tmp_path_factory.mktemp("country")), Lived()
    dossiers, feedback = dict(country.dossiers), dict(country.feedback)
    with at("2021-03-16T08:00:00"):
        country.send(Q1)
        country.issue(Q1)
    with at("2021-06-16T08:00:00"):
        country.send(Q2)
        second = country.issue(Q2)
        lived.note("second quarter", country, Q2, dossiers, feedback)
        lived.note("quarters alone", country, H1, dossiers, feedback, ["p03"])
        half = country.issue(H1)
        lived.note("half year", country, H1, dossiers, feedback)
        for path in [path for paths in half.values() for path in paths]:
            shutil.copy(path, path.with_name(f"{path.stem} (1).zip"))
        lived.note("sent twice", country, H1, dossiers, feedback)
        shutil.copy(second["p01"][0], half["p01"][0].parent)
        shutil.copy(half["p01"][1], second["p01"][0].parent)
        lived.note("misplaced, half year", country, H1, dossiers, feedback)
        lived.note("misplaced, quarter", country, Q2, dossiers, feedback)
    _correct(country, lived, dossiers, feedback)
    with at("2021-12-16T08:00:00"):
        country.send("2021-Q3")
        country.send("2021-Q4")
        lived.note("half year alone", country, YEAR, country.dossiers, country.feedback, ["p03"])
        country.issue(YEAR)
        lived.note("year", country, YEAR, country.dossiers, country.feedback)
    return lived


def _correct(country: Country, lived: Lived, dossiers: Happened, feedback: Happened) -> None:
    """In July ward 1 finds dossiers it had forgotten and feedback it had answered: version 2, its files one by one."""
    found = truth.dossiers("p01", 8).assign(code=[f"000.01.01.H51-210401-9{number:03}" for number in range(8)])
    country.dossiers["p01"] = pd.concat([dossiers["p01"], found], ignore_index=True)
    answered, waiting = feedback["p01"].copy(), feedback["p01"]["answered"].isna()
    answered.loc[waiting, "answered"] = answered.loc[waiting, "received"] + dt.timedelta(days=5)
    country.feedback["p01"] = answered
    with at("2021-07-02T08:00:00"):
        country.send(Q2, ["p01"])
        second = country.issue(H1, "corrected", ["p01"])["p01"][1]
        kept = second.read_bytes()
        second.unlink()
        lived.note("two versions", country, H1, country.dossiers, feedback)
        second.write_bytes(kept)
        lived.note("second version", country, H1, country.dossiers, country.feedback)


WHEN = (
    "second quarter",
    "quarters alone",
    "half year",
    "sent twice",
    "misplaced, half year",
    "misplaced, quarter",
    "two versions",
    "second version",
    "half year alone",
    "year",
)


@pytest.mark.parametrize("moment", WHEN)
def test_every_cell_of_the_province_is_what_happened_in_its_communes(lived: Lived, moment: str) -> None:
    assert lived.differing[moment] == {}


def test_as_many_cells_are_compared_as_there_are(lived: Lived) -> None:
    # Four scopes, three rows, 11 columns of II.06a and 13 of II.05a, at every moment.
    assert lived.compared == len(WHEN) * 4 * 3 * (11 + 13)


def test_only_files_of_two_versions_are_asked_about(lived: Lived) -> None:
    asked = {moment: doubts for moment, doubts in lived.doubts.items() if doubts}
    assert asked == {"two versions": [("p01", "two_versions")]}


def test_versions_of_other_periods_leave_their_units_named_as_not_having_sent(lived: Lived) -> None:
    lacking = {moment: units for moment, units in lived.missing.items() if units}
    assert lacking == {"quarters alone": {"p01", "p02"}, "half year alone": {"p01", "p02"}}


def test_status_counts_the_version_of_the_period_alone(lived: Lived) -> None:
    assert set(lived.said["quarters alone"]) == {"chưa gửi"}
    assert all(said.startswith("1 tệp, ") and said.count("tính theo bản") == 1 for said in lived.said["half year"])
    assert lived.said["sent twice"] == lived.said["half year"]
    assert sum("tính theo bản v2" in said for said in lived.said["second version"]) == 4  # two files, for two quarters


def test_a_version_in_the_folder_of_another_period_is_refused_there(lived: Lived) -> None:
    of_quarter = "Bản phát hành là của 15/03/2021–14/06/2021, không phải của Kỳ 2021-H1."
    of_half = "Bản phát hành là của 15/12/2020–14/06/2021, không phải của Kỳ 2021-Q2."
    assert set(lived.refused["misplaced, half year"]) == {of_quarter}
    assert set(lived.refused["misplaced, quarter"]) == {of_half}
