"""Typed deliveries: work on a file is done once and kept under its recipe.

Here: reading and judging one delivery, cached as Parquet. Not here: how a cell is typed or a row judged.
Invariant: the cache key is the bytes and everything that shapes their reading; a half-written folder is never used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from pipelines.ingest.contract import load_contract
from pipelines.ingest.landing import hash_file, landed_path
from pipelines.ingest.memory import give_back
from pipelines.office.corrections import Correction
from pipelines.office.errors import OfficeError
from pipelines.office.masking_key import masking_key
from pipelines.office.settings import Office
from pipelines.office.software import reading_hash
from pipelines.office.text import format_count
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.read_apart import read_apart, shares
from pipelines.warehouse.read_on_spark import read_on_spark
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.streams import contract_path, suite_path
from pipelines.warehouse.typed_cache import keep, kept_verdict
from pipelines.warehouse.unprofiled import refused_verdict, unprofiled

if TYPE_CHECKING:  # pandas-heavy: not at start-up
    from pipelines.ingest.pieces import Piece
    from pipelines.ingest.reading import Read, Reading
    from pipelines.ingest.source import Source
    from pipelines.office.profiles import Profile
    from pipelines.quality.helpers import Known
    from pipelines.quality.judge import Judged


@dataclass(frozen=True)
class TypedDelivery:
    """One delivery read and judged: where its rows lie and the verdict on it."""

    delivery: Delivery
    folder: Path
    verdict: dict[str, Any]
    # What it says of itself against its folder and against what was sent before (standing).
    claims: tuple[Claim, ...] = ()
    # Of a replaced file: the records its replacement lacks, which alone still count. None: all of them.
    remaining: frozenset[str] | None = None

    @property
    def is_counted(self) -> bool:
        """Return whether its rows, or those that remain of it, enter the warehouse."""
        may_count = self.delivery.is_visible or self.remaining is not None
        return may_count and self.verdict["status"] == "accepted"

    @property
    def answers(self) -> bool:
        """Return whether it is an answer for the period it was sent for; a file older than the period is none."""
        return self.is_counted and not is_stale(self)

    @property
    def is_held_back(self) -> bool:
        """Return whether its rows were read but are not counted: it is another's file, or waits for a word."""
        return any(claim.effect in ("refuses", "waits") and not claim.accepted for claim in self.claims)


def is_stale(item: TypedDelivery) -> bool:
    """Return whether a file was made before the period it was sent for began, or was sent before for an earlier one."""
    return any(claim.effect == "answers_nothing" and not claim.accepted for claim in item.claims)


def is_waiting(item: TypedDelivery) -> bool:
    """Return whether a file was read but is not counted until somebody's word."""
    return (
        not item.delivery.withdrawn
        and any(claim.effect == "waits" and not claim.accepted for claim in item.claims)
        and not any(claim.effect == "refuses" for claim in item.claims)
    )


