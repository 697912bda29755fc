"""Faults planted into a return workbook, one a row: what officers type wrong in the tables they keep by hand.

Here: clean rows and faults of the sheets. Not here: other streams (dirt), judging. Invariant: a row breaks the one check it
is named after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import product
from random import Random

import openpyxl
from truth.world.catalogue import FIELDS, NAMES
from truth.world.days import Period, next_working
from truth.world.records import LINKS, SHEETS, WALL
from truth.world.systems import saved

DAY = dt.timedelta(days=1)
Cells = dict[str, object]
Change = Callable[[dt.date, dt.date], Cells]  # the row's day and a day after the return
FIRST = 7  # row below the heads
_MORE_HEADS = {
    "focal_officers": {"ended": "Ngày hết hiệu lực"},
    "inspections": {"checked": "Đơn vị được kiểm tra", "concluded": "Ngày kết luận, thông báo"},
    "posting_checks": {"missing": "Số còn thiếu", "expired": "Số hết hiệu lực còn niêm yết"},
}
_PROCESSES = {
    "procedure": "Mã TTHC *",
    "name": "Tên TTHC",
    "code": "Số quyết định phê duyệt *",
    "on": "Ngày quyết định *",
    "level": "Cấp thực hiện *",
    "hours": "Tổng số giờ *",
    "steps": "Cộng số giờ các bước",
    "from": "Hiệu lực từ ngày",
    "to": "Hiệu lực đến ngày",
}
_DRAFTS = {
    "code": "Tên, ký hiệu dự thảo",
    "kind": "Loại văn bản",
    "count": "Số TTHC",
    "on": "Ngày đánh giá tác động",
    "opinion": "Ngày có ý kiến của Văn phòng UBND tỉnh",
    "appraisal": "Ngày gửi thẩm định",
}
_PUBLISHED = {
    "code": "Số quyết định công bố",
    "on": "Ngày quyết định",
    "effective": "Ngày văn bản có hiệu lực",
    "procedure": "Mã TTHC",
    "name": "Tên TTHC",
    "kind": "Nội dung công bố",
    "document": "Số, ký hiệu văn bản QPPL",
    "action": "Xử lý văn bản QPPL",
    "posted": "Ngày công khai",
}
_DECLARED = {
    "level": "Cấp giải quyết",
    "field": "Lĩnh vực",
    "c3": "Tổng số nhận giải quyết (cột 3)",
    "c4": "Nhận trực tuyến (cột 4)",
    "c5": "Nhận trực tiếp, bưu chính (cột 5)",
    "c6": "Từ kỳ trước chuyển sang (cột 6)",
    "c7": "Tổng số đã giải quyết (cột 7)",
    "c8": "Đã giải quyết trước hạn (cột 8)",
    "c9": "Đã giải quyết đúng hạn (cột 9)",
    "c10": "Đã giải quyết quá hạn (cột 10)",
    "c11": "Tổng số đang giải quyết (cột 11)",
    "c12": "Đang giải quyết trong hạn (cột 12)",
    "c13": "Đang giải quyết quá hạn (cột 13)",
}
# Streams that a unit of the world owes in its dirty return alone: no history tells of them.
DIRTY_ALONE = ("internal_processes", "draft_documents", "publication_decisions", "declared_dossiers")


def book(random: Random, quarter: Period, unit: str) -> tuple[bytes, list[tuple[str, int, str]]]:
    """Return a return workbook with a row for each fault, and stream, row and check of each."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook["Sheet"])
    later = quarter.end + DAY * 60
    planted: list[tuple[str, int, str]] = []
    sheets = {
        **SHEETS,
        "internal_processes": ("Quy trình nội bộ", _PROCESSES),
        "draft_documents": ("Đánh giá tác động", _DRAFTS),
        "publication_decisions": ("Quyết định công bố", _PUBLISHED),
        "declared_dossiers": ("Giải quyết TTHC", _DECLARED),
    }
    for stream, (title, heads) in sheets.items():
        heads = {**heads, **_MORE_HEADS.get(stream, {})}
        page = workbook.create_sheet(title)
        page.append([f"PHIẾU BÁO CÁO: {title.upper()}"])
        page.append([f"{NAMES[unit]} – {quarter.label} (từ {quarter.start:%d/%m/%Y} đến {quarter.end:%d/%m/%Y})"])
        page.append(["Cột có dấu * bắt buộc. Không đổi tên trang, tên cột."])
        page.append(["Không phát sinh trong kỳ", None])
        page.append([])
        page.append([*heads.values()])
        rows = _declared() if stream == "declared_dossiers" else _kept(random, stream, later)
        for row, (checks, content) in enumerate(rows, FIRST):
            page.append([content.get(name) for name in heads])
            planted += [(stream, row, check) for check in checks]
    return saved(workbook), planted


