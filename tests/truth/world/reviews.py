"""Procedure reviews of some units: their histories, the tables they send, the count of II.04.

Here: domain/07 7.1 and 7.3, forms/II.04.yaml. Not here: dossiers.
Invariant: a procedure is reviewed by one unit; its proposal is counted in the period of its report.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from truth.world.catalogue import CITY, FIELDS, PROCEDURES, Procedure
from truth.world.days import Period, at, end_of, next_working
from truth.world.evidence import Question
from truth.world.systems import STAMP, workbook

DAY = dt.timedelta(days=1)
UNITS = ("tu-phap", "kinh-te", "p01")
STATUS = {"planned": "Chưa thực hiện", "in_review": "Đang rà soát", "reported": "Đã báo cáo"}
KIND = {
    "keep": "Giữ nguyên",
    "amend": "Sửa đổi, bổ sung",
    "replace": "Thay thế",
    "abolish": "Cắt giảm, bãi bỏ",
    "new": "Quy định mới",
}
ACTION = {"amend": "Sửa đổi", "replace": "Thay thế", "abolish": "Bãi bỏ", "new": "Ban hành mới"}
COMPETENCE = {"own": "Thuộc thẩm quyền", "higher": "Kiến nghị cấp trên"}
_NAMES = {"amend": "amended", "replace": "replaced", "abolish": "abolished", "new": "new"}
LABELS = {
    "procedure_code": "Mã TTHC",
    "procedure_name": "Tên TTHC",
    "field_name": "Lĩnh vực",
    "in_plan": "Trong kế hoạch",
    "status": "Tiến độ",
    "proposal_kind": "Phương án",
    "competence": "Thẩm quyền",
    "proposed_to": "Cơ quan được kiến nghị",
    "document_number": "Văn bản",
    "document_action": "Hình thức xử lý văn bản",
    "cost_before": "Chi phí trước",
    "cost_after": "Chi phí sau",
    "reported_on": "Ngày báo cáo",
}


@dataclass
class Review:
    """One procedure under review, and when its unit reports on it."""

    unit: str
    procedure: Procedure
    in_plan: bool
    started: dt.date
    reported: dt.date
    kind: str
    competence: str
    document: str
    action: str
    before: int
    after: int


@dataclass(frozen=True)
class Table:
    """The table of a unit's year of reviews, as of a moment."""

    unit: str
    period: Period
    moment: dt.datetime
    received: dt.datetime
    rows: list[Review] = field(hash=False, compare=False)

    @property
    def name(self) -> str:
        """Return the name of the file."""
        return f"Rà soát TTHC_{self.moment:%Y_%m_%d_%H_%M}.xlsx"

    def file(self) -> bytes:
        """Return the table as a workbook."""
        rows: list[list[object]] = [[cells(item, self.moment)[name] for name in LABELS] for item in self.rows]
        return workbook("KẾT QUẢ RÀ SOÁT THỦ TỤC HÀNH CHÍNH", [*LABELS.values()], rows)


def cells(item: Review, moment: dt.datetime) -> dict[str, object]:
    """Return a row of a unit's table as of a moment, by the contract's names."""
    noted = at(item.reported, 10) <= moment
    status = "reported" if noted else "in_review" if at(item.started, 8) <= moment else "planned"
    own = noted and item.competence == "own" and item.kind != "keep"
    return {
        "procedure_code": item.procedure.code,
        "procedure_name": item.procedure.name,
        "field_name": FIELDS[item.procedure.field][0],
        "in_plan": "Trong kế hoạch" if item.in_plan else "Ngoài kế hoạch",
        "status": STATUS[status],
        "proposal_kind": KIND[item.kind] if noted else "",
        "competence": COMPETENCE[item.competence] if noted else "",
        "proposed_to": "UBND tỉnh" if noted and item.competence == "higher" else "",
        "document_number": item.document if own else "",
        "document_action": ACTION[item.action] if own else "",
        "cost_before": item.before if noted else "",
        "cost_after": item.after if noted else "",
        "reported_on": f"{item.reported:%d/%m/%Y}" if noted else "",
    }


