"""The sample office: its exports show the truth, its planted faults are all its faults, its recount is right.

Here: the committed files of sample_office/ and tests/truth/, read without `pipelines`. Not here: the product's figures.
Invariant: nothing of `pipelines` is imported, so that a shared mistake cannot hide.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook
from sample_files import OFFICE, REPOSITORY, SHAPES, Shown, days_off, planted, read, rows_of, shapes_of, table
from shared_files import shared
from truth.recount import COLUMNS, LAST_SEEN, PERIODS, Dossier, load_truth, recount, roll_up, shown_unknown, status_at

TRUTH = REPOSITORY / "tests" / "truth"
EXPORT = {
    "2021-Q1": dt.datetime.fromisoformat("2021-03-15T06:30"),
    "2021-Q2": dt.datetime.fromisoformat("2021-06-15T06:30"),
}
DATES = (
    "submitted_at",
    "received_at",
    "due_at",
    "supplement_requested_at",
    "supplement_received_at",
    "finished_at",
    "delivered_at",
)
PERSONAL = {
    "Chủ hồ sơ": "applicant_name",
    "Người nộp hồ sơ": "applicant_name",
    "Tên người nộp": "applicant_name",
    "Người nộp hồ sơ / Họ tên": "applicant_name",
    "Khách hàng": "applicant_name",
    "Số điện thoại": "applicant_phone",
    "SĐT": "applicant_phone",
    "Điện thoại": "applicant_phone",
    "Người nộp hồ sơ / Liên hệ / Điện thoại": "applicant_phone",
    "Di động": "applicant_phone",
    "CMND/CCCD": "applicant_id_no",
    "Số CCCD": "applicant_id_no",
    "Số giấy tờ": "applicant_id_no",
    "Người nộp hồ sơ / Số giấy tờ": "applicant_id_no",
    "Số CMND": "applicant_id_no",
    "Địa chỉ": "applicant_address",
    "Địa chỉ thường trú": "applicant_address",
    "Địa chỉ người nộp": "applicant_address",
    "Người nộp hồ sơ / Liên hệ / Địa chỉ": "applicant_address",
    "Người thụ lý": "officer",
}
ROW_EFFECTS = ("sent_back", "flagged", "counted_unknown")
NOT_ROWS = (
    "missing_required_column",
    "unreadable_file",
    "replacement_file",
    "same_bytes",
    "missing_delivery",
    "neighbours_file",
)


@pytest.fixture(scope="module")
def ledger() -> list[dict[str, str]]:
    return planted("case_exports")


@pytest.fixture(scope="module")
def truth() -> tuple[Dossier, ...]:
    return load_truth()


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    """Every row of every case export that counts."""
    return rows_of("case_exports")


LIMITS_BY_NAME = {row["procedure_name"]: (row["time_value"], row["time_unit"]) for row in table("procedures")}
LIMITS_BY_CODE = {row["procedure_code"]: (row["time_value"], row["time_unit"]) for row in table("procedures")}


# ------------------------------------------------------------------ planted faults are all the faults


def promised_day(limit: tuple[str, str], received: dt.datetime, off: set[dt.date]) -> dt.date | None:
    """The day the catalogue's time gives by domain/04 4.3, counted by hand; None for a procedure without a limit."""
    value, unit = limit
    day = received.date()
    if not unit:
        return None
    left = int(value) if unit == "working_day" else 0
    if unit == "same_day" and (received.hour >= 15 or day in off):
        left = 1
    if unit == "calendar_day":
        day += dt.timedelta(days=int(value))
        while day in off:
            day += dt.timedelta(days=1)
    while left:
        day += dt.timedelta(days=1)
        left -= day not in off
    return day


