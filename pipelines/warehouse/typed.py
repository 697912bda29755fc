"""Typed deliveries: work on a file is done once and kept under its recipe.

Here: reading and judging one delivery, cached as Parquet. Not here: how a cell is typed or a row judged.
Invariant: the cache key is the bytes and everything that shapes their reading; a half-written folder is never used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from pipelines.ingest.contract import load_contract
from pipelines.ingest.landing import landed_path
from pipelines.office.corrections import Correction
from pipelines.office.settings import Office
from pipelines.office.software import reading_hash
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.streams import contract_path, suite_path

if TYPE_CHECKING:
    from pipelines.ingest.reading import Reading
    from pipelines.office.profiles import Profile
    from pipelines.quality.helpers import Known

# Rows judged at once: enough that a quarter of a city is one evaluation, few enough for a small machine.
_JUDGED_TOGETHER = 100_000


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
        """Tell whether its rows, or those that remain of it, enter the warehouse."""
        may_count = self.delivery.is_visible or self.remaining is not None
        return may_count and self.verdict["status"] == "accepted"

    @property
    def answers(self) -> bool:
        """Tell whether it is an answer for the period it was sent for; a file older than the period is none."""
        return self.is_counted and not is_stale(self)

    @property
    def is_held_back(self) -> bool:
        """Tell whether its rows were read but are not counted: it is another's file, or waits for a word."""
        return any(claim.effect in ("refuses", "waits") and not claim.accepted for claim in self.claims)


def is_stale(item: TypedDelivery) -> bool:
    """Tell whether a file was made before the period it was sent for began."""
    return any(claim.effect == "answers_nothing" for claim in item.claims)


def recipe(office: Office, delivery: Delivery) -> str:
    """Return the hash of all that shapes the reading of a delivery: profile, tables, corrections, software."""
    assert delivery.profile is not None and delivery.stream is not None
    parts = [
        office.profile_hash(delivery.profile),
        office.settings.window.model_dump_json(),
        office.settings.office.timezone,
        office.tables_hash("units", "fields", "procedures", "holidays"),
        *(item.model_dump_json() for item in corrections_of(office, delivery)),
        delivery.file_name,
        delivery.observed_on.isoformat(),
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

    A file no profile fits is refused with the reason; it stops nobody. Files are read one by one and those of a
    stream judged together, at most `_JUDGED_TOGETHER` rows at once.

    Args:
        office: the office.
        deliveries: what to read.
        say: called with a line of progress before the files of each stream that are read now.
    """
    kept = [_kept(office, delivery) for delivery in deliveries]
    new: dict[str, list[tuple[Delivery, Path, str]]] = {}
    for delivery, (folder, made_by) in zip(deliveries, kept, strict=True):
        if delivery.stream is not None and not (folder / "verdict.json").is_file():
            new.setdefault(delivery.stream, []).append((delivery, folder, made_by))
    for stream, items in new.items():
        say(f"Đọc và kiểm tra {len(items)} bảng: {load_contract(contract_path(stream)).title}")
        read: list[tuple[Delivery, Path, str, Reading]] = []
        rows = 0
        for delivery, folder, made_by in items:
            reading = _read(office, delivery)
            read.append((delivery, folder, made_by, reading))
            rows += len(reading.rows)
            if rows > _JUDGED_TOGETHER:
                _judge_and_keep(office, stream, read)
                read, rows = [], 0
        _judge_and_keep(office, stream, read)
    return [_typed(delivery, folder) for delivery, (folder, _) in zip(deliveries, kept, strict=True)]


def _kept(office: Office, delivery: Delivery) -> tuple[Path, str]:
    """Where a delivery's reading is kept, and the recipe that names the place; empty where no profile fits."""
    if delivery.profile is None or delivery.stream is None:
        return Path(), ""
    made_by = recipe(office, delivery)
    return office.data / "typed" / delivery.stream / f"{delivery.sha256[:16]}-{made_by[:12]}", made_by


def _typed(delivery: Delivery, folder: Path) -> TypedDelivery:
    if delivery.profile is None or delivery.stream is None:
        return TypedDelivery(delivery, Path(), _no_profile(delivery))
    return TypedDelivery(delivery, folder, json.loads((folder / "verdict.json").read_text(encoding="utf-8")))


def preview(office: Office, delivery: Delivery, path: Path) -> Reading:
    """Read and judge a file that has not been received, as if it were this delivery; nothing is kept."""
    from pipelines.quality.judge import Case, judge_all

    assert delivery.profile is not None and delivery.stream is not None
    reading = _read(office, delivery, path)
    if reading.verdict["status"] != "accepted":
        return reading
    case = Case(reading, delivery.profile, _known(office, delivery.observed_on))
    (judged,) = judge_all([case], load_contract(contract_path(delivery.stream)), suite_path(delivery.stream))
    return judged


def _read(office: Office, delivery: Delivery, path: Path | None = None) -> Reading:
    from pipelines.ingest.reading import read_file  # pandas-heavy: not at start-up

    assert delivery.profile is not None and delivery.stream is not None
    window = office.settings.window
    return read_file(
        path or landed_path(office, delivery.sha256),
        delivery.file_name,
        load_contract(contract_path(delivery.stream)),
        delivery.profile,
        (window.min, delivery.observed_on + dt.timedelta(days=window.max_days_after_observed)),
        office.clock.timezone,
        corrections_of(office, delivery),
    )


def _judge_and_keep(office: Office, stream: str, read: list[tuple[Delivery, Path, str, Reading]]) -> None:
    """Judge the accepted readings of a stream, then keep every reading in its folder."""
    from pipelines.quality.judge import Case, judge_all

    accepted = [item for item in read if item[3].verdict["status"] == "accepted"]
    known = {day: _known(office, day) for day in {item[0].observed_on for item in accepted}}
    cases = [Case(item[3], cast("Profile", item[0].profile), known[item[0].observed_on]) for item in accepted]
    judged = judge_all(cases, load_contract(contract_path(stream)), suite_path(stream)) if cases else []
    by_delivery = {item[0].delivery_id: reading for item, reading in zip(accepted, judged, strict=True)}
    for delivery, folder, made_by, reading in read:
        _keep(by_delivery.get(delivery.delivery_id, reading), delivery, made_by, folder)


def _keep(reading: Reading, delivery: Delivery, made_by: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".typing-"))
    reading.rows.to_parquet(temporary / "rows.parquet", index=False)
    reading.rejects.to_parquet(temporary / "rejects.parquet", index=False)
    verdict = {**reading.verdict, "sha256": delivery.sha256, "recipe": made_by}
    (temporary / "verdict.json").write_text(
        json.dumps(verdict, ensure_ascii=False, indent=1, default=str), encoding="utf-8"
    )
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)


