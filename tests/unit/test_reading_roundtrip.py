"""Any table, written in any format, reads back the same; whatever is around its rows changes none of them.

Here: hypothesis round trips over xlsx, ods, HTML, CSV in any encoding, and mixes of furniture. Not here: named cases.
Invariant: rows in = typed + rejected + blank + furniture; the typed rows are the ones written, in order.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import tempfile
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_reading import PROFILE, read
from test_reading_formats import ods

HEAD = [
    "STT",
    "Mã hồ sơ",
    "Tên thủ tục",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Trạng thái",
    "Chủ hồ sơ",
]
STATUSES = {"Đang xử lý": "in_progress", "Đã xử lý xong": "result_ready", "Chờ bổ sung": "awaiting_supplement"}
SENTENCE = (
    "Đăng ký khai sinh kết hôn chứng thực bản sao từ bản chính giấy tờ, văn bản do cơ quan tổ chức có thẩm quyền cấp; "
    'đổi (cấp lại) "Giấy chứng nhận" – quyền sử dụng đất | số 12 & 3 < 5 \' Ủy ban hòa giải thuỷ lợi 1.001193 =1+1 Ðo đạc'
)

words = st.lists(st.sampled_from(SENTENCE.split(" ")), max_size=6)
spaces = st.sampled_from([" ", "  ", "\u00a0", "\n"])
names = st.builds(lambda parts, space: space.join(parts), words, spaces)
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2029, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
days = moments.map(lambda moment: moment.replace(hour=0, minute=0, second=0))


@st.composite
def records(draw: st.DrawFn) -> list[tuple[str, str, dt.datetime, dt.datetime | None, dt.datetime | None, str]]:
    count = draw(st.integers(1, 8))
    return [
        (
            # The 30th: no day written month first may seem to be the day of the code.
            draw(st.sampled_from([f"000.00.04.H51-210330-{number:04}", f"{number:06}x", f"HS-{number}/2021"])),
            draw(names),
            draw(moments),
            draw(st.none() | days),
            draw(st.none() | moments),
            draw(st.sampled_from(list(STATUSES))),
        )
        for number in range(1, count + 1)
    ]


def expected(rows: list[tuple]) -> list[tuple]:
    def text(value: str) -> str | None:
        composed = unicodedata.normalize("NFC", value).replace("Ð", "Đ")
        return " ".join(composed.replace("\u00a0", " ").split()) or None

    return [
        (code, text(name), received, due, finished, STATUSES[status])
        for code, name, received, due, finished, status in rows
    ]


def actual(path: Path) -> list[tuple]:
    reading = read(path)
    assert reading.verdict["status"] == "accepted", reading.verdict["refused_reason"]
    columns = ["dossier_code", "procedure_name", "received_at", "due_at", "finished_at", "status"]
    return [
        tuple(None if cell is None or cell != cell else cell for cell in row)
        for row in reading.rows[columns].astype(object).to_numpy().tolist()
    ]


def as_text(moment: dt.datetime | None, style: str) -> str:
    return "" if moment is None else moment.strftime(style)


def text_rows(rows: list[tuple], style: str) -> list[list[str]]:
    return [
        [str(number), code, name, *(as_text(moment, style) for moment in moments), status, "NGƯỜI-THỬ"]
        for number, (code, name, *moments, status) in enumerate(rows, start=1)
    ]


def in_code_page(text: str) -> str:
    """Vietnamese as Windows-1258 holds it: letters with their hats, tones apart."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in apart if part not in tones))
        parts.append(base + "".join(part for part in apart if part in tones))
    return "".join(parts)


