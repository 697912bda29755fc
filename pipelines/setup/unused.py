"""What of an office no file ever used: profiles, words of profiles, procedures, units that never sent.

Here: comparing the tables with what was received and read. Not here: whether that is wrong: it may only be new.
Invariant: speaks only of an office that has received files; reads what earlier runs read, opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.ingest.contract import load_contract
from pipelines.office.settings import Office
from pipelines.office.streams import contract_path
from pipelines.office.text import counted, format_count, match_key
from pipelines.warehouse.register import Delivery, register

_MOST_NAMED = 8


def unused(office: Office) -> Iterator[str]:
    """Yield a line for each kind of thing nothing received so far has used; none before the first file."""
    known = register(office)
    if not known:
        return
    yield from _profiles(office, known)
    yield from _units(office, known)
    yield from _words(office)
    yield from _procedures(office)


def _profiles(office: Office, known: list[Delivery]) -> Iterator[str]:
    used = {item.profile.profile_id for item in known if item.profile is not None}
    for profile in office.profiles:
        if profile.profile_id not in used:
            yield f"hồ sơ nguồn «{profile.profile_id}» chưa đọc tệp nào (tên tệp: {', '.join(profile.match.files)})"


def _units(office: Office, known: list[Delivery]) -> Iterator[str]:
    sent = {(item.unit_id, item.stream) for item in known}
    senders = {unit for unit, _ in sent}
    owed = office.reference["obligations"]
    silent = sorted(set(owed["unit_id"]) - senders)
    if silent:
        yield f"đơn vị phải gửi mà chưa gửi tệp nào: {_some(silent)}"
    for stream in sorted(set(owed["stream"])):
        if not any(name == stream for _, name in sent):
            yield f"chưa đơn vị nào gửi bảng {load_contract(contract_path(stream)).title} ({stream})"


def _words(office: Office) -> Iterator[str]:
    """Yield words a profile translates that stand in no file read so far."""
    for profile in office.profiles:
        seen = _seen(office, profile.stream, [f"{name}_label" for name in profile.values])
        for name, words in profile.values.items():
            labels = seen.get(f"{name}_label")
            if labels is None:
                continue
            never = [word for word in words if match_key(word) not in labels]
            if never:
                yield f"hồ sơ nguồn «{profile.profile_id}», values.{name}: chưa tệp nào có {_some(never)}"


def _procedures(office: Office) -> Iterator[str]:
    seen = _seen(office, "case_exports", ["procedure_code", "procedure_name"])
    if not seen:
        return
    used = seen["procedure_code"] | seen["procedure_name"]
    table = office.reference["procedures"]
    never = [
        str(row["procedure_id"])
        for row in table.to_dict("records")
        if match_key(row["procedure_code"]) not in used and match_key(row["procedure_name"]) not in used
    ]
    if never:
        yield f"{counted(never)} trong {counted(table)} thủ tục chưa có hồ sơ nào: {_some(never)}"


def _seen(office: Office, stream: str, columns: list[str]) -> dict[str, set[str]]:
    """Return the match keys of all cells of some columns in the files of a stream read so far."""
    files = [str(path) for path in _row_files(office, stream)]
    if not files or not columns:
        return {}
    with duckdb.connect() as connection:
        rows = connection.read_parquet(files, union_by_name=True)
        found = [name for name in columns if name in rows.columns]
        cells = {name: rows.select(duckdb.ColumnExpression(name)).distinct().fetchall() for name in found}
    return {name: {match_key(str(cell)) for (cell,) in known if cell} for name, known in cells.items()}


def _row_files(office: Office, stream: str) -> list[Path]:
    return sorted((office.data / "typed" / stream).glob("*/rows.parquet"))


def _some(names: list[str]) -> str:
    shown = ", ".join(f"«{name}»" for name in names[:_MOST_NAMED])
    return f"{shown} và {format_count(len(names) - _MOST_NAMED)} mục khác" if len(names) > _MOST_NAMED else shown
