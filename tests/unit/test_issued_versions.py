"""A version an office below issued: what is taken, what is refused and why, what an officer is asked.

Here: forged and damaged files, names, other days, two offices in one folder, dossiers two units show. Not here: real
offices that issue (pipeline/test_province).
Invariant: every version is written by hand (written_versions); a change is named by the test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from compiled_project import build
from issued_office import DONE, at, table
from office_folder import send
from province import FEEDBACK as FEEDBACK_SENT
from province import FILE, PERIOD, SENT, cells, counted, feedback_log, province
from written_versions import (
    FACTS,
    FEEDBACK,
    Parts,
    name_of,
    put,
    sealed_anew,
    with_facts,
    written,
    written_feedback,
    zipped,
)

from pipelines.ingest.contract import load_contract
from pipelines.ingest.grid import open_delivery
from pipelines.ingest.issued_facts import FORMAT, FORMS, SEALED, SENT_UP, VERSION
from pipelines.ingest.landing import receive_inbox
from pipelines.ingest.reading import read_delivery
from pipelines.ingest.sniff import Refused
from pipelines.ingest.source import Source
from pipelines.office.profiles import issued_profile
from pipelines.office.settings import load_office
from pipelines.package.finish import layouts_to_print
from pipelines.package.send_up import is_reported
from pipelines.recount.recount import recount_from_bytes
from pipelines.warehouse.answer import begin, plan
from pipelines.warehouse.build import dbt_target, warehouse_file
from pipelines.warehouse.dbt import ensure_manifest
from pipelines.warehouse.question import Ask
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.status import period_status, state_words
from pipelines.warehouse.streams import contract_path

SHARED = "000.01.01.H51-210302-0002"
TWO = (("000.01.01.H51-210301-0001", "early"), (SHARED, "overdue"))
WARD = written("p01", "UBND Phường 1", TWO)


HEARD = (("PAKN-2021-0001", "answered_on_time"), ("PAKN-2021-0002", "pending_in_time"))
LOG = written_feedback("p01", "UBND Phường 1", HEARD)


def said_of(parts: Parts, tmp_path: Path, name: str | None = None) -> str:
    """Why a file is refused; "" for one that is taken."""
    path = zipped(parts, tmp_path / (name or name_of(WARD)))
    moments = (pd.Timestamp("2000-01-01").to_pydatetime(), pd.Timestamp("2100-01-01").to_pydatetime())
    profile = issued_profile(path.name)
    assert profile
    read = read_delivery(path, Source(path.name, load_contract(contract_path(profile.stream)), profile, moments))
    assert (read.verdict["status"] == "refused") == bool(read.verdict["refused_reason"])
    assert read.pieces.row_count == (0 if read.verdict["refused_reason"] else len(TWO))
    return read.verdict["refused_reason"] or ""


# ---------------------------------------------------------------- what is in it


def sealed_with(*path: str, value: object) -> Parts:
    """The version with another value under its seal, sealed anew."""

    def change(sealed: dict[str, Any]) -> None:
        for name in path[:-1]:
            sealed = sealed[name]
        sealed[path[-1]] = value

    return sealed_anew(WARD, change)


def of_facts(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Parts:
    """The version with other facts, sealed anew."""
    return sealed_anew(with_facts(WARD, change))


BROKEN, DIFFERS, NO_ONE = "hỏng: không đọc được", "không ra số đã phát hành", "giá trị không phải 0 hoặc 1"
OTHER = "do bản phần mềm khác lập, cột khác: "
HERE = f"cơ quan nhận đọc định dạng số {FORMAT}: phần mềm của đơn vị"
REFUSED: dict[str, tuple[Parts, str]] = {
    "facts changed": (with_facts(WARD, lambda facts: facts.iloc[:1]), "không phải phần đã niêm phong"),
    "layouts changed": ({**WARD, FORMS: b"{}"}, "không phải phần đã niêm phong"),
    "another seal": ({**WARD, VERSION: b'{"seal": "0000-0000"}'}, "không phải của nội dung tệp"),
    "no seal": ({**WARD, VERSION: b"null"}, BROKEN),
    "text of the seal cut": ({**WARD, SEALED: WARD[SEALED][:100]}, BROKEN),
    "text of the seal without end": ({**WARD, SEALED: b"[" * 100_000}, BROKEN),
    "facts cut": ({**WARD, FACTS: WARD[FACTS][:200]}, BROKEN),
    "a part less": ({name: part for name, part in WARD.items() if name != FORMS}, "thiếu phần bên trong: forms.json"),
    "two versions": ({f"{at}/{name}": part for at in "ab" for name, part in WARD.items()}, "có 8 phần bên trong"),
    "day no day": (sealed_with(SENT_UP, "until_on", value="14/03/2021"), BROKEN),
    "day after the end": (sealed_with(SENT_UP, "until_on", value="2021-04-01"), BROKEN),
    "no day": (sealed_with(SENT_UP, "start_on", value=None), BROKEN),
    "version no number": (sealed_with("version", value="một"), BROKEN),
    "version below one": (sealed_with("version", value=0), BROKEN),
    "version beyond all": (sealed_with("version", value=10**40), BROKEN),
    "kind unknown": (sealed_with("kind", value="<b>"), BROKEN),
    "moment no moment": (sealed_with("at", value="hôm qua"), BROKEN),
    "period no name": (sealed_with("period_id", value="2021-Q1' --\n"), BROKEN),
    "office without end": (sealed_with(SENT_UP, "office_name", value="UBND " * 100), BROKEN),
    "switches no table": (sealed_with("ask", "switches", value=["a"]), BROKEN),
    "layouts no table": (sealed_anew({**WARD, FORMS: b"[]"}), BROKEN),
    "figure no number": (sealed_with("manifest", "figures", "II.06a/p01/total/c3", value="hai"), BROKEN),
    "no figure": (sealed_with("manifest", "figures", value={}), "không in biểu nào có số hồ sơ"),
    "no layout": (sealed_anew({**WARD, FORMS: b"{}"}), "không in biểu nào có số hồ sơ"),
    "format of a later day": (sealed_with(SENT_UP, "format", value=FORMAT + 1), f"số {FORMAT + 1}, {HERE} mới hơn."),
    "format of an earlier day": (sealed_with(SENT_UP, "format", value=1), f"số 1, {HERE} cũ hơn."),
    "format no number": (sealed_with(SENT_UP, "format", value="hai"), BROKEN),
    "format true": (sealed_with(SENT_UP, "format", value=True), BROKEN),
    "format below one": (sealed_with(SENT_UP, "format", value=0), BROKEN),
    "before there were numbers": (
        sealed_anew(
            with_facts(
                WARD, lambda facts: facts.rename(columns={"overdue_apology_unreported": "overdue_apology_untold"})
            ),
            lambda sealed: sealed[SENT_UP].pop("format"),
        ),
        f"số 1, {HERE} cũ hơn.",
    ),
    "a dossier less": (of_facts(lambda facts: facts.iloc[1:]), f"{DIFFERS}: biểu II.06a, cột 3: in 2, đếm được 1"),
    "a column more": (of_facts(lambda facts: facts.assign(applicant="Nguyễn Văn A")), f"{OTHER}applicant"),
    "a column less": (of_facts(lambda facts: facts.drop(columns="carried_in")), f"{OTHER}carried_in"),
    "numbers as text": (of_facts(lambda facts: facts.assign(received_total="1")), f"{OTHER}received_total"),
    "numbers with a point": (of_facts(lambda facts: facts.assign(paid=0.5)), f"{OTHER}paid"),
    "days as text": (of_facts(lambda facts: facts.assign(due_at="01/03/2021")), f"{OTHER}due_at"),
    "days of another zone": (
        of_facts(lambda facts: facts.assign(due_at=pd.Timestamp("2021-03-05", tz="UTC"))),
        f"{OTHER}due_at",
    ),
    "measure of seven": (of_facts(lambda facts: facts.assign(returned=7)), f"Cột «returned» của hồ sơ có {NO_ONE}"),
    "measure below zero": (of_facts(lambda facts: facts.assign(returned=-1)), NO_ONE),
    "measure not told": (
        of_facts(lambda facts: facts.assign(returned=pd.array([None, 1], dtype="int64[pyarrow]"))),
        NO_ONE,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_forged_or_damaged_version_is_refused_whole_with_the_reason(tmp_path: Path, name: str) -> None:
    parts, reason = REFUSED[name]
    assert reason in said_of(parts, tmp_path)


@pytest.mark.parametrize(
    "parts",
    [
        WARD,
        {f"so-lieu/{name}": part for name, part in WARD.items()},
        {**{f"x\\{name}": part for name, part in WARD.items()}, "__MACOSX/x/._forms.json": b"1", "Thumbs.db": b"2"},
    ],
    ids=["as sent", "packed again in a folder", "packed again by another program"],
)
def test_a_version_packed_again_is_the_same_version(tmp_path: Path, parts: Parts) -> None:
    assert said_of(parts, tmp_path) == ""


def changed(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Parts:
    """The feedback of the version with other rows, sealed anew."""
    return sealed_anew(with_facts(LOG, change))


REFUSED_FEEDBACK: dict[str, tuple[Parts, str]] = {
    "rows changed": (with_facts(LOG, lambda rows: rows.iloc[:1]), "không phải phần đã niêm phong"),
    "a feedback less": (changed(lambda rows: rows.iloc[1:]), f"{DIFFERS}: biểu II.05a, cột 3: in 2, đếm được 1"),
    "a feedback answered": (
        changed(lambda rows: rows.assign(own_resolved=1, own_pending=0)),
        f"{DIFFERS}: biểu II.05a, cột 9: in 1, đếm được 2",
    ),
    "a text of the feedback": (changed(lambda rows: rows.assign(content="Ông A")), f"{OTHER}content"),
    "measure of seven": (
        changed(lambda rows: rows.assign(rated=7)),
        f"Cột «rated» của phản ánh, kiến nghị có {NO_ONE}",
    ),
    "form not printed": (
        sealed_anew(LOG, lambda sealed: sealed["manifest"].update(figures={})),
        "không in biểu nào có số phản ánh, kiến nghị",
    ),
    "hash not told": (sealed_anew(LOG, lambda sealed: sealed[SENT_UP]["streams"].clear()), BROKEN),
    "both kinds of rows": ({**LOG, FACTS: WARD[FACTS]}, "có 5 phần bên trong"),
    "format of an earlier day": (
        sealed_anew(LOG, lambda sealed: sealed[SENT_UP].update(format=3)),
        f"số 3, {HERE} cũ hơn.",
    ),
}


@pytest.mark.parametrize("name", REFUSED_FEEDBACK)
def test_feedback_of_a_forged_or_damaged_version_is_refused_whole_with_the_reason(tmp_path: Path, name: str) -> None:
    parts, reason = REFUSED_FEEDBACK[name]
    assert reason in said_of(parts, tmp_path, name_of(LOG))


def test_feedback_of_a_version_is_taken_under_its_own_name_alone(tmp_path: Path) -> None:
    assert said_of(LOG, tmp_path, name_of(LOG)) == ""
    assert f"Bên trong tệp là «{FEEDBACK}»" in said_of(LOG, tmp_path, name_of(WARD))
    assert f"Bên trong tệp là «{FACTS}»" in said_of(WARD, tmp_path, name_of(LOG))


def test_a_version_sealed_before_there_were_numbers_is_of_older_software(tmp_path: Path) -> None:
    assert f"số 1, {HERE} cũ hơn." in said_of(sealed_anew(WARD, lambda sealed: sealed[SENT_UP].pop("format")), tmp_path)


def test_a_version_of_a_later_format_says_whose_software_is_older_whatever_parts_it_has(tmp_path: Path) -> None:
    later = {**sealed_with(SENT_UP, "format", value=FORMAT + 1), "phan-anh.parquet": b"PAR1"}
    path = zipped(later, tmp_path / name_of(WARD))
    with pytest.raises(Refused) as refused:
        open_delivery(path)
    assert refused.value.mend == "Cơ quan nhận cập nhật phần mềm rồi chạy lại; đơn vị không phải gửi lại tệp."


def test_the_columns_of_what_is_sent_upward_are_those_its_format_number_stands_for() -> None:
    # Whoever changes a column raises FORMAT too, and writes the new pair here: offices of other software are told so.
    found = []
    for stream in ("issued_facts", "issued_feedback"):
        columns = load_contract(contract_path(stream)).typed_columns
        written = "\n".join(f"{name} {kind}" for name, kind in columns.items())
        found.append(hashlib.sha256(written.encode()).hexdigest()[:12])
    assert (FORMAT, *found) == (4, "c7951f464b16", "2c267f1d414e")


def test_figures_of_an_office_whose_unit_another_took_over_are_held_against_its_dossiers(tmp_path: Path) -> None:
    taken_over = written("p01", "UBND Phường 1", TWO, successor="p09")
    assert said_of(taken_over, tmp_path) == ""
    less = sealed_anew(with_facts(taken_over, lambda facts: facts.iloc[1:]))
    assert DIFFERS in said_of(less, tmp_path)


# ---------------------------------------------------------------- where it lies, what came before


def judged(office: Path) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """File → why it is refused ("" when it counts), and what is said of it."""
    loaded = load_office(office)
    receive_inbox(loaded)
    return {
        f"{item.delivery.unit_id}/{item.delivery.file_name}": (
            item.verdict["refused_reason"] or "",
            [(claim.kind, claim.effect) for claim in item.claims],
        )
        for item in standing(loaded, register(loaded))
        if item.delivery.unit_id != "p03"
    }


@pytest.mark.parametrize("mark", ["", "Bản sao ", "{} (1)", "{} - Copy"])
def test_a_mark_of_resending_in_the_name_changes_nothing(tmp_path: Path, mark: str) -> None:
    office = province(tmp_path / "above")
    stem = name_of(WARD).removesuffix(".zip")
    name = (mark.format(stem) if "{}" in mark else mark + stem) + ".zip"
    with at("2021-03-16T08:00:00"):
        put(office, "p01", WARD, name)
        assert judged(office) == {f"p01/{name}": ("", [])}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Quý I.zip", "nhưng đã bị đổi tên"),
        ("so-lieu-phat-hanh_2021-Q1_p01_2021-03-11_v1.zip", "Tên tệp đã bị đổi: của bản phát hành này phải là"),
        ("so-lieu-phat-hanh_2021-Q1_p02_2021-03-14_v1.zip", "Tên tệp đã bị đổi: của bản phát hành này phải là"),
    ],
)
def test_a_name_that_says_another_thing_than_the_version_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    office = province(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        put(office, "p01", WARD, name)
        assert reason in judged(office)[f"p01/{name}"][0]


def test_a_correction_without_a_dossier_is_newer_than_what_it_corrects(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    none = written("p01", "UBND Phường 1", (), version=2)
    for day, parts, name in (("16", WARD, None), ("17", none, None), ("18", WARD, "Bản sao " + name_of(WARD))):
        with at(f"2021-03-{day}T08:00:00"):
            put(office, "p01", parts, name)
            found = judged(office)
    assert found == {
        f"p01/{name_of(none)}": ("", [("records_gone", "flags")]),
        f"p01/Bản sao {name_of(WARD)}": (
            "Là bản v1, đã nhận bản mới hơn v2 của UBND Phường 1.",
            [("older_issue", "refuses")],
        ),
    }


def merged(root: Path) -> Path:
    """A province where ward 9 took over wards 1 and 2, which still issue in the period."""
    office = province(root)
    units, owed = office / "reference" / "units.csv", office / "reference" / "obligations.csv"
    text = units.read_text(encoding="utf-8")
    for number in (1, 2):
        text = text.replace(
            f"UBND Phường {number},,ward,tp,{number},,,", f"UBND Phường {number},,ward,tp,{number},,,2021-02-28"
        )
    units.write_text(text + "p09,UBND Phường 9,,ward,tp,9,,2021-03-01,\n", encoding="utf-8")
    owed.write_text("unit_id,stream,valid_from,valid_to\np09,issued_facts,,\np03,case_exports,,\n", encoding="utf-8")
    successors = "from_unit_id,to_unit_id,changed_on,share\np01,p09,2021-03-01,1\np02,p09,2021-03-01,1\n"
    (office / "reference" / "unit_successors.csv").write_text(successors, encoding="utf-8")
    return office


def is_recounted(office: Path, warehouse: Path, ask: Ask, *forms: str) -> bool:
    """Whether plain Python counts every cell and record of forms (those of dossiers) from the files to the same."""
    loaded = load_office(office)
    ensure_manifest(dbt_target(loaded), warehouse)
    layouts = layouts_to_print(loaded, plan(loaded, ask).question)
    of_dossiers = {form_id: layouts[form_id] for form_id in forms or ("II.06a", "II.06b")}
    return recount_from_bytes(loaded, warehouse, of_dossiers).agrees


def test_versions_of_two_wards_a_third_took_over_are_summed_their_own_numbers_apart(tmp_path: Path) -> None:
    office = merged(tmp_path / "above")
    # Both wards call their desk the same, and each has a number 15 in its book.
    book = ("mc:2021:15/TN", "pending_in_time")
    (office / "inbox" / PERIOD / "p03" / FILE).unlink()
    with at("2021-03-16T08:00:00"):
        put(office, "p09", written("p01", "UBND Phường 1", [*TWO, book]))
        put(office, "p09", written("p02", "UBND Phường 2", [book]))
        assert [said for said, _ in judged(office).values()] == ["", ""]
    with at("2021-03-17T08:00:00"):
        # The list of ward 3 has a dossier ward 1 had issued.
        shared = (SHARED, "02/03/2021", "08/03/2021", "05/03/2021", DONE)
        send(office, FILE, table(*SENT["p03"], shared), "p03")
        warehouse = counted(office)
        assert is_recounted(office, warehouse, Ask.parse(PERIOD, None, None))
    found = cells(warehouse)
    received = {scope: found[scope, "total", "received_total"] for scope in ("tp", "p09", "p03")}
    assert received == {"tp": 5, "p09": 4, "p03": 1}
    query = "select unit_id, kind, records, is_open from landed.claim order by all"
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.execute(query).fetchall() == [("p03", "shared_codes", SHARED, True)]


def test_a_feedback_of_a_version_and_of_another_units_log_counts_once_by_the_version_and_is_asked_about(
    tmp_path: Path,
) -> None:
    office = province(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        put(office, "p01", LOG)
        assert [said for said, _ in judged(office).values()] == [""]
    with at("2021-03-17T08:00:00"):
        shared = ("PAKN-2021-0001", "Hành vi hành chính", "01/03/2021", "", "", "Đang xử lý")
        send(office, "PAKN_2021_03_16.csv", feedback_log((*FEEDBACK_SENT["p03"], shared)), "p03")
        ask = Ask.parse(PERIOD, None, None)
        warehouse = counted(office, ask)
        assert is_recounted(office, warehouse, ask, "II.05a")
    found = cells(warehouse, "form_ii_05a")
    received = {scope: found[scope, "total", "received_total"] for scope in ("tp", "p01", "p03")}
    assert received == {"tp": 3, "p01": 2, "p03": 1}
    query = "select unit_id, kind, records, is_open from landed.claim where kind = 'shared_codes'"
    with duckdb.connect(warehouse, read_only=True) as connection:
        assert connection.execute(query).fetchall() == [("p03", "shared_codes", "PAKN-2021-0001", True)]


def test_a_ward_that_issues_beside_one_it_took_over_is_asked_about(tmp_path: Path) -> None:
    office = merged(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        put(office, "p09", written("p01", "UBND Phường 1", TWO))
        put(office, "p09", written("p09", "UBND Phường 9", TWO))
        found = judged(office)
    assert [said for said, _ in found.values()] == ["", ""]
    assert [kind for _, claims in found.values() for kind, _ in claims] == ["two_offices"]


# ---------------------------------------------------------------- the asked day


def test_as_of_a_day_the_version_counted_up_to_that_day_speaks(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    with at("2021-03-12T08:00:00"):
        put(office, "p01", written("p01", "UBND Phường 1", TWO[:1], until_on="2021-03-11"))
        receive_inbox(load_office(office))
    with at("2021-03-16T08:00:00"):
        put(office, "p01", written("p01", "UBND Phường 1", TWO, version=2))
        received = {}
        for as_of in ("2021-03-11", "2021-03-14"):
            ask = Ask.parse(PERIOD, as_of, None)
            warehouse = counted(office, ask)
            assert is_recounted(office, warehouse, ask)
            found = cells(warehouse)
            received[as_of] = found["p01", "total", "received_total"]
    assert received == {"2021-03-11": 1, "2021-03-14": 2}


def test_the_status_of_a_period_counts_the_dossiers_of_the_last_version_alone(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    sent = [("11", 1, TWO[:1], "2021-03-11"), ("16", 2, TWO[:1], "2021-03-14"), ("17", 3, TWO, "2021-03-14")]
    for day, version, dossiers, until_on in sent:
        with at(f"2021-03-{day}T08:00:00"):
            put(office, "p01", written("p01", "UBND Phường 1", dossiers, version=version, until_on=until_on))
            receive_inbox(load_office(office))
    with at("2021-03-18T08:00:00"):
        (owed,) = [item for item in period_status(load_office(office), PERIOD).owed if item.unit_id == "p01"]
        assert (owed.files, owed.rows_typed) == (1, 2)
        # What the provisional version said was in time, though it speaks no more.
        assert owed.state == "on_time"
        said = "1 tệp, 2 dòng đọc được, 0 dòng trả lại, tính theo bản v3 đến hết ngày 14/03/2021, "
        assert state_words(owed).startswith(said)
        begin(load_office(office), Ask.parse(PERIOD, None, None), "test")
    warehouse = warehouse_file(load_office(office), "test")
    build(warehouse, ("+rpt_coverage",))
    with duckdb.connect(warehouse, read_only=True) as connection:
        coverage = connection.execute("select rows_typed from rpt_coverage where unit_id = 'p01'").fetchall()
    assert coverage == [(2,)]


def test_the_status_counts_the_versions_of_two_offices_a_unit_took_over_both(tmp_path: Path) -> None:
    office = merged(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        put(office, "p09", written("p01", "UBND Phường 1", TWO))
        put(office, "p09", written("p02", "UBND Phường 2", (("000.01.02.H51-210303-0001", "early"),)))
        receive_inbox(load_office(office))
        (owed,) = [item for item in period_status(load_office(office), PERIOD).owed if item.unit_id == "p09"]
    assert (owed.files, owed.rows_typed) == (2, 3)


def test_a_version_counted_beyond_the_asked_day_is_asked_about(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        put(office, "p01", WARD)
        loaded = load_office(office)
        receive_inbox(loaded)
        begin(loaded, Ask.parse(PERIOD, "2021-03-11", None), "test")
    query = "select reason from landed.claim where kind = 'day_passed' and is_open"
    with duckdb.connect(warehouse_file(loaded, "test"), read_only=True) as connection:
        ((reason,),) = connection.execute(query).fetchall()
    assert reason.startswith("Bản phát hành tính đến hết ngày 14/03/2021, sau ngày được hỏi (11/03/2021)")


@pytest.mark.parametrize(
    ("owed", "delivered", "is_known"),
    [
        ([("feedback_logs", "missing", 0)], [], False),
        ([("feedback_logs", "refused", 0)], [("feedback_logs", False)], False),
        # Nothing of this period, though an earlier one was sent.
        ([("feedback_logs", "missing", 0)], [("feedback_logs", True)], False),
        ([("feedback_logs", "accepted", 0)], [("feedback_logs", True)], True),
        ([("feedback_logs", "missing", 0), ("issued_feedback", "accepted", 3)], [("issued_feedback", True)], True),
        ([("case_exports", "accepted", 9)], [("case_exports", True)], False),
        ([("case_exports", "accepted", 9)], [("case_exports", True), ("feedback_logs", True)], True),
    ],
    ids=["not sent", "refused", "sent for another period", "nil", "one of two", "not owed", "not owed and sent"],
)
def test_what_no_unit_sent_is_not_sent_up_as_nothing_happened(
    tmp_path: Path, owed: list[tuple[str, str, int]], delivered: list[tuple[str, bool]], is_known: bool
) -> None:
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create schema landed")
        connection.execute("create table landed.delivery (stream varchar, is_counted boolean)")
        connection.execute("create table rpt_coverage (stream varchar, state varchar, rows_typed integer)")
        for rows, name in ((delivered, "landed.delivery"), (owed, "rpt_coverage")):
            for row in rows:
                connection.execute(f"insert into {name} values ({', '.join('?' * len(row))})", row)
    assert is_reported(database, {"feedback_logs", "issued_feedback"}) is is_known
