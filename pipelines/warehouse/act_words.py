"""Who acts and why, as a person typed it, made ready for the journal.

Here: one line, printable, without numbers of persons. Not here: writing acts (office/journal), names (an act has one).
Invariant: the journal is kept for ever and reasons are printed in reports, so a citizen's number never gets there.
"""

from __future__ import annotations

import os

from pipelines.ingest.persons import numbers_of_persons
from pipelines.office.errors import OfficeError
from pipelines.office.text import nfc


def person(by: str | None) -> str:
    """Return who acts: the name given, else KSTT_USER.

    Raises:
        OfficeError: neither is there, for an act without a name is not written; or a number of a person is.
    """
    name = _one_line(by or os.environ.get("KSTT_USER") or "", "Tên người thực hiện")
    if not name:
        raise OfficeError('Thiếu tên người thực hiện. Thêm --by "Họ và tên", hoặc đặt biến môi trường KSTT_USER.')
    return name


def reason(text: str | None) -> str:
    """Return why, as one line.

    Raises:
        OfficeError: it is empty, or holds a number of a person.
    """
    noted = _one_line(text or "", "Lý do")
    if not noted:
        raise OfficeError("Lý do không được để trống: sổ việc ghi ai làm, lúc nào và vì sao.")
    return noted


def _one_line(text: str, what: str) -> str:
    """Return a text on one line, without control characters and marks nobody sees."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in nfc(text)).split())
    if numbers_of_persons(line):
        raise OfficeError(
            f"{what} có số điện thoại, số định danh hoặc thư điện tử: «{line}». Sổ việc giữ mãi và in ra báo cáo, "
            "nên không ghi thông tin cá nhân: bỏ đi rồi làm lại."
        )
    return line
