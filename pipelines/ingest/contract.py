"""The contract of a stream, read from its dbt source yml.

Here: columns, roles, labels, words. Not here: reading files.
Invariant: the yml is the only place where a column of a stream is declared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key

EXTRA_COLUMNS = (
    "status_label", "channel_label", "procedure_name_key", "receiving_unit_key", "handling_unit_key",
    "repairs", "flags", "source_file", "source_sheet", "source_row",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a stream: how its cells are typed and what its header may be called."""

    name: str
    role: str
    required: bool
    labels: tuple[str, ...]
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """All columns of a stream, and the headers that are personal (dropped) or not needed (ignored)."""

    stream: str
    columns: dict[str, Column]
    dropped: frozenset[str]
    ignored: frozenset[str]

    @property
    def typed_columns(self) -> dict[str, str]:
        """Return the columns of the typed frame in order, each with its DuckDB type."""
        types = {
            name: "timestamp" if column.role in ("date", "datetime") else "varchar"
            for name, column in self.columns.items()
        }
        return {**types, **{name: "integer" if name == "source_row" else "varchar" for name in EXTRA_COLUMNS}}


@lru_cache(maxsize=8)
def load_contract(path: Path) -> Contract:
    """Read the contract of the stream whose dbt source yml this is."""
    table = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"][0]["tables"][0]
    meta = table["config"]["meta"]
    columns = {item["name"]: _column(item["name"], item["config"]["meta"]) for item in table["columns"]}
    return Contract(table["name"], columns, _keys(meta["dropped"]), _keys(meta["ignored"]))


def check_profile(contract: Contract, profile: Profile) -> None:
    """Check that a profile names only columns and statuses the contract has.

    Raises:
        OfficeError: a key of `labels` or a value of `values.status` is unknown; the message says what is allowed.
    """
    columns = set(contract.columns)
    words = [column.values for column in contract.columns.values() if column.role == "status"]
    statuses = {status for known in words for status in known.values()}
    for key, given, allowed in (
        ("labels", set(profile.labels), columns),
        ("values.status", set(profile.values.status.values()), statuses),
    ):
        unknown = sorted(given - allowed)
        if unknown:
            raise OfficeError(
                f"Hồ sơ nguồn «{profile.profile_id}», khóa {key}: không có {', '.join(unknown)}. "
                f"Cho phép: {', '.join(sorted(allowed))}."
            )


def _column(name: str, meta: dict) -> Column:
    words = {match_key(str(word)): value for word, value in meta.get("values", {}).items()}
    return Column(name, meta["role"], bool(meta["required"]), tuple(meta["labels"]), words)


def _keys(groups: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(match_key(label) for labels in groups.values() for label in labels)