def recipe(office: Office, delivery: Delivery) -> str:
    """Return the hash of all that shapes the reading of a delivery: profile, tables, corrections, software."""
    assert delivery.profile is not None and delivery.stream is not None
    parts = [
        office.profile_hash(delivery.profile),
        office.window_text,
        office.settings.office.timezone,
        office.tables_hash("units", "fields", "procedures", "holidays"),
        *(item.model_dump_json() for item in corrections_of(office, delivery)),
        delivery.file_name,
        delivery.says_until.isoformat(),
        reading_hash(),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def corrections_of(office: Office, delivery: Delivery) -> list[Correction]:
    """Return the office's corrections that may touch a delivery: of its stream, of its unit or of any."""
    return [
        item
        for item in office.corrections
        if item.stream == delivery.stream and item.unit_id in (None, delivery.unit_id)
    ]


def type_delivery(office: Office, delivery: Delivery) -> TypedDelivery:
    """Read and judge one delivery, or return what an earlier run already made of it."""
    (typed,) = type_deliveries(office, [delivery])
    return typed


def type_deliveries(
    office: Office, deliveries: Sequence[Delivery], say: Callable[[str], None] = lambda _: None
) -> list[TypedDelivery]:
    """Read and judge deliveries, or take what an earlier run already made of them.

    A file no profile fits is refused with the reason; it stops nobody. Bytes that are several deliveries (a return
    workbook is one for each of its sheets) are opened once; small files of a stream are judged together.

    Args:
        office: the office.
        deliveries: what to read.
        say: called with a line of progress for each stream that has files to read now.
    """
    room = f"{office.data}/typed"
    found = {delivery.delivery_id: _kept(office, delivery, room) for delivery in deliveries}
    unread = [item for item in found.values() if item.verdict is None]
    hashes = {item.delivery.sha256 for item in unread}
    damages = {sha256: _damage(landed_path(office, sha256), sha256) for sha256 in hashes}
    for item in unread:
        if damage := damages[item.delivery.sha256]:  # not kept: the file counts again once its bytes are restored
            found[item.delivery.delivery_id] = replace(item, verdict=_damaged(item, damage))
    new = [item for item in found.values() if item.verdict is None]
    for stream, count in Counter(str(item.delivery.stream) for item in new).items():
        say(f"Đọc và kiểm tra {format_count(count)} bảng: {load_contract(contract_path(stream)).title}")
    parts = shares(office, [item.delivery for item in new])
    if len(parts) > 1:
        (read_on_spark if office.settings.reading.by == "spark" else read_apart)(office, parts)
        new = [item for item in new if kept_verdict(item.folder, item.made_by) is None]
    if new:
        _Typing(office, [item.delivery for item in new]).make(new, say)
    return [_typed(found[delivery.delivery_id]) for delivery in deliveries]


def read_here(office: Office, deliveries: Sequence[Delivery]) -> None:
    """Read, judge and keep deliveries that are landed whole, those that are not kept yet, in this process."""
    found = [_kept(office, item, f"{office.data}/typed") for item in deliveries]
    _Typing(office, deliveries).make([item for item in found if item.verdict is None], lambda _: None)


@dataclass(frozen=True)
class _Kept:
    """Where a delivery is kept, the recipe that names the place, and its verdict; None where it must be read."""

    delivery: Delivery
    folder: Path
    made_by: str
    verdict: dict[str, Any] | None


def _kept(office: Office, delivery: Delivery, room: str) -> _Kept:
    if delivery.profile is None or delivery.stream is None:
        return _Kept(delivery, Path(), "", unprofiled(office, delivery))
    made_by = recipe(office, delivery)
    folder = Path(f"{room}/{delivery.stream}/{delivery.sha256[:16]}-{made_by[:12]}")
    return _Kept(delivery, folder, made_by, kept_verdict(folder, made_by))


def _typed(item: _Kept) -> TypedDelivery:
    verdict = item.verdict if item.verdict is not None else kept_verdict(item.folder, item.made_by)
    if verdict is None:
        raise OSError(f"typed rows were written but cannot be read back: {item.folder}")
    return TypedDelivery(item.delivery, item.folder, verdict)


def preview(office: Office, delivery: Delivery, path: Path) -> Reading:
    """Read and judge a file that has not been received, as if it were this delivery; nothing is kept."""
    from pipelines.ingest.reading import joined, read_delivery

    assert delivery.profile is not None and delivery.stream is not None
    contract = load_contract(contract_path(delivery.stream))
    read = read_delivery(path, source_of(office, delivery))
    try:
        if not read.is_accepted:
            return joined(read.pieces, read.verdict, contract)
        judged = _Typing(office, [delivery]).judged(read, delivery)
        return joined(judged.pieces(), judged.verdict, contract)
    finally:
        read.pieces.close()


def source_of(office: Office, delivery: Delivery) -> Source:
    """Return what a delivery is read by."""
    from pipelines.ingest.source import Source

    assert delivery.profile is not None and delivery.stream is not None
    window = office.settings.window
    return Source(
        delivery.bare_name,
        load_contract(contract_path(delivery.stream)),
        delivery.profile,
        (window.min, delivery.says_until + dt.timedelta(days=window.max_days_after_observed)),
        office.clock.timezone,
        corrections_of(office, delivery),
        masking_key(office),
        _unit_keys(office),
    )


# Rows the tables of a very small file weigh as much as, while it waits to be judged.
_ROWS_OF_A_FILE = 50
# Files read between two lines of progress.
_SAID_EVERY = 250
# Match keys of the names of an office's units, under the hash of its table of units.
_keys: dict[str, frozenset[str]] = {}


def _unit_keys(office: Office) -> frozenset[str]:
    from pipelines.office.reference import unit_aliases

    table = office.tables_hash("units")
    if table not in _keys:
        _keys[table] = frozenset(unit_aliases(office.reference["units"])["unit_key"])
    return _keys[table]


class _Typing:
    """Reading and judging deliveries that are not kept yet."""

    def __init__(self, office: Office, deliveries: Sequence[Delivery]) -> None:
        """Gather what the office knows, once for all the deliveries."""
        last = max(delivery.says_until for delivery in deliveries)
        self._office = office
        self._known = _known(office, last + dt.timedelta(days=office.settings.window.max_days_after_observed))
        # Of each stream what waits to be judged, and how many rows that is.
        self._waiting: dict[str, list[tuple[_Kept, Read]]] = {}
        self._rows = Counter[str]()

    def make(self, items: Sequence[_Kept], say: Callable[[str], None]) -> None:
        """Read and judge deliveries and keep each in its folder; say how far it is."""
        by_bytes: dict[str, list[_Kept]] = {}
        for item in items:
            by_bytes.setdefault(item.delivery.sha256, []).append(item)
        for number, (sha256, same) in enumerate(by_bytes.items(), start=1):
            self._read(landed_path(self._office, sha256), same)
            if number % _SAID_EVERY == 0:
                say(f"Đã đọc {number} trên {len(by_bytes)} tệp")
        for stream in [*self._waiting]:
            self._judge(stream)

    def _read(self, path: Path, items: Sequence[_Kept]) -> None:
        """Open one file and read every delivery it is."""
        from pipelines.ingest.pieces import PIECE_ROWS
        from pipelines.ingest.reading import read_opened, refused_file, try_open

        opened = try_open(path)
        for item in items:
            source = source_of(self._office, item.delivery)
            room = self._office.data / "typed"
            room.mkdir(parents=True, exist_ok=True)
            read = refused_file(source, *opened) if isinstance(opened, tuple) else read_opened(opened, source, room)
            if not read.is_accepted:
                self._keep(item, read.pieces, read.verdict)
                continue
            waiting = self._waiting.setdefault(str(item.delivery.stream), [])
            waiting.append((item, read))
            self._rows[str(item.delivery.stream)] += max(read.pieces.row_count, _ROWS_OF_A_FILE)
            if self._rows[str(item.delivery.stream)] >= PIECE_ROWS:
                self._judge(str(item.delivery.stream))

    def _judge(self, stream: str) -> None:
        """Judge the readings of a stream that wait, and keep them."""
        from pipelines.ingest.pieces import PIECE_ROWS
        from pipelines.ingest.reading import refused_file, unforeseen

        waiting = self._waiting.pop(stream, [])
        are_many = self._rows[stream] >= PIECE_ROWS
        self._rows[stream] = 0
        try:
            judged = self._judged(waiting)
        except OfficeError:
            raise
        except Exception as error:
            if len(waiting) > 1:  # which of them is it? each alone, so that it stops no other
                for item, read in waiting:
                    self._waiting[stream] = [(item, read)]
                    self._judge(stream)
                return
            ((item, read),) = waiting
            self._keep(item, (), refused_file(source_of(self._office, item.delivery), *unforeseen(error)).verdict)
            read.pieces.close()
            return
        for (item, read), outcome in zip(waiting, judged, strict=True):
            self._keep(item, outcome.pieces(), outcome.verdict)
            read.pieces.close()
        del waiting, judged
        give_back(are_many)

    def judged(self, read: Read, delivery: Delivery) -> Judged:
        """Return one reading judged."""
        (judged,) = self._judged([(_Kept(delivery, Path(), "", None), read)])
        return judged

    def _judged(self, waiting: Sequence[tuple[_Kept, Read]]) -> list[Judged]:
        from pipelines.quality.judge import Case, judge_all

        if not waiting:
            return []
        stream = str(waiting[0][0].delivery.stream)
        cases = [Case(read, cast("Profile", item.delivery.profile), item.delivery.says_until) for item, read in waiting]
        return judge_all(cases, load_contract(contract_path(stream)), suite_path(stream), self._known)

    def _keep(self, item: _Kept, pieces: Iterable[Piece], verdict: dict[str, Any]) -> None:
        noted = {**verdict, "sha256": item.delivery.sha256, "recipe": item.made_by}
        keep(item.folder, pieces, noted, load_contract(contract_path(str(item.delivery.stream))))


def _known(office: Office, last: dt.date) -> Known:
    """What the suite compares rows with: the reference tables, and the days off up to the last day a cell may have."""
    from pipelines.office.reference import time_limits, unit_aliases
    from pipelines.office.text import keys_with_and_without_marks, match_key
    from pipelines.periods.calendar import days_off, working_calendar
    from pipelines.periods.due_dates import decided_calendar
    from pipelines.quality.helpers import Known

    tables = office.reference
    calendar = working_calendar(tables["holidays"], office.settings.window.min, last)
    return Known(
        observed_on=last,
        procedure_codes=set(tables["procedures"]["procedure_code"]) - {""},
        names={
            "procedure": {match_key(name) for name in tables["procedures"]["procedure_name"]},
            "unit": set(unit_aliases(tables["units"])["unit_key"]),
            "field": keys_with_and_without_marks(tables["fields"]["field_name"]),
        },
        days_off=days_off(calendar),
        limits=time_limits(tables["procedures"]),
        calendar=decided_calendar(tables["holidays"]),
    )


def _damage(path: Path, sha256: str) -> str:
    """Return what became of the kept bytes of a file; "" while they are those that were received."""
    try:
        return "" if hash_file(path) == sha256 else "đã bị sửa"
    except FileNotFoundError:
        return "đã mất"
    except OSError as error:
        return f"không đọc được ({error.strerror})"


def _damaged(item: _Kept, damage: str) -> dict[str, Any]:
    mend = f"Khôi phục data/landing/{item.delivery.sha256} từ bản sao lưu; kstt verify nêu mọi tệp bị hỏng."
    reason = f"Bản lưu của tệp {damage}, không còn đúng tệp đã nhận; không dòng nào được tính."
    return {**refused_verdict(item.delivery, reason, mend), "stream": item.delivery.stream}


def rejects_of(typed: TypedDelivery) -> pd.DataFrame:
    """Return the rows of a delivery that go back to its unit, with reason and mend."""
    path = typed.folder / "rejects.parquet"
    if path.is_file():
        return pd.read_parquet(path)
    from pipelines.ingest.rejects import REJECT_TYPES

    return pd.DataFrame({name: pd.Series(dtype=object) for name in REJECT_TYPES})  # its kept bytes were lost


def rejected_count(typed: TypedDelivery) -> int:
    """Return how many rows and reasons `rejects_of` has; a file without a profile has no table of them."""
    kept = typed.verdict.get("kept")
    return int(kept["rejects"]["count"]) if kept else 0
