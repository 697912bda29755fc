"""A web page in one file (MHTML), as Excel and browsers save it under the name .xls or .mht.

Here: finding the pages inside and reading their tables. Not here: HTML itself (html_table).
Invariant: every page with a table is a sheet or several; scripts, styles and pictures are no pages.
"""

from __future__ import annotations

import email
import email.policy
import html
import re
from email.message import EmailMessage

from pipelines.ingest.html_table import html_sheets
from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sniff import Refused
from pipelines.ingest.text_table import decode

_EXPORT_AGAIN = "Mở bằng Excel, lưu lại dạng .xlsx rồi gửi lại."
# Excel lists its sheets in the first page: <x:Name>Sheet1</x:Name> … <x:WorksheetSource HRef="sheet001.htm"/>.
_NAMED = re.compile(r"<x:Name>([^<]*)</x:Name>.*?<x:WorksheetSource\s+HRef=3?D?[\"']([^\"']+)[\"']", re.DOTALL)
_HIDDEN = re.compile(r"<x:Visible>\s*Sheet(?:Very)?Hidden", re.IGNORECASE)


def mhtml_grid(content: bytes) -> Grid:
    """Return the tables of every page inside.

    Raises:
        Refused: the file is cut short or holds no table.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    boundary = message.get_boundary()
    if boundary and f"--{boundary}--".encode() not in content:
        raise Refused("Tệp MHTML bị cắt, thiếu phần cuối.", _EXPORT_AGAIN)
    pages = [(str(part.get("Content-Location", "")), _page(part)) for part in message.walk() if _is_page(part)]
    names = {target: html.unescape(name) for _, text in pages for name, target in _NAMED.findall(text)}
    sheets: list[Sheet] = []
    hidden: list[str] = []
    for location, text in pages:
        name = names.get(location.rsplit("/", 1)[-1])
        if "<table" not in text.casefold():
            continue
        if name and _HIDDEN.search(text):
            hidden.append(name)
        else:
            sheets += html_sheets(text, name)
    if not sheets:
        raise Refused("Tệp là trang web MHTML không có bảng nào.", _EXPORT_AGAIN)
    return Grid("mhtml", sheets, hidden)


def _is_page(part: EmailMessage) -> bool:
    return part.get_content_type() == "text/html"


def _page(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    charset = part.get_content_charset()
    assert isinstance(content, bytes)
    if charset and charset not in ("utf-8", "us-ascii"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            return decode(content)
    return decode(content)
