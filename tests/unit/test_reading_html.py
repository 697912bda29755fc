"""HTML tables saved as .xls: what a widespread provincial system calls its Excel export (BUGS 24, 26, 27).

Here: whole pages made in the test. Not here: other formats.
Invariant: every row and every cell of every table is read as the page shows it; nothing becomes a number.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from test_reading import PROFILE, read

from pipelines.ingest.grid import open_grid
from pipelines.ingest.headers import header_paths

# A head of three merged rows, as the provincial system writes it, without any declared charset.
EXPORT = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body>
<div>UBND PHƯỜNG 7</div>
<table border="1">
 <tr><td colspan="8"><b>SỔ THEO DÕI HỒ SƠ</b><br/>Từ ngày 15/12/2020 đến ngày 14/03/2021</td></tr>
 <tr><th rowspan="3">STT</th><th rowspan="3">Mã hồ sơ</th><th rowspan="3">Mã TTHC</th><th colspan="4">Thời gian</th>
     <th rowspan="3">Trạng thái</th></tr>
 <tr><th rowspan="2">Tiếp nhận</th><th rowspan="2">Hẹn trả</th><th colspan="2">Kết quả</th></tr>
 <tr><th>Ngày có kết quả</th><th>Ngày trả</th></tr>
 <tr><td>(1)</td><td>(2)</td><td>(3)</td><td>(4)</td><td>(5)</td><td>(6)</td><td>(7)</td><td>(8)</td></tr>
 <tr><td colspan="8">Lĩnh vực Hộ tịch</td></tr>
 <tr><td>1</td><td>000123</td><td>1.00193</td><td>08/03/2021&nbsp;08:00</td><td>11/03/2021</td><td>10/03/2021</td>
     <td></td><td>Đã xử lý<br>xong</td></tr>
 <tr style="display:none"><td>2</td><td>000124</td><td>1.001193</td><td>09/03/2021</td><td></td><td></td><td></td>
     <td>Đang xử lý</td></tr>
 <tr><td colspan="7">Tổng cộng</td><td>2</td></tr>
</table></body></html>"""
LABELS = {
    "received_at": ["Thời gian / Tiếp nhận"],
    "due_at": ["Thời gian / Hẹn trả"],
    "finished_at": ["Thời gian / Kết quả / Ngày có kết quả"],
    "delivered_at": ["Thời gian / Kết quả / Ngày trả"],
}
MAPPED = PROFILE.model_copy(update={"labels": LABELS})


