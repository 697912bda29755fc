"""Reference tables: a wrong value names file, line, column, value, what is allowed and what is near; all at once.

Here: closed lists, references between tables, dates, keys, files as people save them. Not here: what tables do.
Invariant: every wrong value is planted in a table that loads without it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from office_folder import TABLES, make_office

from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office

EXTRA = {
    "unit_successors": "from_unit_id,to_unit_id,changed_on,share\np02,p01,2021-07-01,1\n",
    "services": "procedure_code,service_level,on_national_portal,takes_payment,valid_from,valid_to,evidence\n"
    "1.001193,full,yes,no,,,A\n",
    "incoming": "register_no,arrived_on,period_id,unit_id,file_name\n12,2021-03-10,2021-Q1,p01,s.csv\n",
    "one_stop_exclusions": "procedure_code,reason_code,valid_from,valid_to\n1.001193,on_site,,\n",
}
ALL = TABLES | EXTRA


def load(root: Path, **changes: str | bytes) -> str:
    """Load an office with changed tables; return the error, or nothing."""
    make_office(root)
    for name, text in (EXTRA | changes).items():
        content = text if isinstance(text, bytes) else text.encode()
        (root / "reference" / f"{name}.csv").write_bytes(content)
    try:
        load_office(root)
    except OfficeError as error:
        return str(error)
    return ""


def test_the_tables_the_faults_are_planted_in_have_none(tmp_path: Path) -> None:
    assert load(tmp_path) == ""


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("units", "ward,tp,1", "commune,tp,1", ["dòng 3", "unit_kind", "«commune»", "one_stop_desk"]),
        ("units", "ward,tp,1", "Ward,tp,1", ["unit_kind", "«Ward»", "gần nhất: «ward»"]),
        ("units", "ward,tp,1", ",tp,1", ["dòng 3", "unit_kind", "(trống)"]),
        ("units", "ward,tp,1", "ward,tpp,1", ["parent_unit_id", "«tpp»", "units.csv", "gần nhất: «tp»"]),
        ("units", "city,,0", "city,p01,0", ["parent_unit_id", "cấp trên của chính mình"]),
        ("units", "ward,tp,2", "ward,tp,hai", ["dòng 4", "sort_no", "«hai»"]),
        ("units", "ward,tp,2,,,", "ward,tp,2,,2021-05-01,2021-04-01", ["dòng 4", "valid_to", "không sau"]),
        ("units", "ward,tp,2,,,", "ward,tp,2,,2021-02-29,", ["dòng 4", "valid_from", "«2021-02-29»"]),
        ("units", "p02,", "p01,", ["dòng 3, 4", "unit_id", "lặp"]),
        ("units", "p02,", "../p02,", ["dòng 4", "unit_id", "«../p02»", "chỉ được có chữ"]),
        ("periods", "2021-Q1", "2021/Q1", ["dòng 2", "period_id", "«2021/Q1»", "chỉ được có chữ"]),
        ("periods", "2021-Q1", "..", ["dòng 2", "period_id", "«..»", "chỉ được có chữ"]),
        ("procedures", ",ward,", ",province,", ["dòng 2", "competent_level", "«province»", "city, ward, both, police"]),
        ("procedures", ",ho-tich,", ",ho-tch,", ["field_code", "«ho-tch»", "fields.csv", "gần nhất: «ho-tich»"]),
        ("procedures", ",same_day,", ",day,", ["time_unit", "«day»", "working_day"]),
        ("fields", "Hộ tịch,,1", "Hộ tịch,p99,1", ["department_unit_id", "«p99»", "units.csv"]),
        ("obligations", "p02,case", "po2,case", ["dòng 3", "unit_id", "«po2»", "gần nhất: «p02»"]),
        ("obligations", "p02,case_exports", "p02,case_export", ["stream", "«case_export»", "gần nhất: «case_exports»"]),
        ("obligations", "p02,case_exports,,", "p02,case_exports,2021-12-31,2021-01-01", ["dòng 3", "valid_to"]),
        ("unit_successors", "p02,p01", "p03,p01", ["dòng 2", "from_unit_id", "«p03»"]),
        ("unit_successors", "p02,p01", "p02,", ["to_unit_id", "(trống)"]),
        ("unit_successors", ",1\n", ",1.5\n", ["share", "«1.5»"]),
        ("unit_successors", ",1\n", ",0\n", ["share", "«0»"]),
        ("services", "1.001193", "1.001194", ["procedure_code", "«1.001194»", "procedures.csv"]),
        ("services", "full", "4", ["service_level", "«4»", "partial"]),
        ("one_stop_exclusions", "on_site", "onsite", ["reason_code", "«onsite»", "gần nhất: «on_site»"]),
        ("incoming", "2021-Q1", "2021-Q9", ["period_id", "«2021-Q9»", "periods.csv"]),
        ("incoming", "p01", "p1", ["unit_id", "«p1»"]),
        ("incoming", "2021-03-10", "10/03/2021", ["arrived_on", "«10/03/2021»"]),
        ("holidays", "public_holiday", "holiday", ["kind", "«holiday»", "gần nhất: «public_holiday»"]),
        ("holidays", "2021-01-01", "", ["date", "(trống)"]),
        ("periods", "quarter", "quy", ["period_kind", "«quy»", "six_months"]),
        ("periods", "2021-03-14", "2020-03-14", ["dòng 2", "end_on", "start_on"]),
        ("statuses", ",pending", ",open", ["count_group", "«open»"]),
        ("statuses", "in_progress", "in_progres", ["status", "gần nhất: «in_progress»"]),
        ("sections", "level,", "levels,", ["scheme", "gần nhất: «level»"]),
        ("sections", "Cấp xã,ward", "Cấp xã,wards", ["dòng 2", "applies_to", "«wards»", "gần nhất: «ward»"]),
        ("units", "ward,tp,2,,,", "ward,tp,2,Phường 2b|P1,,", ["dòng 3, 4", "tên «P1» chỉ hai đơn vị (p01, p02)"]),
        (
            "obligations",
            "p02,case_exports,,",
            "p02,case_exports,,2021-12-31\np02,case_exports,2021-12-31,",
            ["dòng 4: «p02» đã phải gửi «case_exports» theo một dòng khác"],
        ),
        ("unit_successors", "p02,p01", "p02,p02", ["dòng 2", "to_unit_id", "«p02» chuyển cho chính mình"]),
        (
            "unit_successors",
            "p02,p01,2021-07-01,1\n",
            "p02,p01,2021-07-01,1\np01,p02,2021-07-01,1\n",
            ["dòng 2", "dòng 3", "cùng ngày lại chuyển cho «p02»"],
        ),
        (
            "periods",
            "2021-03-14\n",
            "2021-03-14\n2021-Q2,quarter,Quý II,2021-03-14,2021-06-14\n",
            ["dòng 3", "start_on", "«2021-03-14» nằm trong kỳ «2021-Q1»"],
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_is_allowed(
    tmp_path: Path, table: str, old: str, new: str, words: list[str]
) -> None:
    assert ALL[table].count(old) >= 1
    message = load(tmp_path, **{table: ALL[table].replace(old, new, 1)})
    missing = [word for word in [f"{table}.csv", *words] if word not in message]
    assert not missing, message


@pytest.mark.parametrize(
    ("dates", "duty", "said"),
    [
        (
            ",2019-06-30",
            ",2025-06-30",
            "obligations.csv, dòng 3, cột valid_to: theo units.csv, «p02» chỉ có đến hết 2019-06-30",
        ),
        (
            "2022-01-01,",
            "2021-06-01,",
            "obligations.csv, dòng 3, cột valid_from: theo units.csv, «p02» chỉ có từ 2022-01-01",
        ),
        ("2020-01-01,2025-06-30", "2020-01-01,2025-06-30", ""),
    ],
)
def test_a_duty_said_to_be_beyond_its_unit_is_a_fault(tmp_path: Path, dates: str, duty: str, said: str) -> None:
    message = load(
        tmp_path,
        units=TABLES["units"].replace("ward,tp,2,,,", f"ward,tp,2,,{dates}"),
        obligations=TABLES["obligations"].replace("p02,case_exports,,", f"p02,case_exports,{duty}"),
    )
    assert message.startswith(f"Bảng reference/{said}") if said else message == ""


def test_a_duty_without_dates_is_owed_as_long_as_there_is_its_unit(tmp_path: Path) -> None:
    units = TABLES["units"].replace("ward,tp,2,,,", "ward,tp,2,,2020-01-01,2021-03-31")
    duties = load_office(make_office(tmp_path, units=units)).reference["obligations"].set_index("unit_id")
    first, last = duties.loc["p02", ["valid_from", "valid_to"]]
    assert (first.date(), last.date()) == (dt.date(2020, 1, 1), dt.date(2021, 3, 31))
    assert duties.loc["p01", ["valid_from", "valid_to"]].isna().all()


def test_every_fault_of_every_table_is_named_at_once(tmp_path: Path) -> None:
    message = load(
        tmp_path,
        units=TABLES["units"].replace("ward,tp,1", "commune,tp,1").replace("ward,tp,2", "ward,tp,x"),
        obligations=TABLES["obligations"].replace("p02", "p09"),
        holidays="date,kind\n",
    )
    for words in (
        "units.csv, dòng 3",
        "units.csv, dòng 4",
        "obligations.csv, dòng 3",
        "holidays.csv: thiếu cột: name_vi",
    ):
        assert words in message
    assert "4 chỗ sai" in message


def test_faults_of_settings_profiles_and_tables_are_named_together(tmp_path: Path) -> None:
    make_office(
        tmp_path,
        office="office: {name: X}",
        profile="profile_id: a\ncolour: red\n",
        units=TABLES["units"].replace("ward,tp,1", "commune,tp,1"),
    )
    with pytest.raises(OfficeError) as caught:
        load_office(tmp_path)
    for words in ("office.unit_id", "so-theo-doi.yaml", "colour", "«commune»"):
        assert words in str(caught.value)


def test_lines_are_those_of_the_file_also_after_blank_lines_and_broken_cells(tmp_path: Path) -> None:
    units = (
        TABLES["units"]
        .replace("p01,UBND Phường 1", '\n,,,,,,,,\np01,"UBND\nPhường 1"')
        .replace("ward,tp,2", "commune,tp,2")
    )
    assert "dòng 7, cột unit_kind" in load(tmp_path, units=units)


def test_a_comma_without_quotes_is_named_with_its_line(tmp_path: Path) -> None:
    message = load(tmp_path, units=TABLES["units"].replace("UBND Phường 2", "UBND Phường 2, TP"))
    assert "units.csv, dòng 4 có 10 ô, tiêu đề có 9 cột" in message
    assert "ngoặc kép" in message


@pytest.mark.parametrize("broken", ['"UBND Phường 2', '"UBND" Phường 2'])
def test_a_wrong_quote_is_named_with_its_line(tmp_path: Path, broken: str) -> None:
    message = load(tmp_path, units=TABLES["units"].replace("UBND Phường 2", broken))
    assert "units.csv, dòng 4" in message
    assert "ngoặc kép" in message


def test_a_line_cut_short_is_named(tmp_path: Path) -> None:
    assert "units.csv, dòng 4 có 2 ô" in load(
        tmp_path, units=TABLES["units"][: TABLES["units"].index(",Phường 2,ward")]
    )


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.replace(",", ";").encode("utf-8-sig"),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: text.replace("p01,", " p01 ,").encode(),
        lambda text: ("\n" + text + "\n\n").encode(),
    ],
    ids=["bom", "utf-16", "utf-16-le", "utf-16-be", "semicolon", "tabs", "sep=", "crlf", "empty columns", "spaces", "blank lines"],
)  # fmt: skip
def test_a_table_is_read_right_however_it_was_saved(tmp_path: Path, saved: object) -> None:
    assert callable(saved)
    assert load(tmp_path, units=saved(TABLES["units"])) == ""
    units = load_office(tmp_path).reference["units"]
    assert list(units["unit_id"]) == ["tp", "p01", "p02"]
    assert list(units["name_vi"]) == ["UBND thành phố Thử", "UBND Phường 1", "UBND Phường 2"]
    assert list(units["sort_no"]) == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "trống"),
        (b"\xef\xbb\xbf", "trống"),
        (b" \n\n", "trống"),
        (TABLES["units"].split("\n", maxsplit=1)[0].encode(), "không có dòng nào"),
        ("tên".encode("cp1258") + b"\xd0\xff", "CSV UTF-8"),
        (b"PK\x03\x04\xff\xfe", "CSV UTF-8"),
        (b"unit_id,unit_id\n1,2\n", "hai lần"),
    ],
)
def test_a_table_that_says_nothing_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    message = load(tmp_path, units=content)
    assert "units.csv" in message
    assert words in message


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    make_office(tmp_path)
    (tmp_path / "reference" / "units.csv").unlink()
    with pytest.raises(OfficeError, match=r"units\.csv: thiếu"):
        load_office(tmp_path)
