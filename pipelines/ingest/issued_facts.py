"""A version an office below issued, as it sends it upward: a zip with rows of a fact, layouts, what the seal covers.

Here: opening it, holding seal, hashes and figures against its facts, its rows. Not here: writing it (package/send_up),
whether it lies in the right folder (warehouse/issued_claims).
Invariant: it is taken whole or refused with the reason: what its seal covers is what the printed seal is the hash of.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.ingest import persons
from pipelines.ingest.archive import zip_members
from pipelines.ingest.contract import OWN_NUMBER, Contract
from pipelines.ingest.pieces import PIECE_ROWS, to_frame
from pipelines.ingest.sniff import Refused
from pipelines.ingest.source import Source
from pipelines.office.printed_seal import printed_seal, same_seal
from pipelines.office.text import match_key

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# The parts of the zip: which version it is, what its seal covers, the layouts it printed. One more has the rows of a
# fact; the contract of the stream names it.
VERSION, SEALED, FORMS = "ban-phat-hanh.json", "niem-phong.json", "forms.json"
PARTS = (VERSION, SEALED, FORMS)
_ROWS = ".parquet"
# Key under which what is sent upward stands in the record of a version, and so under its seal.
SENT_UP = "sent_up"
# Number of the format of such a file, under the seal too. One higher with every change of the columns of its facts, of
# what a word in them means, or of its parts; niem-phong.json with this number is in every format to come.
FORMAT = 4
_SEND_AGAIN = "Đơn vị lập lại tệp bằng kstt send-up từ bản đã phát hành rồi gửi lại; không sửa tệp bằng tay."
_UPDATE_HERE = "Cơ quan nhận cập nhật phần mềm rồi chạy lại; đơn vị không phải gửi lại tệp."
_UPDATE_BELOW = (
    "Đơn vị cập nhật phần mềm cho bằng bản của cơ quan nhận, phát hành bản đính chính, lập lại tệp bằng kstt send-up "
    "rồi gửi; cơ quan nhận không phải làm gì."
)
_SAME_SOFTWARE = "Đơn vị cấp dưới và cấp trên dùng cùng bản phần mềm; cập nhật rồi phát hành và gửi lại."
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError)
_KINDS = ("provisional", "final", "corrected")
_ID = re.compile(r"[\w.-]{1,60}")
_LONGEST_NAME, _LAST_VERSION = 200, 9999
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

    @property
    def format(self) -> int | None:
        """The number of its format; None of a version sealed before there were numbers.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: what its seal covers cannot be read, or says no number.
        """
        number = self.sealed[SENT_UP].get("format")
        if number is not None and (type(number) is not int or number < 1):
            raise ValueError("format")
        return number

    def sent(self, contract: Contract) -> tuple[str, int]:
        """Return hash and number of the rows of a stream that its seal covers; `facts` has these rows.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it does not say.
        """
        said = self.sealed[SENT_UP]["streams"][contract.stream]
        return str(said["sha256"]), int(said["rows"])

    @cached_property
    def about(self) -> dict[str, Any]:
        """Whose it is, of which period, which version, its seal; every word of it is under the seal.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: a word of it is none our software writes.
        """
        sent, record = self.sealed[SENT_UP], self.sealed
        days = [dt.date.fromisoformat(sent[name]) for name in ("start_on", "until_on", "end_on")]
        version, kind, name = int(record["version"]), record["kind"], persons.without_persons(sent["office_name"])
        if days != sorted(days) or not 1 <= version <= _LAST_VERSION or kind not in _KINDS:
            raise ValueError("days, version or kind")
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise ValueError("name of the office")
        return {
            "office_name": name,
            "unit_id": _as_id(sent["unit_id"]),
            "period_id": _as_id(record["period_id"]),
            "start_on": days[0].isoformat(),
            "end_on": days[2].isoformat(),
            "until_on": days[1].isoformat(),
            "version": version,
            "kind": kind,
            "issued_at": dt.datetime.fromisoformat(record["at"]).isoformat(),
            "switches": {_as_id(name): str(value)[:60] for name, value in record["ask"]["switches"].items()},
            "seal": printed_seal(self.parts[SEALED]),
            "forced": _forced(record["printed"]),
        }

    @cached_property
    def facts(self) -> pq.ParquetFile:
        """Its rows: dossiers, or feedback."""
        import pyarrow.parquet as pq

        return pq.ParquetFile(io.BytesIO(self.parts[self.rows_part]))

    @property
    def rows_part(self) -> str:
        """Name of the part that has its rows; "" where there is none."""
        return next((name for name in self.parts if name.endswith(_ROWS)), "")


def _forced(printed: Mapping[str, Any]) -> list[list[str]]:
    """Return what stood in the way when a version was issued nevertheless: each thing with the reason given for it.

    Raises:
        ValueError, KeyError, TypeError: it is not said so.
    """
    found = []
    for pair in zip(printed["blockers"], printed["reasons"], strict=True):
        if not all(isinstance(text, str) and text.strip() for text in pair):
            raise ValueError("forced")
        found.append([persons.without_persons(text.strip()) for text in pair])
    return found


def opened_version(content: bytes) -> IssuedVersion | None:
    """Return a delivered zip as a version sent upward; None of any other zip.

    A version that was unpacked and packed again is the same version: its parts may lie in a folder.

    Args:
        content: a zip that was found safe to open (sniff).

    Raises:
        Refused: it is of another format, a part is missing or damaged, or the zip holds more than one version.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not {_own_name(name) for name in archive.namelist()} & {VERSION, SEALED}:
            return None
    members = list(zip_members(content))
    parts = {_own_name(name): member for name, member in members}
    others = [name for name, _ in members if _own_name(name) not in PARTS and not name.endswith(_ROWS)]
    # First of all: a file of another format may have other parts.
    other = _other_format(IssuedVersion(parts))
    if other:
        raise other
    lacking = [name for name in PARTS if name not in parts]
    lacking += [] if IssuedVersion(parts).rows_part else [f"*{_ROWS}"]
    if lacking:
        raise Refused(f"Tệp số liệu phát hành thiếu phần bên trong: {', '.join(lacking)}.", _SEND_AGAIN)
    if others or len(members) > len(PARTS) + 1:
        raise Refused(
            f"Tệp số liệu phát hành có {len(members)} phần bên trong, một bản chỉ có {len(PARTS) + 1}.",
            "Mỗi bản một tệp, đúng tệp kstt send-up đã lập; không nén thêm gì vào.",
        )
    return IssuedVersion(parts)