def _known(office: Office, observed_on: dt.date) -> Known:
    """What the suite compares rows with: reference tables and the day the export shows."""
    from pipelines.office.reference import time_limits, unit_aliases
    from pipelines.office.text import match_key
    from pipelines.periods.calendar import days_off, working_calendar
    from pipelines.periods.due_dates import decided_calendar
    from pipelines.quality.helpers import Known

    tables = office.reference
    calendar = working_calendar(tables["holidays"], office.settings.window.min, observed_on)
    return Known(
        observed_on=observed_on,
        procedure_codes=set(tables["procedures"]["procedure_code"]) - {""},
        names={
            "procedure": {match_key(name) for name in tables["procedures"]["procedure_name"]},
            "unit": set(unit_aliases(tables["units"])["unit_key"]),
            "field": {match_key(name) for name in tables["fields"]["field_name"]},
        },
        days_off=days_off(calendar),
        limits=time_limits(tables["procedures"]),
        calendar=decided_calendar(tables["holidays"]),
    )


def _no_profile(delivery: Delivery) -> dict[str, Any]:
    return {
        "file_name": delivery.file_name,
        "sha256": delivery.sha256,
        "stream": None,
        "profile_id": None,
        "recipe": "",
        "status": "refused",
        "refused_reason": f"Không hồ sơ nguồn nào (profiles/) nhận tệp «{delivery.file_name}» của {delivery.unit_id}.",
        "refused_mend": "Kiểm tra tên tệp và thư mục đơn vị, hoặc thêm một tệp profiles/*.yaml cho nguồn này.",
        "counts": {"rows_in": 0, "typed": 0, "rejected": 0, "blank": 0, "furniture": 0, "flagged": 0},
        "checks": [],
        "furniture": [],
        "unknown_headers": [],
    }


def rejects_of(typed: TypedDelivery) -> pd.DataFrame:
    """Return the rows of a delivery that go back to its unit, with reason and mend."""
    return pd.read_parquet(typed.folder / "rejects.parquet")
