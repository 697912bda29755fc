"""Every format desks send, by its content: the same table, with its errors, shown digits and hidden parts, from each.

Here: xlsx made in the test, .xls and .ods as LibreOffice saved it (tests/faults/reading), the others written by hand.
Not here: HTML (test_reading_html), text tables (test_reading).
Invariant: an error cell, a missing result, a padded code and a percentage arrive as a person sees them.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from test_reading import HEAD, PROFILE, ROW, read, text_file, workbook

from pipelines.ingest.facts import NOT_CALCULATED
from pipelines.ingest.grid import open_grid
from pipelines.ingest.limits import refuse_far_cells
from pipelines.ingest.own_return import read_own_return
from pipelines.ingest.sniff import Refused

SAVED = Path(__file__).parents[1] / "faults" / "reading"
LABELS = ["STT", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái", "Lệ phí", "Tỷ lệ"]


def awkward_xlsx(path: Path) -> Path:
    """The workbook of which LibreOffice saved awkward.xls and awkward.ods."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Hồ sơ")
        padded, percent, day = (book.add_format({"num_format": form}) for form in ("000000", "0.0%", "dd/mm/yyyy"))
        sheet.merge_range(0, 0, 0, 7, "SỔ THEO DÕI")
        sheet.write_row(1, 0, LABELS)
        sheet.write_row(2, 0, [1, "H51-1", dt.date(2021, 3, 8), dt.date(2021, 3, 11), "", "Đã xử lý xong", 15000])
        sheet.write_number(2, 7, 0.35, percent)
        sheet.write_formula(2, 4, "=C3+2", day, 44265)
        sheet.write_row(3, 0, [2, "", dt.date(2021, 3, 9), dt.date(2021, 3, 12), "", "Đang xử lý", 0])
        sheet.write_number(3, 1, 123, padded)
        sheet.write_formula(3, 4, "=A3/0", None, "#DIV/0!")
        sheet.write_row(4, 0, [3, "H51-3", dt.date(2021, 3, 10), dt.date(2021, 3, 12), "", "Đang xử lý", 0])
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.merge_range(5, 0, 5, 3, "Hộ tịch")
        sheet.set_column(6, 6, None, None, {"hidden": True})
        sheet.autofilter(1, 0, 4, 7)
        sheet.filter_column(5, 'x == "Đã xử lý xong"')
        hidden = book.add_worksheet("Ẩn")
        hidden.write(0, 0, "x")
        hidden.hide()
    return path


@pytest.mark.parametrize("name", ["awkward.xlsx", "awkward.xls", "awkward.ods"])
def test_one_table_is_read_the_same_from_every_workbook_format(tmp_path: Path, name: str) -> None:
    path = awkward_xlsx(tmp_path / name) if name.endswith("xlsx") else SAVED / name
    grid = open_grid(path)
    (sheet,) = grid.sheets

    assert (grid.format, grid.hidden_sheets) == (name.split(".")[1], ["Ẩn"])
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.has_filter) == (1, 1, True)
    assert set(sheet.merges) == {(0, 0, 0, 7), (5, 0, 5, 3)}
    rows = [[cell.date() if isinstance(cell, dt.datetime) else cell for cell in row] for row in sheet.rows]
    assert rows[1] == LABELS
    day = dt.date(2021, 3, 8)
    assert rows[2] == [1, "H51-1", day, dt.date(2021, 3, 11), dt.date(2021, 3, 10), "Đã xử lý xong", 15000, "35%"]
    assert rows[3][1:5] == ["000123", dt.date(2021, 3, 9), dt.date(2021, 3, 12), "#DIV/0!"]
    assert rows[5][0] == "Hộ tịch"


