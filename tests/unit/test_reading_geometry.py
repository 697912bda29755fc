"""Any shape of a sheet is read or refused by name; never an exception, and no file stops another.

Here: merges anywhere, blank rows and columns, hidden things, totals in any label column, the nil box, odd zips.
Not here: formats and encodings (test_reading_formats, test_reading_text).
Invariant: `read_file` returns; a refusal says why in Vietnamese.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shared_files import shared
from test_reading import CONTRACT, HEAD, PROFILE, ROW, WINDOW, read, workbook

from pipelines.ingest.contract import load_contract
from pipelines.ingest.headers import find_tables
from pipelines.ingest.reading import read_file
from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sniff import Refused
from pipelines.ingest.total_words import is_total_label
from pipelines.office.profiles import Profile
from pipelines.paths import DBT_PROJECT

SOURCES = DBT_PROJECT / "models" / "sources"
DECLARED = load_contract(SOURCES / "declared_dossiers.yml")
DECLARED_HEAD = [
    "Cấp giải quyết", "Lĩnh vực", "Nhận trực tuyến (cột 4)", "Nhận trực tiếp, bưu chính (cột 5)",
    "Từ kỳ trước chuyển sang (cột 6)", "Đã giải quyết trước hạn (cột 8)", "Đã giải quyết đúng hạn (cột 9)",
    "Đã giải quyết quá hạn (cột 10)", "Đang giải quyết trong hạn (cột 12)", "Đang giải quyết quá hạn (cột 13)",
]  # fmt: skip
RETURN = Profile(profile_id="phieu", stream="declared_dossiers", title="Phiếu", declares_nil=True)


# ---- shapes

CELLS = st.sampled_from([*HEAD, *ROW, "", None, "Tổng cộng", "(1)", "x", 1.0, dt.datetime(2021, 3, 8)])
SMALL = st.integers(0, 9)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Rows of unequal widths, often with a true table among them, and merges that may lie anywhere."""
    rows = draw(st.lists(st.lists(CELLS, max_size=8), max_size=8))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(rows)))
        rows[at:at] = [list(HEAD), list(ROW)]
    merges = draw(st.lists(st.tuples(SMALL, SMALL, SMALL, SMALL), max_size=6))
    whole = tuple((top, left, top + down, left + right) for top, left, down, right in merges)
    return Sheet("a", rows, draw(SMALL), draw(SMALL), whole, draw(st.booleans()))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(sheets(), min_size=1, max_size=2), st.booleans())
def test_any_geometry_is_a_reading_or_a_named_refusal(given_sheets: list[Sheet], is_1904: bool) -> None:
    from pipelines.ingest.grid import Opened
    from pipelines.ingest.reading import read_opened
    from pipelines.ingest.source import Source

    grid = Grid("xlsx", given_sheets, ["Ẩn"], is_1904)
    read = read_opened(Opened([(None, grid)]), Source("a.xlsx", CONTRACT, PROFILE, WINDOW))
    verdict = read.verdict
    assert "error" not in verdict, verdict
    assert verdict["status"] == "accepted" or (verdict["refused_reason"] and verdict["refused_mend"])
    counts = verdict["counts"]
    assert counts["rows_in"] == counts["typed"] + counts["rejected"] + counts["blank"] + counts["furniture"]


@pytest.mark.parametrize(
    "merge",
    [(5, 0, 6, 3), (2, 0, 9, 0), (40, 0, 50, 5), (0, 20, 0, 25), (1, 3, 1, 200), (0, 0, 60, 0)],
    ids=["below", "from the last row down", "far below", "right", "wide in the last row", "over everything"],
)
def test_a_merge_of_empty_cells_beside_the_table_is_nothing(merge: tuple[int, int, int, int]) -> None:
    sheet = Sheet("a", [list(HEAD), list(ROW)], merges=(merge,))
    (table,) = find_tables(Grid("xlsx", [sheet]), CONTRACT, PROFILE)

    assert table.header_rows[0] == 1 and table.columns["dossier_code"] == 1