styles = st.sampled_from(
    ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%H:%M:%S %d/%m/%Y", "%d-%m-%Y %H:%M:%S"]
)
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(
    records(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1258"]),
    st.sampled_from([";", ",", "\t", "|"]),
    styles,
    st.booleans(),
)
def test_any_table_written_as_csv_reads_back_the_same(
    rows: list[tuple], encoding: str, delimiter: str, style: str, announced: bool
) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter).writerows([HEAD, *text_rows(rows, style)])
    text = (f"sep={delimiter}\r\n" if announced else "") + sink.getvalue()
    if encoding == "cp1258":
        text = in_code_page(text.replace("Ð", "Đ"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.encode(encoding))
        assert actual(path) == expected(rows)


@quick
@given(records(), styles, st.booleans(), st.booleans(), st.integers(0, 3), st.integers(0, 2))
def test_any_table_written_as_xlsx_reads_back_the_same(
    rows: list[tuple], style: str, true_dates: bool, decomposed: bool, above: int, left: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        form = {"default_date_format": "dd/mm/yyyy hh:mm:ss", "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), form) as book:
            sheet = book.add_worksheet("Hồ sơ")
            for at, row in enumerate([HEAD, *text_rows(rows, style)], start=above):
                for column, cell in enumerate(row, start=left):
                    sheet.write_string(at, column, unicodedata.normalize("NFD", cell) if decomposed else cell)
            if true_dates:
                for at, (_, _, *moments, _) in enumerate(rows, start=above + 1):
                    for column, moment in enumerate(moments, start=left + 3):
                        if moment is not None:
                            sheet.write_datetime(at, column, moment)
        assert actual(path) == expected(rows)


@quick
@given(records(), styles, st.booleans())
def test_any_table_written_as_ods_reads_back_the_same(rows: list[tuple], style: str, true_dates: bool) -> None:
    def cell(text: str) -> str:
        lines = "".join(f"<text:p>{html.escape(line)}</text:p>" for line in text.split("\n"))
        return (
            f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
            if text
            else "<table:table-cell/>"
        )

    def date(moment: dt.datetime | None) -> str:
        if moment is None:
            return "<table:table-cell/>"
        return f'<table:table-cell office:value-type="date" office:date-value="{moment.isoformat()}"/>'

    # In ODS two spaces are one, as in HTML: only the words must come back.
    lines = ["".join(map(cell, HEAD))]
    for row, (_, _, *moments, _) in zip(text_rows(rows, style), rows, strict=True):
        middle = "".join(map(date, moments)) if true_dates else "".join(map(cell, row[3:6]))
        lines.append("".join(map(cell, row[:3])) + middle + "".join(map(cell, row[6:])))
    with tempfile.TemporaryDirectory() as folder:
        assert actual(ods(Path(folder) / "a.ods", lines)) == expected(rows)


@quick
@given(records(), styles)
def test_any_table_written_as_html_reads_back_the_same(rows: list[tuple], style: str) -> None:
    lines = [HEAD, *text_rows(rows, style)]
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xls"
        path.write_text(f"<table>{body}</table>", encoding="utf-8")
        assert actual(path) == expected(rows)


FURNITURE: dict[str, list[str]] = {
    "blank": [],
    "spaces": ["", " ", "\u00a0"],
    "header": HEAD,
    "section": ["I", "Lĩnh vực Hộ tịch"],
    "wide section": ["", "", "", "Xã, phường, thị trấn"],
    "total": ["", "Tổng cộng", "", "", "", "", "12"],
    "lone number": ["7"],
    "in which": ["", "Trong đó"],
}
above_lines = st.lists(
    st.sampled_from(
        [
            [],
            ["UBND PHƯỜNG 1"],
            ["", "SỔ THEO DÕI HỒ SƠ"],
            ["Từ ngày 15/12/2020 đến ngày 14/03/2021"],
            ["", "Đơn vị tính: hồ sơ"],
        ]
    ),
    max_size=5,
)
below_lines = st.lists(
    st.sampled_from(
        [[], ["", "", "", "", "Sóc Trăng, ngày 15 tháng 3 năm 2021"], ["", "Người lập biểu", "", "", "TRƯỞNG PHÒNG"]]
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(records(), above_lines, below_lines, st.data(), st.integers(1, 4), st.booleans())
def test_any_mix_of_heads_blanks_and_totals_gives_the_same_rows(
    rows: list[tuple], above: list[list[str]], below: list[list[str]], data: st.DataObject, depth: int, numbered: bool
) -> None:
    lines: list[list[str]] = [*above]
    first_header = len(lines)
    lines += [HEAD] + [[] for _ in range(depth - 1)]
    if numbered:
        lines.append([f"({number})" for number in range(1, len(HEAD) + 1)])
    places = []
    for line in text_rows(rows, "%d/%m/%Y %H:%M:%S"):
        lines += [FURNITURE[kind] for kind in data.draw(st.lists(st.sampled_from(list(FURNITURE)), max_size=2))]
        places.append(len(lines) + 1)
        lines.append(line)
    lines += below
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for at, line in enumerate(lines):
                for column, text in enumerate(line):
                    sheet.write_string(at, column, text)
            for column, text in enumerate(HEAD if depth > 1 else []):
                sheet.merge_range(first_header, column, first_header + depth - 1, column, text)
        assert actual(path) == expected(rows)
        assert list(read(path).rows["source_row"]) == places


@pytest.mark.parametrize("rows_are", ["records", "events"])
def test_a_table_with_a_head_and_no_rows_is_read_as_empty(tmp_path: Path, rows_are: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(";".join(HEAD), encoding="utf-8")
    assert len(read(path, PROFILE.model_copy(update={"rows_are": rows_are})).rows) == 0
