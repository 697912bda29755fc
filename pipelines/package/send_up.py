"""What an office sends to the one above: the facts of a version it issued, under its seal, a file for each fact.

Here: the facts beside a version's documents, the zip. Not here: reading it above (ingest/issued_facts), issuing.
Invariant: no person is in it; its facts are those of the version, whose printed seal covers their hash.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.verify import issue_faults
from pipelines.figures.layout import load_layouts
from pipelines.ingest.contract import Contract, load_contract
from pipelines.ingest.issued_facts import (
    FORMAT,
    FORMS,
    PARTS,
    SEALED,
    SENT_UP,
    VERSION,
    IssuedVersion,
    check_version,
    has_figures,
)
from pipelines.ingest.landing import hash_file
from pipelines.ingest.sniff import Refused
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.printed_seal import printed_seal, same_seal
from pipelines.office.profiles import ISSUED_PREFIXES
from pipelines.office.settings import Office
from pipelines.office.sql import sql_text
from pipelines.package.seal import sealed_text
from pipelines.warehouse.issued import find_issued
from pipelines.warehouse.streams import contract_path

# A zip keeps times; ours says nothing by them.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# Fact → what stands beside it, and the columns that are no column of the fact itself.
_BESIDE = {
    "fct_dossier_period": """
        left join dim_unit as unit on fact.receiving_unit_id = unit.unit_id
        left join dim_section as level_of
            on level_of.scheme = 'level' and fact.level_section_code = level_of.section_code
        left join fct_dossier_layout_period as layout on fact.dossier_code = layout.dossier_code""",
    "fct_feedback_period": "left join dim_unit as unit on fact.handling_unit_id = unit.unit_id",
}
_ELSEWHERE = {
    "level": "case when level_of.applies_to = 'ward' then 'ward' else 'city' end",
    "unit_name": "unit.name_vi",
    "received_non_boundary": "layout.received_non_boundary",
}


@dataclass(frozen=True)
class SentUp:
    """The files written for the office above, and why a fact of the version has none."""

    paths: tuple[Path, ...]
    left_out: tuple[str, ...]
    # How many things stood in the way when the version was issued nevertheless: the files name them.
    forced: int = 0


def write_facts(database: Path, folder: Path) -> dict[str, Path]:
    """Write what a report counted as one Parquet file a stream; the same database gives the same bytes.

    Args:
        database: warehouse.duckdb of the report; only read.
        folder: where the files go.

    Returns:
        Stream → its file.
    """
    contracts = _contracts()
    with duckdb.connect(database, read_only=True) as connection:
        for contract in contracts:
            columns = ", ".join(f'{_column(name, contract)} as "{name}"' for name in contract.columns)
            connection.execute(f"""
                copy (
                    select {columns}
                    from {contract.fact} as fact {_BESIDE[str(contract.fact)]}
                    order by fact.{contract.key}
                ) to {sql_text(folder / facts_file(contract))} (format parquet, compression zstd)""")
    return {contract.stream: folder / facts_file(contract) for contract in contracts}


def facts_file(contract: Contract) -> str:
    """Return the name of the facts of a stream beside the documents of a version."""
    return f"gui-cap-tren_{contract.part}"


def _column(name: str, contract: Contract) -> str:
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    # A day is kept as a moment, as every day of a stream is.
    return f"cast(fact.{name} as timestamp)" if contract.columns[name].role == "date" else f"fact.{name}"


def facts_record(office: Office, database: Path) -> dict[str, Any]:
    """Return what a version's record says of its facts: their hash, whose they are, the days they are of."""
    with tempfile.TemporaryDirectory(prefix="kstt-gui-cap-tren-") as folder:
        hashes = {stream: hash_file(path) for stream, path in write_facts(database, Path(folder)).items()}
    with duckdb.connect(database, read_only=True) as connection:
        days = connection.execute("select period_start, period_end, until_on from landed.question").fetchone()
        counts = {
            contract.stream: (connection.execute(f"select count(*) from {contract.fact}").fetchone() or (0,))[0]
            for contract in _contracts()
        }
        (declared,) = connection.execute("select count(*) from fct_declared_period").fetchone() or (0,)
    start_on, end_on, until_on = days or ("", "", "")
    return {
        "format": FORMAT,
        "streams": {stream: {"sha256": hashes[stream], "rows": rows} for stream, rows in counts.items()},
        "office_name": office.settings.office.name,
        "unit_id": office.settings.office.unit_id,
        "start_on": str(start_on),
        "end_on": str(end_on),
        "until_on": str(until_on),
        "declared": declared,
    }


