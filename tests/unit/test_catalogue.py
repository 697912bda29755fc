"""The national lists of procedures: every code as text, what their files contradict, the times their texts give.

Here: `pipelines.ingest.catalogue` and `kstt catalogue`, on small lists and on `../shared/realdata/tthc-national-lists`.
Not here: copies of the published lists.
Invariant: expected counts are those of the data set's README or a hand count of a small list.
"""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from office_folder import make_office
from shared_files import shared

from pipelines.cli import main
from pipelines.ingest.catalogue import (
    Catalogue,
    as_procedures,
    conflicts,
    differences,
    one_per_code,
    read_catalogue,
)
from pipelines.office.errors import OfficeError
from pipelines.office.reference import TABLES, load_reference

MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nDANH SÁCH THỦ TỤC HÀNH CHÍNH"
HEAD = ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"]
DETAILS = ["ma_thu_tuc", "ten_thu_tuc", "linh_vuc", "cap_thuc_hien", "cach_thuc_thuc_hien"]
WAYS = "Hình thức nộpThời gianPhí, lệ phíMô tả"
BIRTH, MARRIAGE, LAWYER, SEED = "1.001010", "1.000894", "1.002544", "1.012056"
LIST = [
    [BIRTH, "  Thủ tục   đăng ký\nkhai sinh ", "Bộ Tư pháp", "UBND cấp xã\nUBND cấp huyện", "Hộ tịch"],
    [MARRIAGE, unicodedata.normalize("NFD", "Thủ tục đăng ký kết hôn"), "Bộ Tư pháp", "UBND cấp xã", "Hộ\u00a0tịch"],
    [LAWYER, "Hợp nhất công ty luật nước ngoài", "Bộ Tư pháp", "Bộ Tư pháp", "Luật sư"],
    [SEED, "Công nhận giống cây trồng", "Bộ NNMT", "Sở NNMT", "Trồng trọt và Bảo vệ thực vật\nTrồng trọt"],
]
DETAIL_ROWS = [
    [BIRTH, "Thủ tục đăng ký khai sinh", "Hộ tịch", "Cấp xã", f"{WAYS}Trực tuyến3 Ngày làm việcMiễn phíTrực tiếp3 Ngày làm việcMiễn phí"],
    [MARRIAGE, "Thủ tục đăng ký kết hôn", "Hộ tịch", "Cấp bộ, Cấp xã", f"{WAYS}Trực tuyến5 NgàyMiễn phíTrực tiếp5 Ngày làm việcMiễn phí"],
    [LAWYER, "Hỗ trợ phát triển sản xuất cộng đồng.", "Nông nghiệp", "Cấp xã", f"{WAYS}Trực tiếp60 NgàyMiễn phí"],
    [SEED, "Công nhận giống cây trồng", "Trồng trọt và Bảo vệ thực vật", "Cấp tỉnh", f"{WAYS}Trực tiếpKhông có thông tinMiễn phí"],
]  # fmt: skip