@pytest.mark.parametrize("name", ["awkward.xlsx", "awkward.xls", "awkward.ods"])
def test_the_row_with_an_error_goes_back_and_the_others_stay(tmp_path: Path, name: str) -> None:
    path = awkward_xlsx(tmp_path / name) if name.endswith("xlsx") else SAVED / name
    reading = read(path)
    assert "H51-1" in list(reading.rows["dossier_code"])
    errors = reading.rejects[reading.rejects["value"] == "#DIV/0!"]
    assert list(errors["source_row"]) == [4]
    assert reading.verdict["hidden"] == {"rows": 1, "columns": 1, "sheets": ["Ẩn"], "filters": 1}


@pytest.mark.parametrize("name", ["awkward.xls", "awkward.ods"])
def test_a_workbook_half_copied_is_refused(tmp_path: Path, name: str) -> None:
    whole = (SAVED / name).read_bytes()
    for part in (0.2, 0.5, 0.9):
        path = tmp_path / name
        path.write_bytes(whole[: int(len(whole) * part)])
        assert read(path).verdict["status"] == "refused"


def test_a_formula_never_calculated_is_reported_in_ods(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "a.ods",
        [f'<table:table-cell table:formula="of:=[.A1]"/>{ods_text("x")}<table:table-cell office:value-type="float" '
         'office:value="7" table:number-columns-repeated="2"/>'],
    )  # fmt: skip
    (sheet,) = open_grid(path).sheets
    assert sheet.rows == [[NOT_CALCULATED, "x", 7.0, 7.0]]


def test_rows_repeated_to_the_end_of_an_ods_sheet_cost_nothing(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", [ods_text("x")], tail='<table:table-row table:number-rows-repeated="1048575">'
               '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>')  # fmt: skip
    assert open_grid(path).sheets[0].rows == [["x"]]


def test_a_cell_very_far_away_in_ods_is_refused_before_it_is_spread(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", [ods_text("x")], tail='<table:table-row table:number-rows-repeated="1048574">'
               f"<table:table-cell/></table:table-row><table:table-row>{ods_text('y')}"
               f'<table:table-cell table:number-columns-repeated="16000"/>{ods_text("z")}</table:table-row>')  # fmt: skip
    with pytest.raises(Refused, match="rất xa"):
        open_grid(path)


def ods_text(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods(path: Path, rows: list[str], tail: str = "", settings: str = "") -> Path:
    """Write a sheet whose rows are given as cells in ODS's own XML."""
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    lines = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    body = f'{settings}<table:table table:name="Bảng">{lines}{tail}</table:table>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>{body}'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


# ---- xlsb


def record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def xl_text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, cells: list[bytes], flags: int = 0) -> Path:
    """Write one visible sheet of one row; style 1 is 0%, style 2 is 000000."""
    row = record(0, struct.pack("<IIHBBB", 0, 0, 300, 0, 0x10, 0) + struct.pack("<III", 1, 0, 16))
    sheet = (
        record(129, b"") + record(148, struct.pack("<IIII", 0, 0, 0, 9))
        + record(390, b"") + record(60, struct.pack("<IIIIH", 3, 4, 2000, 0, 1)) + record(391, b"")
        + record(145, b"") + row + b"".join(cells) + record(146, b"")
        + record(176, struct.pack("<IIII", 0, 0, 5, 6)) + record(130, b"")
    )  # fmt: skip
    book = (
        record(131, b"") + record(153, struct.pack("<II", flags, 0) + xl_text(""))
        + record(143, b"") + record(156, struct.pack("<II", 0, 1) + xl_text("rId1") + xl_text("Bảng")) + record(144, b"")
        + record(132, b"")
    )  # fmt: skip
    styles = (
        record(278, b"") + record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + xl_text("000000"))
        + record(616, b"") + record(617, struct.pack("<I", 3))
        + b"".join(record(47, struct.pack("<HH", 0xFFFF, form) + bytes(12)) for form in (0, 9, 164))
        + record(618, b"") + record(279, b"")
    )  # fmt: skip
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/styles.bin", styles)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
    return path