def faults_of(row: Shown, known: dict[str, set[str]], off: set[dt.date], repeated: set[object]) -> list[str]:
    """The checks of domain/05 5.13 in plain words, one row at a time; a row that goes back is judged no further."""
    if any(isinstance(row.cells[name], str) for name in DATES):
        return ["bad_date"]
    when = {name: value for name, value in row.cells.items() if name in DATES}
    submitted, received, due = when["submitted_at"], when["received_at"], when["due_at"]
    finished, delivered, status = when["finished_at"], when["delivered_at"], row.cells["status"]
    last = EXPORT[row.period].replace(hour=23, minute=59)
    code = str(row.cells["dossier_code"] or "")
    parts = code.replace("–", "-").split("-")
    coded = dt.date.fromisoformat("20" + parts[1]) if len(parts) == 3 else None
    near = [abs((day.date() - coded).days) for day in (submitted, received) if day and coded]
    units = {row.cells.get("receiving_unit"), row.cells.get("handling_unit")} - {None, ""}
    limits = {**LIMITS_BY_NAME, **LIMITS_BY_CODE}
    limit = limits.get(str(row.cells.get("procedure_code") or row.cells["procedure_name"]), ("", ""))
    judged = due and received and not when["supplement_requested_at"]
    procedure_known = row.cells.get("procedure_code") in known["codes"] or row.cells["procedure_name"] in known["names"]
    sent_back = {
        "missing_code": not code,
        "duplicate_code": (row.period, row.file, row.unit, code) in repeated,
        "missing_received_at": received is None and status not in ("submitted", "rejected_at_intake"),
        "submitted_after_received": received and submitted and submitted.replace(second=0) > received,
        "received_after_finished": finished and received and received > finished,
        "finished_after_delivered": delivered and finished and finished > delivered,
        "due_before_received": due and received and due.date() < received.date(),
        "finished_in_future": finished and finished > last,
        "resolved_without_finished": status in ("result_ready", "result_delivered") and not finished,
        "pending_with_finished": status in ("accepted", "in_progress") and finished,
        "withdrawn_without_finished": status in ("withdrawn", "returned") and not finished,
    }
    flagged = {
        "delivered_without_delivered_at": status == "result_delivered" and not delivered,
        "received_on_day_off": received and row.cells["channel"] == "direct" and received.date() in off,
        "code_date_differs": bool(near) and min(near) > 5,
        "unknown_procedure": not procedure_known,
        "unknown_unit": bool(units - known["units"]),
        "unknown_status": status in (None, "unknown"),
        "unknown_channel": row.cells["channel"] == "unknown",
        "missing_channel": row.cells["channel"] is None,
        "due_differs_from_catalogue": judged and promised_day(limit, received, off) not in (None, due.date()),
        **remark_faults(row, due, off),
    }
    back = [check for check, holds in sent_back.items() if holds]
    return back or [check for check, holds in flagged.items() if holds]