@pytest.mark.parametrize(
    "name", ["Sổ theo dõi hồ sơ_2021_03_15_06_30.xlsx", "hs_2024_06_14.xlsx", "input-weird.xlsx", "merged-ranges.xlsx"]
)
def test_the_workbooks_of_the_case_are_read_or_refused_by_their_true_name(name: str) -> None:
    path = shared(f"cases/read-01-merge-below-last-row/{name}")
    verdict = read_file(path, name, CONTRACT, PROFILE, WINDOW).verdict

    assert "error" not in verdict
    assert verdict["status"] == "accepted" or "lỗi không lường trước" not in verdict["refused_reason"]


def test_whatever_is_raised_while_a_file_is_read_is_its_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_(*_: object) -> None:
        raise ZeroDivisionError("NGƯỜI-THỬ")

    path = workbook(tmp_path / "a.xlsx", [list(HEAD), list(ROW)])
    monkeypatch.setattr("pipelines.ingest.reading.find_tables", break_)
    verdict = read(path).verdict

    assert verdict["status"] == "refused" and "ZeroDivisionError" in verdict["refused_reason"]
    assert "break_" in verdict["error"] and "NGƯỜI-THỬ" not in json.dumps(verdict, ensure_ascii=False)


def test_a_hint_for_a_two_row_header_is_accepted_when_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("a")
        heads = [
            ["Mã hồ sơ", "Thời gian (1)", "", "", "Trạng thái"],
            ["", "Ngày tiếp nhận (2)", "Ngày hẹn trả (3)", "", ""],
        ]
        for number, row in enumerate([*heads, ["H51-1", "08/03/2021", "11/03/2021", "10/03/2021", "Đã xử lý xong"]]):
            sheet.write_row(number, 0, row)
        sheet.write(1, 3, "Ngày kết thúc xử lý")
        sheet.merge_range(0, 1, 0, 3, "Thời gian (1)")
        sheet.merge_range(0, 0, 1, 0, "Mã hồ sơ")
    mend = read(path).verdict["refused_mend"]
    labels = json.loads(mend.split("labels: ")[1])
    reading = read(path, PROFILE.model_copy(update={"labels": labels}))

    assert reading.rows["received_at"].tolist() == [dt.datetime(2021, 3, 8)]


