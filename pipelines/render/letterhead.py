"""Fixed lines of a Vietnamese administrative document (Nghị định 30/2020/NĐ-CP; domain/10 10.3).

Here: country name and motto, issuing body, recipients, sizes, lines beneath. Not here: places (docx, pdf, html).
Invariant: number, date and signer stay open until a person gives them at issue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.figures.blocks import Block, Subject, words_of
from pipelines.figures.model import OfficeInfo, ReportModel
from pipelines.figures.text_width import text_mm

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

# Letter sizes in points, each within the range of the decree.
ISSUER_POINTS, COUNTRY_POINTS, MOTTO_POINTS, DATE_POINTS = 13.0, 12.5, 13.5, 13.5
NUMBER_POINTS, SIGNATURE_POINTS, PAGE_NUMBER_POINTS, BODY_POINTS = 13.0, 13.5, 13.0, 14.0
RECIPIENTS_HEAD_POINTS, RECIPIENTS_POINTS, LETTER_SUBJECT_POINTS = 12.0, 11.0, 12.0
# Width of the two columns of the letterhead on a page with 30 and 18 mm of margin.
LEFT_MM, RIGHT_MM = 67.0, 95.0
# The line below the issuing body is 1/3 to 1/2 of its text, that below the motto as long as the motto.
_ISSUER_SHARE = 0.4
SUBJECT_RULE_MM = 42.0
# The spaces at which a name in capitals may be broken: between its parts, never inside a word of two syllables.
_AREAS = "TỈNH|THÀNH PHỐ|QUẬN|HUYỆN|THỊ XÃ|THỊ TRẤN|PHƯỜNG|XÃ(?! HỘI)"
_NAME_PARTS = re.compile(
    rf"(?<=[-–,]) +| +(?=(?:VÀ|THUỘC|CỦA|PHỤC VỤ|HÀNH CHÍNH|UBND|HĐND|ỦY BAN|{_AREAS}) )| +(?=(?:{_AREAS})$)"
)


def issuer_rule_mm(office: OfficeInfo) -> float:
    """Return the length of the line below the issuing body."""
    return text_mm(issuing_lines(office)[-1][0], ISSUER_POINTS) * _ISSUER_SHARE


def motto_rule_mm() -> float:
    """Return the length of the line below the motto."""
    return text_mm(MOTTO, MOTTO_POINTS)


def issuing_lines(office: OfficeInfo) -> list[tuple[str, bool]]:
    """Return the lines of the issuing body, each with whether it is bold.

    A people's committee writes its name on two bold lines (first lines of a city report); any other office
    is below its parent body. A name too wide for the column takes more lines, broken between its parts.
    """
    committee = _two_lines(office.name)
    if committee:
        return [(line, True) for line in committee]
    parent = office.parent_name.upper()
    is_narrow = _fits(parent)
    lines = (_broken(parent) if is_narrow else _two_lines(office.parent_name) or _broken(parent)) if parent else []
    return [*((line, False) for line in lines), *((line, True) for line in _broken(office.name.upper()))]


def _two_lines(name: str) -> list[str]:
    """Return the two lines of a people's committee; none for another body."""
    kind, _, rest = name.partition(" ")
    return ["ỦY BAN NHÂN DÂN", rest.upper()] if kind == "UBND" and rest else []


def _fits(line: str) -> bool:
    return text_mm(line, ISSUER_POINTS) <= LEFT_MM


def _broken(name: str) -> list[str]:
    """Return the lines of a name: broken after a dash or comma, before «và» or the name of an area, where its halves
    are most alike; a name without such a place stays whole.
    """
    places = [match.start() for match in _NAME_PARTS.finditer(name)]
    if _fits(name) or not places:
        return [name]
    place = min(places, key=lambda at: max(text_mm(name[:at], ISSUER_POINTS), text_mm(name[at:], ISSUER_POINTS)))
    return [*_broken(name[:place].strip()), *_broken(name[place:].strip())]


def subject_of(blocks: Sequence[Block]) -> Subject | None:
    """Return what a letter is about; None for a document of a named kind (a report)."""
    first = blocks[0] if blocks else None
    return first if isinstance(first, Subject) else None


def document_title(model: ReportModel, blocks: Sequence[Block]) -> str:
    """Return the title a document carries in its properties: a letter's subject, else that of the report."""
    report = f"Báo cáo kiểm soát thủ tục hành chính – {model.question.period_label}"
    provisional = " (số liệu tạm tính)" if model.question.is_provisional else ""
    return words_of(subject_of(blocks)) or f"{report}{provisional}"


def number_text(model: ReportModel, gap: str) -> str:
    """Return number and symbol of the document as the registry gave them, else the symbol behind a gap."""
    issue = model.issue
    return issue.number if issue and issue.number else f"{gap}/{model.office.report_symbol}"


def signer_name(model: ReportModel) -> str:
    """Return the name below the signature; empty until a person gives it."""
    return model.issue.signer if model.issue else ""


def recipient_lines(office: OfficeInfo) -> list[str]:
    """Return the lines below "Nơi nhận:", the last one with a full stop."""
    last = len(office.recipients) - 1
    return [f"- {line}{'.' if number == last else ';'}" for number, line in enumerate(office.recipients)]