def _kept(random: Random, stream: str, later: dt.date) -> Iterator[tuple[tuple[str, ...], Cells]]:
    """Yield the rows of a sheet, each with the check it breaks."""
    clean, faults = _FAULTS[stream]
    for number, (check, change) in enumerate(faults.items(), 1):
        day = next_working(dt.date(2021, 1, 4) + DAY * random.randint(0, 20))
        cells = {"code": f"{number}/D", **clean(day, later)}
        if check.startswith("duplicate"):
            yield (check,), {**cells, **_other(cells)}
        yield (check,), {**cells, **change(day, later)}


def _declared() -> Iterator[tuple[tuple[str, ...], Cells]]:
    """Yield the rows of a declared form II.06a, each with the checks it breaks; two sound ones stand first.

    No number of a single row is as large as the sum of two, so that only the rows made so look like totals.
    """
    places = ((level, FIELDS[code][0]) for level, code in product(("Cấp xã", "Cấp huyện"), FIELDS))
    counts = [
        {"c4": 30 + number, "c5": 25, "c6": 25, "c8": 25, "c9": 25, "c10": 5 + number, "c12": 20, "c13": 5}
        for number in range(8)
    ]
    rows = ({"level": level, "field": field, **numbers} for (level, field), numbers in zip(places, counts, strict=True))
    yield (), next(rows)
    yield (), next(rows)
    total = {name: counts[0][name] + counts[1][name] for name in counts[0]}
    yield ("looks_like_total",), {"level": "Cấp xã", "field": "Các lĩnh vực nói trên", **total}
    # Two of its eight numbers add up; the others are one or two more.
    more = {"c6": 7, "c8": 1, "c9": 1, "c10": 1, "c12": 2, "c13": 2}
    part = {name: number + more.get(name, 0) for name, number in total.items()}
    yield ("may_be_total", "unknown_field"), {"level": "Cấp xã", "field": "Lĩnh vực gần giống", **part}
    twice = next(rows)
    yield ("duplicate_line",), twice
    yield ("duplicate_line",), {**twice, "c4": 25, "c10": 0}
    yield ("number_below_zero",), {**next(rows), "c13": -5, "c12": 30}
    yield ("received_split",), {**next(rows), "c3": 1}
    yield ("resolved_split",), {**next(rows), "c7": 1}
    yield ("pending_split",), {**next(rows), "c11": 1}
    yield ("balance",), {**next(rows), "c13": 6}
    yield ("unknown_level",), {**twice, "level": "Cấp lạ"}
    yield ("unknown_field",), {**twice, "field": "Lĩnh vực không có ở đâu"}


def _other(cells: Cells) -> Cells:
    """Return what a row of the same number says otherwise, in the same year's book."""
    day = cells["planned"] if "planned" in cells else cells["on"]
    assert isinstance(day, dt.date)
    return {"planned" if "planned" in cells else "on": day + DAY}