def _other_format(version: IssuedVersion) -> Refused | None:
    """Return the refusal of a version of another format than ours: whose software is to be brought up to date.

    None of one of our format and of one whose number cannot be read; one sealed before there were numbers is older.
    """
    try:
        number = version.format
    except _BROKEN:
        return None  # check_version says what is broken
    if number == FORMAT:
        return None
    number = number or 1
    newer = number > FORMAT
    return Refused(
        f"Tệp số liệu phát hành có định dạng số {number}, cơ quan nhận đọc định dạng số {FORMAT}: phần mềm của "
        f"đơn vị {'mới' if newer else 'cũ'} hơn.",
        _UPDATE_HERE if newer else _UPDATE_BELOW,
    )


def renamed_version() -> Refused:
    """Return the refusal of a version whose name does not say what it is."""
    return Refused(
        "Tệp là số liệu phát hành của đơn vị cấp dưới nhưng đã bị đổi tên, không đọc như bảng số liệu được.",
        "Giữ nguyên tên tệp mà kstt send-up đặt rồi gửi lại.",
    )


def check_version(version: IssuedVersion, contract: Contract) -> None:
    """Hold a version against its own seal and its own figures.

    Raises:
        Refused: it has the rows of another stream, its seal, a hash or a figure is not that of its content, or its
            columns are of other software.
    """
    if version.rows_part != contract.part:
        raise Refused(
            f"Bên trong tệp là «{version.rows_part}», tên tệp là của {contract.title} («{contract.part}»).",
            "Giữ nguyên tên tệp mà kstt send-up đặt rồi gửi lại.",
        )
    try:
        said, about, facts = json.loads(version.parts[VERSION])["seal"], version.about, version.facts
        if version.format != FORMAT:  # opening refuses one that can be read
            raise ValueError("format")
        sha256, rows = version.sent(contract)
        hashes = {FORMS: version.sealed["facts"][FORMS], contract.part: sha256}
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
    wrong = _other_columns(contract, facts.schema_arrow)
    if wrong:
        raise Refused(f"Tệp do bản phần mềm khác lập, cột khác: {', '.join(wrong[:10])}.", _SAME_SOFTWARE)
    if facts.metadata.num_rows != rows:
        raise Refused(f"Tệp có {facts.metadata.num_rows} {contract.noun}, bản phát hành có {rows}.", _SEND_AGAIN)
    _check_figures(version, contract)


def rows_of(version: IssuedVersion, source: Source) -> Iterator[pd.DataFrame]:
    """Yield the rows of a version, typed, a stretch of the file at a time."""
    contract, about = source.contract, version.about
    first = 1
    for batch in version.facts.iter_batches(PIECE_ROWS, columns=list(contract.columns)):
        import pyarrow as pa

        rows = to_frame(pa.Table.from_batches([batch]))
        for name in set(_WRITTEN) & set(contract.columns):
            rows[name] = _each_once(rows[name], persons.without_persons)
        for name in contract.keyed:
            rows[f"{name}_key"] = _each_once(rows[name], match_key)
        national = contract.national_code
        codes = rows[contract.key].astype("string")
        rows[OWN_NUMBER] = ~codes.str.fullmatch(national.pattern).fillna(False).astype(bool) if national else False
        rows["repairs"], rows["flags"] = None, ""
        rows["source_file"], rows["source_sheet"] = source.file_name, f"{about['period_id']}/v{about['version']}"
        rows["source_row"] = range(first, first + len(rows))
        first += len(rows)
        yield rows[list(contract.typed_columns)]


