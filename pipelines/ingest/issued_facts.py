"""A version an office below issued, as it sends it upward: one zip with facts, layouts and what the seal covers.

Here: opening it, holding seal, hashes and figures against its facts, its rows. Not here: writing it (package/send_up),
whether it lies in the right folder (warehouse/issued_claims).
Invariant: it is taken whole or refused with the reason: what its seal covers is what the printed seal is the hash of.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.ingest import persons
from pipelines.ingest.contract import OWN_NUMBER, Contract
from pipelines.ingest.pieces import PIECE_ROWS, to_frame
from pipelines.ingest.sniff import Refused
from pipelines.ingest.source import Source
from pipelines.office.printed_seal import printed_seal, same_seal
from pipelines.office.text import match_key

if TYPE_CHECKING:
    import pyarrow.parquet as pq

# The parts of the zip: which version it is, what its seal covers, the layouts it printed, its dossiers.
VERSION, SEALED, FORMS, FACTS = "ban-phat-hanh.json", "niem-phong.json", "forms.json", "so-lieu.parquet"
PARTS = (VERSION, SEALED, FORMS, FACTS)
# Key under which what is sent upward stands in the record of a version, and so under its seal.
SENT_UP = "sent_up"
_SEND_AGAIN = "Đơn vị lập lại tệp bằng kstt send-up từ bản đã phát hành rồi gửi lại; không sửa tệp bằng tay."
_SAME_SOFTWARE = "Đơn vị cấp dưới và cấp trên dùng cùng bản phần mềm; cập nhật rồi phát hành và gửi lại."
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError)
# Texts a person wrote somewhere: masked as every cell is.
_WRITTEN = ("unit_name", "field_name", "procedure_name")


@dataclass(frozen=True)
class IssuedVersion:
    """One version sent upward: the bytes of its parts."""

    parts: Mapping[str, bytes]

    @cached_property
    def sealed(self) -> dict[str, Any]:
        """What its seal covers: the record of the version, its figures, the hashes of its facts."""
        return json.loads(self.parts[SEALED])

    @cached_property
    def about(self) -> dict[str, Any]:
        """Whose it is, of which period, which version, its seal; every word of it is under the seal."""
        sent, record = self.sealed[SENT_UP], self.sealed
        return {
            "office_name": str(sent["office_name"]),
            "unit_id": str(sent["unit_id"]),
            "period_id": str(record["period_id"]),
            "start_on": str(sent["start_on"]),
            "end_on": str(sent["end_on"]),
            "until_on": str(sent["until_on"]),
            "version": int(record["version"]),
            "kind": str(record["kind"]),
            "issued_at": str(record["at"]),
            "switches": {str(name): str(value) for name, value in record["ask"]["switches"].items()},
            "seal": printed_seal(self.parts[SEALED]),
        }

    @cached_property
    def facts(self) -> pq.ParquetFile:
        """Its dossiers."""
        import pyarrow.parquet as pq

        return pq.ParquetFile(io.BytesIO(self.parts[FACTS]))


def opened_version(content: bytes) -> IssuedVersion | None:
    """Return a delivered zip as a version sent upward; None of any other zip.

    Args:
        content: a zip that was found safe to open (sniff).
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if set(archive.namelist()) != set(PARTS):
            return None
        return IssuedVersion({name: archive.read(name) for name in PARTS})