def test_a_binary_workbook_gives_errors_padded_codes_percentages_and_what_is_hidden(tmp_path: Path) -> None:
    cells = [
        record(3, struct.pack("<II", 0, 0) + b"\x07"),  # #DIV/0!
        record(6, struct.pack("<II", 1, 0) + xl_text("Hồ sơ")),
        record(5, struct.pack("<IId", 2, 1, 0.35)),
        record(2, struct.pack("<III", 3, 2, 123 << 2 | 2)),  # RK: an integer
        record(2, struct.pack("<III", 4, 1, 50 << 2 | 3)),  # RK: an integer times 100 → 0,5
    ]
    grid = open_grid(xlsb(tmp_path / "a.xlsb", cells, flags=1))
    (sheet,) = grid.sheets
    assert (grid.format, grid.epoch_1904) == ("xlsb", True)
    assert sheet.rows == [["#DIV/0!", "Hồ sơ", "35%", "000123", "50%"]]
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.has_filter) == (1, 2, False)
    assert sheet.merges == ((0, 5, 0, 6),)


def test_a_binary_workbook_whose_record_runs_past_the_end_is_refused(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "a.xlsb", [bytes([6, 0x90, 0x7F])])
    with pytest.raises(Refused, match="tệp hỏng"):
        open_grid(path)


# ---- SpreadsheetML 2003

XML_2003 = """<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"><x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>
<Worksheet ss:Name="Hồ sơ"><Table><Column ss:Index="6" ss:Hidden="1"/>
<Row><Cell ss:MergeAcross="5"><Data ss:Type="String">SỔ THEO DÕI</Data></Cell></Row>
<Row ss:Index="3">{head}</Row>
<Row ss:Hidden="1"><Cell ss:Index="2"><Data ss:Type="String">H51-1</Data></Cell>
<Cell><Data ss:Type="DateTime">2021-03-08T08:00:00.000</Data></Cell><Cell><Data ss:Type="String">11/03/2021</Data></Cell>
<Cell ss:Formula="=C4"><Data ss:Type="Error">#REF!</Data></Cell><Cell><Data ss:Type="String">Đang xử lý</Data></Cell></Row>
<Row><Cell ss:Index="2"><Data ss:Type="Number">123</Data></Cell><Cell ss:Formula="=C4"/>
<Cell><Data ss:Type="String">11/03/2021</Data></Cell><Cell/><Cell><Data ss:Type="String">Đang xử lý</Data></Cell></Row>
<Row><Cell ss:Index="2"><Data ss:Type="String">H51-3</Data></Cell><Cell><Data ss:Type="Number">42798</Data></Cell>
<Cell/><Cell/><Cell><Data ss:Type="String">Đang xử lý</Data></Cell></Row></Table>
<x:AutoFilter><x:AutoFilterColumn/></x:AutoFilter></Worksheet>
<Worksheet ss:Name="Ẩn"><Table/><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
</Workbook>""".replace("{head}", "".join(f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in HEAD[:6]))


def test_a_workbook_of_excel_2003_as_xml_is_read_with_its_errors_and_hidden_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(XML_2003, encoding="utf-8")
    reading = read(path)
    assert (reading.verdict["format"], reading.verdict["sheet"]) == ("xml2003", "Hồ sơ")
    assert reading.verdict["hidden"] == {"rows": 1, "columns": 1, "sheets": ["Ẩn"], "filters": 1}
    assert list(zip(reading.rejects["source_row"], reading.rejects["value"], strict=True)) == [
        (4, "#REF!"),
        (5, NOT_CALCULATED),
    ]
    (row,) = reading.rows.to_dict("records")
    assert (row["dossier_code"], row["received_at"]) == ("H51-3", dt.datetime(2021, 3, 5))  # 42798 from 1904


@pytest.mark.parametrize("cut", [200, 900, len(XML_2003) - 20])
def test_xml_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.xls"
    path.write_text(XML_2003[:cut], encoding="utf-8")
    assert "tệp hỏng" in read(path).verdict["refused_reason"]


