"""`kstt init` and `kstt profile`: a new office from flags or from exports, and a profile from a strange file.

Here: what is written, what is not matched, what is refused. Not here: a whole quarter of a new office (pipeline/).
Invariant: whatever init writes passes the check; nothing that is there is written over.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from office_folder import make_office
from sample_copy import REPOSITORY
from shared_files import shared

from pipelines.cli import main
from pipelines.office.settings import load_office
from pipelines.periods.calendar import days_off, working_calendar
from pipelines.setup.check import check_office
from pipelines.setup.draft import draft
from pipelines.setup.starter import FOLDER, kind_of, plain_name, slug

pytestmark = pytest.mark.slow  # each test makes an office
NAME = ["--name", "UBND thành phố Bình Minh"]
THREE = ["--unit", "Phường An Hòa", "--unit", "tl=Xã Tân Lập", "--unit", "đặc khu Hòn Ngọc"]
EXPORT = (
    "Mã hồ sơ;Mã TTHC;Tên thủ tục hành chính;Lĩnh vực;Đơn vị tiếp nhận;Chủ hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái\n"
    "H51-1;1.001193;Đăng ký khai sinh;Hộ tịch;UBND xã Tân Lập;NGƯỜI-THỬ;01/07/2026;01/07/2026;01/07/2026;Đã trả kết quả\n"
    "H51-2;9.123456;Cấp phép thử;Thử nghiệm;UBND P.07;NGƯỜI-THỬ;02/07/2026;03/07/2026;;Chờ ký số\n"
    "H51-3;9.123456;Cấp phép thử;Thử nghiệm;Tổ dân phố;NGƯỜI-THỬ;02/07/2026;03/07/2026;;Chờ ký số\n"
)


def table(root: Path, name: str) -> list[dict[str, str]]:
    with (root / "reference" / f"{name}.csv").open(encoding="utf-8") as source:
        return list(csv.DictReader(source))


def test_a_new_two_tier_office_passes_the_check_and_has_a_folder_a_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "bình minh"
    assert main(["init", str(root), *NAME, *THREE, "--first-period", "2026-Q3", "--parent", 'Bộ "A": #1']) == 0
    assert check_office(root).faults == ()
    office = load_office(root)
    assert office.settings.office.parent_name == 'Bộ "A": #1'
    units = office.reference["units"].set_index("unit_id")
    assert list(units[units["unit_kind"] == "ward"].index) == ["phuong-an-hoa", "tl", "dac-khu-hon-ngoc"]
    assert units.loc["tl", "name_vi"] == "UBND xã Tân Lập"
    assert not any("Phòng" in name for name in units["name_vi"])  # the district level has none any more
    assert {path.name for path in (root / "inbox" / "2026-Q3").iterdir()} >= {"phuong-an-hoa", "tl", "trung-tam"}
    assert [row["period_id"] for row in table(root, "periods")][:4] == ["2026-Q3", "2026-Q4", "2026-9M", "2026-Y"]
    assert {row["valid_from"] for row in table(root, "sections")} == {"2025-07-01"}
    labels = {row["label"] for row in table(root, "sections") if row["scheme"] == "level"}
    assert labels == {"TTHC thuộc thẩm quyền giải quyết của cấp tỉnh", "TTHC thuộc thẩm quyền giải quyết của cấp xã"}
    assert "init" in capsys.readouterr().out or (root / "README.md").is_file()


def test_a_new_office_of_before_has_departments_and_ends_with_the_district_level(tmp_path: Path) -> None:
    root = tmp_path / "a"
    assert main(["init", str(root), *NAME, "--unit", "Phường 1", "--first-period", "2021-Q1", "--owes", "core"]) == 0
    assert check_office(root).faults == ()
    assert {row["valid_to"] for row in table(root, "units")} == {"2025-06-30"}
    assert {row["stream"] for row in table(root, "obligations")} == {"case_exports"}
    assert "Phòng Tư pháp" in {row["name_vi"] for row in table(root, "units")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*NAME, "--first-period", "2026-Q3"], "Chưa có phường, xã nào"),
        ([*NAME, *THREE], "Thiếu --first-period"),
        ([*THREE, "--first-period", "2026-Q3"], "Thiếu --name"),
        ([*NAME, *THREE, "--first-period", "2026-Q5"], "phải viết dạng 2026-Q3"),
        ([*NAME, *THREE, "--first-period", "2026-Q3", "--structure", "before"], "--structure two-tier"),
        ([*NAME, *THREE, "--first-period", "2021-Q1", "--structure", "two-tier"], "--structure before"),
        ([*NAME, "--unit", "An Hòa", "--first-period", "2026-Q3"], "viết cả loại trước tên"),
        ([*NAME, "--unit", "Phường A", "--unit", "a=phường A", "--first-period", "2026-Q3"], "trùng tên hoặc mã"),
        ([*NAME, *THREE, "--first-period", "2026-Q3", "--from", "không-có.csv"], "Không có tệp"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "a"), *arguments]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_a_folder_with_files_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    assert main(["init", str(tmp_path), *NAME, *THREE, "--first-period", "2026-Q3"]) == 1
    assert "không ghi đè" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_exports_give_units_fields_procedures_and_a_profile_and_name_what_is_not_matched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "Kết xuất_2026_09_10.csv"
    export.write_text(EXPORT, encoding="utf-8")
    root = tmp_path / "office"
    arguments = [*NAME, "--unit", "tl=Xã Tân Lập", "--first-period", "2026-Q3", "--from", str(export)]
    assert main(["init", str(root), *arguments]) == 0
    said = capsys.readouterr().out
    assert "thủ tục «Cấp phép thử» (9.123456): không có trong danh mục" in said
    assert "đơn vị «Tổ dân phố» (1 dòng): không rõ loại" in said
    assert "1 từ ở cột status" in said
    assert "NGƯỜI-THỬ" not in said
    office = load_office(root)
    assert check_office(root).faults == ()
    assert {"tl", "phuong-7"} <= set(office.reference["units"]["unit_id"])
    procedures = office.reference["procedures"].set_index("procedure_code")
    assert procedures.loc["9.123456", "field_code"] == "thu-nghiem"
    assert len(procedures.loc[["1.001193"]]) == 1
    (profile,) = office.profiles
    moment = profile.named_moment(export.name)
    assert profile.fits("tl", export.name) and moment is not None and moment.date() == dt.date(2026, 9, 10)
    assert not any("NGƯỜI-THỬ" in path.read_text(encoding="utf-8") for path in root.rglob("*") if path.is_file())


def test_a_national_list_gives_name_level_and_time_of_what_exports_name(tmp_path: Path) -> None:
    listed = shared("realdata/tthc-national-lists/danh-sach-tthc-BoTuPhap.xlsx")
    known = {row["procedure_code"] for row in csv.DictReader((FOLDER / "procedures.csv").open(encoding="utf-8"))}
    from pipelines.ingest.catalogue import one_per_code, read_catalogue

    rows = one_per_code(read_catalogue([listed]))
    code, name = next((row[0], row[1]) for row in rows.itertuples(index=False) if row[0] not in known)
    export = tmp_path / "a.csv"
    export.write_text(EXPORT.replace("9.123456", code).replace("Cấp phép thử", "tên viết khác"), encoding="utf-8")
    root = tmp_path / "office"
    assert (
        main(["init", str(root), *NAME, *THREE, "--first-period", "2026-Q3", "--from", str(export), str(listed)]) == 0
    )
    found = {row["procedure_code"]: row for row in table(root, "procedures")}
    assert found[code]["procedure_name"] == name
    assert found[code]["note"] == "theo danh mục quốc gia"


@pytest.mark.parametrize(
    ("name", "kind", "plain"),
    [
        ("UBND Phường 01", "ward", "Phường 1"),
        ("P.7", "ward", "Phường 7"),
        ("Ủy ban nhân dân xã Tân Lập", "ward", "xã Tân Lập"),
        ("Trung tâm Phục vụ hành chính công", "one_stop_desk", "Trung tâm Phục vụ hành chính công"),
        ("Công an phường 1", "vertical_agency", "Công an phường 1"),
        ("Phòng Tư pháp", "department", "Phòng Tư pháp"),
        ("Tổ 5", None, "Tổ 5"),
    ],
)
def test_the_kind_of_a_unit_is_read_from_its_name(name: str, kind: str | None, plain: str) -> None:
    assert (kind_of(name), plain_name(name)) == (kind, plain)


def test_ids_are_letters_without_marks() -> None:
    assert slug("Đặc khu Phú Quốc – số 2") == "dac-khu-phu-quoc-so-2"


def test_the_starter_holidays_are_those_of_the_domain_to_2025() -> None:
    columns = ["date", "kind", "name_vi"]
    domain = pd.read_csv(shared("domain/data/holidays.csv"))[columns].apply(tuple, axis=1)
    starter = pd.read_csv(FOLDER / "holidays.csv")[columns].apply(tuple, axis=1)
    assert set(domain) == {row for row in starter if row[0] < "2026"}


def test_every_weekday_holiday_of_2026_and_2027_is_off_and_every_swap_is_even() -> None:
    """Article 111(3): a fixed holiday on a weekend is made up on the next working day; a swapped day is worked."""
    holidays = pd.read_csv(FOLDER / "holidays.csv", parse_dates=["date"])
    for year in (2026, 2027):
        of_year = holidays[holidays["date"].dt.year == year]
        off = days_off(working_calendar(holidays, dt.date(year, 1, 1), dt.date(year, 12, 31)))
        fixed = of_year[of_year["kind"] == "public_holiday"]["date"].dt.date
        on_weekend = [day for day in fixed if day.weekday() > 4]
        tet = of_year[of_year["kind"] == "tet"]["date"].dt.date
        made_up = of_year[of_year["kind"] == "compensatory_day"]
        assert len(made_up) == len(on_weekend) + sum(day.weekday() > 4 for day in tet)
        assert set(fixed) <= off and len(tet) == 5
        kinds = of_year["kind"].value_counts()
        assert kinds.get("swapped_day_off", 0) == kinds.get("makeup_working_day", 0)
    assert holidays["decision"].notna().all()


@pytest.mark.parametrize("name", ["statuses", "index_components"])
def test_the_national_tables_of_the_starter_are_those_of_the_sample(name: str) -> None:
    sample = REPOSITORY / "sample_office" / "reference" / f"{name}.csv"
    assert (FOLDER / f"{name}.csv").read_bytes() == sample.read_bytes()


def test_a_profile_is_drafted_tried_and_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office, path = make_office(tmp_path / "office"), tmp_path / "Kết xuất_2021_03_10.csv"
    path.write_text(EXPORT.replace("/2026", "/2021").replace("/07/", "/03/"), encoding="utf-8")
    arguments = ["--office", str(office), "profile", str(path), "--unit", "p01", "--write"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "Dòng: 3 = nhận" in said or "✓ Tệp đọc được." in said
    assert "Từ chưa biết ở cột status: «Chờ ký số»" in said
    assert "NGƯỜI-THỬ" not in said
    written = office / "profiles" / "ket-xuat.yaml"
    assert written.is_file() and check_office(office).faults == ()
    content = written.read_bytes()
    assert main(arguments) == 0
    assert "Chép những dòng có dấu #" in capsys.readouterr().out
    assert written.read_bytes() == content
    assert main(["--office", str(office), "profile", str(path), "--unit", "p1"]) == 1
    assert "gần nhất: «p01»" in capsys.readouterr().err


STRANGE = """Số hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Xong lúc;Trả kết quả lúc;Tình trạng xử lý;Nơi nộp
H-1;01/03/2021;05/03/2021;04/03/2021;05/03/2021;Đã xong;Quầy 1
H-2;02/03/2021;06/03/2021;;;Chờ lãnh đạo;Quầy 2
H-3;02/03/2021;06/03/2021;05/03/2021;06/03/2021;Đã xong;Quầy 1
H-4;03/03/2021;08/03/2021;;;Chờ lãnh đạo;Quầy 1
"""


def test_headers_nobody_knows_are_guessed_by_what_they_are_most_like(tmp_path: Path) -> None:
    """A list of words under an unknown head is the status, with all its words to fill in; the day a result was given is
    not the day it was ready, though only that one is required."""
    path = tmp_path / "Sổ_2021_03_10.csv"
    path.write_text(STRANGE, encoding="utf-8")
    drafted = draft(path, None)
    assert drafted is not None
    assert drafted.found.guessed["status"] == "Tình trạng xử lý"
    assert drafted.found.guessed["delivered_at"] == "Trả kết quả lúc"
    assert drafted.found.guessed["finished_at"] == "Xong lúc"
    assert drafted.words["status"] == ["Đã xong", "Chờ lãnh đạo"]
    assert '#    "Chờ lãnh đạo": ?' in drafted.text


def test_a_profile_drafted_again_begins_with_what_the_officer_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office, path = make_office(tmp_path / "office"), tmp_path / "Sổ_2021_03_10.csv"
    path.write_text(STRANGE, encoding="utf-8")
    arguments = ["--office", str(office), "profile", str(path), "--unit", "p01", "--write"]
    main(arguments)
    (written,) = (item for item in (office / "profiles").glob("*.yaml") if item.name != "so-theo-doi.yaml")
    head, values = written.read_text(encoding="utf-8").split("#values:\n")
    filled = "".join(line.removeprefix("#") + "\n" for line in ["#values:", *values.splitlines()])
    filled = filled.replace('"Đã xong": ?', '"Đã xong": result_ready')
    filled = "".join(line for line in filled.splitlines(keepends=True) if "Chờ lãnh đạo" not in line)
    written.write_text(head.replace("Nguồn của tệp", "Sổ của phường, tệp") + filled, encoding="utf-8")
    capsys.readouterr()
    main(arguments)
    said = capsys.readouterr().out
    assert "title: Sổ của phường, tệp" in said
    assert '    "Đã xong": result_ready' in said
    assert '    # "Chờ lãnh đạo": ?' in said
    assert "phỏng đoán" not in said.partition("Đọc thử")[0]


def test_column_numbers_below_a_header_are_no_words(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head, *rows = EXPORT.splitlines()
    path.write_text("\n".join([head, "(1);(2);(3);(4);(5);(6);(7);(8);(9);(10)", *rows]), encoding="utf-8")
    found = draft(path, None)
    assert found is not None
    assert found.words == {"status": ["Chờ ký số"]}
    assert found.cells("field_name")[("Hộ tịch",)] == 1
