"""A province of three communes in the spring of 2021: two count with this software and issue, one sends its list.

Here: the offices, their files, sending a version upward. Not here: assertions.
Invariant: every file is written here by hand; each commune's dossiers are known (`FILES`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

import by_steps
import duckdb
import pytest
from by_steps import pages_alone, report_by_steps
from compiled_project import build
from issued_office import DONE, OPEN, PERIOD, WORDS, send_out, table
from office_folder import TABLES, make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.package.send_up import send_up
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.question import Ask

FILE = "Sổ_2021_03_15.csv"
# Code, received, due, finished, status of each dossier.
Rows = tuple[tuple[str, ...], ...]
SENT: dict[str, Rows] = {
    "p01": (
        ("000.01.01.H51-210301-0001", "01/03/2021", "05/03/2021", "04/03/2021", DONE),
        ("000.01.01.H51-210302-0002", "02/03/2021", "08/03/2021", "10/03/2021", DONE),
        ("15/TN", "12/03/2021", "19/03/2021", "", OPEN),
    ),
    "p02": (
        ("000.01.02.H51-210303-0001", "03/03/2021", "09/03/2021", "09/03/2021", DONE),
        # A number of its own book, which ward 1 has too.
        ("15/TN", "10/03/2021", "12/03/2021", "", OPEN),
    ),
    "p03": (("000.01.03.H51-210304-0001", "04/03/2021", "10/03/2021", "05/03/2021", DONE),),
}
FEEDBACK_FILE = "PAKN_2021_03_15.csv"
# Code, kind, received, answered, published, status of each feedback; due 15 working days after receipt.
FEEDBACK: dict[str, Rows] = {
    "p01": (
        ("PAKN-2021-0001", "Hành vi hành chính", "01/02/2021", "10/02/2021", "11/02/2021", "Đã công khai"),
        ("PAKN-2021-0002", "Quy định hành chính", "04/01/2021", "", "", "Đang xử lý"),
        # A number of its own book, which ward 2 has too.
        ("7/PA", "Hành vi hành chính", "10/03/2021", "", "", "Đang xử lý"),
    ),
    "p02": (
        ("PAKN-2021-0003", "Hành vi hành chính", "04/01/2021", "10/03/2021", "", "Đã trả lời"),
        ("7/PA", "Quy định hành chính", "11/03/2021", "", "", "Đang xử lý"),
    ),
    "p03": (("PAKN-2021-0004", "Quy định hành chính", "02/03/2021", "", "", "Đang xử lý"),),
}
# Found in April: the second feedback of ward 1 had been answered, late.
FEEDBACK_MENDED = (
    FEEDBACK["p01"][0],
    ("PAKN-2021-0002", "Quy định hành chính", "04/01/2021", "08/03/2021", "", "Đã trả lời"),
    FEEDBACK["p01"][2],
)
_FEEDBACK_HEAD = "Mã PAKN;Loại nội dung;Lĩnh vực;Ngày tiếp nhận;Ngày trả lời;Ngày công khai;Trạng thái\n"
_FEEDBACK_PROFILE = """
profile_id: pakn
stream: feedback_logs
title: Sổ PAKN
match: {units: ["*"], files: ["PAKN*.csv"]}
observed_on: {from: file_name, pattern: "_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})"}
"""
# Found in April: the second dossier of ward 1 was done in time.
MENDED = (SENT["p01"][0], ("000.01.01.H51-210302-0002", "02/03/2021", "08/03/2021", "07/03/2021", DONE), SENT["p01"][2])
_SECTIONS = TABLES["sections"] + "level,A,Cấp tỉnh,city,1,,\nunit,I,Sở,one_stop_desk,1,,\nunit,II,UBND xã,ward,2,,\n"
_STATUSES = TABLES["statuses"] + "9,Đã trả kết quả,result_delivered,resolved\n"
_UNITS = TABLES["units"].splitlines()[0] + "\n"
_OWED = "unit_id,stream,valid_from,valid_to\n"


def new_office(root: Path, unit_id: str, name: str, units: str, owed: str, **tables: str) -> Path:
    """Write an office of this country; `tables` replaces reference tables."""
    (root / "words").mkdir(parents=True)
    (root / "words" / f"{PERIOD}.md").write_text(WORDS, encoding="utf-8")
    settings = f"office:\n  name: {name}\n  unit_id: {unit_id}\n  clock: null\nswitches: {{}}\n"
    settings += "forms_enabled: [II.05a, II.06a, II.06b]\n"
    made = make_office(
        root,
        office=settings,
        sections=_SECTIONS,
        statuses=_STATUSES,
        units=_UNITS + units,
        obligations=_OWED + owed,
        **tables,
    )
    (made / "profiles" / "pakn.yaml").write_text(_FEEDBACK_PROFILE, encoding="utf-8")
    return made


def feedback_log(rows: Rows) -> bytes:
    """A unit's log of feedback, all of one field."""
    lines = (f"{code};{kind};Hộ tịch;{';'.join(rest)}\n" for code, kind, *rest in rows)
    return (_FEEDBACK_HEAD + "".join(lines)).encode("utf-8-sig")


