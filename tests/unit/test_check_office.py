"""`kstt check` names everything that is wrong in an office folder at once, and what will run out.

Here: a tiny office with many faults planted. Not here: how a single table or file is checked (test_reference_tables).
Invariant: each planted fault is named with file, line and what is allowed, whatever the others are.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from office_folder import OFFICE, PROFILE, TABLES, make_office, send
from sample_copy import REPOSITORY

from pipelines import cli
from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.setup.check import check_office, form_ids
from pipelines.setup.supply import endings
from pipelines.setup.unused import unused

# Line 3 of the text is `name`, for it begins with an empty line.
WRONG_OFFICE = (
    OFFICE.format(clock="null").replace("switches: {}", "switches:\n  closing_event: finished\n  null_chanel: direct")
    + "number: {percent_decimals: many}\n"
)


def faults_of(root: Path) -> str:
    return "\n".join(check_office(root).faults)


def test_faults_of_every_file_are_named_together(tmp_path: Path) -> None:
    root = make_office(
        tmp_path / "office",
        office=WRONG_OFFICE,
        profile=PROFILE + "labels: {dossier_cod: [Mã]}\n",
        units=TABLES["units"].replace("Phường 2,ward", "Phường 2,wards"),
        holidays="date,kind,name_vi\n2021-13-01,tet,Tết\n",
    )
    (root / "reference" / "holiday.csv").write_text("date\n", encoding="utf-8")
    (root / "profiles" / "b.yml").write_text("profile_id: b\n", encoding="utf-8")
    (root / "correction.yaml").write_text("[]\n", encoding="utf-8")
    said = faults_of(root)
    for wanted in (
        "office.yaml, dòng 7, cột 3, khóa «switches.closing_event»",
        "'finished_at' or 'delivered_at'; gần nhất: «finished_at»",
        "office.yaml, dòng 8, cột 3, khóa «switches.null_chanel»",
        "gần nhất: «null_channel»",
        "khóa «number.percent_decimals»: giá trị 'many': phải là số nguyên",
        "profiles/so-theo-doi.yaml, dòng 7, cột 10, khóa «labels.dossier_cod»",
        "gần nhất: «dossier_code»",
        "reference/units.csv, dòng 4, cột unit_kind: «wards»",
        "gần nhất: «ward»",
        "reference/holidays.csv, dòng 2, cột date: «2021-13-01»",
        "reference/holiday.csv: không có bảng này",
        "gần nhất: «holidays.csv»",
        "profiles/b.yml: hồ sơ nguồn phải có đuôi .yaml",
        "correction.yaml: phần mềm không đọc",
        "gần nhất: «corrections.yaml»",
    ):
        assert wanted in said, said


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (
            {"office": OFFICE.format(clock="null") + "switches: {}\n"},
            "office.yaml, dòng 7, cột 1, khóa «switches»: viết hai lần",
        ),
        (
            {"office": OFFICE.format(clock="null") + "forms_enabled: [II.06]\n"},
            "office.yaml, dòng 7, cột 17, khóa «forms_enabled.0»: không có biểu «II.06»",
        ),
        (
            {"office": OFFICE.format(clock="null").replace("unit_id: tp", "unit_id: tpp")},
            "office.yaml, dòng 4, cột 3, khóa «office.unit_id»: «tpp» không có; gần nhất: «tp».",
        ),
        (
            {"profile": PROFILE.replace('["*"]', "[p01, p7]")},
            "so-theo-doi.yaml, dòng 5, cột 22, khóa «match.units.1»: «p7» không có",
        ),
        (
            {"profile": PROFILE + "values: {status: {Xong: finished}}\n"},
            "profiles/so-theo-doi.yaml, dòng 7, cột 19, khóa «values.status.Xong»: không có «finished»",
        ),
        ({"office": "office: {name: [\n"}, "office.yaml không đọc được (YAML sai cú pháp): dòng"),
        (
            {"units": TABLES["units"].replace("valid_to\n", "valid_to,colour\n").replace(",,\n", ",,,\n")},
            "reference/units.csv, dòng 1, cột colour: không có cột này",
        ),
    ],
    ids=["key twice", "form", "unit", "unit of a profile", "word of a profile", "not YAML", "column"],
)
def test_a_fault_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, changes: dict[str, str], wanted: str
) -> None:
    assert wanted in faults_of(make_office(tmp_path / "office", **changes))


def test_two_profiles_of_one_id_and_words_of_no_period_are_faults(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    shutil.copy(root / "profiles" / "so-theo-doi.yaml", root / "profiles" / "z.yaml")
    (root / "words").mkdir()
    (root / "words" / "2021-Q5.md").write_text("## II.3\nx\n", encoding="utf-8")
    said = faults_of(root)
    assert "profiles/z.yaml, dòng 2, cột 1, khóa «profile_id»: «so-theo-doi» đã là mã của" in said
    assert "words/2021-Q5.md: tên phải là" in said


@pytest.mark.parametrize("office", ["sample_office", "tests/offices/map-2024-2025", "tests/offices/boston"])
def test_the_offices_of_the_repository_have_no_fault(office: str) -> None:
    assert check_office(REPOSITORY / office).faults == ()


@pytest.mark.parametrize(
    ("table", "text", "wanted"),
    [
        (
            "targets",
            "form_id,row_code,column_name,operator,value,valid_from,valid_to,evidence\nII.6a,,x,>=,5,,,A\n",
            "reference/targets.csv, dòng 2, cột form_id: không có biểu «II.6a»; gần nhất: «II.06a»",
        ),
        (
            "unit_codes",
            "unit_id,code_part\np01,000.01.99.H51\np02,H51.2\np02,000.02.99.51\n",
            "reference/unit_codes.csv, dòng 4, cột code_part: «000.02.99.51» không phải phần đầu của một mã hồ sơ",
        ),
    ],
)
def test_a_table_that_names_what_there_is_none_of_is_a_fault(
    tmp_path: Path, table: str, text: str, wanted: str
) -> None:
    root = make_office(tmp_path / "office")
    (root / "reference" / f"{table}.csv").write_text(text, encoding="utf-8")
    (fault,) = check_office(root).faults
    assert fault.startswith(wanted)


def test_an_office_in_which_nobody_owes_anything_is_told(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", obligations="unit_id,stream,valid_from,valid_to\n")
    assert any(
        "obligations.csv không có dòng nào" in item.sentence for item in endings(load_office(root), dt.date(2021, 3, 1))
    )


def test_the_forms_the_check_knows_are_those_of_the_models() -> None:
    assert {"II.06a", "II.05a", "II.08"} <= form_ids()


@pytest.mark.parametrize(
    ("today", "keys"),
    [
        (dt.date(2020, 12, 20), {"periods:2021-03-14"}),
        (dt.date(2021, 3, 20), {"periods:2021-03-14"}),
        (dt.date(2021, 10, 1), {"periods:2021-03-14", "holidays:2022"}),
    ],
)
def test_periods_and_holidays_that_end_are_told_a_quarter_ahead(tmp_path: Path, today: dt.date, keys: set[str]) -> None:
    office = load_office(make_office(tmp_path / "office", holidays=TABLES["holidays"] + "2020-01-01,tet,Tết\n"))
    assert {item.key for item in endings(office, today)} == keys


def test_a_procedure_without_a_successor_is_told_and_one_with_is_not(tmp_path: Path) -> None:
    table = TABLES["procedures"].replace("same_day,,", "same_day,,2021-03-31")
    office = load_office(make_office(tmp_path / "a", procedures=table))
    assert any("1.001193" in item.sentence for item in endings(office, dt.date(2021, 3, 1)))
    more = table + "1.001193-moi,1.001193,Đăng ký khai sinh,ho-tich,ward,0,same_day,2021-04-01,\n"
    office = load_office(make_office(tmp_path / "b", procedures=more))
    assert not any("1.001193" in item.sentence for item in endings(office, dt.date(2021, 3, 1)))


def test_what_no_file_used_is_named_once_files_have_come(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    (root / "profiles" / "z.yaml").write_text(
        PROFILE.replace("so-theo-doi", "khong-dung").replace("*.csv", "*.ods"), "utf-8"
    )
    assert list(unused(load_office(root))) == []
    send(root, "so_2021_03_10.csv", "Mã hồ sơ,Ngày tiếp nhận\n1,10/03/2021\n".encode())
    office = load_office(root)
    receive_inbox(office)
    said = "\n".join(unused(office))
    assert "«khong-dung»" in said
    assert "«p02»" in said
    assert "«p01»" not in said


def test_the_command_gives_code_one_for_a_fault_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = make_office(tmp_path / "good"), make_office(tmp_path / "bad", office="office: {}\n")
    assert cli.main(["--office", str(good), "check"]) == 0
    assert "không có chỗ sai" in capsys.readouterr().out
    assert cli.main(["--office", str(bad), "check"]) == 1
    assert "office.yaml, dòng 1, cột 1, khóa «office.name»: thiếu khóa bắt buộc này" in capsys.readouterr().out


def test_columns_and_words_nothing_reads_are_told_before_a_file_is_received(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path / "office")
    head = "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái;Tên cột lạ\n"
    row = "000.01.H51-210301-0001;01/03/2021;05/03/2021;;{};gì đó\n"
    send(root, "So_2021_03_15.csv", (head + row.format("Chờ ký số")).encode())
    send(root, "Sach_2021_03_15.csv", (head.replace(";Tên cột lạ", "") + row[:-7].format("Đang xử lý") + "\n").encode())
    assert cli.main(["--office", str(root), "check"]) == 0
    said = capsys.readouterr().out
    assert "! 1 tệp chờ nhận có chỗ không được đọc:" in said
    assert (
        "«2021-Q1/p01/So_2021_03_15.csv»: cột không được đọc: «Tên cột lạ»; "
        "từ chưa biết ở cột «Trạng thái»: «Chờ ký số». Xem và sửa: kstt profile" in said
    )
