"""Dossiers and feedback the sample never has, through the whole path: two quarters of one small office.

Here: waiting, gone, moved, own numbers, spellings, blank due dates, fields, channels, feedback refused or published later.
Not here: the rules on plain rows (dbt unit tests). Invariant: every expected cell is by hand from domain/05 and 06.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from by_steps import pages_alone, report_by_steps
from issued_office import forced
from office_folder import TABLES, make_office, send

from pipelines.figures.layout import load_layouts
from pipelines.office.settings import load_office
from pipelines.package.issue import Request, issue
from pipelines.recount.recount import recount

# --- the office ----------------------------------------------------------------------------------------------------

OFFICE = "office:\n  name: UBND thành phố Thử\n  unit_id: tp\n  clock: 2021-06-20T08:00:00+07:00\nswitches: {}\n"
OFFICE += "forms_enabled: [II.06a, II.05a]\n"
WARDS = [f"p0{number}" for number in range(1, 9)]
UNITS = (
    TABLES["units"].splitlines()[0]
    + "\ntp,UBND thành phố Thử,,city,,0,,,\ndesk,Bộ phận Một cửa,Một cửa,one_stop_desk,tp,9,,,\n"
    + "".join(f"{ward},UBND Phường {ward[2]},Phường {ward[2]},ward,tp,{ward[2]},,,\n" for ward in WARDS)
)
FIELDS = TABLES["fields"] + "dat-dai,Đất đai,,2,,\n"
PROCEDURES = (
    "procedure_id,procedure_code,procedure_name,field_code,competent_level,time_value,time_unit,valid_from,valid_to\n"
    "five,1.000001,Năm ngày,ho-tich,ward,5,working_day,,\n"
    "same-a,,Cấp bản sao,ho-tich,ward,3,working_day,,\n"
    "same-b,,Cấp bản sao,dat-dai,ward,3,working_day,,\n"
)
STATUSES = (
    "portal_code,label_vi,status,count_group\n4,Đang xử lý,in_progress,pending\n5,Chờ bổ sung,awaiting_supplement,paused\n"
    "7,Công dân rút,withdrawn,closed_without_result\n10,Đã trả kết quả,result_delivered,resolved\n"
)
SECTIONS = (
    TABLES["sections"] + "level,A,Cấp huyện,city,1,,\nunit,I,Một cửa,one_stop_desk,1,,\nunit,II,Phường,ward,2,,\n"
)
PERIODS = TABLES["periods"] + "2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n"
OWED = "unit_id,stream,valid_from,valid_to\n" + "".join(f"{ward},case_exports,,\n" for ward in WARDS)
MOMENT = '"_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})_(?P<h>[0-9]{2})_(?P<min>[0-9]{2})"'
PROFILE = (
    "profile_id: so\nstream: case_exports\ntitle: Sổ theo dõi hồ sơ\nmatch: {units: ['*'], files: ['hs*.csv']}\n"
    f"observed_on: {{from: file_name, pattern: {MOMENT}}}\ncoverage: population\n"
    "values: {status: {Công dân rút: withdrawn, Chờ bổ sung: awaiting_supplement}}\n"
)
FEEDBACK = (
    "profile_id: pakn\nstream: feedback_logs\ntitle: Sổ PAKN\nmatch: {units: ['*'], files: ['pakn*.csv']}\n"
    f"observed_on: {{from: file_name, pattern: {MOMENT}}}\ncoverage: population\n"
    "values: {status: {Đang giải quyết: in_progress, Không đủ điều kiện: refused, Đã trả lời: answered, "
    "Đã công khai: published}}\n"
)
COLUMNS = (
    "Mã hồ sơ", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Kênh tiếp nhận", "Ngày nộp", "Ngày tiếp nhận", "Ngày hẹn trả",
    "Ngày hẹn lại", "Ngày YCBS", "Ngày bổ sung", "Ngày kết thúc", "Ngày trả kết quả", "Trạng thái",
)  # fmt: skip
PAKN_COLUMNS = ("Mã PAKN", "Ngày tiếp nhận", "Phân loại", "Hạn xử lý", "Ngày trả lời", "Ngày công khai", "Trạng thái")


def rows(columns: tuple[str, ...], *lines: dict[str, str]) -> bytes:
    texts = [";".join(columns), *(";".join(line.get(column, "") for column in columns) for line in lines)]
    return ("\n".join(texts) + "\n").encode("utf-8-sig")


def dossier(
    code: str, received: str = "01/03/2021 08:00", due: str = "10/03/2021 17:00", **more: str
) -> dict[str, str]:
    """A dossier of the procedure of five working days, received at the desk and in hand."""
    return {
        "Mã hồ sơ": code, "Mã TTHC": "1.000001", "Kênh tiếp nhận": "Trực tiếp", "Ngày nộp": received,
        "Ngày tiếp nhận": received, "Ngày hẹn trả": due, "Trạng thái": "Đang xử lý",
        **{name.replace("_", " "): value for name, value in more.items()},
    }  # fmt: skip


def done(code: str, on: str, **more: str) -> dict[str, str]:
    return dossier(code, **{"Ngày_kết_thúc": on, "Ngày_trả_kết_quả": on, "Trạng_thái": "Đã trả kết quả", **more})


def named(code: str, name: str, field: str) -> dict[str, str]:
    return {**dossier(code), "Mã TTHC": "", "Tên TTHC": name, "Lĩnh vực": field}


def feedback(code: str, status: str, answered: str = "", published: str = "") -> dict[str, str]:
    return {
        "Mã PAKN": code, "Ngày tiếp nhận": "01/03/2021", "Phân loại": "Quy định hành chính", "Hạn xử lý": "22/03/2021",
        "Ngày trả lời": answered, "Ngày công khai": published, "Trạng thái": status,
    }  # fmt: skip


# What each unit sends for each quarter: (quarter, unit, file) → its rows.
WAITED = "000.01.99.H51-210301-0001"
CODE = "000.02.H52-210301-0001"
SENT: dict[tuple[str, str, str], bytes] = {
    # p01: a supplement asked on 3/3 that never came, given up on 16/3, after the quarter; minute against second; no due day.
    ("2021-Q1", "p01", "hs_2021_03_18_06_30.csv"): rows(
        COLUMNS,
        dossier(WAITED, Ngày_YCBS="03/03/2021 09:00", Ngày_kết_thúc="16/03/2021 09:00", Trạng_thái="Công dân rút"),
        {**dossier("000.01.99.H51-210301-0002", "01/03/2021 07:22"), "Ngày nộp": "01/03/2021 07:22:26"},
        done("000.01.99.H51-210301-0003", "10/03/2021 09:00", Ngày_hẹn_trả=""),
        dossier("000.01.99.H51-210301-0004", due=""),
        dossier("000.01.99.H51-210301-0005", Kênh_tiếp_nhận="Chim bồ câu"),
    ),
    # p02: one dossier in four spellings and two files.
    ("2021-Q1", "p02", "hs_2021_03_15_06_30.csv"): rows(COLUMNS, done(CODE, "04/03/2021 09:00")),
    ("2021-Q1", "p02", "hs bo sung_2021_03_15_06_30.csv"): rows(
        COLUMNS,
        done(CODE.lower(), "04/03/2021 09:00"),
        done(CODE.replace("-", "-\u200b", 1), "04/03/2021 09:00"),
        done(CODE.replace("-", "–"), "04/03/2021 09:00"),
    ),
    # p03, p04: both have a 15/TN; p04 has one of the year before too. Its export of the morning shows the day before.
    ("2021-Q1", "p03", "hs_2021_03_15_06_30.csv"): rows(COLUMNS, dossier("15/TN")),
    ("2021-Q1", "p04", "hs_2021_03_14_06_30.csv"): rows(
        COLUMNS,
        dossier("15/TN", "31/12/2020 08:00"),
        dossier("000.04.99.H51-210301-0001"),
        dossier("000.04.99.H51-210301-0002"),
    ),
    ("2021-Q1", "p04", "hs_2021_03_15_06_30.csv"): rows(
        COLUMNS,
        dossier("15/TN", "31/12/2020 08:00"),
        dossier("15/TN", "04/01/2021 08:00"),
        dossier("000.04.99.H51-210301-0001", Ngày_YCBS="14/03/2021 09:00", Trạng_thái="Chờ bổ sung"),
        dossier("000.04.99.H51-210301-0002", due="24/03/2021 17:00"),
    ),
    # p05: three open; of the next quarter's file one is missing, one is sent back for an impossible day.
    ("2021-Q1", "p05", "hs_2021_03_15_06_30.csv"): rows(
        COLUMNS, *(dossier(f"000.05.99.H51-210301-000{number}") for number in (1, 2, 3))
    ),
    ("2021-Q2", "p05", "hs_2021_06_15_06_30.csv"): rows(
        COLUMNS,
        dossier("000.05.99.H51-210301-0002"),
        dossier("000.05.99.H51-210301-0003", "31/02/2021 08:00"),
    ),
    # p06 passes one on to the desk, which finishes it before its due day; the other stays, and the desk shows it too.
    ("2021-Q1", "p06", "hs_2021_03_15_06_30.csv"): rows(
        COLUMNS, *(dossier(f"000.06.99.H51-210301-000{number}", due="26/03/2021 17:00") for number in (1, 2))
    ),
    ("2021-Q2", "p06", "hs_2021_06_15_06_30.csv"): rows(
        COLUMNS, dossier("000.06.99.H51-210301-0002", due="26/03/2021 17:00")
    ),
    ("2021-Q2", "desk", "hs_2021_06_15_06_30.csv"): rows(
        COLUMNS,
        done("000.06.99.H51-210301-0001", "25/03/2021 09:00", Ngày_hẹn_trả="26/03/2021 17:00"),
        done("000.06.99.H51-210301-0002", "20/03/2021 09:00", Ngày_hẹn_trả="26/03/2021 17:00"),
    ),
    # p07: a name in two fields, distinguished by the file or not; an unknown procedure of a known field; a due day blanked.
    ("2021-Q1", "p07", "hs_2021_03_11_06_30.csv"): rows(COLUMNS, dossier("000.07.99.H51-210301-0004")),
    ("2021-Q1", "p07", "hs_2021_03_15_06_30.csv"): rows(
        COLUMNS,
        named("000.07.99.H51-210301-0001", "Cấp bản sao", "Đất đai"),
        named("000.07.99.H51-210301-0002", "Cấp bản sao", ""),
        named("000.07.99.H51-210301-0003", "Việc chưa có trong danh mục", "Đất đai"),
        dossier("000.07.99.H51-210301-0004", due=""),
    ),
    # p08: feedback in hand that is refused in the next quarter; an answer published in the next quarter.
    ("2021-Q1", "p08", "pakn_2021_03_15_06_30.csv"): rows(
        PAKN_COLUMNS, feedback("PA-1", "Đang giải quyết"), feedback("PA-2", "Đã trả lời", "05/03/2021")
    ),
    ("2021-Q2", "p08", "pakn_2021_06_15_06_30.csv"): rows(
        PAKN_COLUMNS,
        feedback("PA-1", "Không đủ điều kiện"),
        feedback("PA-2", "Đã công khai", "05/03/2021", "20/03/2021"),
    ),
}  # fmt: skip


def deliver(office: Path, quarter: str) -> None:
    for (period, unit, name), content in SENT.items():
        if period == quarter:
            send(office, name, content, unit, period)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_office(
        tmp_path_factory.mktemp("truth") / "office",
        office=OFFICE, profile=PROFILE, units=UNITS, fields=FIELDS, procedures=PROCEDURES, statuses=STATUSES,
        sections=SECTIONS, periods=PERIODS, obligations=OWED,
    )  # fmt: skip
    (root / "profiles" / "pakn.yaml").write_text(FEEDBACK, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def first(office: Path) -> Path:
    """Quarter I from its own files."""
    deliver(office, "2021-Q1")
    with pages_alone():
        return report_by_steps(office, "2021-Q1").report_dir


@pytest.fixture(scope="module")
def second(office: Path, first: Path) -> Path:
    """Quarter II, quarter I issued as final."""
    loaded = load_office(office)
    issue(loaded, forced(loaded, Request("2021-Q1", "final", "Người thử", "gửi quý I"), "văn phòng mẫu"))
    deliver(office, "2021-Q2")
    with pages_alone():
        return report_by_steps(office, "2021-Q2").report_dir


@pytest.fixture(scope="module")
def again(office: Path, second: Path) -> Path:
    """Quarter I asked again with the files of quarter II."""
    with pages_alone():
        return report_by_steps(office, "2021-Q1").report_dir


def asked(report: Path, query: str) -> list[tuple]:
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def cells(report: Path) -> dict[str, str]:
    """Dossier → its unit, its column of receipt and its cell of II.06a."""
    query = """
        select dossier_code, receiving_unit_id,
            case when received_online = 1 then 'c4' when received_direct_postal = 1 then 'c5' when carried_in = 1 then 'c6' end,
            case when resolved_early = 1 then 'c8' when resolved_on_time = 1 then 'c9' when resolved_overdue = 1 then 'c10'
                when pending_in_time = 1 then 'c12' when pending_overdue = 1 then 'c13' end
        from fct_dossier_period order by 1"""
    return {code: f"{unit} {received} {cell}" for code, unit, received, cell in asked(report, query)}


# Quarter I, 15/12/2020 to 14/3/2021. 0003 of p01: 5 working days from Monday 1/3 end on 8/3, it was done on 10/3.
FIRST = {
    WAITED: "p01 c5 c12",
    "000.01.99.H51-210301-0002": "p01 c5 c13",
    "000.01.99.H51-210301-0003": "p01 c5 c10",
    "000.01.99.H51-210301-0004": "p01 c5 c13",
    "000.01.99.H51-210301-0005": "p01 c5 c13",
    CODE: "p02 c5 c8",
    "p03:2021:15/TN": "p03 c5 c13",
    "p04:2020:15/TN": "p04 c5 c13",
    "p04:2021:15/TN": "p04 c5 c13",
    "000.04.99.H51-210301-0001": "p04 c5 c12",
    "000.04.99.H51-210301-0002": "p04 c5 c12",
    **{f"000.05.99.H51-210301-000{number}": "p05 c5 c13" for number in (1, 2, 3)},
    **{f"000.06.99.H51-210301-000{number}": "p06 c5 c12" for number in (1, 2)},
    **{f"000.07.99.H51-210301-000{number}": "p07 c5 c13" for number in (1, 2, 3, 4)},
}


def test_every_dossier_of_the_first_quarter_is_in_its_cell(first: Path) -> None:
    assert cells(first) == FIRST


def test_files_of_the_next_quarter_move_no_dossier_of_the_first(again: Path) -> None:
    assert cells(again) == FIRST


def test_a_dossier_passed_to_the_desk_counts_there_and_one_gone_from_the_population_nowhere(second: Path) -> None:
    found = cells(second)
    assert found["000.06.99.H51-210301-0001"] == "desk c6 c8"
    # Shown by both: the ward, which has it open; the desk's end is flagged.
    assert found["000.06.99.H51-210301-0002"] == "p06 c6 c13"
    assert "000.05.99.H51-210301-0001" not in found
    # A row that was sent back is in the file all the same.
    assert found["000.05.99.H51-210301-0003"] == "p05 c6 c13"
    assert asked(second, "select unit_name, written_code, kind, missing_file_name from rpt_dossier_gone") == [
        ("UBND Phường 5", "000.05.99.H51-210301-0001", "deleted_dossier", "hs_2021_06_15_06_30.csv")
    ]


def test_what_no_single_file_shows_is_flagged(first: Path, second: Path) -> None:
    query = "select dossier_code, flag from int_dossier_flag order by 1, 2"
    assert asked(first, query) == [
        ("000.01.99.H51-210301-0003", "missing_due_date"),
        ("000.01.99.H51-210301-0004", "missing_due_date"),
        ("000.07.99.H51-210301-0002", "procedure_in_several_fields"),
        ("000.07.99.H51-210301-0004", "due_date_blanked"),
    ]
    assert {flag for flag in asked(second, query) if flag[0].startswith(("000.05", "000.06"))} == {
        ("000.05.99.H51-210301-0001", "deleted_dossier"),
        ("000.06.99.H51-210301-0001", "unit_reassigned"),
        ("000.06.99.H51-210301-0002", "units_disagree"),
    }


def test_the_field_of_the_file_decides_between_procedures_of_one_name(first: Path) -> None:
    query = (
        "select right(dossier_code, 1), field_code from fct_dossier_period where receiving_unit_id = 'p07' order by 1"
    )
    assert asked(first, query) == [("1", "dat-dai"), ("2", "unknown"), ("3", "dat-dai"), ("4", "ho-tich")]


def test_the_written_form_of_a_code_is_kept_with_its_repair(first: Path) -> None:
    query = f"select count(*), count(repairs) from landed.case_exports where dossier_code = '{CODE}'"
    # The file of three spellings says one thing three times: one row counts, two are sent back.
    assert asked(first, query) == [(2, 1)]


def test_the_rate_is_printed_with_and_without_dossiers_of_no_due_day(first: Path) -> None:
    query = """select resolved_total, resolved_early + resolved_on_time, resolved_with_due, resolved_in_time_with_due,
        without_due, received_odd_channel, received_unknown_channel
        from form_ii_06a where scope_id = 'tp' and row_kind = 'total'"""
    # Resolved: 0003 of p01 (late by the limit) and the one of p02 (early).
    assert asked(first, query) == [(2, 1, 1, 1, 2, 1, 0)]


def test_breaks_of_the_carry_over_have_their_reasons(second: Path) -> None:
    dossiers = asked(second, "select dossier_code, side, reason_code from rpt_carry_over order by 1")
    assert ("000.05.99.H51-210301-0001", "left", "deleted_dossier") in dossiers
    assert ("000.06.99.H51-210301-0001", "moved", "unit_reassigned") in dossiers
    assert asked(second, "select feedback_code, side, reason_code from rpt_feedback_carry_over") == [
        ("p08:2021:PA-1", "left", "refused_later")
    ]


def test_feedback_refused_or_published_later_leaves_its_quarter_as_it_was(
    first: Path, second: Path, again: Path
) -> None:
    query = """select received_total, carried_in, own_resolved, own_pending, results_published
        from form_ii_05a where scope_id = 'tp' and row_kind = 'total'"""
    assert asked(first, query) == asked(again, query) == [(2, 0, 1, 1, 0)]
    # The answer of the first quarter is published in the second, which has no answer of its own: 12 is at most 9.
    assert asked(second, query) == [(0, 0, 0, 0, 0)]


def test_the_recount_finds_the_same(first: Path, second: Path, again: Path) -> None:
    for report in (first, second, again):
        result = recount(report / "warehouse.duckdb", load_layouts(report / "forms.json"))
        assert result.agrees, (result.cells[:3], result.records[:5], result.not_recounted)