def _name(unit_id: str) -> str:
    return f"UBND Phường {int(unit_id[1:])}"


def commune(
    root: Path, unit_id: str, rows: Rows | None = None, feedback: Rows | None = None, owed_too: str = ""
) -> Path:
    """Write a commune's own office: its desk, which the province does not know, sends list and log.

    `owed_too` is a stream the desk owes as well and does not send: the commune issues by force.
    """
    name, desk = _name(unit_id), f"{unit_id}-mc"
    units = f"{unit_id},{name},,ward,,0,,,\n{desk},Bộ phận Một cửa,,one_stop_desk,{unit_id},1,,,\n"
    owed = "".join(f"{desk},{stream},,\n" for stream in ("case_exports", owed_too) if stream)
    office = new_office(root, unit_id, name, units, owed)
    send(office, FILE, table(*(rows or SENT[unit_id])), desk)
    send(office, FEEDBACK_FILE, feedback_log(FEEDBACK[unit_id] if feedback is None else feedback), desk)
    return office


def province(
    root: Path,
    issuing: Collection[str] = ("p01", "p02"),
    sent: Mapping[str, Rows] = SENT,
    feedback: Mapping[str, Rows] = FEEDBACK,
) -> Path:
    """Write the province: the communes that do not issue send their lists and logs."""
    wards = "".join(f"{unit},{_name(unit)},,ward,tp,{number},,,\n" for number, unit in enumerate(sent, start=1))
    owed = "".join(f"{unit},{'issued_facts' if unit in issuing else 'case_exports'},,\n" for unit in sent)
    office = new_office(root, "tp", "UBND tỉnh Thử", "tp,UBND tỉnh Thử,,city,,0,,,\n" + wards, owed)
    for unit, rows in sent.items():
        if unit not in issuing:
            send(office, FILE, table(*rows), unit)
            send(office, FEEDBACK_FILE, feedback_log(feedback[unit]), unit)
    return office


def issue_and_send(
    office: Path, above: Path, kind: str = "final", why: str = "Theo kế hoạch", period: str = PERIOD
) -> tuple[Path, ...]:
    """Report, issue, and put the files for the office above into its inbox; return them: dossiers, feedback."""
    with pages_alone(), pytest.MonkeyPatch.context() as patched:
        # The models' own tests are run on the province's warehouse, which has these dossiers too.
        patched.setattr(by_steps, "check", lambda _: None)
        report_by_steps(office, period)
        send_out(office, kind, why=why, force="Số liệu thử", period=period)
    unit = load_office(office).settings.office.unit_id
    return send_up(load_office(office), period, None, above / "inbox" / period / unit).paths


def counted(root: Path, ask: Ask | None = None) -> Path:
    """Receive what lies in the inbox and count the facts and forms of dossiers and feedback; return the warehouse."""
    office = load_office(root)
    receive_inbox(office)
    warehouse = warehouse_file(office, "test")
    warehouse.unlink(missing_ok=True)
    begin(office, ask or Ask.parse(PERIOD, None, None), "test")
    build(warehouse, ("+form_ii_06a", "+form_ii_06b", "+form_ii_05a", "+rpt_claim"))
    return warehouse


def cells(warehouse: Path, form: str = "form_ii_06a") -> dict[tuple[str, str, str], int]:
    """Every number of a form: (scope, row, column) → value."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(f"select * from {form}").df().to_dict("records")
    return {
        (row["scope_id"], row["row_code"], name): int(amount)
        for row in found
        for name, amount in row.items()
        if isinstance(amount, int) and name not in ("row_order",)
    }


def dossiers(warehouse: Path) -> dict[str, Mapping[str, object]]:
    """What is counted of each dossier: code → what is true of it whoever counted, by the words of the file."""
    query = """
        select split_part(dossier_code, ':', -1) || ' ' || receiving_unit_id as record, level_section_code, field_code,
            row_unit_id, received_at, due_at, closed_at, outcome, reason_code
        from fct_dossier_period"""
    return _records(warehouse, query)


def feedbacks(warehouse: Path) -> dict[str, Mapping[str, object]]:
    """What is counted of each feedback: code → what is true of it whoever counted."""
    query = """
        select split_part(feedback_code, ':', -1) || ' ' || handling_unit_id as record, field_code, feedback_kind,
            received_at, due_on, due_rule, answered_at, published_at, publish_due_on, closed_at, outcome, reason_code
        from fct_feedback_period"""
    return _records(warehouse, query)


def _records(warehouse: Path, query: str) -> dict[str, Mapping[str, object]]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        rows = json.loads(connection.execute(query).df().to_json(orient="records"))
    return {row.pop("record"): row for row in rows}
