"""Everything that is wrong in an office folder, at once.

Here: what loading an office refuses, and what only shows when a file, a report or a template is made. Not here: what
will run out (supply), what nothing used (unused).
Invariant: each fault names file, place, what is allowed and the nearest name; no fault hides another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipelines.ingest.contract import load_contract, unknown_names
from pipelines.ingest.landing import SETTINGS
from pipelines.office.corrections import Correction
from pipelines.office.csv_file import read_csv
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.profiles import Profile, profile_files
from pipelines.office.settings import Office, OfficeSettings, Parts, load_office, named_wrongly, read_parts
from pipelines.office.streams import contract_path, streams, suite_path
from pipelines.office.tables import NOTE_COLUMNS, TABLES
from pipelines.office.words import FOLDER, read_words
from pipelines.office.yaml_file import place_of
from pipelines.paths import DBT_PROJECT
from pipelines.periods.period import range_of
from pipelines.quality.suite import parse_suite

# Beside the settings, what an office folder may hold.
_OTHER_NAMES = ("README.md", "data", "inbox", "generate.py", "generator", "planted.csv")


@dataclass(frozen=True)
class Checked:
    """What a look over an office folder came to: its faults, and the office where it could be loaded."""

    faults: tuple[str, ...]
    office: Office | None


def check_office(root: Path) -> Checked:
    """Return every fault of an office folder.

    Raises:
        OfficeError: there is no such folder.
    """
    if not root.is_dir():
        raise OfficeError(f"Không có thư mục đơn vị {root}. Tạo mới: kstt init {root}")
    parts = read_parts(root)
    faults = [*_lines_of(parts.faults), *_strangers(root)]
    if parts.settings is not None:
        faults += _forms(root, parts.settings)
    if parts.profiles is not None:
        faults += _profiles(root, parts.profiles)
    faults += _corrections(root, parts.corrections or ())
    named = list(_named(root, parts))
    office = None if parts.faults or named else load_office(root)
    faults += named
    if office is not None:
        faults += [*_words(office), *_targets(office), *_unit_codes(office)]
    return Checked(tuple(dict.fromkeys(faults)), office)


def _lines_of(faults: Iterable[str]) -> Iterator[str]:
    """Yield each fault of a message that lists several, with the file the message is about."""
    for fault in faults:
        file = ""
        for line in fault.splitlines():
            if line.startswith("  - "):
                yield f"{file}{line.removeprefix('  - ')}"
                continue
            found = re.match(r"Tệp (\S+) có \d+ chỗ sai:$|Các bảng trong (reference/) có \d+ chỗ sai:$", line)
            if found:
                file = f"{found[1]}, " if found[1] else found[2]
            else:
                file = ""
                yield re.sub(r"^Bảng (?=reference/)|^Tệp (?=\S+\.yaml)", "", line)


def _named(root: Path, parts: Parts) -> Iterator[str]:
    settings, reference = parts.settings, parts.reference
    if settings is None or reference is None or "units" not in reference:
        return
    for line in named_wrongly(root, settings, reference, parts.profiles or [], parts.corrections or ()):
        yield line.removeprefix("Tệp ")


def _strangers(root: Path) -> Iterator[str]:
    """Yield files nothing reads, because of their name or place, and columns nothing reads."""
    known = {pattern.split("/")[0] for pattern in SETTINGS} | set(_OTHER_NAMES)
    for path in sorted(root.iterdir()):
        if path.name not in known and not path.name.startswith("."):
            yield f"{path.name}: phần mềm không đọc tệp hay thư mục này{nearest(path.name, known)}"
    tables = {f"{name}.csv" for name in TABLES}
    for path in sorted((root / "reference").glob("*")):
        if path.name not in tables and not path.name.startswith("."):
            yield f"reference/{path.name}: không có bảng này; các bảng: {_list(tables)}{nearest(path.name, tables)}"
    for path in sorted((root / "profiles").glob("*")):
        if path.suffix != ".yaml" and not path.name.startswith("."):
            yield f"profiles/{path.name}: hồ sơ nguồn phải có đuôi .yaml, tệp này không được đọc."
    for name, table in TABLES.items():
        path = root / "reference" / f"{name}.csv"
        columns = list(read_csv(path).cells.columns) if path.is_file() else []
        for column in columns:
            if column not in (*table.columns, *NOTE_COLUMNS):
                said = f"không có cột này; các cột: {_list(table.columns)}{nearest(column, table.columns)}"
                yield f"reference/{name}.csv, dòng 1, cột {column}: {said}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names if isinstance(names, tuple) else sorted(names))


def _forms(root: Path, settings: OfficeSettings) -> Iterator[str]:
    known = form_ids()
    for key, names in (("forms_enabled", settings.forms_enabled), ("forms_sent", settings.forms_sent)):
        for number, name in enumerate(names or ()):
            if name not in known:
                where = place_of(root / "office.yaml", key, number)
                yield f"{where}: không có biểu «{name}»; các biểu: {_list(known)}{nearest(name, known)}"


def form_ids() -> set[str]:
    """Return the ids of all forms there are, as the models' yml name them."""
    found = set()
    for path in (DBT_PROJECT / "models").rglob("form_*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            meta = {**model.get("meta", {}), **model.get("config", {}).get("meta", {})}
            found |= {str(meta["form_id"])} if "form_id" in meta else set()
    return found


def _profiles(root: Path, profiles: list[Profile]) -> Iterator[str]:
    """Yield what profiles name and contract or suite do not have, and two profiles of one id."""
    seen: dict[str, str] = {}
    for path, profile in zip(profile_files(root / "profiles"), profiles, strict=True):
        if profile.profile_id in seen:
            place = place_of(path, "profile_id")
            yield f"profiles/{place}: «{profile.profile_id}» đã là mã của profiles/{seen[profile.profile_id]}."
        seen.setdefault(profile.profile_id, path.name)
        if profile.stream not in streams():
            continue
        for location, name, allowed in unknown_names(load_contract(contract_path(profile.stream)), profile):
            place = place_of(path, *location)
            yield f"profiles/{place}: không có «{name}»; cho phép: {_list(allowed)}{nearest(name, allowed)}"
        checks = {
            check.check_id for check in parse_suite(suite_path(profile.stream).read_text(encoding="utf-8")).checks
        }
        for name in sorted(set(profile.severities) - checks):
            place = place_of(path, "severities", name)
            yield f"profiles/{place}: không có phép kiểm tra này; cho phép: {_list(checks)}{nearest(name, checks)}"


def _corrections(root: Path, corrections: Iterable[Correction]) -> Iterator[str]:
    for number, item in enumerate(corrections):
        if item.stream in streams():
            columns = set(load_contract(contract_path(item.stream)).columns)
            if item.column not in columns:
                place = place_of(root / "corrections.yaml", number, "column")
                near = nearest(item.column, columns)
                yield f"{place}: không có cột «{item.column}»; cho phép: {_list(columns)}{near}"


def _targets(office: Office) -> Iterator[str]:
    """Yield targets of forms there are none of: nothing would be held against them."""
    known = form_ids()
    for line, form_id in office.reference["targets"]["form_id"].items():
        if form_id not in known:
            near = nearest(form_id, known)
            yield f"reference/targets.csv, dòng {int(str(line)) + 2}, cột form_id: không có biểu «{form_id}»{near}"


def _unit_codes(office: Office) -> Iterator[str]:
    """Yield unit parts no national code can begin with: no file's codes would ever be known by them."""
    shapes = [contract.national_code for name in streams() if (contract := load_contract(contract_path(name))).sender]
    for line, part in office.reference["unit_codes"]["code_part"].items():
        if not any(shape and shape.fullmatch(f"{part}-210101-0001") for shape in shapes):
            yield (
                f"reference/unit_codes.csv, dòng {int(str(line)) + 2}, cột code_part: «{part}» không phải phần đầu của "
                "một mã hồ sơ (như 000.01.99.H51)."
            )


def _words(office: Office) -> Iterator[str]:
    """Yield files of own words that are of no period, or cannot be read."""
    periods = set(office.reference["periods"]["period_id"])
    units = set(office.reference["units"]["unit_id"])
    names = periods | {f"{period}-{unit}" for period in periods for unit in units}
    for path in sorted((office.root / FOLDER).glob("*")):
        if path.name.startswith("."):
            continue
        if path.suffix != ".md" or (path.stem not in names and range_of(path.stem) is None):
            near = nearest(path.stem, periods)
            yield f"{FOLDER}/{path.name}: tên phải là <kỳ>.md hoặc <kỳ>-<đơn vị>.md, kỳ có trong periods.csv{near}"
            continue
        try:
            read_words(office.root, path.stem)
        except OfficeError as error:
            yield str(error)