def test_xml_with_entities_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(XML_2003.replace("<Workbook", '<!DOCTYPE x [<!ENTITY a "aaaa">]><Workbook', 1), encoding="utf-8")
    assert "thực thể" in read(path).verdict["refused_reason"]


# ---- MHTML


def mhtml(table: str, encoding: str = "quoted-printable") -> bytes:
    import email.message

    frame = (
        "<html><xml><x:ExcelWorksheet><x:Name>Hồ sơ</x:Name><x:WorksheetSource HRef='sheet001.htm'/></x:ExcelWorksheet>"
        "</xml></html>"
    )
    whole = email.message.EmailMessage()
    whole["MIME-Version"] = "1.0"
    whole.make_related()
    for location, text in (("file:///C:/book.htm", frame), ("file:///C:/book_files/sheet001.htm", table)):
        part = email.message.EmailMessage()
        part.set_content(text, subtype="html", charset="utf-8", cte=encoding)
        part["Content-Location"] = location
        whole.attach(part)
    return b"X-Document-Type: Workbook\r\n" + whole.as_bytes()


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_a_web_page_in_one_file_is_read_under_the_name_of_its_sheet(tmp_path: Path, encoding: str) -> None:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (HEAD, ROW))
    path = tmp_path / "a.xls"
    path.write_bytes(mhtml(f"<html><table>{rows}</table></html>", encoding))
    reading = read(path)
    assert (reading.verdict["format"], reading.verdict["sheet"]) == ("mhtml", "Hồ sơ")
    assert list(reading.rows["dossier_code"]) == [ROW[1]]


def test_a_web_page_in_one_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(mhtml("<table><tr><td>x</td></tr></table>")[:-30])
    assert "bị cắt" in read(path).verdict["refused_reason"]


# ---- the national synchronisation packet