def check_version(version: IssuedVersion, contract: Contract) -> None:
    """Hold a version against its own seal and its own figures.

    Raises:
        Refused: its seal, a hash or a figure is not that of its content, or its columns are of other software.
    """
    try:
        said = json.loads(version.parts[VERSION])["seal"]
        about, facts = version.about, version.facts
        hashes = {FORMS: version.sealed["facts"][FORMS], FACTS: version.sealed[SENT_UP]["sha256"]}
        rows = int(version.sealed[SENT_UP]["dossiers"])
    except _BROKEN as error:
        raise Refused("Tệp số liệu phát hành hỏng: không đọc được một phần bên trong.", _SEND_AGAIN) from error
    if not same_seal(str(said), about["seal"]):
        raise Refused(
            f"Mã niêm phong ghi trong tệp ({said}) không phải của nội dung tệp ({about['seal']}): tệp đã bị sửa.",
            _SEND_AGAIN,
        )
    for name, sha256 in hashes.items():
        if hashlib.sha256(version.parts[name]).hexdigest() != sha256:
            raise Refused(f"Phần «{name}» của tệp không phải phần đã niêm phong: tệp đã bị sửa.", _SEND_AGAIN)
    wrong = _other_columns(contract, facts)
    if wrong:
        raise Refused(f"Tệp do bản phần mềm khác lập, cột khác: {', '.join(wrong[:10])}.", _SAME_SOFTWARE)
    if facts.metadata.num_rows != rows:
        raise Refused(f"Tệp có {facts.metadata.num_rows} hồ sơ, bản phát hành có {rows}.", _SEND_AGAIN)
    differing = next(_differing(version, contract), None)
    if differing:
        raise Refused(f"Đếm lại từ hồ sơ trong tệp không ra số đã phát hành: {differing}.", _SEND_AGAIN)


def rows_of(version: IssuedVersion, source: Source) -> Iterator[pd.DataFrame]:
    """Yield the dossiers of a version as typed rows, a stretch of the file at a time."""
    contract, about = source.contract, version.about
    first = 1
    for batch in version.facts.iter_batches(PIECE_ROWS, columns=list(contract.columns)):
        import pyarrow as pa

        rows = to_frame(pa.Table.from_batches([batch]))
        for name in _WRITTEN:
            rows[name] = _each_once(rows[name], persons.without_persons)
        for name in contract.keyed:
            rows[f"{name}_key"] = _each_once(rows[name], match_key)
        national = contract.national_code
        codes = rows[contract.key].astype("string")
        rows[OWN_NUMBER] = ~codes.str.fullmatch(national.pattern).fillna(False).astype(bool) if national else False
        rows["repairs"], rows["flags"] = "", ""
        rows["source_file"], rows["source_sheet"] = source.file_name, f"{about['period_id']}/v{about['version']}"
        rows["source_row"] = range(first, first + len(rows))
        first += len(rows)
        yield rows[list(contract.typed_columns)]


def told_columns(version: IssuedVersion, contract: Contract) -> list[str]:
    """Return the columns of a version that say anything of any dossier."""
    table = version.facts.read(columns=list(contract.columns))
    return [name for name in contract.columns if table.column(name).null_count < table.num_rows]


def _each_once(texts: pd.Series, change: Any) -> pd.Series:
    known = {text: change(text) for text in texts.dropna().unique()}
    return texts.map(known).where(texts.notna(), None).astype(object)


def _other_columns(contract: Contract, facts: pq.ParquetFile) -> list[str]:
    """Return the columns the contract has and the file has not, or the other way round."""
    return sorted(set(contract.columns) ^ set(facts.schema_arrow.names))


def _differing(version: IssuedVersion, contract: Contract) -> Iterator[str]:
    """Yield each printed total of the office that is not the sum over the dossiers of the file."""
    import pyarrow.compute as pc

    figures, office = version.sealed["manifest"]["figures"], version.about["unit_id"]
    sums: dict[str, int] = {}
    for form_id, layout in json.loads(version.parts[FORMS]).items():
        for column in layout["columns"]:
            fact, _, measure = str(column["from"]).partition(".")
            printed = figures.get(f"{form_id}/{office}/total/c{column['number']}")
            if fact != contract.fact or column["of"] or printed is None or measure not in contract.columns:
                continue
            if measure not in sums:
                values = version.facts.read(columns=[measure]).column(measure)
                sums[measure] = pc.call_function("sum", [values]).as_py() or 0
            if Decimal(str(printed)) != sums[measure]:
                yield f"biểu {form_id}, cột {column['number']}: in {printed}, đếm được {sums[measure]}"