def workbook(path: Path, rows: list[list[object]]) -> Path:
    """A list as published: a merged motto over all columns, the header on row 2."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Danh sách TTHC")
        sheet.merge_range("A1:E1", MOTTO)
        for number, row in enumerate([HEAD, *rows], start=1):
            sheet.write_row(number, 0, row)
    return path


def details(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([DETAILS, *rows])
    return path


@pytest.fixture
def lists(tmp_path: Path) -> list[Path]:
    return [workbook(tmp_path / "danh-sach.xlsx", LIST), details(tmp_path / "chi-tiet.csv", DETAIL_ROWS)]


def test_the_header_is_found_below_the_motto_and_cells_are_one_line_of_nfc(lists: list[Path]) -> None:
    rows = read_catalogue(lists[:1]).rows

    assert rows["procedure_code"].tolist() == [BIRTH, MARRIAGE, LAWYER, SEED]
    assert rows["procedure_name"].tolist()[:2] == ["Thủ tục đăng ký khai sinh", "Thủ tục đăng ký kết hôn"]
    assert rows["field_name"].tolist()[:2] == ["Hộ tịch", "Hộ tịch"]
    assert rows["source_row"].tolist() == [3, 4, 5, 6]
    assert set(rows["source_sheet"]) == {"Danh sách TTHC"}


def test_a_code_that_a_spreadsheet_made_a_number_gets_its_zeros_back(tmp_path: Path) -> None:
    rows = read_catalogue([workbook(tmp_path / "a.xlsx", [[1.00101, "Tên", "", "", "Hộ tịch"]])]).rows

    assert rows["procedure_code"].tolist() == ["1.001010"]


def test_rows_without_a_national_code_are_reported_not_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [LIST[0], ["", "Tổng cộng: 1", "", "", ""], [], ["QĐ-12", "Tên", "", "", "Hộ tịch"]]
    catalogue = read_catalogue([workbook(tmp_path / "a.xlsx", rows)])

    assert catalogue.rows["procedure_code"].tolist() == [BIRTH]
    assert catalogue.unread["source_row"].tolist() == [4, 6]
    assert catalogue.unread["value"].fillna("").tolist() == ["", "QĐ-12"]


def test_what_two_files_say_otherwise_is_reported_with_both_values(lists: list[Path]) -> None:
    found = conflicts(read_catalogue(lists))

    assert found[["procedure_code", "kind", "column", "value", "other_value"]].to_numpy().tolist() == [
        [LAWYER, "record", "field_name", "Luật sư", "Nông nghiệp"],
        [LAWYER, "record", "procedure_name", "Hợp nhất công ty luật nước ngoài", "Hỗ trợ phát triển sản xuất cộng đồng."],
        [SEED, "field", "field_name", "Trồng trọt và Bảo vệ thực vật Trồng trọt", "Trồng trọt và Bảo vệ thực vật"],
    ]  # fmt: skip
    assert found["source_file"].unique().tolist() == ["danh-sach.xlsx"]
    assert found["other_row"].tolist() == [4, 4, 5]


def test_of_two_files_the_first_named_counts(lists: list[Path]) -> None:
    first, last = one_per_code(read_catalogue(lists)), one_per_code(read_catalogue(lists[::-1]))

    def name(table: pd.DataFrame) -> str:
        return table.set_index("procedure_code").loc[LAWYER, "procedure_name"]

    assert name(first) == "Hợp nhất công ty luật nước ngoài"
    assert name(last) == "Hỗ trợ phát triển sản xuất cộng đồng."


def test_time_and_level_are_not_taken_from_another_procedures_record(lists: list[Path]) -> None:
    table = one_per_code(read_catalogue(lists)).set_index("procedure_code")

    assert table["time_state"].to_dict() == {BIRTH: "one", MARRIAGE: "by_channel", LAWYER: "not_reported", SEED: "none"}
    assert (table.loc[BIRTH, "time_value"], table.loc[BIRTH, "time_unit"]) == (3.0, "working_day")
    assert table["time_value"].notna().sum() == 1
    assert table.loc[SEED, "level"] == "Cấp tỉnh"
    assert pd.isna(table.loc[LAWYER, "level"])


@pytest.mark.parametrize(
    ("text", "state", "times"),
    [
        ("Trực tiếp10 Ngày làm việcMiễn phí", "one", [("Trực tiếp", 10, "working_day")]),
        ("Trực tiếp10 NgàyMiễn phí", "one", [("Trực tiếp", 10, "calendar_day")]),
        ("Trực tiếp02 Giờ50,000 VNĐ", "one", [("Trực tiếp", 2, "hour")]),
        ("Trực tiếp0,5 Ngày làm việcMiễn phí", "one", [("Trực tiếp", 0.5, "working_day")]),
        ("Dịch vụ bưu chính\t6 Tháng\tPhí", "one", [("Dịch vụ bưu chính", 6, "month")]),
        (
            "Trực tuyến3 Ngày làm việcMiễn phíTrực tiếp5 Ngày làm việcMiễn phí",
            "by_channel",
            [("Trực tuyến", 3, "working_day"), ("Trực tiếp", 5, "working_day")],
        ),
        (
            "Trực tuyến10 Ngày làm việcMiễn phíTrực tiếp10 NgàyMiễn phí",
            "by_channel",
            [("Trực tuyến", 10, "working_day"), ("Trực tiếp", 10, "calendar_day")],
        ),
        (
            "Trực tuyến3 NgàyMiễn phíTrực tuyến10 NgàyMiễn phí",
            "within_channel",
            [("Trực tuyến", 3, "calendar_day"), ("Trực tuyến", 10, "calendar_day")],
        ),
        ("Trực tuyến1Miễn phíTrực tiếp3 NgàyMiễn phí", "no_unit", [("Trực tiếp", 3, "calendar_day")]),
        ("Trực tuyến220 VNĐTrực tiếp3 NgàyMiễn phí", "one", [("Trực tiếp", 3, "calendar_day")]),
        ("Trực tuyến5,000,000 Việt Nam ĐồngTrực tiếp3 NgàyMiễn phí", "one", [("Trực tiếp", 3, "calendar_day")]),
        ("Trực tiếpKhông có thông tinMiễn phítrong 05 ngày làm việc", "none", []),
        ("Trực tiếp1Miễn phí", "none", []),
        ("", "not_reported", []),
    ],
)
def test_times_are_read_per_channel_with_their_unit(
    text: str, state: str, times: list[tuple[str, float, str]], tmp_path: Path
) -> None:
    noted = f"{WAYS}{text}" if text else ""
    catalogue = read_catalogue([details(tmp_path / "a.csv", [[BIRTH, "Tên", "Hộ tịch", "Cấp xã", noted]])])

    assert catalogue.rows["time_state"].tolist() == [state]
    found = catalogue.times[["channel", "time_value", "time_unit"]].itertuples(index=False, name=None)
    assert list(found) == times


def test_the_table_has_the_shape_of_the_offices_own(lists: list[Path], tmp_path: Path) -> None:
    reference = load_reference(make_office(tmp_path / "don-vi") / "reference")
    procedures = as_procedures(one_per_code(read_catalogue(lists)), reference["fields"])
    of = procedures.set_index("procedure_code")

    assert list(procedures.columns) == list(TABLES["procedures"].columns)
    assert of.loc[BIRTH].to_dict() == {
        "procedure_id": BIRTH,
        "procedure_name": "Thủ tục đăng ký khai sinh",
        "field_code": "ho-tich",
        "competent_level": "ward",
        "time_value": "3",
        "time_unit": "working_day",
        "valid_from": "",
        "valid_to": "",
    }
    assert of.loc[LAWYER, ["field_code", "competent_level", "time_value", "time_unit"]].tolist() == ["", "", "", ""]


OWN = pd.DataFrame(
    [
        (BIRTH, "Đăng ký khai sinh", "ho-tich", "0", "same_day"),
        (MARRIAGE, "Đăng ký kết hôn tại xã", "ho-tich", "5", "working_day"),
        (SEED, "Công nhận giống cây trồng", "ho-tich", "", ""),
        ("9.000001", "Thủ tục riêng", "ho-tich", "", ""),
        ("", "Thủ tục chưa có mã", "ho-tich", "", ""),
    ],
    columns=["procedure_code", "procedure_name", "field_code", "time_value", "time_unit"],
)


def test_what_the_office_has_otherwise_is_reported_code_by_code(lists: list[Path]) -> None:
    fields = pd.DataFrame({"field_code": ["ho-tich"], "field_name": ["Hộ tịch"]})
    found = differences(one_per_code(read_catalogue(lists)), OWN, fields)

    assert found.to_numpy().tolist() == [
        [MARRIAGE, "procedure_name", "Đăng ký kết hôn tại xã", "Thủ tục đăng ký kết hôn"],
        [BIRTH, "time", "0 same_day", "3 working_day"],
        [SEED, "field_name", "Hộ tịch", "Trồng trọt và Bảo vệ thực vật Trồng trọt"],
        ["9.000001", "code", "Thủ tục riêng", ""],
    ]


def test_the_command_prints_counts_and_conflicts_and_writes_where_it_is_asked(
    lists: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = make_office(tmp_path / "don-vi")
    before = (office / "reference" / "procedures.csv").read_bytes()
    out = tmp_path / "danh-muc.csv"

    assert main(["--office", str(office), "catalogue", *map(str, lists), "--against", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "danh-sach.xlsx: 4 thủ tục, 3 lĩnh vực" in printed
    assert "Tất cả: 4 mã thủ tục, trong đó 0 mã chỉ có ở một tệp." in printed
    assert "khác nhau ở 2 mã: 1 mã chỉ khác lĩnh vực, 1 mã mang bản ghi của thủ tục khác" in printed
    assert f"{LAWYER}, lĩnh vực: «Luật sư» (danh-sach.xlsx, dòng 5) ≠ «Nông nghiệp» (chi-tiet.csv, dòng 4)" in printed
    assert "khác nhau giữa các kênh nộp: 1" in printed
    assert "1.001193: không có trong các danh sách đã đưa («Đăng ký khai sinh»)" in printed
    assert unicodedata.is_normalized("NFC", printed)
    written = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert written["procedure_code"].tolist() == [BIRTH, MARRIAGE, LAWYER, SEED]
    assert (office / "reference" / "procedures.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["khong-co.xlsx"], "Không có tệp"),
        (["la.csv"], "không trang nào có dòng tiêu đề với đủ các cột «Mã số», «Tên», «Lĩnh vực»"),
        (["trong.csv"], "Tệp trong.csv: "),
        (["danh-sach.xlsx", "--out", "la.csv"], "không ghi đè"),
        (["danh-sach.xlsx", "--out", "khong-co/a.csv"], "Không có thư mục"),
        (["danh-sach.xlsx", "--against", "khong-co"], "Thiếu bảng danh mục"),
    ],
)
def test_a_list_that_cannot_be_used_is_reported_in_a_sentence(
    lists: list[Path],
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "la.csv").write_text("Tên;Ngày\nA;B\n", encoding="utf-8")
    (tmp_path / "trong.csv").write_bytes(b"")
    office = make_office(tmp_path / "don-vi")
    monkeypatch.chdir(tmp_path)

    assert main(["--office", str(office), "catalogue", *words]) == 1
    assert message in capsys.readouterr().err
    assert (tmp_path / "la.csv").read_text(encoding="utf-8") == "Tên;Ngày\nA;B\n"


def test_a_missing_file_is_an_error_of_the_officers() -> None:
    with pytest.raises(OfficeError, match="Không có tệp"):
        read_catalogue([Path("khong-co.xlsx")])


@pytest.fixture(scope="module")
def published() -> Catalogue:
    folder = shared("realdata/tthc-national-lists")
    return read_catalogue([*sorted(folder.glob("*.xlsx")), folder / "tthc-chi-tiet.csv"])


@pytest.mark.parametrize(
    ("name", "procedures"),
    [
        ("danh-sach-tthc-BoTuPhap.xlsx", 271),
        ("danh-sach-tthc-BoTaiChinh.xlsx", 706),
        ("danh-sach-tthc-NongNghiepvaMoiTruong.xlsx", 537),
        ("danh-sach-tthc-BoCongAn.xlsx", 339),
        ("tthc-chi-tiet.csv", 1_853),
    ],
)
def test_each_published_file_has_the_procedures_the_readme_counts(
    published: Catalogue, name: str, procedures: int
) -> None:
    rows = published.rows[published.rows["source_file"] == name]

    assert len(rows) == rows["procedure_code"].nunique() == procedures
    assert len(published.unread) == 0


def test_all_1853_codes_are_on_both_sides_and_none_is_shortened(published: Catalogue) -> None:
    codes = published.rows.groupby("procedure_code")["source_file"].nunique()

    assert len(codes) == 1_853
    assert set(codes) == {2}
    assert codes.index.str.fullmatch(r"\d\.\d{6}").all()
    assert codes.index.str.endswith("0").sum() == 192


def test_every_text_of_the_lists_is_nfc_with_single_blanks(published: Catalogue) -> None:
    texts = pd.concat(
        [published.rows[name].dropna() for name in ("procedure_name", "field_name", "level", "time_text")]
    )

    assert texts.map(lambda text: unicodedata.is_normalized("NFC", text)).all()
    assert (texts == texts.str.split().str.join(" ")).all()
    assert published.rows.loc[published.rows["source_file"] == "tthc-chi-tiet.csv", "field_name"].nunique() == 112


def test_the_23_codes_on_which_the_lists_differ_are_6_fields_and_17_foreign_records(published: Catalogue) -> None:
    found = conflicts(published)
    kinds = found.drop_duplicates("procedure_code").set_index("procedure_code")["kind"]
    foreign = found[(found["kind"] == "record") & (found["column"] == "procedure_name")]

    assert kinds.value_counts().to_dict() == {"record": 17, "field": 6}
    assert {"1.012056", "1.003618"} <= set(kinds.index[kinds == "field"])
    assert {"3.000331", "3.000332", "3.000283", "3.000285", "3.000286"} <= set(kinds.index[kinds == "record"])
    assert foreign["source_file"].value_counts().to_dict() == {
        "danh-sach-tthc-BoCongAn.xlsx": 16,
        "danh-sach-tthc-BoTuPhap.xlsx": 1,
    }
    assert sorted(foreign["other_value"].value_counts()) == [7, 10]
    assert (foreign["other_value"] == "Hỗ trợ phát triển sản xuất cộng đồng.").sum() == 10
    assert set(found["other_file"]) == {"tthc-chi-tiet.csv"}


def test_times_with_a_unit_are_those_the_readme_counts(published: Catalogue) -> None:
    states = published.rows["time_state"]

    assert published.times["time_unit"].value_counts().to_dict() == {
        "working_day": 2_922,
        "calendar_day": 856,
        "hour": 88,
        "month": 11,
    }
    assert (states == "none").sum() == 419
    assert (states == "not_reported").sum() == 1_853  # the workbooks have no times
    assert states.isin(["one", "by_channel", "within_channel", "no_unit"]).sum() == 1_853 - 419


def test_a_time_is_given_only_where_the_list_has_one(published: Catalogue) -> None:
    """Of 1.434 texts with a time 155 give several, 9 a bare number beside it, and 17 are other procedures' records."""
    table = one_per_code(published)
    given = table[table["time_value"].notna()]
    foreign = set(conflicts(published).query("kind == 'record'")["procedure_code"])

    assert len(table) == 1_853
    assert len(given) == 1_434 - 155 - 9 - 17
    assert set(given["time_state"]) == {"one"}
    assert not set(given["procedure_code"]) & foreign
    assert given["time_unit"].isin(TABLES["procedures"].choices["time_unit"]).all()


@pytest.mark.parametrize(("code", "field"), [("1.001193", "Hộ tịch"), ("2.000815", "Chứng thực")])
def test_well_known_procedures_are_in_their_field_at_the_wards(published: Catalogue, code: str, field: str) -> None:
    row = one_per_code(published).set_index("procedure_code").loc[code]

    assert row["field_name"] == field
    assert "Cấp xã" in row["level"]