PACKET = {
    "service": "DongBoHoSoMC",
    "data": [
        {
            "MaHoSo": "000.00.04.H51-210308-0001", "MaTTHC": "1.001193", "NgayTiepNhan": "20210308080000",
            "NgayHenTra": "20210311170000", "NgayKetThucXuLy": "", "TrangThaiHoSo": str(status),
            "ChuHoSo": "NGƯỜI-THỬ", "TaiLieuNop": [{"TenTepDinhKem": "a.pdf"}], "DanhSachLePhi": {"TenPhiLePhi": "x"},
        }
        for status in range(1, 11)
    ],
}  # fmt: skip
MEANINGS = [
    "submitted", "accepted", "rejected_at_intake", "in_progress", "awaiting_supplement", "awaiting_payment",
    "withdrawn", "suspended", "result_ready", "result_delivered",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_national_packet_is_read_with_its_ten_status_codes(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "goi.json"
    path.write_bytes(json.dumps(PACKET, ensure_ascii=False).encode(encoding))
    reading = read(path)
    assert reading.verdict["format"] == "json"
    assert list(reading.rows["status"]) == MEANINGS
    assert list(reading.rows["source_row"]) == list(range(2, 12))
    assert set(reading.rows["received_at"]) == {dt.datetime(2021, 3, 8, 8, 0)}
    assert reading.rows["finished_at"].isna().all()
    assert "NGƯỜI-THỬ" not in reading.rows.to_csv()


def test_numbers_of_a_packet_keep_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "goi.json"
    path.write_text('[{"id": 12345678901234567, "rate": 1.10, "on": true, "no": null}]', encoding="utf-8")
    assert open_grid(path).sheets[0].rows == [["id", "rate", "on", "no"], ["12345678901234567", "1.10", "true", ""]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1}, {"a": ', "bị cắt"),
        ('[{"a": 1, "a": 2}]', "hai lần"),
        ('{"a": [1, 2]}', "không có danh sách"),
        ('[{"a": ' + "[" * 100_000, "lồng quá sâu"),
    ],
)
def test_a_packet_that_is_no_whole_list_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "goi.json"
    path.write_text(text, encoding="utf-8")
    assert words in read(path).verdict["refused_reason"]


# ---- a zip of files


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_of_tables_is_one_reading_whose_rows_name_their_member(tmp_path: Path) -> None:
    csv = text_file(tmp_path / "a.csv", [HEAD, ROW]).read_bytes()
    xlsx = workbook(
        tmp_path / "b.xlsx", [list(HEAD), [ROW[0], "H51-2", *ROW[2:]], [], ["", "Tổng cộng", "2"]]
    ).read_bytes()
    members = {
        "tháng 2/b.xlsx": xlsx,
        "a.csv": csv,
        "công văn.pdf": b"%PDF-1.7",
        "~$b.xlsx": b"x",
        "__MACOSX/a.csv": b"x",
    }
    reading = read(zipped(tmp_path / "so.zip", members))

    assert reading.verdict["format"] == "zip"
    assert reading.rows[["source_file", "source_row", "dossier_code"]].to_numpy().tolist() == [
        ["so.zip/a.csv", 2, ROW[1]],
        ["so.zip/tháng 2/b.xlsx", 2, "H51-2"],
    ]
    assert reading.verdict["other_files"] == ["công văn.pdf"]
    assert [(item["file"], item["stated"], item["found"]) for item in reading.verdict["totals"]] == [
        ("tháng 2/b.xlsx", 2, 1)
    ]


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (b"PK\x03\x04broken", "hỏng"),
        (b"a;b\r\n1;2\r\n", "tiêu đề"),
        (b"", "rỗng"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
    ],
)
def test_one_unreadable_member_refuses_the_whole_zip_by_its_name(tmp_path: Path, member: bytes, words: str) -> None:
    good = text_file(tmp_path / "a.csv", [HEAD, ROW]).read_bytes()
    verdict = read(zipped(tmp_path / "so.zip", {"a.csv": good, "b.xlsx": member})).verdict
    assert "«b.xlsx»" in verdict["refused_reason"] and words in verdict["refused_reason"]


def test_a_zip_inside_a_zip_and_a_zip_without_tables_are_refused(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.csv": b"x"}).read_bytes()
    assert "bên trong tệp nén" in read(zipped(tmp_path / "a.zip", {"inner.zip": inner})).verdict["refused_reason"]
    assert "không có bảng tính" in read(zipped(tmp_path / "b.zip", {"a.pdf": b"%PDF"})).verdict["refused_reason"]


# ---- limits before parsing


def test_a_million_styled_empty_rows_take_under_a_second(tmp_path: Path) -> None:
    import time

    memory = io.BytesIO(workbook(tmp_path / "a.xlsx", [list(HEAD), list(ROW)]).read_bytes())
    empty = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(3, 1_048_577)
    )
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(memory) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", empty + b"</sheetData>")
            new.writestr(name, content)
    started = time.process_time()
    reading = read(path)
    assert time.process_time() - started < 1
    assert reading.verdict["counts"] == {
        "rows_in": 2,
        "typed": 1,
        "rejected": 0,
        "blank": 0,
        "furniture": 1,
        "flagged": 0,
    }


def xlsx_with(path: Path, part: str, content: bytes) -> Path:
    """An .xlsx with one part put in or replaced."""
    whole = workbook(path.with_suffix(".whole"), [list(HEAD), list(ROW)]).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return path