def test_a_hint_without_a_likely_header_names_those_to_choose_from(tmp_path: Path) -> None:
    head = ["Mã hồ sơ", "Vào sổ lúc", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái"]
    path = workbook(tmp_path / "a.xlsx", [head, ["H51-1", "08/03/2021", "11/03/2021", "", "Đang xử lý"]])
    mend = read(path).verdict["refused_mend"]

    assert '"received_at": ["tên cột trong tệp"]' in mend and "«Vào sổ lúc»" in mend
    labels = {"received_at": ["Vào sổ lúc"]}
    assert len(read(path, PROFILE.model_copy(update={"labels": labels})).rows) == 1


# ---- totals


@pytest.mark.parametrize(
    "text",
    [
        "Cộng", "- Cộng:", "* Tổng cộng", "Cộng theo lĩnh vực", "Tổng số", "Cộng (1+2)", "CỘNG", "Cộng", "tổng cộng (I+II)",
        "II. Tổng số:", "Tổng cộng: 19", "Cộng cấp xã", "Tổng cấp huyện", "+ Cộng I", "T Ổ N G  C Ộ N G", "Tổng theo cấp",
        "Cộng lĩnh vực Hộ tịch", "1) Cộng", "Cộng =", "TỔNG CỘNG TOÀN THÀNH PHỐ",
        "Lũy kế", "Luỹ kế từ đầu năm", "Cộng dồn đến nay", "Mang sang", "Chuyển trang sau", "Cộng mang sang",
        "CỘNG SỐ HỒ SƠ", "Tổng số hồ sơ tiếp nhận", "Tổng cộng - Hộ tịch", "Tổng của phường", "Cộng cả quý", "Tổng cả kỳ",
        "Tổng hồ sơ đã nhận", "Cộng hai cấp", "Tong cong", "Tông cộng", "Tổng sô", "T.số", "Grand total", "Sum", "Σ",
        "Cấp huyện - Tổng", "Cấp xã – cộng:", "Lĩnh vực Đất đai (Tổng cộng)", "I. Hộ tịch: tổng số", "Toàn phòng",
        "TOÀN PHƯỜNG", "Cả đơn vị", "Tất cả các lĩnh vực", "Toàn bộ", "Tất cả", "Chung toàn thành phố", "Toàn huyện: 35",
    ],
)  # fmt: skip
def test_the_words_of_a_total(text: str) -> None:
    assert is_total_label(text)


@pytest.mark.parametrize(
    "text",
    [
        "Công chứng", "Công thương", "Cộng đồng", "Cộng đồng dân cư", "Cộng tác viên", "Tổng hợp", "Tổng kiểm tra", "Công",
        "Cộng hòa xã hội chủ nghĩa Việt Nam", "Tổ công tác", "Tổng đài 1022", "TC", "Chứng thực", "Công tác dân tộc", "",
        "Tổng cục Thuế", "Tổng công ty", "Cộng hưởng từ", "Tổng điều tra dân số", "Thi đua, tổng kết", "Lũy kế toán",
        "Mang thai hộ", "Tong", "Cong chung", "An toàn thực phẩm", "Toàn dân đoàn kết", "Toàn xã hội", "Cả nể", "Toàn thể",
        "Đất đai - Tổng hợp", "Phòng, chống tham nhũng",
    ],
)  # fmt: skip
def test_words_that_only_begin_like_a_total(text: str) -> None:
    assert not is_total_label(text)


def declared(path: Path, rows: list[list[object]], above: list[object] | None = None) -> Path:
    return workbook(path, [["PHIẾU BÁO CÁO"], above or ["Không phát sinh trong kỳ", ""], DECLARED_HEAD, *rows])


def numbers(*given: int) -> list[object]:
    return [*given, *[0] * (8 - len(given))]


@pytest.mark.parametrize("word", ["Cộng", "- Cộng:", "Tổng số", "Cộng theo lĩnh vực", "Cộng (1+2)", "Cộng"])
@pytest.mark.parametrize(("stated", "agrees"), [(19, True), (20, False)])
def test_a_total_whose_word_is_in_the_second_column_is_furniture_and_is_checked(
    tmp_path: Path, word: str, stated: int, agrees: bool
) -> None:
    rows = [
        ["Cấp xã", "Hộ tịch", *numbers(0, 15, 0, 0, 15)],
        ["Cấp xã", "Cộng đồng", *numbers(0, 4, 0, 0, 4)],
        ["Cấp xã", word, *numbers(0, stated, 0, 0, stated)],
    ]
    path = declared(tmp_path / "a.xlsx", rows)
    reading = read_file(path, path.name, DECLARED, RETURN, WINDOW)

    assert reading.rows["field_name"].tolist() == ["Hộ tịch", "Cộng đồng"]
    assert [item["row"] for item in reading.verdict["furniture"] if item["kind"] == "total"] == [6]
    noted = {item["of"]: (item["stated"], item["found"], item["agrees"]) for item in reading.verdict["totals"]}
    assert noted["Nhận trực tiếp, bưu chính (cột 5)"] == (stated, 19, agrees)


@pytest.mark.parametrize(("stated", "agrees"), [(21, True), (22, False)])
def test_a_total_in_disguise_is_no_part_of_the_total_below_it(tmp_path: Path, stated: int, agrees: bool) -> None:
    """12 + 9 received over the counter, their sum under a name no table knows, and below it the total: 21, not 42."""
    parts = [numbers(3, 12, 0, 5, 5, 1, 3, 1), numbers(1, 9, 0, 4, 3, 0, 2, 1)]
    both = [first + second for first, second in zip(*parts, strict=True)]
    rows = [
        ["Cấp xã", "Hộ tịch", *parts[0]],
        ["Cấp xã", "Chứng thực", *parts[1]],
        ["Cấp xã", "Cả hai lĩnh vực", *both],
        ["Cấp xã", "Cộng", None, stated, *[None] * 6],
    ]
    path = declared(tmp_path / "phieu.xlsx", rows)
    (total,) = read_file(path, path.name, DECLARED, RETURN, WINDOW).verdict["totals"]
    assert (total["stated"], total["found"], total["agrees"]) == (stated, 21, agrees)


def test_the_return_of_the_case_counts_its_total_once() -> None:
    path = shared("cases/deliver-04-total-word-in-second-column/2021-Q1/p07/phieu-bao-cao_2021-Q1_p07.xlsx")
    profile = RETURN.model_copy(update={"sheet": "Giải quyết TTHC"})
    reading = read_file(path, path.name, DECLARED, profile, WINDOW)

    assert reading.rows["field_name"].tolist() == ["Hộ tịch"]
    assert all(item["agrees"] for item in reading.verdict["totals"]) and reading.verdict["totals"]


# ---- the nil box


@pytest.mark.parametrize("mark", ["x", "X", " x ", "(x)", "có", "Có", "CÓ", "✓", "✔", "☑", "v"])
def test_a_tick_is_a_declared_nil(tmp_path: Path, mark: str) -> None:
    path = declared(tmp_path / "a.xlsx", [], ["Không phát sinh trong kỳ", mark])
    assert read_file(path, path.name, DECLARED, RETURN, WINDOW).verdict["status"] == "accepted"


@pytest.mark.parametrize("mark", ["không", "Không", "chưa rõ", "0", "☐", "tháng 2 có 3 hồ sơ", "?"])
def test_any_other_text_is_no_nil_and_what_is_allowed_is_said(tmp_path: Path, mark: str) -> None:
    path = declared(tmp_path / "a.xlsx", [], ["Không phát sinh trong kỳ", mark])
    verdict = read_file(path, path.name, DECLARED, RETURN, WINDOW).verdict

    assert verdict["refused_check"] == "not_filled_in"
    assert mark in verdict["refused_reason"] and "«x»" in verdict["refused_mend"] and "«có»" in verdict["refused_mend"]


def test_rows_beside_a_no_in_the_nil_box_are_read(tmp_path: Path) -> None:
    rows = [["Cấp xã", "Hộ tịch", *numbers(0, 2, 0, 0, 2)]]
    path = declared(tmp_path / "a.xlsx", rows, ["Không phát sinh trong kỳ", "không"])
    assert len(read_file(path, path.name, DECLARED, RETURN, WINDOW).rows) == 1


# ---- zips whose entries are named with \


def renamed(path: Path, content: bytes) -> Path:
    """A package with every part named as some programs of Windows do."""
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name.replace("/", "\\")), old.read(name))
    return path


def test_a_workbook_whose_parts_are_named_with_backslashes_is_read(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [list(HEAD), list(ROW)]).read_bytes()
    assert len(read(renamed(tmp_path / "b.xlsx", whole)).rows) == 1


def test_a_zip_whose_members_are_named_with_backslashes_is_read(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [list(HEAD), list(ROW)]).read_bytes()
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(zipfile.ZipInfo("quý 1\\"), b"")
        packed.writestr(zipfile.ZipInfo("quý 1\\hồ sơ.xlsx"), whole)
        packed.writestr(zipfile.ZipInfo("quý 1\\Thumbs.db"), b"x")
    reading = read(path)
    assert reading.rows["source_file"].tolist() == ["c.zip/quý 1/hồ sơ.xlsx"]


def test_a_zip_that_climbs_out_with_backslashes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(zipfile.ZipInfo("..\\a.csv"), b"a;b\n1;2\n")
    with pytest.raises(Refused, match="đường dẫn lạ"):
        from pipelines.ingest.grid import open_delivery

        open_delivery(path)