def page(path: Path, html: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(html.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_page_with_a_head_of_three_merged_rows_is_read_whole(tmp_path: Path, encoding: str) -> None:
    reading = read(page(tmp_path / "so.xls", EXPORT, encoding), MAPPED)

    assert (reading.verdict["format"], reading.verdict["header_rows"]) == ("html", [2, 3, 4])
    kinds = {item["row"]: item["kind"] for item in reading.verdict["furniture"]}
    assert kinds == {1: "title", 2: "header", 3: "header", 4: "header", 5: "numbering", 6: "section", 9: "total"}
    assert reading.verdict["hidden"] == {"rows": 1, "columns": 0, "sheets": [], "filters": None}
    first, second = reading.rows.to_dict("records")
    assert (first["dossier_code"], first["procedure_code"], first["source_row"]) == ("000123", "1.001930", 7)
    assert (first["received_at"], first["finished_at"]) == (dt.datetime(2021, 3, 8, 8, 0), dt.datetime(2021, 3, 10))
    assert (first["status"], first["status_label"]) == ("result_ready", "Đã xử lý xong")
    assert (second["dossier_code"], second["status"], second["source_row"]) == ("000124", "in_progress", 8)


def test_repeated_leaves_are_distinguished_by_their_whole_path(tmp_path: Path) -> None:
    html = """<table><tr><td rowspan=2>Đơn vị</td><td colspan=2>Số hồ sơ đã giải quyết</td><td colspan=2>Đang giải quyết
    <tr><td>Tổng số<td>Quá hạn<td>Tổng số<td>Quá hạn</table>"""
    (sheet,) = open_grid(page(tmp_path / "a.xls", html)).sheets
    assert header_paths(sheet, 0, 2) == [
        "Đơn vị",
        "Số hồ sơ đã giải quyết / Tổng số",
        "Số hồ sơ đã giải quyết / Quá hạn",
        "Đang giải quyết / Tổng số",
        "Đang giải quyết / Quá hạn",
    ]


def test_cells_stay_text_whatever_they_look_like(tmp_path: Path) -> None:
    cells = ["000123", "1.234", "1.10", "12345678901234567", "1E5", "TRUE", "05/03/2021", "&lt;b&gt; &amp; 1"]
    html = f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"
    (sheet,) = open_grid(page(tmp_path / "b.xls", html)).sheets
    assert sheet.rows == [[*cells[:-1], "<b> & 1"]]


def test_cells_that_reach_down_push_the_next_rows_to_the_right(tmp_path: Path) -> None:
    html = "<table><tr><td rowspan=2 colspan=2>a<td>b<td rowspan=3>c<tr><td>d<tr><td>e<td>f<td>g</table>"
    (sheet,) = open_grid(page(tmp_path / "c.xls", html)).sheets
    assert sheet.rows == [["a", "", "b", "c"], ["", "", "d"], ["e", "f", "g"]]
    assert sheet.merges == ((0, 0, 1, 1), (0, 3, 2, 3))


def test_each_table_of_a_page_is_a_sheet_and_the_one_with_the_head_is_read(tmp_path: Path) -> None:
    title = "<table><tr><td>UBND PHƯỜNG 7</td><td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</td></tr></table>"
    reading = read(page(tmp_path / "d.xls", EXPORT.replace("<div>", f"{title}<div>")), MAPPED)
    assert list(reading.rows["source_sheet"]) == ["Bảng 2", "Bảng 2"]
    assert reading.verdict["other_sheets"] == [{"sheet": "Bảng 1", "rows": 1}]


def test_a_table_inside_a_layout_table_is_read_once(tmp_path: Path) -> None:
    inner = "<table><tr><td>x</td></tr><tr><td>y</td></tr></table>"
    html = f"<table><tr><td>khung {inner}</td><td>z</td></tr></table>"
    sheets = open_grid(page(tmp_path / "e.xls", html)).sheets
    assert [(sheet.name, sheet.rows) for sheet in sheets] == [
        ("Bảng 1", [["khung", "z"]]),
        ("Bảng 2", [["x"], ["y"]]),
    ]


def test_a_page_cut_inside_its_table_is_refused(tmp_path: Path) -> None:
    verdict = read(page(tmp_path / "f.xls", EXPORT[: EXPORT.index("<tr style")]), MAPPED).verdict
    assert "bị cắt" in verdict["refused_reason"]


@pytest.mark.parametrize(
    ("charset", "encoding"), [("windows-1258", "cp1258"), ("macintosh", "mac-roman"), ("utf-16", "utf-16")]
)
def test_the_declared_charset_of_a_page_is_honoured(tmp_path: Path, charset: str, encoding: str) -> None:
    html = f'<html><meta http-equiv=Content-Type content="text/html; charset={charset}"><table><tr><td>né</table>'
    (sheet,) = open_grid(page(tmp_path / "g.xls", html, encoding)).sheets
    assert sheet.rows == [["né"]]


def test_utf8_is_read_as_utf8_even_under_a_wrong_declaration(tmp_path: Path) -> None:
    html = '<html><meta charset="windows-1252"><table><tr><td>Hồ sơ</td></tr></table></html>'
    (sheet,) = open_grid(page(tmp_path / "h.xls", html)).sheets
    assert sheet.rows == [["Hồ sơ"]]


def test_a_charset_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    path = page(tmp_path / "i.xls", '<html><meta charset="vn-3"><table><tr><td>né</table>', "latin-1")
    assert "vn-3" in read(path).verdict["refused_reason"]


def test_a_row_too_wide_for_any_sheet_is_refused_before_it_is_spread(tmp_path: Path) -> None:
    html = f"<table><tr>{'<td colspan=1000>x' * 17}</table>"
    assert "quá nhiều cột" in read(page(tmp_path / "j.xls", html)).verdict["refused_reason"]
