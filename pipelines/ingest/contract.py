"""The contract of a stream, read from its dbt source yml.

Here: columns, roles, labels, words. Not here: reading files.
Invariant: the yml is the only place where a column of a stream is declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key
from pipelines.office.yaml_file import QUICK_LOADER

# Whether the code of a row is no national one but a number of its unit's own book.
OWN_NUMBER = "is_own_number"
# Year of the book whose number the code of a row is: books begin anew each January. Empty where the code is no number.
BOOK_YEAR = "book_year"
LINEAGE_COLUMNS = ("repairs", "flags", "source_file", "source_sheet", "source_row")
# Role of a column → the type of its typed values; every other role is text.
MOMENT_ROLES = ("date", "datetime")
WORD_ROLES = ("status", "channel", "word")
NUMBER_ROLES = ("count", "money", "rate")
_TYPES = {"date": "timestamp", "datetime": "timestamp", "count": "bigint", "money": "bigint", "rate": "double"}


@dataclass(frozen=True)
class Column:
    """One column of a stream: how its cells are typed and what its header may be called.

    `values` are the words of a closed list by match key; `names` is the table (unit, field, procedure) whose names
    its cells are matched with.
    """

    name: str
    role: str
    required: bool
    labels: tuple[str, ...]
    values: dict[str, str] = field(default_factory=dict)
    names: str | None = None
    # The word a form of ours offers for each meaning, in the order of the contract.
    choices: dict[str, str] = field(default_factory=dict)
    # Extra detail (fees, cause, rating): a cell that cannot be read is left empty and flagged, its row counted.
    is_lenient: bool = False

    @property
    def title(self) -> str:
        """What people call it: the first of its labels that is no name of a program (KenhThucHien)."""
        return next((text for text in self.labels if " " in text or not text.isascii()), self.labels[0])


@dataclass(frozen=True)
class Promise:
    """Where a stream says what was promised: the moments it runs from and to.

    A record with a cell in one of `unless` was promised anew, or its clock was paused: its promise is not judged.
    """

    start: str
    due: str
    unless: tuple[str, ...]


@dataclass(frozen=True)
class LegalTime:
    """Where a stream says how long its unit gives itself for a procedure: hours, and the day that limit is read on."""

    hours: str
    day: str


@dataclass(frozen=True)
class Contract:
    """All columns of a stream, and the headers that are personal (dropped) or not needed (ignored).

    `key` is the code that names a record between files, with `key_beside` where one code is in several records;
    `signs` are columns which, filled beside it, tell a record from a remark below the table; `code_dates` are the days
    one of which the date inside a code repeats; `promise` is what the time limit of a procedure is compared with;
    `title` is what officers call the stream.
    """

    stream: str
    title: str
    description: str
    key: str
    signs: tuple[str, ...]
    code_dates: tuple[str, ...]
    columns: dict[str, Column]
    dropped: frozenset[str]
    ignored: frozenset[str]
    promise: Promise | None = None
    # What is held against the legal time of the procedure, in hours; None where the stream states none.
    legal_time: LegalTime | None = None
    # Name of its sheet in the units' return workbook; None when it comes from a system only.
    sheet: str | None = None
    # Words of a column that leave a record open: it is in the unit's next return again.
    open_when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Name of a lead → the moments it runs between: how many working days the first came before the second.
    leads: dict[str, tuple[str, str]] = field(default_factory=dict)
    key_beside: tuple[str, ...] = ()
    # Days the first known of which says in which year's book the number is that is the code.
    book_dates: tuple[str, ...] = ()
    # Columns one of which is empty while a record without a status is open.
    open_while_empty: tuple[str, ...] = ()
    # What the whole of a code looks like that names a record in every unit's files; any other is of a unit's own book.
    national_code: re.Pattern[str] | None = None
    # Column that names the unit a row is of, which must be the sender where a file is of one unit; None without one.
    sender: str | None = None
    # Fact whose rows a version of an office below has; None where files are read as tables.
    fact: str | None = None
    # Name of the part of a version's file that has those rows, and what one of them is called.
    part: str = ""
    noun: str = "bản ghi"
    # Whether a return's records are of its period alone: none of them is in the returns of two periods.
    is_of_one_period: bool = False

    @property
    def typed_columns(self) -> dict[str, str]:
        """Return the columns of the typed frame in order, each with its DuckDB type."""
        types = {name: _TYPES.get(column.role, "varchar") for name, column in self.columns.items()}
        labels = {f"{name}_label": "varchar" for name in self.words}
        keys = {f"{name}_key": "varchar" for name in self.keyed}
        book = {OWN_NUMBER: "boolean"} if self.national_code else {}
        book |= {BOOK_YEAR: "varchar"} if self.book_dates else {}
        lineage = {name: "integer" if name == "source_row" else "varchar" for name in LINEAGE_COLUMNS}
        return {**types, **labels, **keys, **book, **lineage}

    @property
    def words(self) -> tuple[str, ...]:
        """Return the columns whose cells are words of a closed list; their own spelling is kept as `<name>_label`."""
        return tuple(name for name, column in self.columns.items() if column.role in WORD_ROLES)

    @property
    def happenings(self) -> tuple[str, ...]:
        """Return the columns of moments that tell what happened, not what was promised or planned."""
        return tuple(
            name
            for name, column in self.columns.items()
            if column.role in MOMENT_ROLES and not {"due", "planned"} & set(name.split("_"))
        )

    @property
    def keyed(self) -> tuple[str, ...]:
        """Return the text columns that are matched with a table of names by `<name>_key`."""
        return tuple(name for name, column in self.columns.items() if column.names)


@lru_cache(maxsize=32)
def load_contract(path: Path) -> Contract:
    """Read the contract of the stream whose dbt source yml this is."""
    table = yaml.load(path.read_text(encoding="utf-8"), Loader=QUICK_LOADER)["sources"][0]["tables"][0]
    meta = table["config"]["meta"]
    columns = {item["name"]: _column(item["name"], item["config"]["meta"]) for item in table["columns"]}
    return Contract(
        stream=table["name"],
        title=meta["title"],
        description=meta["description"],
        key=meta["key"],
        signs=tuple(meta["signs"]),
        code_dates=tuple(meta.get("code_dates", ())),
        columns=columns,
        dropped=_keys(meta["dropped"]),
        ignored=_keys(meta["ignored"]),
        promise=_promise(meta.get("promise")),
        legal_time=LegalTime(**meta["legal_time"]) if "legal_time" in meta else None,
        sheet=meta.get("sheet"),
        open_when={name: tuple(words) for name, words in meta.get("open_when", {}).items()},
        leads={name: (lead["from"], lead["to"]) for name, lead in meta.get("leads", {}).items()},
        key_beside=tuple(meta.get("key_beside", ())),
        book_dates=tuple(meta.get("book_dates", ())),
        open_while_empty=tuple(meta.get("open_while_empty", ())),
        national_code=re.compile(meta["national_code"]) if "national_code" in meta else None,
        sender=meta.get("sender"),
        fact=meta.get("fact"),
        part=meta.get("part", ""),
        noun=meta.get("noun", "bản ghi"),
        is_of_one_period=bool(meta.get("of_one_period", False)),
    )


def check_profile(contract: Contract, profile: Profile) -> None:
    """Check that a profile names only columns and statuses the contract has.

    Raises:
        OfficeError: a key of `labels`, a column of `values` or a word's meaning is unknown; the message says what is
            allowed.
    """
    for location, name, allowed in unknown_names(contract, profile):
        raise OfficeError(
            f"Hồ sơ nguồn «{profile.profile_id}», khóa {'.'.join(location)}: không có {name}. "
            f"Cho phép: {', '.join(sorted(allowed))}."
        )


def unknown_names(contract: Contract, profile: Profile) -> Iterator[tuple[tuple[str, ...], str, set[str]]]:
    """Yield each name of a profile the contract does not have: where it stands, the name, and what is allowed."""
    columns, words = set(contract.columns), {name: contract.columns[name] for name in contract.words}
    yield from ((("labels", name), name, columns) for name in profile.labels if name not in columns)
    yield from ((("supplied", name), name, columns) for name in profile.supplied if name not in columns)
    for name, rule in profile.supplied.items():
        if rule.from_ and rule.from_ not in columns:
            yield ("supplied", name, "from"), rule.from_, columns
    for name, known in profile.values.items():
        if name not in words:
            yield ("values", name), name, set(words)
            continue
        meanings = set(words[name].values.values())
        yield from ((("values", name, word), mean, meanings) for word, mean in known.items() if mean not in meanings)


def _column(name: str, meta: dict) -> Column:
    given = {str(word): value for word, value in meta.get("values", {}).items()}
    choices = {meaning: word for word, meaning in reversed(given.items())}
    return Column(
        name=name,
        role=meta["role"],
        required=bool(meta["required"]),
        labels=tuple(meta["labels"]),
        values={match_key(word): value for word, value in given.items()},
        names=meta.get("names"),
        choices=dict(reversed(choices.items())),
        is_lenient=bool(meta.get("lenient", False)),
    )


def _promise(meta: dict | None) -> Promise | None:
    return Promise(meta["from"], meta["due"], tuple(meta["unless"])) if meta else None


def _keys(groups: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(match_key(label) for labels in groups.values() for label in labels)
