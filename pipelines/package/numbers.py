"""The register of document numbers: which number and date the registry gave to which issued version.

Here: reading the register, giving a number after the issue. Not here: issuing (issue), numbers on paper (render).
Invariant: a number stands for one document a year; a version keeps its bytes, a number given later is an act.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.office.text import match_key
from pipelines.warehouse.issued import find_issued, issued_versions


@dataclass(frozen=True)
class Numbered:
    """One issued version in the register; number and date are empty until the registry gives them."""

    issue_id: str
    kind: str
    issued_at: dt.datetime
    number: str
    signed_on: str
    signer: str
    # Who entered the number after the issue; empty where it is printed on the version itself.
    entered_by: str = ""

    @property
    def year(self) -> int:
        """The year whose register the number is of: that of the day of signing, else of the issue."""
        return int(self.signed_on[:4]) if self.signed_on else self.issued_at.year


def register_of_numbers(office: Office) -> list[Numbered]:
    """Return every issued version with its number, in the order they were issued.

    Raises:
        OfficeError: the journal or a version was changed.
    """
    later = {str(act.details["issue_id"]): act for act in journal.acts(office, "number")}
    found = []
    for item in sorted(issued_versions(office), key=lambda version: version.at):
        printed, act = item.record()["printed"], later.get(item.issue_id)
        number, signed_on, signer = (
            (act.details["number"], act.details["signed_on"], act.details["signer"])
            if act
            else (printed["number"], printed["signed_on"], printed["signer"])
        )
        found.append(
            Numbered(item.issue_id, item.kind, item.at, number, signed_on, signer, act.by if act is not None else "")
        )
    return found


def taken_by(office: Office, number: str, year: int, but: str = "") -> str:
    """Return the version that has a number in a year already, "" for none; `but` is a version that may."""
    return next(
        (
            item.issue_id
            for item in register_of_numbers(office)
            if item.number and item.issue_id != but and (match_key(item.number), item.year) == (match_key(number), year)
        ),
        "",
    )


def give_number(office: Office, issue_id: str, number: str, signed_on: str, signer: str, by: str) -> None:
    """Enter the number the registry gave to a version after it was issued.

    Raises:
        OfficeError: no such version, no number, or the number is another document's that year.
    """
    period_id, _, version = issue_id.rpartition("/v")
    if not period_id or not version.isdigit():
        raise OfficeError(f"«{issue_id}» không phải bản đã phát hành; viết dạng 2021-Q1/v2. Xem: kstt numbers")
    issued = find_issued(office, period_id, int(version))
    if not number:
        raise OfficeError("Thiếu --number: số, ký hiệu văn thư cấp, ví dụ 47/BC-UBND.")
    year = int(signed_on[:4]) if signed_on else issued.at.year
    other = taken_by(office, number, year, but=issued.issue_id)
    if other:
        raise OfficeError(f"Số {number} năm {year} đã cấp cho {other}. Kiểm tra lại với văn thư.")
    journal.append(
        office,
        "number",
        by,
        f"văn thư cấp số {number}",
        issue_id=issued.issue_id,
        number=number,
        signed_on=signed_on,
        signer=signer,
    )