def profile() -> str:
    """Return the profile of the tables as YAML."""
    words = {
        "in_plan": {"Trong kế hoạch": '"yes"', "Ngoài kế hoạch": '"no"'},
        "status": {word: key for key, word in STATUS.items()},
        "proposal_kind": {f'"{word}"': key for key, word in KIND.items()},
        "competence": {word: key for key, word in COMPETENCE.items()},
        "document_action": {word: key for key, word in ACTION.items()},
    }
    return (
        "profile_id: ra-soat\nstream: review_submissions\ntitle: Bảng kết quả rà soát\n"
        f'match: {{units: [{", ".join(UNITS)}], files: ["Rà soát TTHC*"]}}\n'
        f'observed_on: {{from: file_name, pattern: "{STAMP}"}}\ncoverage: all\nunit_from: folder\n'
        "date_order: day_first\nlabels:\n"
        + "".join(f"  {name}: [{label}]\n" for name, label in LABELS.items())
        + "values:\n"
        + "".join(
            f"  {name}:\n" + "".join(f"    {word}: {key}\n" for word, key in pairs.items())
            for name, pairs in words.items()
        )
    )


def draw(random: Random, quarters: list[Period]) -> list[Review]:
    """Return a review of most procedures, reported around the ends of the quarters."""
    found = []
    for procedure in PROCEDURES:
        if random.random() < 0.2:
            continue
        quarter = random.choice(quarters)
        reported = next_working(quarter.end + DAY * random.choice([-40, -9, -3, -1, 0, 1, 2, 5]))
        before = random.randint(2, 90) * 1_000_000
        kind = random.choice([*KIND])
        found.append(
            Review(
                unit=random.choice(UNITS),
                procedure=procedure,
                in_plan=random.random() < 0.6,
                started=reported - DAY * 30,
                reported=reported,
                kind=kind,
                competence=random.choice(["own", "own", "higher"]),
                document=f"{random.randint(1, 3)}/QĐ-UBND",
                action=random.choice([*ACTION]),
                before=before,
                after=before if kind == "keep" else int(before * random.choice([0.5, 0.65, 0.8])),
            )
        )
    # A document is dealt with in one way, whatever proposals name it.
    ways: dict[tuple[str, str], str] = {}
    for item in found:
        item.document = f"{item.unit}-{'A' if item.in_plan else 'B'}-{item.document}"
        item.action = ways.setdefault((item.unit, item.document), item.action)
    return found


def known(tables: Iterable[Table], question: Question) -> list[Review]:
    """Return the reviews that a visible table says were reported."""
    visible = [item for item in tables if question.received_by is None or item.received <= question.received_by]
    newest = {table.unit: table for table in sorted(visible, key=lambda item: item.moment)}
    return [item for table in newest.values() for item in table.rows if at(item.reported, 10) <= table.moment]


def figures(tables: Iterable[Table], question: Question) -> Counter[tuple[str, str, str, str]]:
    """Return the figures of II.04 of the city and the units; the saving in hundredths of a percent."""
    start, until = question.period.start, question.until
    asked = [item for item in known(tables, question) if start <= item.reported <= until]
    total: Counter[tuple[str, str, str, str]] = Counter()
    for scope in (CITY, *UNITS):
        mine = [item for item in asked if scope in (CITY, item.unit)]
        for row, items in _rows(mine).items():
            for column, value in _columns(items).items():
                total["II.04", scope, row, column] = value
    return +total


def _rows(items: list[Review]) -> dict[str, list[Review]]:
    found: dict[str, list[Review]] = {"total": items}
    for item in items:
        section = "A" if item.in_plan else "B"
        found.setdefault(section, []).append(item)
        found[f"{section}/{item.procedure.code}"] = [item]
    return found


def _columns(items: list[Review]) -> Counter[str]:
    own = [item for item in items if item.competence == "own" and item.kind != "keep"]
    found: Counter[str] = Counter()
    for item in own:
        found["own_procedures_total"] += 1
        found[f"own_procedures_{_NAMES[item.kind]}"] += 1
    for _, action in {(item.document, item.action) for item in own}:
        found["own_documents_total"] += 1
        found[f"own_documents_{_NAMES[action]}"] += 1
    found["proposed_procedures"] = sum(item.competence == "higher" and item.kind != "keep" for item in items)
    before = sum(item.before for item in own)
    if before:
        saved = Decimal(100 * sum(item.before - item.after for item in own)) / Decimal(before)
        found["own_saving_percent"] = int(saved.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)
    return found


def shapes(reviews: Iterable[Review], quarters: list[Period]) -> Counter[str]:
    """Return how many reviews were reported on the last day of a quarter, and right after it."""
    ends = {quarter.end for quarter in quarters}
    after = {end_of(day).date() for day in ends}
    return Counter(
        "review reported on the last day" if item.reported in ends else "review reported on the day after"
        for item in reviews
        if item.reported in ends | after
    )