def reported_columns(version: IssuedVersion, contract: Contract) -> list[str]:
    """Return the columns of a version that say anything of any row."""
    table = version.facts.read(columns=list(contract.columns))
    return [name for name in contract.columns if table.column(name).null_count < table.num_rows]


def _each_once(texts: pd.Series, change: Any) -> pd.Series:
    known = {text: change(text) for text in texts.dropna().unique()}
    return texts.map(known).where(texts.notna(), None).astype(object)


def _check_figures(version: IssuedVersion, contract: Contract) -> None:
    """Refuse a version whose rows do not sum to what it printed."""
    strange = next(_strange_measures(version, contract), None)
    if strange:
        raise Refused(
            f"Cột «{strange}» của {contract.noun} có giá trị không phải 0 hoặc 1: tệp đã bị sửa.", _SEND_AGAIN
        )
    try:
        printed = list(_printed(version, contract))
    except _BROKEN as error:
        raise Refused("Tệp số liệu phát hành hỏng: không đọc được biểu đã in.", _SEND_AGAIN) from error
    if not printed:
        noun = contract.noun
        raise Refused(f"Bản phát hành không in biểu nào có số {noun} để đối chiếu với {noun} trong tệp.", _SEND_AGAIN)
    sums = {measure: _sum(version, measure) for measure in dict.fromkeys(item[2] for item in printed)}
    for form_id, number, measure, amount in printed:
        if amount != sums[measure]:
            place = f"biểu {form_id}, cột {number}: in {amount}, đếm được {sums[measure]}"
            raise Refused(f"Đếm lại từ {contract.noun} trong tệp không ra số đã phát hành: {place}.", _SEND_AGAIN)


def has_figures(version: IssuedVersion, contract: Contract) -> bool:
    """Return whether a version printed any figure its rows of a stream can be held against."""
    return next(_printed(version, contract), None) is not None


def _own_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _as_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("id")
    return text


def _other_columns(contract: Contract, schema: pa.Schema) -> list[str]:
    """Return the columns the contract has and the file has not, has twice or of another kind; or not the contract."""
    kinds = {"bigint": ("int",), "timestamp": ("timestamp[",), "varchar": ("string", "large_string")}
    types = {field.name: str(field.type) for field in schema}
    twice = {name for name in schema.names if schema.names.count(name) > 1}
    other = {
        name
        for name in set(contract.columns) & set(types)
        # A column without a single value may have lost its type; a moment with a time zone is another moment.
        if not types[name].startswith((*kinds[contract.typed_columns[name]], "null")) or "tz=" in types[name]
    }
    return sorted(set(contract.columns) ^ set(types) | twice | other)


def _strange_measures(version: IssuedVersion, contract: Contract) -> Iterator[str]:
    """Yield each measure that is not 0 or 1 of every row."""
    import pyarrow.compute as pc

    for name, column in contract.columns.items():
        if column.role != "count":
            continue
        values = version.facts.read(columns=[name]).column(name)
        ends = pc.call_function("min_max", [values]).as_py()
        if values.null_count or (len(values) and not 0 <= ends["min"] <= ends["max"] <= 1):
            yield name


def _printed(version: IssuedVersion, contract: Contract) -> Iterator[tuple[str, str, str, Decimal]]:
    """Yield each printed total of the office that is a sum over its rows: form, column, measure, number."""
    # The unit that had the office's place on the last day: another than it is called by, after a change of the map.
    figures, office = version.sealed["manifest"]["figures"], version.sealed["manifest"]["question"]["office_unit_id"]
    for form_id, layout in json.loads(version.parts[FORMS]).items():
        for column in layout["columns"]:
            fact, _, measure = str(column["from"]).partition(".")
            printed = figures.get(f"{form_id}/{office}/total/c{column['number']}")
            if fact == contract.fact and not column["of"] and printed is not None and measure in contract.columns:
                yield form_id, str(column["number"]), measure, _amount(printed)


def _amount(printed: object) -> Decimal:
    try:
        return Decimal(str(printed))
    except ArithmeticError as error:
        raise ValueError("figure") from error


def _sum(version: IssuedVersion, measure: str) -> int:
    import pyarrow.compute as pc

    return pc.call_function("sum", [version.facts.read(columns=[measure]).column(measure)]).as_py() or 0