def test_a_small_file_that_unpacks_into_very_much_is_refused(tmp_path: Path) -> None:
    path = xlsx_with(tmp_path / "a.xlsx", "xl/media/bomb.bin", bytes(60_000_000))
    assert path.stat().st_size < 200_000
    assert "quá lớn" in read(path).verdict["refused_reason"]


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("pipelines.ingest.limits.max_file", "Tệp (1 MB) quá lớn: máy này đọc được đến 1 MB."),
        ("pipelines.ingest.sniff.max_unpacked", "Tệp nở ra quá lớn khi mở (1 MB): máy này đọc được đến 1 MB."),
    ],
)
def test_what_is_larger_than_this_machine_bears_is_refused_with_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    monkeypatch.setattr(limit, lambda: 1_000)
    verdict = read(workbook(tmp_path / "a.xlsx", [list(HEAD), list(ROW)])).verdict
    assert sentence in verdict["refused_reason"]
    assert "CSV" in verdict["refused_mend"]


def test_a_sheet_full_of_more_cells_than_this_machine_bears_is_not_called_far_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.ingest.limits.max_cells", lambda: 1_000)
    with pytest.raises(Refused, match=r"«Sổ» có 1\.050 ô, quá lớn: máy này đọc được đến 1\.000 ô mỗi trang\."):
        refuse_far_cells("Sổ", 105, 10, filled=1_000)


def lying(path: Path, part: str, says: int = 1000) -> Path:
    """A package whose list and whose part itself say a part is small; it unpacks into 60 MB."""
    path = xlsx_with(path, part, bytes(60_000_000))
    content = bytearray(path.read_bytes())
    size, less = (60_000_000).to_bytes(4, "little"), says.to_bytes(4, "little")
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, less))
    return path


@pytest.mark.parametrize("part", ["xl/media/bomb.bin", "xl/worksheets/sheet1.xml", "docProps/custom.xml", "a.csv"])
def test_a_package_that_lies_about_the_size_of_a_part_is_refused_and_never_unpacked(tmp_path: Path, part: str) -> None:
    path = lying(tmp_path / "a.xlsx", part)
    tracemalloc.start()
    try:
        read_own_return(path, ["Trang"])
        reason = read(path).verdict["refused_reason"]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert f"«{part}» nở ra lớn hơn cỡ đã khai" in reason
    assert most < 20_000_000


def test_a_member_of_a_zip_that_lies_about_its_size_refuses_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"a;b\n1;2\n" + bytes(60_000_000))
    content = path.read_bytes()
    assert content.count((60_000_008).to_bytes(4, "little")) == 2
    path.write_bytes(content.replace((60_000_008).to_bytes(4, "little"), (900).to_bytes(4, "little")))
    assert "nở ra lớn hơn cỡ đã khai" in read(path).verdict["refused_reason"]


def test_a_zip_packed_in_a_way_that_cannot_be_bounded_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.csv", "Mã;Tên\n1;2\n")
    assert "nén theo cách lạ" in read(path).verdict["refused_reason"]


def test_a_table_of_shared_strings_no_real_file_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.sheet_xml.max_shared_strings", lambda: 10_000)
    strings = b"<sst>" + b"<si><t>x</t></si>" * 1_000 + b"</sst>"
    assert "chuỗi" in read(xlsx_with(tmp_path / "a.xlsx", "xl/sharedStrings.xml", strings)).verdict["refused_reason"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_a_workbook_whose_xml_declares_entities_is_refused(tmp_path: Path, part: str) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert "thực thể" in read(xlsx_with(tmp_path / "a.xlsx", part, bomb)).verdict["refused_reason"]


def test_sparse_cells_over_a_wide_area_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        for row in range(1, 5_000):
            sheet.write(row, 1_000, "x")
    assert path.stat().st_size < 199_000
    assert "rất xa" in read(path).verdict["refused_reason"]


def test_a_profile_is_not_asked_for_a_format(tmp_path: Path) -> None:
    """The same rows, whatever the name says: .csv that is a workbook, .xlsx that is text."""
    table = workbook(tmp_path / "a.csv", [list(HEAD), list(ROW)])
    text = text_file(tmp_path / "a.xlsx", [HEAD, ROW])
    assert [read(path, PROFILE).verdict["format"] for path in (table, text)] == ["xlsx", "csv"]
