"""What an office sends to the one above: the facts of a version it issued, under the version's seal, in one file.

Here: the facts beside a version's documents, the zip. Not here: reading it above (ingest/issued_facts), issuing.
Invariant: no person is in it; its facts are those of the version, whose printed seal covers their hash.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.verify import issue_faults
from pipelines.ingest.contract import Contract, load_contract
from pipelines.ingest.issued_facts import (
    FACTS,
    FORMAT,
    FORMS,
    PARTS,
    SEALED,
    SENT_UP,
    VERSION,
    IssuedVersion,
    check_version,
)
from pipelines.ingest.landing import hash_file
from pipelines.ingest.sniff import Refused
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.printed_seal import printed_seal, same_seal
from pipelines.office.profiles import ISSUED_PREFIX, issued_profile
from pipelines.office.settings import Office
from pipelines.package.seal import sealed_text
from pipelines.warehouse.issued import find_issued
from pipelines.warehouse.streams import contract_path

# The facts beside the documents of a version.
FACTS_FILE = "gui-cap-tren.parquet"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # a zip keeps times; ours says nothing by them
# Columns that are no column of the fact itself.
_ELSEWHERE = {
    "level": "case when level_of.applies_to = 'ward' then 'ward' else 'city' end",
    "unit_name": "unit.name_vi",
    "received_non_boundary": "layout.received_non_boundary",
}


def write_facts(database: Path, path: Path) -> None:
    """Write the dossiers a report counted as one Parquet file; the same database gives the same bytes."""
    contract = _contract()
    columns = ", ".join(f'{_ELSEWHERE.get(name, f"fact.{name}")} as "{name}"' for name in contract.columns)
    target = str(path).replace("'", "''")
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute(f"""
            copy (
                select {columns}
                from {contract.fact} as fact
                left join dim_unit as unit on fact.receiving_unit_id = unit.unit_id
                left join dim_section as level_of
                    on level_of.scheme = 'level' and fact.level_section_code = level_of.section_code
                left join fct_dossier_layout_period as layout on fact.dossier_code = layout.dossier_code
                order by fact.dossier_code
            ) to '{target}' (format parquet, compression zstd)""")


def facts_record(office: Office, database: Path) -> dict[str, Any]:
    """Return what a version's record says of its facts: their hash, whose they are, the days they are of."""
    with tempfile.TemporaryDirectory(prefix="kstt-gui-cap-tren-") as folder:
        path = Path(folder) / FACTS_FILE
        write_facts(database, path)
        sha256 = hash_file(path)
    with duckdb.connect(database, read_only=True) as connection:
        days = connection.execute("select period_start, period_end, until_on from landed.question").fetchone()
        (dossiers,) = connection.execute(f"select count(*) from {_contract().fact}").fetchone() or (0,)
        (declared,) = connection.execute("select count(*) from fct_declared_period").fetchone() or (0,)
    start_on, end_on, until_on = days or ("", "", "")
    return {
        "format": FORMAT,
        "sha256": sha256,
        "office_name": office.settings.office.name,
        "unit_id": office.settings.office.unit_id,
        "start_on": str(start_on),
        "end_on": str(end_on),
        "until_on": str(until_on),
        "dossiers": dossiers,
        "declared": declared,
    }


def send_up(office: Office, period_id: str, version: int | None, folder: Path) -> Path:
    """Write the file an office sends upward; return where it is.

    Args:
        office: the office that issued the version.
        period_id: the period.
        version: number of the version; None for the newest.
        folder: where the file goes.

    Raises:
        OfficeError: there is no such version, it was changed since or issued by software of another format, or part of
            its figures has no dossier behind it.
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
    folder.mkdir(parents=True, exist_ok=True)
    name = (
        f"{ISSUED_PREFIX}{period_id}_{record[SENT_UP]['unit_id']}_{record[SENT_UP]['until_on']}_v{issued.version}.zip"
    )
    parts = {
        VERSION: (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode(),
        SEALED: text.encode(),
        FORMS: (issued.folder / FORMS).read_bytes(),
        FACTS: (issued.folder / FACTS_FILE).read_bytes(),
    }
    try:
        check_version(IssuedVersion(parts), _contract())
    except Refused as refusal:  # what the office above would say of it
        raise OfficeError(f"{refusal.reason} Không gửi.") from refusal
    _write_zip(folder / name, parts)
    return folder / name


def _write_zip(path: Path, parts: dict[str, bytes]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in PARTS:
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, parts[name])
    write_atomically(path, content.getvalue())


def _contract() -> Contract:
    return load_contract(contract_path(issued_profile().stream))