def remark_faults(row: Shown, due: dt.datetime | None, off: set[dt.date]) -> dict[str, bool]:
    """The checks of domain/05 5.7 and 5.8, where a file shows an apology or a fee."""
    apology, kind = row.cells.get("apology_at"), row.cells.get("fee_kind")
    owed, paid = (int(row.cells.get(name) or 0) for name in ("fee_due", "fee_paid"))
    must_be_paid = paid > 0 or row.cells["status"] == "result_delivered"
    worked = apology and due and [day for day in days(apology.date(), due.date()) if day not in off]
    return {
        "apology_too_late": bool(apology and due and not worked),
        "fee_paid_though_exempt": kind == "exempt" and paid > 0,
        "fee_paid_differs": kind != "exempt" and must_be_paid and paid != owed,
    }


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days after the first up to the last."""
    return [first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1)]


def test_the_planted_rows_are_all_the_rows_that_trip_a_check(shown: list[Shown], ledger: list[dict[str, str]]) -> None:
    procedures, units = table("procedures"), table("units")
    known = {
        "codes": {row["procedure_code"] for row in procedures} - {""},
        "names": {row["procedure_name"] for row in procedures},
        "units": {name for row in units for name in (row["name_vi"], row["short_name"], *row["aliases"].split("|"))},
    }
    counts = Counter((r.period, r.file, r.unit, r.cells["dossier_code"]) for r in shown if r.cells["dossier_code"])
    repeated = {place for place, count in counts.items() if count > 1}
    off = days_off()

    found = {
        (row.period, row.unit, row.file, str(row.number), check)
        for row in shown
        for check in faults_of(row, known, off, repeated)
    }

    planted = {
        (r["period_id"], r["unit_id"], r["file_name"], r["source_row"], r["check_id"])
        for r in ledger
        if r["effect"] in ROW_EFFECTS
    }
    assert found == planted


@pytest.mark.parametrize("period", EXPORT)
def test_every_row_check_is_planted_in_every_quarter(period: str, ledger: list[dict[str, str]]) -> None:
    planted = Counter(row["check_id"] for row in ledger if row["period_id"] == period and row["effect"] in ROW_EFFECTS)

    assert len(planted) == 24
    assert min(planted.values()) >= 2


def test_rows_sent_back_are_not_in_the_truth_and_flagged_ones_are(
    ledger: list[dict[str, str]], truth: tuple[Dossier, ...]
) -> None:
    codes = {dossier.dossier_code for dossier in truth}
    for row in ledger:
        if row["effect"] == "sent_back":
            assert row["record_code"] not in codes, row
        elif row["effect"] in ("flagged", "counted_unknown") or row["check_id"] == "dossier_in_two_exports":
            assert row["record_code"] in codes, row


def test_whole_file_faults_are_what_the_ledger_says(ledger: list[dict[str, str]]) -> None:
    noted = {(row["period_id"], row["unit_id"]): row["check_id"] for row in ledger if row["check_id"] in NOT_ROWS}
    first = OFFICE / "inbox" / "2021-Q1"
    name = "Sổ theo dõi hồ sơ_2021_03_15_06_30"

    assert noted == {
        ("2021-Q1", "p03"): "replacement_file",
        ("2021-Q1", "p05"): "same_bytes",
        ("2021-Q1", "p07"): "missing_required_column",
        ("2021-Q1", "p10"): "unreadable_file",
        ("2021-Q2", "p04"): "unreadable_file",
        ("2021-Q2", "p05"): "neighbours_file",
        ("2021-Q2", "p09"): "missing_delivery",
    }
    assert not (OFFICE / "inbox" / "2021-Q2" / "p09").exists()
    assert (first / "p10" / f"{name}.csv").read_bytes() == b""
    received_at = "Ngày nhận".encode("utf-16-le")
    assert received_at in (first / "p07" / f"{name.replace('hồ sơ_', 'hồ sơ P07_')}.xls").read_bytes()
    assert received_at not in (first / "p07" / f"{name}.xls").read_bytes()
    again = first / "p05" / "gửi lại" / f"{name} (1).xlsx"
    assert again.read_bytes() == (first / "p05" / f"{name}.xlsx").read_bytes()
    older, newer = (
        read(first / "p03" / f"{name}.xlsx", "", "p03"),
        read(first / "p03" / "gửi lại" / f"{name} (1).xlsx", "", "p03"),
    )
    assert len(newer) - len(older) == 4
    assert {row.cells["dossier_code"] for row in older} < {row.cells["dossier_code"] for row in newer}
    with pytest.raises(Exception, match=r"(?i)zip|xlsx|central"):
        CalamineWorkbook.from_path(str(OFFICE / "inbox/2021-Q2/p04/Sổ theo dõi hồ sơ_2021_06_15_06_30.xlsx"))


# ------------------------------------------------------------------ exports show the truth


@pytest.mark.parametrize("period", EXPORT)
def test_an_export_shows_the_state_of_the_end_of_the_cut_off_day(
    period: str, shown: list[Shown], truth: tuple[Dossier, ...], ledger: list[dict[str, str]]
) -> None:
    planted = {
        (r["period_id"], r["unit_id"], r["source_row"]): (r["effect"], r["note"])
        for r in ledger
        if r["effect"] in ROW_EFFECTS
    }
    by_code = {dossier.dossier_code: dossier for dossier in truth}
    shaped = shapes_of()
    cut_off = dt.datetime.combine(PERIODS[period][1], dt.time(23, 59))
    for row in (row for row in shown if row.period == period):
        effect, note = planted.get((row.period, row.unit, str(row.number)), ("", ""))
        if effect == "sent_back":
            continue
        code, shape = shaped.get((row.period, row.unit, str(row.number)), (str(row.cells["dossier_code"]), ""))
        dossier = by_code[code]
        hidden = note.removeprefix("shows_unknown=")
        expected = {"status": status_at(dossier, cut_off), "channel": dossier.channel}
        accepted = expected["status"] not in ("submitted", "rejected_at_intake")
        for name in set(DATES) - {"due_at"}:
            event = getattr(dossier, name)
            expected[name] = event if event and event <= cut_off else None
        moved = dossier.due_after_supplement_at if expected["supplement_received_at"] else None
        expected["due_at"] = (moved or dossier.due_at) if accepted else None
        for name in {hidden, *SHAPES.get(shape, ())}:
            expected.pop(name, None)
        assert {name: row.cells[name] for name in expected} == expected, (row.unit, row.number)


@pytest.mark.parametrize("period", EXPORT)
def test_every_dossier_of_the_population_is_in_its_owner_s_export_once(
    period: str, shown: list[Shown], truth: tuple[Dossier, ...]
) -> None:
    shaped = shapes_of()
    start, end = PERIODS[period]
    silent = LAST_SEEN[period]
    population = {
        (dossier.receiving_unit_id, dossier.dossier_code)
        for dossier in truth
        if dossier.receiving_unit_id not in silent
        and dossier.received_at is not None
        and dossier.received_at.date() <= end
        and not (dossier.finished_at is not None and dossier.finished_at.date() < start)
        and not (dossier.deleted_at is not None and dossier.deleted_at.date() <= end)
    }
    own = Counter(
        (row.unit, shaped.get((row.period, row.unit, str(row.number)), (str(row.cells["dossier_code"]), ""))[0])
        for row in shown
        if row.period == period and row.cells["dossier_code"]
    )

    assert len(population) > 5500
    assert population <= set(own)
    assert {own[place] for place in population} == {1}


def test_nothing_happens_between_the_end_of_the_cut_off_day_and_the_export(truth: tuple[Dossier, ...]) -> None:
    for export in EXPORT.values():
        midnight = export.replace(hour=0, minute=0)
        for dossier in truth:
            events = [value for value in vars(dossier).values() if isinstance(value, dt.datetime)]
            assert not [event for event in events if midnight <= event <= export]


def test_events_of_a_dossier_follow_each_other_on_working_days(
    truth: tuple[Dossier, ...], ledger: list[dict[str, str]]
) -> None:
    off = days_off()
    planted = {row["record_code"] for row in ledger if row["check_id"] == "received_on_day_off"}
    for dossier in truth:
        order = (dossier.submitted_at, dossier.received_at, dossier.finished_at, dossier.delivered_at)
        known = [event for event in order if event is not None]
        assert known == sorted(known), dossier
        assert dossier.due_at is None or dossier.due_at.date() >= dossier.received_at.date()
        work = [dossier.finished_at, dossier.delivered_at, dossier.supplement_requested_at]
        work += [] if dossier.dossier_code in planted else [dossier.received_at, dossier.started_at]
        assert not [event for event in work if event is not None and event.date() in off], dossier


# ------------------------------------------------------------------ a realistic city


@pytest.mark.parametrize("period", EXPORT)
def test_the_city_looks_like_a_city(period: str, truth: tuple[Dossier, ...]) -> None:
    cells = recount(truth, *PERIODS[period])
    total = roll_up(cells)[()]
    new = total["c4"] + total["c5"]
    by_field = roll_up(cells, "section", "field")

    assert 5800 <= total["c3"] <= 6600
    assert 0.2 <= total["c4"] / new <= 0.3
    for unit, counts in roll_up(cells, "unit").items():
        assert 0.85 <= 1 - counts["c10"] / counts["c7"] <= 0.97, unit
    wards = sum(counts["c3"] for (section, _), counts in by_field.items() if section == "B")
    assert by_field[("B", "chung-thuc")]["c3"] + by_field[("B", "ho-tich")]["c3"] > 0.8 * wards
    assert by_field[("A", "ho-kinh-doanh")]["c3"] > 500
    assert by_field[("A", "dat-dai")]["c3"] > 300


def test_committed_files_stay_small() -> None:
    files = [path for path in OFFICE.rglob("*") if "data" not in path.relative_to(OFFICE).parts] + [*TRUTH.glob("*")]

    assert sum(path.stat().st_size for path in files if path.is_file()) < 4_500_000


def test_every_personal_cell_carries_a_marker_and_no_other_file_does(shown: list[Shown]) -> None:
    markers = json.loads((TRUTH / "person_markers.json").read_text(encoding="utf-8"))
    patterns = {name: re.compile(pattern) for name, pattern in markers["patterns"].items()}
    for row in shown:
        for label, value in row.raw.items():
            if label in PERSONAL:
                assert patterns[PERSONAL[label]].search(str(value)), (label, row.unit, row.number)
    notes = [str(row.raw.get(name, "")) for row in shown for name in ("Trích yếu", "Ghi chú", "Trích yếu hồ sơ")]
    full = [note for note in notes if note and all(patterns[p].search(note) for p in list(patterns)[:3])]
    assert len(full) > 100
    for path in (OFFICE / "planted.csv", OFFICE / "office.yaml", *(OFFICE / "reference").glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        assert not any(pattern.search(text) for pattern in patterns.values()), path.name


# ------------------------------------------------------------------ the generator and the recount


def generate(out: Path, *options: str) -> dict[str, bytes]:
    """Run the generator; file → content (a .xlsx by its parts, without the packing)."""
    command = [sys.executable, str(OFFICE / "generate.py"), "--out", str(out), *options]
    subprocess.run(command, check=True, capture_output=True)
    return contents(out)


def contents(out: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted([*(out / "inbox").rglob("*"), out / "planted.csv"]):
        if path.is_file():
            name = path.relative_to(out).as_posix()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as parts:
                    found |= {f"{name}/{part}": parts.read(part) for part in parts.namelist()}
            elif path.suffix != ".xlsx":
                found[name] = path.read_bytes()
    return found


@pytest.mark.slow
def test_the_committed_sample_is_what_the_generator_makes(tmp_path: Path, truth: tuple[Dossier, ...]) -> None:
    assert generate(tmp_path) == contents(OFFICE)
    assert load_truth(tmp_path / "truth" / "dossiers.csv.gz") == truth


@pytest.mark.slow
def test_one_seed_gives_the_same_bytes_and_another_seed_other_ones(tmp_path: Path) -> None:
    def made(name: str, seed: str) -> dict[str, bytes]:
        generate(tmp_path / name, "--scale", "0.2", "--seed", seed)
        return {
            path.relative_to(tmp_path / name).as_posix(): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }

    one, again, other = made("one", "7"), made("again", "7"), made("other", "8")
    assert one == again
    assert one["planted.csv"] != other["planted.csv"]


def test_the_generator_s_calendar_gives_the_due_dates_of_the_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(OFFICE))
    from generator.world import Days

    days = Days(table("holidays"))
    with shared("domain/examples/due_dates.csv").open(encoding="utf-8", newline="") as source:
        cases = list(csv.DictReader(source))
    assert len(cases) == 12
    for case in cases:
        due = days.after(dt.date.fromisoformat(case["received_date"]), int(case["working_days"]))
        assert due.isoformat() == case["expected_due_date"], case["why"]


def test_promises_of_the_truth_follow_the_catalogue_but_where_planted(
    truth: tuple[Dossier, ...], ledger: list[dict[str, str]]
) -> None:
    off = days_off()
    limits = {row["procedure_id"]: (row["time_value"], row["time_unit"]) for row in table("procedures")}
    promised = [dossier for dossier in truth if dossier.due_at is not None]

    different = {
        dossier.dossier_code
        for dossier in promised
        if dossier.due_at.date() != promised_day(limits[dossier.procedure_id], dossier.received_at, off)
    }

    assert len(promised) > 12_000
    assert different == {r["record_code"] for r in ledger if r["check_id"] == "due_differs_from_catalogue"}
    assert {dossier.due_at.time() for dossier in promised} == {dt.time(17)}


def example() -> list[Dossier]:
    """The worked cases of the domain, without D18 (the desk's copy of D05)."""
    with shared("domain/examples/dossiers_2021-Q1.csv").open(encoding="utf-8", newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["case"] != "D18"]
    made = []
    for row in rows:
        when = {name: dt.datetime.fromisoformat(row[name]) for name in DATES if row.get(name)}
        code, received = row["portal_code_at_end"], row["received_at"]
        asked = dt.datetime.fromisoformat(received) if code == "6" else None
        closing = {"7": "withdrawn", "9": "result", "10": "result"}.get(code, "")
        made.append(
            Dossier(
                row["case"], row["unit_id"], "", row["procedure_code"], "x", "B", row["channel"],
                payment_requested_at=asked, closing=closing, **when,
            )
        )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("as_of", "key"), [(None, "expected"), (dt.date(2021, 3, 11), "expected_provisional_as_of_2021-03-11")]
)
def test_the_recount_gives_the_figures_of_the_domain_examples(as_of: dt.date | None, key: str) -> None:
    expected = yaml.safe_load(shared("domain/examples/expected_2021-Q1.yaml").read_text(encoding="utf-8"))[key]

    total = roll_up(recount(example(), *PERIODS["2021-Q1"], as_of=as_of))[()]

    assert {column: total[column] for column in COLUMNS} == expected


