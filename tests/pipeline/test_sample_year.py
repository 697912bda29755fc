"""A year of the sample office: four quarters and 2021-Y by the steps of the job, equal to the truth and to each other.

Here: an office made by `generate.py --year` at a small scale, without planted faults. Not here: the committed sample.
Invariant: expected values come from the truth beside that office, or from the other reports by the rules of domain/02.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import lxml.html
import pytest
from answers_agree import by_report, by_status
from book_data import Book
from by_steps import pages_alone, report_by_steps
from sample_copy import REPOSITORY
from test_sample_figures import MEASURES, cells, form, plain
from truth import recount as truth

from pipelines.audit.book.write import write_book
from pipelines.audit.control import untraceable_cells
from pipelines.audit.trace_named import trace_named
from pipelines.figures.layout import load_layouts
from pipelines.figures.packets import BOOK_NAME
from pipelines.office.settings import load_office
from pipelines.package.model import read_model
from pipelines.recount.recount import recount

# Quarters of domain/04 4.1: both days belong to the period, and the year is exactly the union of the four.
PERIODS = {
    "2021-Q1": ("2020-12-15", "2021-03-14"),
    "2021-Q2": ("2021-03-15", "2021-06-14"),
    "2021-Q3": ("2021-06-15", "2021-09-14"),
    "2021-Q4": ("2021-09-15", "2021-12-14"),
    "2021-Y": ("2020-12-15", "2021-12-14"),
}
QUARTERS = [period for period in PERIODS if period != "2021-Y"]
Key = tuple[str, str]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("year") / "office"
    generator = REPOSITORY / "sample_office" / "generate.py"
    subprocess.run([sys.executable, generator, "--year", "--scale", "0.02", "--out", root], check=True)
    return root


@pytest.fixture(scope="module")
def reports(office: Path) -> dict[str, Path]:
    with pages_alone():
        return {period: report_by_steps(office, period).report_dir for period in PERIODS}


def by_row(report: Path, model: str, keys: tuple[str, str]) -> dict[Key, dict[str, int]]:
    rows = [row for row in form(report, model, "tp-st") if row["row_kind"] == "row"]
    return {(row[keys[0]], row[keys[1]]): cells(row) for row in rows}


FORMS = {
    "form_ii_06a": ("level_section_code", "field_code"),
    "form_ii_06a_by_unit": ("unit_section_code", "row_unit_id"),
}


@pytest.mark.parametrize("period", PERIODS)
def test_every_field_row_of_the_year_and_of_its_quarters_equals_the_truth(
    office: Path, reports: dict[str, Path], period: str
) -> None:
    start, end = (truth.dt.date.fromisoformat(day) for day in PERIODS[period])
    dossiers = truth.load_truth(office / "truth" / "dossiers.csv.gz")
    counted = truth.roll_up(truth.recount(dossiers, start, end), "section", "field")
    printed = by_row(reports[period], "form_ii_06a", FORMS["form_ii_06a"])
    assert {key: row for key, row in printed.items() if any(row.values())} == {
        key: plain(value) for key, value in counted.items()
    }


@pytest.mark.parametrize("model", FORMS)
def test_the_year_is_its_quarters_by_the_identities_of_the_form(reports: dict[str, Path], model: str) -> None:
    quarters = [by_row(reports[period], model, FORMS[model]) for period in QUARTERS]
    none = dict.fromkeys(MEASURES, 0)
    year = by_row(reports["2021-Y"], model, FORMS[model])
    assert sum(row["c3"] for row in year.values()) > 0
    for key, row in year.items():
        parts = [quarter.get(key, none) for quarter in quarters]
        for column in ("c4", "c5", "c7", "c8", "c9", "c10"):
            assert row[column] == sum(part[column] for part in parts), (key, column)
        assert row["c6"] == parts[0]["c6"], key
        for column in ("c11", "c12", "c13"):
            assert row[column] == parts[-1][column], (key, column)


def test_each_quarter_carries_in_the_very_dossiers_the_one_before_left_pending(reports: dict[str, Path]) -> None:
    place = "dossier_code, receiving_unit_id, row_unit_id, level_section_code, field_code"

    def found(period: str, measure: str) -> set[tuple[str, ...]]:
        with duckdb.connect(reports[period] / "warehouse.duckdb", read_only=True) as connection:
            return set(connection.execute(f"select {place} from fct_dossier_period where {measure} = 1").fetchall())

    for before, after in itertools.pairwise(QUARTERS):
        pending = found(before, "pending_total")
        assert pending and pending == found(after, "carried_in")


@pytest.mark.parametrize("period", PERIODS)
def test_every_cell_is_traced_and_counted_again(reports: dict[str, Path], period: str) -> None:
    layouts = load_layouts(reports[period] / "forms.json")
    with duckdb.connect(reports[period] / "warehouse.duckdb", read_only=True) as connection:
        assert untraceable_cells(connection, layouts) == []
    result = recount(reports[period] / "warehouse.duckdb", layouts)
    assert result.agrees, result


def test_the_years_report_is_printed_and_every_unit_has_answered(reports: dict[str, Path]) -> None:
    page = (reports["2021-Y"] / "bao-cao.html").read_text(encoding="utf-8")
    assert "Thực hiện Thông tư số 01/2020/TT-VPCP" in page
    assert "Kỳ báo cáo: Năm 2021" in page
    with duckdb.connect(reports["2021-Y"] / "warehouse.duckdb", read_only=True) as connection:
        owing = connection.execute("select unit_id, stream from rpt_coverage where state <> 'accepted'").fetchall()
    assert owing == []


def test_the_committed_sample_is_not_what_a_year_overwrites(tmp_path: Path) -> None:
    generator = REPOSITORY / "sample_office" / "generate.py"
    refused = subprocess.run([sys.executable, generator, "--year"], capture_output=True, text=True, cwd=tmp_path)
    assert refused.returncode == 2 and "--out" in refused.stderr


def test_kstt_status_says_of_the_year_what_its_report_says(office: Path, reports: dict[str, Path]) -> None:
    agreed = by_status(office, "2021-Y")
    assert agreed == by_report(reports["2021-Y"])
    assert {state for states in agreed.values() for state, _ in states} == {"accepted"}


def test_the_years_report_sets_its_quarters_side_by_side(reports: dict[str, Path]) -> None:
    report = reports["2021-Y"]
    figures = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["figures"]
    columns = {
        "received_online": "c4",
        "received_direct_postal": "c5",
        "resolved_early": "c8",
        "resolved_overdue": "c10",
    }
    for name, column in columns.items():
        quarters = [figures[f"period-parts/tp-st/2021-Q{number}/{name}"] for number in range(1, 5)]
        assert sum(quarters) == figures[f"II.06a/tp-st/total/{column}"], name
    charts = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["charts"]
    for chart in ("on_time_trend", "channels"):
        assert [point[0] for point in charts[chart]["series"][0]["points"]] == [
            f"Quý {number} năm 2021" for number in ("I", "II", "III", "IV")
        ]
    # A calendar of a whole year cannot be read: months.
    assert len(charts["intake_calendar"]["series"][0]["points"]) == 13
    assert "Kết quả của từng quý" in (report / "bao-cao.html").read_text(encoding="utf-8")


def test_every_point_of_a_units_scorecard_is_made_of_cells_of_its_own_forms(reports: dict[str, Path]) -> None:
    report = reports["2021-Y"]
    figures = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["figures"]
    page = lxml.html.parse(report / "luu-ho-so.html").getroot()
    tables = [table for table in page.iter("table") if table.xpath("normalize-space(.//th[1])") == "Đơn vị"]
    points, cells = [table for table in tables if "(6)" in table.xpath(".//thead")[0].text_content()]
    most = dict(enumerate((15, 20, 30, 10, 15, 10)))
    scored = 0
    for row, made_of in zip(points.xpath(".//tbody/tr"), cells.xpath(".//tbody/tr"), strict=True):
        assert row.findtext("th") == made_of.findtext("th")
        for number, (point, cell) in enumerate(zip(row.xpath("td")[:6], made_of.xpath("td"), strict=True)):
            if "/" not in cell.text_content():
                # Nothing to score, or nothing sent of it: that may cost all points.
                assert (point.text_content(), cell.text_content()) in (("–", "–"), ("…", "…"), ("0,00", "…"))
                continue
            above, below = cell.text_content().split("/")
            parts, whole = (sum(int(part) for part in re.findall(r"\d+", side)) for side in (above, below))
            hundredths = (2 * most[number] * 100 * parts + whole) // (2 * whole)
            assert point.text_content() == f"{hundredths // 100},{hundredths % 100:02d}"
            ids = cell.xpath(".//@data-figure")
            assert sum(figures[name] for name in ids) == parts + whole
            scored += 1
    assert scored > 60
    # Each count opens to its rows, those of the unit's own form.
    named = trace_named(report, "unit-score/tp-st/p01.resolved_on_time/resolved_total")
    (traced,) = named.cells
    assert traced.figure_id == "II.06a/p01/total/c7"
    assert traced.traced_sum == figures["unit-score/tp-st/p01.resolved_on_time/resolved_total"] == len(traced.rows)
    opened = {cell.figure_id for cell in trace_named(report, "unit-score/tp-st/p01.apologised/points").cells}
    # Of those whose files tell of apologies: apologised with a new day, without one, not apologised.
    assert opened == {f"overdue-causes/p01/total/{column}" for column in ("c6", "c7", "c8")}


def test_only_a_year_scores_the_units(reports: dict[str, Path]) -> None:
    said = {period: "Chấm điểm" in (reports[period] / "luu-ho-so.html").read_text("utf-8") for period in PERIODS}
    assert said == {period: period == "2021-Y" for period in PERIODS}
    assert "Chấm điểm" not in (reports["2021-Y"] / "bao-cao.html").read_text("utf-8")


def test_the_book_opens_each_count_of_the_scorecard_to_its_records(
    office: Path, reports: dict[str, Path], tmp_path: Path
) -> None:
    report = reports["2021-Y"]
    layouts = load_layouts(report / "forms.json")
    model = read_model(load_office(office), report / "warehouse.duckdb", layouts)
    write_book(tmp_path, report / "warehouse.duckdb", model, layouts, {})
    book = Book(tmp_path / BOOK_NAME)
    opened: dict[str, int] = {}
    for score in model.scores:
        for line in score.lines:
            for count in (*line.parts, *line.wholes):
                # A cell of a form of this report opens there; what is zero has no records.
                if count.parts or not count.value:
                    continue
                places = book.read(f"diem/{book.others['lists'].index(count.figure_id)}")
                assert len(set(places)) == len(places) == count.value, count.figure_id
                component = count.figure_id.split("/")[2].partition(".")[2]
                opened[component] = opened.get(component, 0) + 1
        assert book.others["figures"][score.points.figure_id]["from"]
    assert opened.keys() >= {"apologised", "intake_digitised", "feedback_on_time"}
    # Those of feedback are records of feedback, the others dossiers.
    of = {key: book.others["listedIn"].get(key, book.others["listed"]) for key in book.others["lists"]}
    facts = {fact for key, fact in of.items() if ".feedback_on_time/" in key}
    assert facts == {"fct_feedback_period"}
    assert {fact for key, fact in of.items() if ".apologised/" in key} == {"fct_dossier_period"}
