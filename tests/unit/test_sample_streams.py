"""Feedback and reviews of the sample office: files show the truth, planted faults are all the faults, recounts hold.

Here: the committed files of both streams, read without `pipelines`. Not here: case exports (test_sample_office), the
product's figures (pipeline tests). Invariant: nothing of `pipelines` is imported, so that a shared mistake cannot hide.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sample_files import OFFICE, REPOSITORY, Shown, planted, rows_of, table
from truth.recount import LAST_SEEN, PERIODS, shown_unknown
from truth.recount_feedback import Feedback, load_feedback, recount_feedback
from truth.recount_reviews import load_reviews, recount_reviews

EXPORT = {"2021-Q1": dt.date(2021, 3, 15), "2021-Q2": dt.date(2021, 6, 15)}
ROW_EFFECTS = ("sent_back", "flagged", "counted_unknown")
EVENTS = ("received_at", "transferred_at", "answered_at", "published_at")
PARTS = ("hours", "other_cost", "fee")
WARDS = {f"p{number:02d}" for number in range(1, 11)}
PERSONAL = {
    "Người gửi": "applicant_name",
    "Người phản ánh": "applicant_name",
    "Số điện thoại": "applicant_phone",
    "SĐT": "applicant_phone",
    "Email": "sender_email",
    "Địa chỉ": "applicant_address",
    "Tiêu đề": "title",
    "Trích yếu": "title",
    "Nội dung": "content",
    "Cán bộ xử lý": "officer",
    "Người rà soát": "officer",
    "Công chức rà soát": "officer",
    "Lý do": "reason",
}


@pytest.fixture(scope="module")
def feedback() -> list[Shown]:
    return rows_of("feedback_logs")


@pytest.fixture(scope="module")
def reviews() -> list[Shown]:
    return rows_of("review_submissions")


@pytest.fixture(scope="module")
def truth() -> list[Feedback]:
    return load_feedback()


def review_truth() -> list[dict[str, str]]:
    with gzip.open(REPOSITORY / "tests/truth/reviews.csv.gz", "rt", encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def noted(stream: str) -> set[tuple[str, ...]]:
    """Planted rows as (period, unit, file, row, check)."""
    return {
        (r["period_id"], r["unit_id"], r["file_name"], r["source_row"], r["check_id"])
        for r in planted(stream)
        if r["effect"] in ROW_EFFECTS
    }


def names(reference: str, column: str) -> set[str]:
    rows = table(reference)
    known = {row[column] for row in rows}
    return known | {name for row in rows for name in (row.get("short_name", ""), *row.get("aliases", "").split("|"))}


# ------------------------------------------------------------------ feedback


def feedback_faults(row: Shown, repeated: set[Any], fields: set[str], units: set[str]) -> list[str]:
    """The checks of domain/06 in plain words; a row that goes back is judged no further."""
    when = {name: row.cells[name] for name in (*EVENTS, "due_at")}
    if any(isinstance(value, str) for value in when.values()):
        return ["bad_date"]
    day = {name: value.date() if value else None for name, value in when.items()}
    received, answered, published, moved = (
        day[name] for name in ("received_at", "answered_at", "published_at", "transferred_at")
    )
    status, last = row.cells["status"], EXPORT[row.period]
    sent_back = {
        "missing_code": not row.cells["feedback_code"],
        "missing_received_at": not received,
        "received_in_future": received and received > last,
        "due_before_received": received and day["due_at"] and day["due_at"] < received,
        "answered_before_received": received and answered and answered < received,
        "answered_in_future": answered and answered > last,
        "published_before_answered": answered and published and published < answered,
        "published_in_future": published and published > last,
        "answered_without_date": status in ("answered", "published") and not answered,
        "published_without_date": status == "published" and not published,
        "transferred_without_date": status == "transferred" and not moved,
        "transferred_before_received": received and moved and moved < received,
        "transferred_in_future": moved and moved > last,
        "pending_with_answered": status in ("new", "classified", "need_more_info", "in_progress") and answered,
        "duplicate_code": (row.period, row.file, row.unit, row.cells["feedback_code"]) in repeated,
    }
    named = {row.cells["about_unit"], row.cells.get("handling_unit")} - {None, ""}
    flagged = {
        "unknown_kind": row.cells["feedback_kind"] in (None, "unknown"),
        "not_feedback": row.cells["feedback_kind"] == "out_of_scope",
        "unknown_status": status in (None, "unknown"),
        "unknown_field": row.cells["field_name"] and row.cells["field_name"] not in fields,
        "missing_field": not row.cells["field_name"],
        "unknown_unit": bool(named - units),
    }
    back = [check for check, holds in sent_back.items() if holds]
    return back or [check for check, holds in flagged.items() if holds]


def test_the_planted_feedback_rows_are_all_that_trip_a_check(feedback: list[Shown]) -> None:
    counts = Counter((r.period, r.file, r.unit, r.cells["feedback_code"]) for r in feedback)
    repeated = {place for place, count in counts.items() if count > 1}
    fields, units = names("fields", "field_name"), names("units", "name_vi")

    found = {
        (row.period, row.unit, row.file, str(row.number), check)
        for row in feedback
        for check in feedback_faults(row, repeated, fields, units)
    }

    assert found == noted("feedback_logs")
    for period in EXPORT:
        assert len({check for place, *_, check in found if place == period}) == 22


@pytest.mark.parametrize("period", EXPORT)
def test_a_log_shows_the_state_of_the_end_of_the_cut_off_day(
    period: str, feedback: list[Shown], truth: list[Feedback]
) -> None:
    hidden = {(r["period_id"], r["unit_id"], r["source_row"]): r for r in planted("feedback_logs")}
    by_code = {record.feedback_code: record for record in truth}
    end = PERIODS[period][1]
    for row in (row for row in feedback if row.period == period):
        fault = hidden.get((row.period, row.unit, str(row.number)), {"effect": "", "note": ""})
        if fault["effect"] == "sent_back":
            continue
        record = by_code[row.cells["feedback_code"]]
        for name in EVENTS:
            event = getattr(record, name)
            expected = event.date() if event and event.date() <= end else None
            assert (row.cells[name].date() if row.cells[name] else None) == expected, (row.unit, row.number, name)
        assert row.cells["due_at"].date() == record.due_at.date()
        if "status" not in fault["note"]:
            assert row.cells["status"] == status_at(record, end), (row.unit, row.number)
        if "feedback_kind" not in fault["note"]:
            assert row.cells["feedback_kind"] == record.feedback_kind


def status_at(record: Feedback, day: dt.date) -> str:
    """The last step a feedback had come to at the end of a day."""
    steps = {
        "published": record.published_at,
        "answered": record.answered_at,
        "transferred": record.transferred_at,
        "refused": record.refused_at,
        "in_progress": record.started_at,
        "need_more_info": record.info_requested_at,
        "classified": record.classified_at,
        "new": record.received_at,
    }
    return next(status for status, event in steps.items() if event is not None and event.date() <= day)


@pytest.mark.parametrize("period", EXPORT)
def test_every_feedback_of_the_population_is_once_in_each_file_that_keeps_it(
    period: str, feedback: list[Shown], truth: list[Feedback]
) -> None:
    start, end = PERIODS[period]
    expected = set()
    for record in truth:
        closed = record.transferred_at or record.answered_at or record.refused_at
        if record.received_at.date() <= end and not (closed and closed.date() < start):
            keeps = (["tp-st-vp"] * record.is_in_system) + ([record.handling_unit_id] * record.is_in_ward_log)
            expected |= {(unit, record.feedback_code) for unit in keeps if unit not in LAST_SEEN[period]}
    shown = Counter((row.unit, row.cells["feedback_code"]) for row in feedback if row.period == period)

    assert expected <= set(shown)
    assert {shown[place] for place in expected} == {1}
    assert 90 <= len({code for _, code in expected}) <= 140


def test_some_feedback_of_wards_is_in_both_files_and_one_ward_has_nil(feedback: list[Shown]) -> None:
    for period in EXPORT:
        own = {row.cells["feedback_code"] for row in feedback if row.period == period and row.unit in WARDS}
        office = {row.cells["feedback_code"] for row in feedback if row.period == period and row.unit == "tp-st-vp"}
        assert 5 <= len(own & office) < len(own)
        nil = next((OFFICE / "inbox" / period / "p05").glob("Sổ PAKN*"))
        assert len(nil.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_one_refusal_crosses_a_cut_off_as_planted_and_nothing_is_both_answered_and_transferred(
    truth: list[Feedback],
) -> None:
    cut_offs = [PERIODS["2021-Q1"][0] - dt.timedelta(days=1), PERIODS["2021-Q1"][1], PERIODS["2021-Q2"][1]]
    later = {r["record_code"] for r in planted("feedback_logs") if r["check_id"] == "refused_later"}
    assert len(later) == 1
    for record in truth:
        if record.refused_at:
            crossed = [day for day in cut_offs if record.received_at.date() <= day < record.refused_at.date()]
            assert crossed == ([PERIODS["2021-Q1"][1]] if record.feedback_code in later else []), record
        assert not (record.answered_at and (record.transferred_at or record.refused_at))
        order = [record.received_at, record.classified_at, record.started_at, record.answered_at, record.published_at]
        known = [event for event in order if event]
        assert known == sorted(known)


def test_the_recount_of_feedback_keeps_the_identities_of_the_form(truth: list[Feedback]) -> None:
    for by in ("field_code", "handling_unit_id", ""):
        for period in PERIODS:
            for key, c in recount_feedback(truth, period, by, shown_unknown(period, "feedback_logs")).items():
                assert c["c3"] == c["c4"] + c["c5"] == c["c6"] + c["c7"] == c["c8"] + c["c11"], key
                assert c["c8"] == c["c9"] + c["c10"] and c["c12"] <= c["c9"], key
    first, second = (recount_feedback(truth, period)[""] for period in EXPORT)
    assert second["c6"] == first["c10"] - 1  # the one refused later
    assert min(first[f"c{n}"] for n in range(3, 13)) > 0


# ------------------------------------------------------------------ reviews


def number(text: object) -> Decimal | str | None:
    """A number as offices write it: 1.234.000 or 35,00; the word itself when it is none."""
    if text in (None, ""):
        return None
    plain = str(text).replace(".", "").replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else str(text)


def year_cost(row: Shown, when: str) -> Decimal | None:
    """Cost of a year (domain/07 7.3): as stated, else by parts; an abolished procedure costs nothing afterwards."""
    stated = number(row.cells[f"cost_{when}"])
    hours, other, fee = (number(row.cells[f"{part}_{when}"]) for part in PARTS)
    wage, times, subjects = (
        number(row.cells[name]) for name in ("wage_per_hour", "times_per_year", "subjects_per_year")
    )
    if isinstance(stated, Decimal):
        return stated
    if isinstance(hours, Decimal) and isinstance(wage, Decimal):
        return (hours * wage + Decimal(other or 0) + Decimal(fee or 0)) * Decimal(times or 0) * Decimal(subjects or 0)
    return Decimal(0) if when == "after" and row.cells["proposal_kind"] == "abolish" else None


def review_faults(row: Shown, repeated: set[Any], known: dict[str, set[str]]) -> list[str]:
    """The checks of domain/07 7.4 in plain words; a row that goes back is judged no further."""
    cells, last = row.cells, EXPORT[row.period]
    if isinstance(cells["reported_on"], str):
        return ["bad_date"]
    if any(isinstance(number(cells[name]), str) for name in ("cost_before", "cost_after", "saving_percent")):
        return ["bad_number"]
    reported = cells["reported_on"].date() if cells["reported_on"] else None
    planned = cells["planned_end_on"].date() if cells["planned_end_on"] else None
    before, after, percent = year_cost(row, "before"), year_cost(row, "after"), number(cells["saving_percent"])
    hours = number(cells["hours_before"])
    rises = before is not None and after is not None and after > before
    computed = (before - after) * 100 / before if before and after is not None else None
    differs = percent is not None and computed is not None and not rises
    rounded = computed.quantize(Decimal("0.01"), ROUND_HALF_UP) if computed is not None else None
    kind, competence = cells["proposal_kind"], cells["competence"]
    sent_back = {
        "missing_code": not cells["procedure_code"],
        "duplicate_procedure": (row.period, row.unit, cells["procedure_code"]) in repeated,
        "reported_without_date": cells["status"] in ("reported", "approved", "implemented") and not reported,
        "reported_in_future": reported and reported > last,
        "number_out_of_range": isinstance(hours, Decimal) and hours < 0,
        "saving_but_cost_rises": rises and percent,
        "saving_percent_differs": differs and rounded != percent,
        "saving_without_cost_before": percent and not before,
    }
    is_known = cells["procedure_code"] in known["codes"] or cells["procedure_name"] in known["procedures"]
    flagged = {
        "missing_cost_after": before and after is None and kind != "keep",
        "cost_rises": rises and not percent,
        "unknown_procedure": not is_known and kind != "new",
        "unknown_unit": cells["reviewing_unit"] not in known["units"],
        "unknown_field": cells["field_name"] not in known["fields"],
        "reported_after_plan": cells["in_plan"] == "yes"
        and reported
        and planned
        and reported > dt.date(planned.year, 6, 30),
        "planned_end_passed": cells["in_plan"] == "yes"
        and cells["status"] in ("planned", "in_review")
        and planned is not None
        and planned < last,
        "proposal_without_addressee": competence == "higher"
        and kind != "keep"
        and not (cells["proposed_to"] and cells["document_number"]),
        "unknown_status": cells["status"] in (None, "unknown"),
        "unknown_in_plan": cells["in_plan"] in (None, "unknown"),
        "unknown_proposal_kind": reported and kind in (None, "unknown"),
        "unknown_competence": reported and kind != "keep" and competence in (None, "unknown"),
        "unknown_document_action": cells["document_number"]
        and competence == "own"
        and kind != "keep"
        and cells["document_action"] in (None, "unknown"),
    }
    back = [check for check, holds in sent_back.items() if holds]
    return back or [check for check, holds in flagged.items() if holds]


def test_the_planted_review_rows_are_all_that_trip_a_check(reviews: list[Shown]) -> None:
    counts = Counter((r.period, r.unit, r.cells["procedure_code"]) for r in reviews)
    repeated = {place for place, count in counts.items() if count > 1 and place[2]}
    procedures = table("procedures")
    known = {
        "codes": {row["procedure_code"] for row in procedures} - {""},
        "procedures": {row["procedure_name"] for row in procedures},
        "units": names("units", "name_vi"),
        "fields": names("fields", "field_name"),
    }

    found = {
        (row.period, row.unit, row.file, str(row.number), check)
        for row in reviews
        for check in review_faults(row, repeated, known)
    }

    assert found == noted("review_submissions")
    assert len({check for *_, check in found}) == 10 + 13


@pytest.mark.parametrize("period", EXPORT)
def test_a_unit_sends_its_whole_list_and_gives_what_is_reported(period: str, reviews: list[Shown]) -> None:
    sent_back = {
        (r["unit_id"], r["source_row"])
        for r in planted("review_submissions")
        if r["period_id"] == period and r["effect"] == "sent_back"
    }
    shown = {
        (row.unit, row.cells["procedure_code"]): row
        for row in reviews
        if row.period == period and (row.unit, str(row.number)) not in sent_back
    }
    records = {
        (r["reviewing_unit_id"], r["procedure_code"]): r
        for r in review_truth()
        if r["reviewing_unit_id"] not in LAST_SEEN[period]
    }

    assert set(shown) == set(records)
    for place, row in shown.items():
        record = records[place]
        day = dt.date.fromisoformat(record["reported_on"]) if record["reported_on"] else None
        is_reported = day is not None and day < EXPORT[period]
        assert (row.cells["reported_on"] is not None) == is_reported, place
        if is_reported:
            assert row.cells["reported_on"].date() == day
            for name in ("proposal_kind", "competence", "document_number"):
                assert (row.cells[name] or "") == record[name], (place, name)
            for when in ("before", "after"):
                stated = record[f"cost_{when}"]
                assert year_cost(row, when) == (Decimal(stated) if stated else None), (place, when)


def test_the_reviews_hold_every_case_the_form_must_tell_apart() -> None:
    records = review_truth()
    reported = [r for r in records if r["reported_on"]]
    documents = Counter((r["reviewing_unit_id"], r["document_number"]) for r in reported if r["document_number"])
    by_procedure = Counter(r["procedure_code"] for r in reported)

    assert {r["reviewing_unit_id"] for r in records} == WARDS | {
        "tp-st-tp", "tp-st-tckh", "tp-st-ldtbxh", "tp-st-tnmt", "tp-st-vp",
    }  # fmt: skip
    assert {r["in_plan"] for r in records} == {"yes", "no", "unknown"}
    assert max(documents.values()) == 2 and max(by_procedure.values()) > 1
    assert [r for r in reported if r["planned_end_on"] and r["reported_on"] > r["planned_end_on"]]
    assert [r for r in records if not r["reported_on"]]
    assert {r["states_amounts"] for r in reported if r["cost_before"]} == {"0", "1"}
    assert {r["proposal_kind"] for r in reported} >= {"keep", "amend", "replace", "abolish", "new"}


def test_the_recount_of_reviews_keeps_the_identities_and_the_worked_percent() -> None:
    records = load_reviews()
    for period in PERIODS:
        cells = recount_reviews(records, period)
        total = cells[("", "")]
        for c in cells.values():
            assert c["c3"] == c["c4"] + c["c5"] + c["c6"] + c["c7"]
            assert c["c8"] == c["c9"] + c["c10"] + c["c11"] + c["c12"]
            assert c["c13"] is None or 0 <= c["c13"] <= 100
        for column in ("c3", "c8", "c14"):
            assert total[column] == sum(c[column] for place, c in cells.items() if place != ("", ""))
    assert recount_reviews(records, "2021-Q1", ("p01",))[("A", "2.000815")]["c13"] == Decimal("35.00")


# ------------------------------------------------------------------ both


def test_whole_file_notes_of_both_streams_are_the_silent_ward() -> None:
    for stream in ("feedback_logs", "review_submissions"):
        silent = [r for r in planted(stream) if r["check_id"] == "missing_delivery"]
        assert [(r["period_id"], r["unit_id"]) for r in silent] == [("2021-Q2", "p09")]


def test_every_personal_cell_carries_a_marker(feedback: list[Shown], reviews: list[Shown]) -> None:
    markers = json.loads((REPOSITORY / "tests/truth/person_markers.json").read_text(encoding="utf-8"))
    patterns = {name: re.compile(pattern) for name, pattern in markers["patterns"].items()}
    met = set()
    for row in (*feedback, *reviews):
        for label, value in row.raw.items():
            if label in PERSONAL:
                assert patterns[PERSONAL[label]].search(str(value)), (label, row.unit, row.number)
                met.add(label)
    assert met == set(PERSONAL)
