"""Fixed lines of a Vietnamese administrative document (Nghị định 30/2020/NĐ-CP; domain/10 10.3).

Here: country name and motto, issuing body, recipients. Not here: fonts and places (docx, html).
Invariant: number and date stay open; nothing of a person is made up.
"""

from __future__ import annotations

from pipelines.figures.report_model import OfficeInfo

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def issuing_lines(office: OfficeInfo) -> list[tuple[str, bool]]:
    """Return the lines of the issuing body, each with whether it is bold.

    A people's committee writes its name on two bold lines (first lines of a city report); any other office
    stands below its parent body.
    """
    kind, _, rest = office.name.partition(" ")
    if kind == "UBND" and rest:
        return [("ỦY BAN NHÂN DÂN", True), (rest.upper(), True)]
    parent = [(office.parent_name.upper(), False)] if office.parent_name else []
    return [*parent, (office.name.upper(), True)]


def recipient_lines(office: OfficeInfo) -> list[str]:
    """Return the lines below "Nơi nhận:", the last one with a full stop."""
    last = len(office.recipients) - 1
    return [f"- {line}{'.' if number == last else ';'}" for number, line in enumerate(office.recipients)]