def send_up(office: Office, period_id: str, version: int | None, folder: Path) -> SentUp:
    """Write the files an office sends upward: one of its dossiers, one of its feedback.

    What the version printed no figure of has no file: nobody above could hold its rows against anything. Nor has what
    no unit of the office sent: a file without rows says that nothing happened, and here nothing is known.

    Args:
        office: the office that issued the version.
        period_id: the period.
        version: number of the version; None for the newest.
        folder: where the files go.

    Raises:
        OfficeError: there is no such version, it was changed since or issued by software of another format, part of
            its figures has no dossier behind it, or it printed no figure of anything that is sent upward.
    """
    issued = find_issued(office, period_id, version)
    faults = issue_faults(office, issued)
    record = issued.record()
    text = sealed_text(issued.folder, record)
    if not same_seal(printed_seal(text), record["printed"].get("seal", "")):
        faults.append(f"Bản {issued.issue_id}: mã niêm phong không còn đúng với nội dung.")
    if faults:
        raise OfficeError("\n".join([*faults, "Không gửi. Xem: kstt verify"]))
    if record.get(SENT_UP, {}).get("format") != FORMAT:
        raise OfficeError(
            f"Bản {issued.issue_id} do bản phần mềm khác phát hành, không có số liệu gửi cấp trên theo định dạng số "
            f"{FORMAT}. Phát hành bản đính chính bằng phần mềm này rồi lập lại tệp."
        )
    if record[SENT_UP]["declared"]:
        raise OfficeError(
            f"Bản {issued.issue_id} có số đơn vị tự kê hoặc số ước, không có hồ sơ đứng sau, nên chưa gửi lên bằng tệp "
            "này được. Gửi văn bản và tệp danh sách hồ sơ như trước, hoặc phát hành khi đã đủ số đếm được."
        )
    about = {
        "office": record[SENT_UP]["office_name"],
        "period_id": period_id,
        "version": issued.version,
        "kind": issued.kind,
        "seal": record["printed"]["seal"],
    }
    common = {
        VERSION: (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode(),
        SEALED: text.encode(),
        FORMS: (issued.folder / FORMS).read_bytes(),
    }
    files: dict[str, dict[str, bytes]] = {}
    left_out: list[str] = []
    for contract in _contracts():
        parts = {**common, contract.part: (issued.folder / facts_file(contract)).read_bytes()}
        reason = _why_left_out(issued.folder, IssuedVersion(parts), contract)
        if reason:
            left_out.append(f"Bản {issued.issue_id} {reason}: không lập tệp {contract.title}.")
            continue
        try:
            check_version(IssuedVersion(parts), contract)
        except Refused as refusal:  # what the office above would say of it
            raise OfficeError(f"{refusal.reason} Không gửi.") from refusal
        files[contract.stream] = parts
    if not files:
        raise OfficeError("\n".join([*left_out, "Không gửi."]))
    folder.mkdir(parents=True, exist_ok=True)
    of = f"{period_id}_{record[SENT_UP]['unit_id']}_{record[SENT_UP]['until_on']}_v{issued.version}.zip"
    paths = {folder / f"{ISSUED_PREFIXES[stream]}{of}": parts for stream, parts in files.items()}
    for path, parts in paths.items():
        _write_zip(path, parts)
    return SentUp(tuple(paths), tuple(left_out), len(record["printed"]["blockers"]))


def _why_left_out(folder: Path, version: IssuedVersion, contract: Contract) -> str:
    """Return why no file is made of the rows of a stream; "" where one is."""
    if not is_reported(folder / "warehouse.duckdb", _streams_behind(folder, contract)):
        return f"chưa có đơn vị nào gửi số liệu {contract.noun} của kỳ hoặc khai không phát sinh"
    return "" if has_figures(version, contract) else f"không in biểu nào có số {contract.noun}"


def is_reported(database: Path, streams: Collection[str]) -> bool:
    """Return whether a unit that owes one of some streams sent it, a nil statement too; where nobody owes, anybody.

    Args:
        database: warehouse.duckdb of a version; only read.
        streams: the streams a fact rests on.
    """
    listed = list(streams)
    with duckdb.connect(database, read_only=True) as connection:
        owed, sent = connection.execute(
            """select count(*), count(*) filter (where state = 'accepted' or rows_typed > 0)
            from rpt_coverage where list_contains(?, stream)""",
            [listed],
        ).fetchone() or (0, 0)
        if owed:
            return bool(sent)
        query = "select count(*) from landed.delivery where is_counted and list_contains(?, stream)"
        (counted,) = connection.execute(query, [listed]).fetchone() or (0,)
    return bool(counted)


def _streams_behind(version: Path, contract: Contract) -> set[str]:
    """Return the streams the fact of a contract rests on, in the layouts a version printed."""
    facts = (layout.facts.get(str(contract.fact)) for layout in load_layouts(version / FORMS).values())
    return {stream for fact in facts if fact for stream in fact.streams}


def _write_zip(path: Path, parts: dict[str, bytes]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in (*PARTS, *sorted(parts.keys() - set(PARTS))):
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, parts[name])
    write_atomically(path, content.getvalue())


def _contracts() -> list[Contract]:
    return [load_contract(contract_path(stream)) for stream in ISSUED_PREFIXES]
