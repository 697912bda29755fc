"""Versions offices below issued, written by hand: the zip that `kstt send-up` makes, without an office behind it.

Here: facts of a few dossiers, what the seal covers, the zip; changing one. Not here: versions of real offices (province).
Invariant: what is written is whole and true until a test changes it; a printed number is the count of its dossiers.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from pipelines.ingest.contract import load_contract
from pipelines.ingest.issued_facts import FORMAT, FORMS, SEALED, SENT_UP, VERSION
from pipelines.ingest.pieces import schema_of, to_table
from pipelines.office.printed_seal import printed_seal
from pipelines.warehouse.streams import contract_path

Parts = dict[str, bytes]
# The parts with the rows.
FACTS, FEEDBACK = "so-lieu.parquet", "phan-anh.parquet"
STREAMS = {FACTS: "issued_facts", FEEDBACK: "issued_feedback"}
UNTIL = "2021-03-14"
# What each outcome adds to; a dossier received at the desk within the period.
_CELLS = {
    "early": ("resolved_total", "resolved_early"),
    "overdue": ("resolved_total", "resolved_overdue"),
    "pending_in_time": ("pending_total", "pending_in_time"),
}
# Number of a column of II.06a → the measure it sums.
_PRINTED = {3: "received_total", 8: "resolved_early", 10: "resolved_overdue", 12: "pending_in_time"}

_FEEDBACK_CELLS = {"answered_on_time": ("own_resolved", "answered_on_time"), "pending_in_time": ("own_pending",)}
_PRINTED_FEEDBACK = {3: "received_total", 9: "own_resolved", 10: "own_pending"}


def written(
    unit_id: str,
    name: str,
    dossiers: Sequence[tuple[str, str]],
    version: int = 1,
    until_on: str = UNTIL,
    successor: str | None = None,
) -> Parts:
    """Return the parts of a version: code and outcome of each dossier; its figures are of the office, or of the unit
    that took its place."""
    facts = [_fact(code, outcome) for code, outcome in dossiers]
    return _version(FACTS, facts, _PRINTED, "II.06a", unit_id, name, version, until_on, successor or unit_id)


def written_feedback(
    unit_id: str, name: str, feedback: Sequence[tuple[str, str]], version: int = 1, until_on: str = UNTIL
) -> Parts:
    """Return the parts of a version: code and outcome of each feedback."""
    facts = [_feedback(code, outcome) for code, outcome in feedback]
    return _version(FEEDBACK, facts, _PRINTED_FEEDBACK, "II.05a", unit_id, name, version, until_on, unit_id)


def _version(
    part: str, rows: list[dict[str, Any]], printed: Mapping[int, str], form: str, unit_id: str, name: str, version: int,
    until_on: str, scope: str,
) -> Parts:  # fmt: skip
    contract = load_contract(contract_path(STREAMS[part]))
    facts = pd.DataFrame(rows, columns=[*contract.columns])
    content = io.BytesIO()
    columns = {name: contract.typed_columns[name] for name in contract.columns}
    pq.write_table(to_table(facts, schema_of(columns)), content)
    sums = Counter({measure: int(facts[measure].sum()) for measure in printed.values()})
    columns = [_column(number, f"{contract.fact}.{measure}") for number, measure in printed.items()]
    sealed = {
        "ask": {"switches": {"lateness_granularity": "date"}},
        "at": "2021-03-15T08:00:00+07:00",
        "facts": {},
        "kind": "final" if until_on == UNTIL else "provisional",
        "manifest": {
            "figures": {f"{form}/{scope}/total/c{number}": sums[measure] for number, measure in printed.items()},
            "question": {"office_unit_id": scope},
        },
        "period_id": "2021-Q1",
        "printed": {"blockers": [], "reasons": []},
        SENT_UP: {
            "format": FORMAT, "declared": 0, "start_on": "2020-12-15", "end_on": UNTIL, "until_on": until_on, "unit_id": unit_id,
            "office_name": name,
        },
        "version": version,
    }  # fmt: skip
    parts = {FORMS: json.dumps({form: {"columns": columns}}).encode(), part: content.getvalue(), VERSION: b"{}"}
    return sealed_anew({**parts, SEALED: json.dumps(sealed).encode()})


def _fact(code: str, outcome: str) -> dict[str, Any]:
    contract = load_contract(contract_path("issued_facts"))
    nothing = {name: 0 if column.role == "count" else None for name, column in contract.columns.items()}
    amounts = dict.fromkeys(("fee_due_amount", "fee_paid_amount", "fee_paid_online_amount"), 0)
    ones = ("received_total", "received_direct_postal", "received_direct", "received_in_period", *_CELLS[outcome])
    told = {
        "dossier_code": code, "unit_name": "Bộ phận Một cửa", "level": "ward", "field_name": "Hộ tịch",
        "procedure_code": "1.001193", "procedure_name": "Đăng ký khai sinh", "procedure_match": "code",
        "received_at": pd.Timestamp("2021-03-01"), "due_at": pd.Timestamp("2021-03-05"),
        "original_due_at": pd.Timestamp("2021-03-05"), "apology_state": "none", "overdue_cause": "unreported",
        "service_level": "other", "status": "in_progress", "outcome": outcome, "reason_code": outcome,
    }  # fmt: skip
    return {**nothing, **amounts, **told, **dict.fromkeys(ones, 1)}


def _feedback(code: str, outcome: str) -> dict[str, Any]:
    contract = load_contract(contract_path("issued_feedback"))
    nothing = {name: 0 if column.role == "count" else None for name, column in contract.columns.items()}
    ones = ("received_total", "received_in_period", "own_total", "about_act", *_FEEDBACK_CELLS[outcome])
    told = {
        "feedback_code": code, "unit_name": "Bộ phận Một cửa", "field_name": "Hộ tịch", "feedback_kind": "act",
        "received_at": pd.Timestamp("2021-03-01"), "due_on": pd.Timestamp("2021-03-22"), "due_rule": "answer_limit",
        "status": "in_progress", "outcome": outcome, "reason_code": outcome,
    }  # fmt: skip
    return {**nothing, **told, **dict.fromkeys(ones, 1)}


def _column(number: int, measure: str) -> dict[str, Any]:
    return {"number": number, "from": measure, "of": None}


def sealed_anew(
    parts: Mapping[str, bytes], change: Callable[[dict[str, Any]], object] = lambda _: None, sent: bool = True
) -> Parts:
    """Return the parts with hashes and seal that fit them, as somebody who knows the software would forge them.

    Args:
        parts: the parts.
        change: changes what the seal covers.
        sent: whether hash and number of the facts are made to fit too.
    """
    sealed = json.loads(parts[SEALED])
    sealed["facts"][FORMS] = hashlib.sha256(parts[FORMS]).hexdigest()
    if sent:
        streams = sealed[SENT_UP].setdefault("streams", {})
        for part, stream in STREAMS.items():
            if part in parts:
                rows = pq.ParquetFile(io.BytesIO(parts[part])).metadata.num_rows
                streams[stream] = {"sha256": hashlib.sha256(parts[part]).hexdigest(), "rows": rows}
    change(sealed)
    text = json.dumps(sealed, sort_keys=True, ensure_ascii=False)
    return {**parts, SEALED: text.encode(), VERSION: json.dumps({"seal": printed_seal(text)}).encode()}


def with_facts(parts: Mapping[str, bytes], change: Callable[[pd.DataFrame], pd.DataFrame]) -> Parts:
    """Return the parts with other facts, nothing else touched."""
    (part,) = parts.keys() & STREAMS.keys()
    facts = change(pd.read_parquet(io.BytesIO(parts[part]), dtype_backend="pyarrow"))
    made = io.BytesIO()
    facts.to_parquet(made, index=False)
    return {**parts, part: made.getvalue()}


def parts_of(path: Path) -> Parts:
    """Return the parts of a version that was sent."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes], path: Path) -> Path:
    """Write parts as one zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def name_of(parts: Mapping[str, bytes]) -> str:
    """Return the name `kstt send-up` gives a version."""
    sealed = json.loads(parts[SEALED])
    sent = sealed[SENT_UP]
    kind = "so-lieu" if FACTS in parts else "phan-anh"
    return f"{kind}-phat-hanh_{sealed['period_id']}_{sent['unit_id']}_{sent['until_on']}_v{sealed['version']}.zip"


def put(office: Path, unit_id: str, parts: Mapping[str, bytes], name: str | None = None) -> Path:
    """Put a version into an office's inbox, as the unit would send it."""
    return zipped(parts, office / "inbox" / "2021-Q1" / unit_id / (name or name_of(parts)))
