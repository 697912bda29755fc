"""What a file not yet received would change: records new, changed and gone against its unit's files in force.

Here: comparing rows by the key of the stream. Not here: reading and judging (typed), printing (commands/inspect).
Invariant: nothing is received, kept or changed; what is compared is what the current draft counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.ingest.contract import LINEAGE_COLUMNS, load_contract
from pipelines.ingest.file_name import sent_as
from pipelines.ingest.landing import hash_file
from pipelines.office.profiles import Profile
from pipelines.office.settings import Office
from pipelines.office.text import counted, nfc
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.streams import contract_path
from pipelines.warehouse.typed import TypedDelivery, preview

if TYPE_CHECKING:
    from pipelines.ingest.reading import Reading

_SHOWN = 10


@dataclass(frozen=True)
class Effect:
    """The reading of the file, what it would replace, and its records against those in force.

    `changed_columns` counts the changed cells by column; `gone` is None where the export does not claim to hold all
    records. The examples are codes, at most ten of each.
    """

    reading: Reading
    replaces: str | None
    is_known: bool
    same: int
    new: list[str]
    changed: list[str]
    changed_columns: dict[str, int]
    gone: list[str] | None

    @staticmethod
    def shown(codes: list[str]) -> str:
        """Return the first codes as one line."""
        return ", ".join(codes[:_SHOWN]) + (f", … ({counted(codes)})" if len(codes) > _SHOWN else "")


def effect(office: Office, path: Path, unit_id: str, period_id: str | None, profile: Profile) -> Effect:
    """Compare a file with the unit's files of its stream that the current draft counts.

    Without a period the file it would replace is known by its name alone; a return replaces one of any name.
    """
    name = nfc(path.name)
    now = office.clock.now()
    delivery = Delivery(
        delivery_id="",
        unit_id=unit_id,
        period_id=period_id or "",
        stream=profile.stream,
        file_name=name,
        sha256=hash_file(path),
        received_at=now.isoformat(),
        observed_at=profile.named_moment(name) or now.replace(tzinfo=None),
        profile=profile,
        kind="first",
    )
    own = [item for item in register(office) if (item.unit_id, item.stream) == (unit_id, profile.stream)]
    in_force = [item for item in standing(office, own) if item.is_counted]
    replaced = [
        item
        for item in in_force
        if item.delivery.period_id == (period_id or item.delivery.period_id)
        and (profile.declares_nil or sent_as(item.delivery.file_name) == sent_as(name))
    ]
    reading = preview(office, delivery, path)
    key = load_contract(contract_path(profile.stream)).key
    known = _records(in_force, key)
    rows = _texts(reading.rows, key)
    scope = _records(replaced, key) if replaced else known if profile.coverage == "population" else None
    differing = _differing(known, rows)
    return Effect(
        reading=reading,
        replaces=replaced[-1].delivery.shown_name if replaced else None,
        is_known=any(item.delivery.sha256 == delivery.sha256 for item in in_force),
        same=len(rows.index.intersection(known.index)) - len(differing),
        new=list(rows.index.difference(known.index)),
        changed=list(differing.index),
        changed_columns={str(name): int(count) for name, count in differing.sum().items() if count},
        gone=None if scope is None else list(scope.index.difference(rows.index)),
    )


def _records(deliveries: list[TypedDelivery], key: str) -> pd.DataFrame:
    """Return the records of some deliveries as text, the newest file's last word for each code."""
    frames = [_texts(pd.read_parquet(item.folder / "rows.parquet"), key) for item in deliveries]
    joined = pd.concat(frames) if frames else pd.DataFrame()
    return joined[~joined.index.duplicated(keep="last")]


def _texts(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    content = rows.drop(columns=[name for name in LINEAGE_COLUMNS if name in rows.columns])
    texts = content.astype("string").fillna("").set_index(key)
    return texts[~texts.index.duplicated(keep="last")]


def _differing(known: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return for the records both have, where any differs, which columns do."""
    both = rows.index.intersection(known.index)
    columns = [name for name in rows.columns if name in known.columns]
    differs = rows.loc[both, columns] != known.loc[both, columns]
    return differs[differs.any(axis="columns")]
