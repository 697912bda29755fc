"""Any delivered file as a grid of cells, told apart by content, never by extension.

Here: sniffing, decoding, opening workbooks and text tables. Not here: finding the table in the grid (headers).
Invariant: row n of the grid is row n of the sheet (record n of a text table); nothing is skipped.
"""

from __future__ import annotations

import csv
import io
import statistics
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO = 250
DELIMITERS = ";,\t|"


class Refused(Exception):
    """The file cannot be read as a table: the true reason and what to do, for the unit."""

    def __init__(self, reason: str, mend: str, check_id: str = "unreadable_file") -> None:
        """Keep the two sentences."""
        super().__init__(reason)
        self.reason, self.mend, self.check_id = reason, mend, check_id


@dataclass(frozen=True)
class Sheet:
    """One sheet (or the one table of a text file): its rows, from the first."""

    name: str | None
    rows: list[list[object]]


@dataclass(frozen=True)
class Grid:
    """What a file holds: its true format, visible sheets, and what is hidden."""

    format: str
    sheets: list[Sheet]
    hidden_sheets: list[str] = field(default_factory=list)


def open_grid(path: Path) -> Grid:
    """Open a file by its content.

    Raises:
        Refused: empty, encrypted, dangerous, or no table format we read.
    """
    head = path.open("rb").read(4096)
    if not head.strip():
        raise Refused("Tệp rỗng, không có dữ liệu.", "Kết xuất lại từ phần mềm một cửa và gửi lại.")
    if head.startswith(b"PK"):
        return _workbook(path, _zip_format(path))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse_encrypted(path)
        return _workbook(path, "xls")
    if head.startswith(b"%PDF"):
        raise Refused("Tệp là PDF, không phải bảng số liệu.", "Kết xuất dạng Excel (.xlsx) hoặc CSV rồi gửi lại.")
    text = _decode(path.read_bytes())
    if text.lstrip()[:200].casefold().startswith(("<html", "<!doctype", "<table", "<?xml", "mime-version")):
        raise Refused("Tệp là trang HTML/XML mang tên Excel.", "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại.")
    return Grid("csv", [Sheet(None, _text_rows(text))])


def _zip_format(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Refused(
            "Tệp hỏng: không mở được gói bên trong.", "Gửi lại tệp; có thể việc sao chép bị ngắt giữa chừng."
        ) from error
    if any(name.startswith(("/", "\\")) or ".." in Path(name).parts for name in names):
        raise Refused("Tệp có đường dẫn lạ bên trong, không an toàn.", "Kết xuất lại từ phần mềm một cửa và gửi lại.")
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(path.stat().st_size, 4096):
        raise Refused(
            "Tệp nở ra quá lớn khi mở, không an toàn.", "Chép riêng vùng có số liệu sang tệp mới rồi gửi lại."
        )
    if "mimetype" in names:
        return "ods"
    if any(name.startswith("xl/") for name in names):
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    raise Refused("Tệp nén không phải bảng tính.", "Gửi chính tệp bảng tính, không nén.")


def _refuse_encrypted(path: Path) -> None:
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise Refused("Tệp có mật khẩu.", "Bỏ mật khẩu (Lưu thành… không đặt mật khẩu) rồi gửi lại.")


def _workbook(path: Path, kind: str) -> Grid:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        tables = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
        visible = [item.name for item in tables if item.visible == SheetVisibleEnum.Visible]
        sheets = [Sheet(name, _cells(book.get_sheet_by_name(name))) for name in visible]
    except CalamineError as error:
        raise Refused(
            f"Không đọc được bảng tính ({kind}).", "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại."
        ) from error
    return Grid(kind, sheets, [item.name for item in tables if item.name not in visible])


def _cells(sheet: CalamineSheet) -> list[list[object]]:
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if content[:200].count(0) > 40:
        return content.decode("utf-16-le")
    for encoding in ("utf-8-sig", "cp1258"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("Không nhận ra bảng mã chữ của tệp.", "Lưu lại dạng CSV UTF-8 hoặc .xlsx rồi gửi lại.")


def _text_rows(text: str) -> list[list[object]]:
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        return [[first.strip()], *_parse(rest, first.strip()[4])]
    return _parse(text, _delimiter(text))


def _delimiter(text: str) -> str:
    """Return the delimiter that gives the most fields in most of the first lines."""
    sample = "".join(text.splitlines(keepends=True)[:60])

    def typical_width(delimiter: str) -> float:
        return statistics.median([len(row) for row in _parse(sample, delimiter)] or [0])

    return max(DELIMITERS, key=typical_width)


def _parse(text: str, delimiter: str) -> list[list[object]]:
    csv.field_size_limit(10 * 1024 * 1024)
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
