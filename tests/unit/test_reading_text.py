"""Text of old fonts and code pages, and dates a spreadsheet has exchanged (BUGS 18-22; domain/09 9.3, 9.5).

Here: single texts, columns, whole small files. Not here: formats.
Invariant: what is changed is shown with its original; a healthy column is never touched.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
import yaml
from shared_files import shared
from test_reading import HEAD, PROFILE, ROW, read, text_file, workbook

from pipelines.ingest.vietnamese import from_tcvn3, from_vni, is_syllable, restore, words_with_marks
from pipelines.paths import REPOSITORY

# domain/data/header_synonyms.yaml, legacy_encoding_samples.
SAMPLES = [
    ("Hồ sơ", "Hå s¬", "Hoà sô"),
    ("Tiếp nhận", "TiÕp nhËn", "Tieáp nhaän"),
    ("Đúng hạn", "§óng h¹n", "Ñuùng haïn"),
    ("Quá hạn", "Qu¸ h¹n", "Quaù haïn"),
    ("Phường", "Ph\u00adêng", "Phöôøng"),
    ("Thành phố", "Thµnh phè", "Thaønh phoá"),
]
ALPHABET = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"


@pytest.mark.parametrize(("unicode", "tcvn3", "vni"), SAMPLES)
def test_the_domains_samples_are_converted(unicode: str, tcvn3: str, vni: str) -> None:
    assert (from_tcvn3(tcvn3), from_vni(vni)) == (unicode, unicode)


def test_the_samples_are_those_of_the_domain() -> None:
    noted = yaml.safe_load(shared("domain/data/header_synonyms.yaml").read_text(encoding="utf-8"))
    assert [(one["unicode"], one["tcvn3"], one["vni"]) for one in noted["legacy_encoding_samples"]] == SAMPLES


def test_every_lower_letter_has_one_spelling_in_each_old_font() -> None:
    from pipelines.ingest import vietnamese as old

    marked = {letter for letter in ALPHABET if not letter.isascii()}
    assert {letter for letter in old._TCVN3.values() if letter.islower()} == marked
    vni = {from_vni(vowel + mark) for vowel, marks in old._MARKS.items() for mark in marks} | set(
        map(from_vni, old._VNI_ALONE)
    )
    assert marked <= vni


@pytest.mark.parametrize("at", [1, 2])
def test_a_column_in_an_old_font_is_turned_into_unicode_and_reported(at: int) -> None:
    texts = [sample[at] for sample in SAMPLES]
    restored = restore(texts)
    assert restored.texts == [sample[0] for sample in SAMPLES]
    assert {rule for rule in restored.rules.values()} == {f"chữ {'TCVN3' if at == 1 else 'VNI'} đổi sang Unicode"}


@pytest.mark.parametrize(
    "texts",
    [
        ["10 µm", "25°C", "5 µ", "Đăng ký khai sinh"],
        ["Jörg Malmö", "España", "Köln", "naïve café"],
        ["Hoà", "Hoà Bình", "Thuý", "Khoá"],
        ["Đăng ký kết hôn", "Chứng thực bản sao", "Cấp bản sao trích lục hộ tịch"],
        ["± 5 %", "§ 3", "½ ngày", "«Hồ sơ»"],
        [1.5, None, dt.date(2021, 3, 5)],
    ],
)
def test_a_healthy_column_is_never_touched(texts: list[object]) -> None:
    assert restore(texts).rules == {}


def test_no_published_procedure_name_is_touched_alone_or_together() -> None:
    with (REPOSITORY / "sample_office" / "reference" / "procedures.csv").open(encoding="utf-8") as source:
        names = [row["procedure_name"] for row in csv.DictReader(source)]
    assert restore(names).rules == {}
    assert all(restore([name]).rules == {} for name in names)
    assert [word for name in names for word in words_with_marks(name) if not is_syllable(word)] == []


def test_no_name_of_the_national_lists_is_touched() -> None:
    with shared("realdata/tthc-national-lists/tthc-chi-tiet.csv").open(encoding="utf-8-sig", newline="") as source:
        texts = {cell for row in csv.reader(source) for cell in row if len(cell) < 400}
    assert restore(texts).rules == {}


def test_a_mixed_column_is_decided_cell_by_cell() -> None:
    restored = restore(["Hồ sơ", "Hå s¬", "TiÕp nhËn", "Đúng hạn", "Qu¸ h¹n", "ABC"])
    assert restored.texts == ["Hồ sơ", "Hồ sơ", "Tiếp nhận", "Đúng hạn", "Quá hạn", "ABC"]


def test_one_word_is_converted_when_the_header_is_written_in_the_font() -> None:
    assert restore(["Ph\u00adêng 1"]).rules == {}
    assert restore(["Ph\u00adêng 1"], beside=["Tr¹ng th¸i", "Ngµy tiÕp nhËn"]).texts == ["Phường 1"]


TCVN3_HEAD = [
    "STT",
    "M· hå s¬",
    "Ngµy tiÕp nhËn",
    "Ngµy hÑn tr¶",
    "Ngµy kÕt thóc xö lý",
    "Tr¹ng th¸i",
    "§¬n vÞ tiÕp nhËn",
]
VNI_HEAD = [
    "STT", "Maõ hoà sô", "Ngaøy tieáp nhaän", "Ngaøy heïn traû", "Ngaøy keát thuùc xöû lyù", "Traïng thaùi",
    "Ñôn vò tieáp nhaän",
]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "status", "unit"),
    [(TCVN3_HEAD, "§· xö lý xong", "UBND Ph\u00adêng 1"), (VNI_HEAD, "Ñaõ xöû lyù xong", "UBND Phöôøng 1")],
)
@pytest.mark.parametrize("form", ["xlsx", "csv in UTF-8", "csv in one byte a letter"])
def test_a_whole_table_in_an_old_font_is_read(
    tmp_path: Path, head: list[str], status: str, unit: str, form: str
) -> None:
    rows = [head, [*ROW[:5], status, unit], ["2", "H51-2", "09/03/2021", "", "", status, unit]]
    if form == "xlsx":
        path = workbook(tmp_path / "a.xlsx", [list(row) for row in rows])
    else:
        path = text_file(tmp_path / "a.csv", rows, "utf-8" if "UTF-8" in form else "cp1252")
    reading = read(path)
    assert list(reading.rows["receiving_unit"]) == ["UBND Phường 1"] * 2
    assert list(reading.rows["status"]) == ["result_ready"] * 2
    assert list(reading.rows["status_label"]) == ["Đã xử lý xong"] * 2
    assert reading.verdict["columns"]["due_at"] == "Ngày hẹn trả"
    repairs = {item["column"]: item for item in json.loads(reading.rows["repairs"][0])}
    assert repairs["receiving_unit"]["original"] == unit
    assert "đổi sang Unicode" in repairs["receiving_unit"]["rule"]


def test_windows_1258_is_not_taken_for_an_old_font(tmp_path: Path) -> None:
    rows = [["MaHoSo", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "TrangThaiHoSo", "TenDonVi"],
            ["H51-1", "08/03/2021", "", "", "Đang xư\u0309 ly\u0301", "Ban Quản lý".replace("ả", "a\u0309").replace("ý", "y\u0301")]]  # fmt: skip
    reading = read(text_file(tmp_path / "a.csv", rows, "cp1258"))
    assert (reading.rows["status_label"][0], reading.rows["receiving_unit"][0]) == ("Đang xử lý", "Ban Quản lý")
    assert reading.rows["repairs"][0] is None


def test_the_icelandic_eth_is_the_vietnamese_d(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path / "a.csv", [HEAD, [*ROW[:5], "Ðang xử lý", ""]]))
    assert (reading.rows["status"][0], reading.rows["status_label"][0]) == ("in_progress", "Đang xử lý")


def test_tone_placement_is_folded_for_matching_and_kept_for_showing(tmp_path: Path) -> None:
    head = [*HEAD[:6], "Đơn vị tiếp nhận"]
    reading = read(text_file(tmp_path / "a.csv", [head, [*ROW[:6], "Hoà Bình"], [*ROW[:6], "Hòa Bình"]]))
    assert list(reading.rows["receiving_unit"]) == ["Hoà Bình", "Hòa Bình"]
    assert len(set(reading.rows["receiving_unit_key"])) == 1


# ---- the American reading of a date

CODE = "000.00.04.H51-{}-0001"
DATED = ["Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái"]


def test_days_a_spreadsheet_exchanged_are_put_right_by_the_code_and_flagged(tmp_path: Path) -> None:
    """08/03 became 3 August, 11/03 became 3 November; 15/03 could not and stayed text."""
    rows: list[list[object]] = [
        list(DATED),
        [CODE.format("210308"), dt.date(2021, 8, 3), dt.date(2021, 11, 3), "15/03/2021", "Đã xử lý xong"],
        [CODE.format("210315"), "15/03/2021", "18/03/2021", dt.date(2021, 3, 3), "Đã xử lý xong"],
    ]
    reading = read(workbook(tmp_path / "a.xlsx", rows))
    first, second = reading.rows.to_dict("records")
    assert (first["received_at"], first["due_at"]) == (dt.datetime(2021, 3, 8), dt.datetime(2021, 3, 11))
    assert first["finished_at"] == dt.datetime(2021, 3, 15)
    assert (first["flags"], second["flags"]) == ("day_month_exchanged", "")
    assert {(item["column"], item["original"]) for item in json.loads(first["repairs"])} == {
        ("received_at", "2021-08-03"),
        ("due_at", "2021-11-03"),
    }
    assert reading.verdict["counts"]["flagged"] == 1
    (check,) = reading.verdict["checks"]
    assert (check["check_id"], check["unexpected"], check["severity"]) == ("day_month_exchanged", 1, "info")


@pytest.mark.parametrize(
    ("code", "received"),
    [
        ("210308", dt.date(2021, 3, 8)),  # the code agrees
        ("210224", dt.date(2021, 3, 8)),  # the code speaks of another day: nothing is guessed
        ("210303", dt.date(2021, 3, 3)),  # the same either way
        ("210315", dt.date(2021, 3, 15)),  # there is no month 15
    ],
)
def test_a_day_the_code_does_not_contradict_so_is_left_as_it_is(tmp_path: Path, code: str, received: dt.date) -> None:
    rows: list[list[object]] = [list(DATED), [CODE.format(code), received, dt.date(2021, 11, 3), "", "Đang xử lý"]]
    (row,) = read(workbook(tmp_path / "a.xlsx", rows)).rows.to_dict("records")
    assert (row["received_at"].date(), row["flags"]) == (received, "")


def test_other_dates_of_the_row_stay_where_the_column_does_not_show_the_american_reading(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        list(DATED),
        [CODE.format("210308"), dt.date(2021, 8, 3), dt.date(2021, 4, 5), "", "Đang xử lý"],
        [CODE.format("210309"), dt.date(2021, 3, 9), dt.date(2021, 4, 15), "", "Đang xử lý"],
    ]
    reading = read(workbook(tmp_path / "a.xlsx", rows))
    assert list(reading.rows["due_at"]) == [dt.datetime(2021, 4, 5), dt.datetime(2021, 4, 15)]


def test_a_text_date_is_put_right_by_the_code_too(tmp_path: Path) -> None:
    rows = [
        DATED,
        [CODE.format("210308"), "08/03/2021", "", "", "Đang xử lý"],
        [CODE.format("210309"), "03/09/2021", "", "", "Đang xử lý"],
    ]
    reading = read(text_file(tmp_path / "a.csv", rows))
    assert list(reading.rows["received_at"]) == [dt.datetime(2021, 3, 8), dt.datetime(2021, 3, 9)]
    assert list(reading.rows["flags"]) == ["", "day_month_exchanged"]


def test_a_profile_month_first_is_left_alone(tmp_path: Path) -> None:
    rows = [DATED, [CODE.format("210308"), "03/08/2021", "", "", "Đang xử lý"]]
    reading = read(text_file(tmp_path / "a.csv", rows), PROFILE.model_copy(update={"date_order": "month_first"}))
    assert (reading.rows["received_at"][0], reading.rows["flags"][0]) == (dt.datetime(2021, 3, 8), "")