_FAULTS: dict[str, tuple[Change, dict[str, Change]]] = {
    "directives": (
        lambda day, later: {"kind": "Công văn", "on": day, "year": "2021"},
        {
            "duplicate_document": lambda day, later: {},
            "document_without_date": lambda day, later: {"on": None},
            "issued_in_future": lambda day, later: {"on": later},
            "unknown_directive_kind": lambda day, later: {"kind": "Thư mời"},
            "plan_year_no_year": lambda day, later: {"year": "hai mốt"},
        },
    ),
    "focal_officers": (
        lambda day, later: {"on": day, "count": 2},
        {
            "duplicate_decision": lambda day, later: {},
            "decision_without_date": lambda day, later: {"on": None},
            "decided_in_future": lambda day, later: {"on": later},
            "ended_before_decided": lambda day, later: {"ended": day - DAY * 5},
            "decision_without_count": lambda day, later: {"count": None},
            "officer_count_below_zero": lambda day, later: {"count": -1},
            "missing_code": lambda day, later: {"code": None},
        },
    ),
    "inspections": (
        lambda day, later: {"kind": "Tự kiểm tra", "planned": day, "done": day, "checked": "Phường 1", "concluded": day + DAY},
        {
            "duplicate_inspection": lambda day, later: {},
            "inspection_without_plan_day": lambda day, later: {"planned": None},
            "checked_in_future": lambda day, later: {"done": later, "concluded": None},
            "concluded_before_check": lambda day, later: {"concluded": day - DAY * 2},
            "unknown_inspection_kind": lambda day, later: {"kind": "Đột xuất"},
            "unknown_unit": lambda day, later: {"checked": "Đội không có ở đâu"},
        },
    ),
    "findings": (
        lambda day, later: {"kind": "Phí, lệ phí", "on": day, "due": day + DAY * 10, "closed": day + DAY * 5},
        {
            "duplicate_finding": lambda day, later: {},
            "finding_without_date": lambda day, later: {"on": None},
            "found_in_future": lambda day, later: {"on": later, "due": None, "closed": None},
            "closed_in_future": lambda day, later: {"closed": later},
            "closed_before_found": lambda day, later: {"closed": day - DAY},
            "deadline_before_found": lambda day, later: {"due": day - DAY},
            "unknown_category": lambda day, later: {"kind": "Nhóm lạ"},
        },
    ),
    "communications": (
        lambda day, later: {"kind": "Loa phường", "topic": "BCCI", "on": day, "count": 1, "reach": 1},
        {
            "duplicate_communication": lambda day, later: {},
            "communication_without_date": lambda day, later: {"on": None},
            "communicated_in_future": lambda day, later: {"on": later},
            "item_count_below_one": lambda day, later: {"count": 0},
            "reach_below_zero": lambda day, later: {"reach": -1},
            "unknown_communication_channel": lambda day, later: {"kind": "Tờ rơi"},
            "unknown_topic": lambda day, later: {"topic": "Chủ đề lạ"},
            "bad_number": lambda day, later: {"count": "mười"},
        },
    ),
    "trainings": (
        lambda day, later: {"kind": "Tỉnh", "topic": "Kiểm soát TTHC", "on": day, "focal": 1, "one_stop": 1, "other": 1},
        {
            "duplicate_training": lambda day, later: {},
            "training_without_date": lambda day, later: {"on": None},
            "trained_in_future": lambda day, later: {"on": later},
            "participants_below_zero": lambda day, later: {"focal": -1},
            "training_without_participants": lambda day, later: {"focal": 0, "one_stop": 0, "other": 0},
            "unknown_organiser": lambda day, later: {"kind": "Công ty A"},
            "unknown_training_topic": lambda day, later: {"topic": "Chuyên đề lạ"},
        },
    ),
    "death_cases": (
        lambda day, later: {
            "on": day, "kind": LINKS["linked_survivor"], "due": day + DAY * 20, "residence": day + DAY * 3,
            "body": "Phòng LĐTBXH", "benefit": day + DAY * 9,
        },
        {
            "duplicate_death_case": lambda day, later: {},
            "death_case_without_date": lambda day, later: {"on": None},
            "death_registered_in_future": lambda day, later: {
                "on": later, "kind": LINKS["not_linked"], "due": None, "residence": None, "body": None, "benefit": None,
            },
            "death_due_before_registered": lambda day, later: {"due": day - DAY},
            "residence_before_registered": lambda day, later: {"residence": day - DAY},
            "benefit_before_registered": lambda day, later: {"benefit": day - DAY},
            "residence_in_future": lambda day, later: {"residence": later},
            "benefit_in_future": lambda day, later: {"benefit": later},
            "linked_case_without_due": lambda day, later: {"due": None},
            "unknown_request": lambda day, later: {"kind": "Yêu cầu lạ"},
        },
    ),
    "posting_checks": (
        lambda day, later: {
            "kind": "Thủ tục hành chính", "place": WALL, "on": day, "in_force": 40, "posted": 40, "missing": 0, "expired": 0,
        },
        {
            "check_without_date": lambda day, later: {"on": None},
            "checked_in_future": lambda day, later: {"on": later},
            "unknown_posting_kind": lambda day, later: {"kind": "Nội dung lạ"},
            "unknown_posting_place": lambda day, later: {"place": "Nơi lạ"},
            "count_missing": lambda day, later: {"in_force": None},
            "posted_missing": lambda day, later: {"posted": None},
            "count_below_zero": lambda day, later: {"expired": -1},
            "posting_does_not_add_up": lambda day, later: {"missing": 5},
            "expired_still_posted": lambda day, later: {"expired": 2},
            "not_fully_posted": lambda day, later: {"posted": 38, "missing": 2},
        },
    ),
    "internal_processes": (
        lambda day, later: {
            "procedure": "1.000104", "name": "Đăng ký kết hôn có yếu tố nước ngoài", "on": day, "level": "Cấp huyện",
            "hours": 100, "steps": 100,
        },
        {
            "process_without_date": lambda day, later: {"on": None},
            "decided_in_future": lambda day, later: {"on": later},
            "ends_before_it_begins": lambda day, later: {"from": day, "to": day - DAY * 3},
            "unknown_process_level": lambda day, later: {"level": "Cấp lạ"},
            "process_without_time": lambda day, later: {"hours": None, "steps": None},
            "steps_differ_from_total": lambda day, later: {"steps": 90},
            "over_legal_time": lambda day, later: {"hours": 200, "steps": 200},
            "unknown_procedure": lambda day, later: {"procedure": "9.999999", "name": "Thủ tục không có ở đâu"},
        },
    ),
    "draft_documents": (
        lambda day, later: {
            "kind": "Quyết định của UBND", "count": 2, "on": day, "opinion": day + DAY * 2, "appraisal": day + DAY * 5,
        },
        {
            "duplicate_draft": lambda day, later: {},
            "draft_without_date": lambda day, later: {"on": None, "opinion": None, "appraisal": None},
            "draft_without_procedure": lambda day, later: {"count": 0},
            "assessed_in_future": lambda day, later: {"on": later, "opinion": None, "appraisal": None},
            "opinion_in_future": lambda day, later: {"opinion": later, "appraisal": None},
            "appraisal_in_future": lambda day, later: {"appraisal": later},
            "assessed_after_appraisal": lambda day, later: {"on": day + DAY * 6},
            "sent_unassessed": lambda day, later: {"on": None},
            "opinion_after_appraisal": lambda day, later: {"opinion": day + DAY * 6},
            "sent_without_opinion": lambda day, later: {"opinion": None},
            "unknown_draft_kind": lambda day, later: {"kind": "Nghị định"},
        },
    ),
    "publication_decisions": (
        lambda day, later: {
            "on": day, "effective": day + DAY * 30, "procedure": "1.000104", "name": "Đăng ký kết hôn có yếu tố nước ngoài",
            "kind": "Ban hành mới", "document": "3/2021/QĐ-UBND", "action": "Công bố", "posted": day + DAY * 2,
        },
        {
            "decision_without_date": lambda day, later: {"on": None},
            "decision_without_number": lambda day, later: {"code": None},
            "decided_in_future": lambda day, later: {"on": later, "effective": None, "posted": None},
            "posted_in_future": lambda day, later: {"posted": later},
            "unknown_procedure_action": lambda day, later: {"kind": "Nội dung lạ"},
            "posted_before_decision": lambda day, later: {"posted": day - DAY},
            "published_late": lambda day, later: {"effective": day + DAY * 19},
            "document_without_action": lambda day, later: {"action": None},
            "unknown_procedure": lambda day, later: {"procedure": "9.999999", "name": "Thủ tục không có ở đâu"},
        },
    ),
}  # fmt: skip
