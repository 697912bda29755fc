"""What a delivered file truly is, known by its content, never by its extension.

Here: telling formats apart, refusing what is no table or is dangerous to open. Not here: reading cells (grid).
Invariant: a refusal names the true reason and what the unit must do.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from pipelines.ingest.memory import max_unpacked
from pipelines.ingest.zip_size import lying_part, read_part
from pipelines.office.text import in_mb

MAX_RATIO = 250
_KIND = 200
_EXPORT_AGAIN = "Kết xuất lại từ phần mềm một cửa, dạng Excel (.xlsx) hoặc CSV, rồi gửi lại."
_SAVE_AS_XLSX = "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại."
_NO_TABLES = {
    b"%PDF": "PDF",
    b"{\\rtf": "văn bản RTF",
    b"\x89PNG": "ảnh PNG",
    b"\xff\xd8\xff": "ảnh JPEG",
    b"Rar!": "tệp nén RAR",
    b"7z\xbc\xaf\x27\x1c": "tệp nén 7z",
    b"\x1f\x8b": "tệp nén gzip",
}
_MARKUP = {"mhtml": "trang web MHTML", "xml2003": "bảng tính XML 2003", "xml": "tệp XML"}
_SUFFIXES = {
    "xlsx": ("xlsx", "xlsm", "xltx", "xltm"),
    "xls": ("xls", "xlt"),
    "csv": ("csv", "txt", "tsv", "tab"),
    "html": ("html", "htm"),
    "mhtml": ("mht", "mhtml"),
    "xml2003": ("xml",),
}
_MAIL_HEAD = re.compile(r"[\w-]+:[^\n]*\n")
_HTML_START = re.compile(
    r"<(!doctype\s+html|html|head|meta|title|style|body|table|thead|tbody|tr|div|center|font|span|p|br|h[1-6])\b"
)


class Refused(Exception):
    """The file cannot be read as a table: the true reason and what to do, for the unit."""

    def __init__(self, reason: str, mend: str, check_id: str = "unreadable_file", is_document: bool = False) -> None:
        """Keep the two sentences; `is_document` gives a letter or picture, which never was a table."""
        super().__init__(reason)
        self.reason, self.mend, self.check_id, self.is_document = reason, mend, check_id, is_document

    def inside(self, member: str) -> Refused:
        """Return the same refusal, naming the member of a zip it is about."""
        return Refused(f"Trong tệp nén, «{member}»: {self.reason}", self.mend, self.check_id)


def sniff(content: bytes) -> str:
    """Return the true format: xlsx, xlsb, ods, xls, zip (of other files) or text.

    Raises:
        Refused: empty, encrypted, dangerous, or no table format we read.
    """
    head = content[:4096]
    if not head.strip():
        raise Refused("Tệp rỗng, không có dữ liệu.", _EXPORT_AGAIN)
    if head.startswith(b"PK"):
        return _zip_format(content)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_format(content)
    for magic, name in _NO_TABLES.items():
        if head.startswith(magic):
            raise Refused(f"Tệp là {name}, không phải bảng số liệu.", _EXPORT_AGAIN, is_document=True)
    return "text"


def markup_kind(text: str) -> str | None:
    """Tell web pages and XML, which often carry a spreadsheet's name, from text: html, mhtml, xml2003, xml or None."""
    start = text[:4000].lstrip("\ufeff \t\r\n").casefold()
    if "mime-version:" in start and _MAIL_HEAD.match(start):
        return "mhtml"
    if not start.startswith("<"):
        return None
    if "<?mso-application" in start or "urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "xml2003"
    if _HTML_START.search(re.sub(r"<!--.*?(-->|$)", "", start, flags=re.DOTALL)):
        return "html"
    return "xml" if start.startswith("<?xml") else None


def refuse_markup(kind: str | None) -> None:
    """Refuse markup that is no table we read.

    Raises:
        Refused: the reason names the kind.
    """
    if kind:
        raise Refused(f"Tệp là {_MARKUP[kind]} mang tên bảng tính.", _SAVE_AS_XLSX)


def _zip_format(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            unpacked = sum(item.file_size for item in archive.infolist())
            kind = read_part(archive, archive.getinfo("mimetype"), _KIND) if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refused(
            "Tệp hỏng: không mở được gói bên trong.", "Gửi lại tệp; có thể việc sao chép bị ngắt giữa chừng."
        ) from error
    names = [name.replace("\\", "/") for name in names]  # some programs of Windows write its own separator
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise Refused("Tệp có đường dẫn lạ bên trong, không an toàn.", _EXPORT_AGAIN)
    if max_unpacked() < unpacked <= MAX_RATIO * len(content):
        raise Refused(
            f"Tệp nở ra quá lớn khi mở ({in_mb(unpacked)}): máy này đọc được đến {in_mb(max_unpacked())}.",
            "Kết xuất dạng CSV, hoặc chia thành nhiều tệp nhỏ hơn, rồi gửi lại.",
        )
    if unpacked > max_unpacked() or unpacked > MAX_RATIO * max(len(content), 4096):
        raise Refused(
            "Tệp nở ra quá lớn khi mở, không an toàn.", "Chép riêng vùng có số liệu sang tệp mới rồi gửi lại."
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        lying = lying_part(archive)
    if lying is not None:
        raise Refused(
            f"Trong tệp, «{lying}» nở ra lớn hơn cỡ đã khai hoặc nén theo cách lạ, không an toàn.", _EXPORT_AGAIN
        )
    parts = {name.casefold() for name in names}
    if "xl/workbook.bin" in parts:
        return "xlsb"
    if "xl/workbook.xml" in parts or ("[content_types].xml" in parts and any(part.startswith("xl/") for part in parts)):
        return "xlsx"
    if "word/document.xml" in parts or (kind and b"spreadsheet" not in kind):
        raise Refused("Tệp là văn bản Word, không phải bảng tính.", _EXPORT_AGAIN, is_document=True)
    return "ods" if kind else "zip"


def _old_format(content: bytes) -> str:
    """Tell an old binary workbook from other files in the same container."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise password_protected()
    if "WordDocument".encode("utf-16-le") in content:
        raise Refused("Tệp là văn bản Word, không phải bảng tính.", _EXPORT_AGAIN, is_document=True)
    return "xls"


def password_protected() -> Refused:
    """Return the refusal of a file that opens only with a password."""
    return Refused("Tệp có mật khẩu.", "Bỏ mật khẩu (Lưu thành… không đặt mật khẩu) rồi gửi lại.")


def broken_workbook(kind: str) -> Refused:
    """Return the refusal of a workbook whose reader fails on it."""
    return Refused(f"Không đọc được bảng tính ({kind}): tệp hỏng.", "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại.")


def refuse_entities(xml: bytes) -> None:
    """Refuse XML that declares a document type: no spreadsheet does, and its entities can fill the memory.

    Raises:
        Refused: there is such a declaration.
    """
    start = xml[:4096]
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise Refused("Tệp khai báo thực thể XML, không an toàn.", _EXPORT_AGAIN)


def name_note(file_name: str, kind: str) -> str | None:
    """Return a sentence when the name promises another format than the file has; None when they agree."""
    suffix = file_name.rpartition(".")[2].casefold() if "." in file_name else ""
    if suffix in _SUFFIXES.get(kind, (kind,)):
        return None
    return (
        f"Tên tệp có đuôi «.{suffix}» nhưng nội dung là {kind}."
        if suffix
        else f"Tên tệp không có đuôi; nội dung là {kind}."
    )