def test_the_recount_keeps_the_identities_of_the_form(truth: tuple[Dossier, ...]) -> None:
    cells = {}
    for period in PERIODS:
        cells[period] = recount(truth, *PERIODS[period], hidden=shown_unknown(period))
        for key, c in cells[period].items():
            assert c["c3"] == c["c4"] + c["c5"] + c["c6"] == c["c7"] + c["c11"], key
            assert c["c7"] == c["c8"] + c["c9"] + c["c10"] and c["c11"] == c["c12"] + c["c13"], key
    first, second, half = (roll_up(cells[period])[()] for period in ("2021-Q1", "2021-Q2", "2021-H1"))
    (deleted,) = [dossier for dossier in truth if dossier.deleted_at]
    assert deleted.received_at is not None and deleted.received_at.date() < PERIODS["2021-Q1"][0]
    assert second["c6"] == first["c11"] - 1
    for column in ("c4", "c5", "c7"):
        assert half[column] == first[column] + second[column]
    assert (half["c6"], half["c11"]) == (first["c6"] - 1, second["c11"])


def test_what_a_silent_unit_did_is_not_counted(truth: tuple[Dossier, ...]) -> None:
    known = roll_up(recount(truth, *PERIODS["2021-Q2"], last_seen=LAST_SEEN["2021-Q2"]), "unit")[("p09",)]
    before = roll_up(recount(truth, *PERIODS["2021-Q1"]), "unit")[("p09",)]

    assert known["c3"] == known["c6"] == known["c11"] == before["c11"]
