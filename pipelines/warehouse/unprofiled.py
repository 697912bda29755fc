"""The verdict on a file no profile fits: what is wrong with the file itself, else that no profile takes it.

Here: looking into such a file, its verdict. Not here: files that a profile reads (typed).
Invariant: an empty or broken file is called so; a file is looked into once a process.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.ingest.cells import is_blank
from pipelines.ingest.contract import load_contract
from pipelines.ingest.grid import Opened
from pipelines.ingest.guess import Guess, guess
from pipelines.ingest.headers import ENOUGH_HEADERS, Labels, path_key
from pipelines.ingest.issued_facts import renamed_version
from pipelines.ingest.landing import landed_path
from pipelines.ingest.persons import without_persons
from pipelines.ingest.titles import units_in
from pipelines.office.profiles import Profile
from pipelines.office.reference import unit_aliases
from pipelines.office.settings import Office
from pipelines.office.text import match_key
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.streams import contract_path, streams

# A larger file is no slip of the hand, and opening it takes its time.
_LARGEST = 20_000_000
Pairs = tuple[tuple[str, str], ...]
# Rows looked at for the unit they name.
_ROWS = 200
_EXPORT_AGAIN = "Kết xuất lại từ phần mềm, dạng Excel (.xlsx) hoặc CSV, rồi gửi lại."


def unprofiled(office: Office, delivery: Delivery) -> dict[str, Any]:
    """Return the verdict on a file without a profile."""
    landed = landed_path(office, delivery.sha256)
    names, aliases = _units(office)
    sender = names.get(delivery.unit_id, delivery.unit_id)
    found = _looked_into(landed, aliases)
    if isinstance(found, tuple):
        return refused_verdict(delivery, *found)
    whose = ", ".join(names[unit] for unit in found.units)
    of = f" của {whose}" if whose else ""
    what = f" Trong tệp nén là bảng {found.title}{of} («{found.member}»)." if found.member and found.title else ""
    what = what or (f" Tệp là bảng {found.title}{of}." if found.title else "")
    reason = f"Không hồ sơ nguồn nào (profiles/) nhận tệp «{delivery.shown_name}» của {sender}.{what}"
    if found.units and delivery.unit_id not in found.units:
        mend = f"Chuyển tệp về thư mục của {whose}; nếu đúng là của {sender}, sửa tên tệp hoặc hồ sơ nguồn."
    elif found.member:
        mend = "Gửi chính tệp bảng tính, không nén; hoặc đặt tên tệp nén như tên tệp đơn vị vẫn gửi."
    else:
        mend = "Kiểm tra tên tệp và thư mục đơn vị, hoặc thêm một tệp profiles/*.yaml cho nguồn này."
    return refused_verdict(delivery, reason, mend)


# Unit id → its name, and each match key of a name with its unit, under the hash of the office's table of units.
_known: dict[str, tuple[dict[str, str], Pairs]] = {}


def _units(office: Office) -> tuple[dict[str, str], Pairs]:
    table = office.tables_hash("units")
    if table not in _known:
        units = office.reference["units"]
        found = unit_aliases(units)
        names = dict(zip(units["unit_id"], units["name_vi"], strict=True))
        _known[table] = names, tuple(zip(found["unit_key"], found["unit_id"], strict=True))
    return _known[table]


def refused_verdict(delivery: Delivery, reason: str, mend: str) -> dict[str, Any]:
    """Return the verdict on a file of which nothing was read."""
    return {
        "file_name": delivery.shown_name,
        "sha256": delivery.sha256,
        "stream": None,
        "profile_id": None,
        "recipe": "",
        "status": "refused",
        "refused_reason": without_persons(reason),
        "refused_mend": without_persons(mend),
        "counts": {"rows_in": 0, "typed": 0, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0},
        "checks": [],
        "furniture": [],
        "unknown_headers": [],
    }


@dataclass(frozen=True)
class _Inside:
    """What a file without a profile holds: the likeliest table, whose it says to be, the member of a zip it is in."""

    title: str = ""
    units: tuple[str, ...] = ()
    member: str | None = None


@lru_cache(maxsize=4096)
def _looked_into(path: Path, aliases: Pairs) -> _Inside | tuple[str, str]:
    """Return what a file holds, or what is wrong with it whatever it is for, and what to do."""
    from pipelines.ingest.reading import try_open

    try:
        if path.stat().st_size > _LARGEST:
            return _Inside()
    except OSError:  # its bytes are gone: kstt verify names them
        return _Inside()
    opened = try_open(path)
    if isinstance(opened, tuple):
        refusal, _ = opened
        return refusal.reason, refusal.mend
    if opened.version:
        renamed = renamed_version()
        return renamed.reason, renamed.mend
    sheets = [sheet for _, grid in opened.grids for sheet in grid.sheets]
    if not any(len(sheet.rows) for sheet in sheets):
        return "Tệp rỗng, không có dòng nào.", _EXPORT_AGAIN
    if not any(sum(cell not in (None, "") for cell in row) > 1 for sheet in sheets for row in sheet.rows):
        return "Tệp không có bảng số liệu nào: không dòng nào có quá một ô.", _EXPORT_AGAIN
    return _inside(opened, dict(aliases))


def _inside(opened: Opened, aliases: dict[str, str]) -> _Inside:
    """Return the likeliest table of an opened file, and the units its titles or its rows name as its own."""
    member = opened.grids[0][0]
    found = guess(opened, [load_contract(contract_path(stream)) for stream in streams()])
    if found is None or sum(1 for path in found.paths if path) < ENOUGH_HEADERS:
        return _Inside(member=member)
    titles = [str(cell) for row in found.sheet.rows[: found.header_rows[0] - 1] for cell in row if not is_blank(cell)]
    keys = [key for title in titles for key in units_in(title, frozenset(aliases))]
    return _Inside(
        found.contract.title, tuple(dict.fromkeys(aliases[key] for key in keys)) or _senders(found, aliases), member
    )


def _senders(found: Guess, aliases: dict[str, str]) -> tuple[str, ...]:
    """Return the units most rows of a table name as the one they are of."""
    labels = Labels(found.contract, Profile(profile_id="", stream=found.contract.stream, title=""))
    names = [labels.column(path_key(path)) for path in found.paths]
    if found.contract.sender not in names:
        return ()
    at = names.index(found.contract.sender)
    rows = found.sheet.rows[found.header_rows[-1] : found.header_rows[-1] + _ROWS]
    said = Counter(aliases.get(match_key(str(row[at]))) for row in rows if at < len(row) and not is_blank(row[at]))
    return tuple(unit for unit, count in said.most_common(1) if unit and 2 * count > said.total())
