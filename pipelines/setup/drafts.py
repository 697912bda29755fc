"""What exports and national lists say of a new office: its units, fields, procedures, and a profile a file.

Here: collecting names from files, matching them with the common tables and the lists. Not here: writing (new_office).
Invariant: no personal column is looked at; whatever is not matched is named, and nothing is matched by likeness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from pipelines.ingest.catalogue import Catalogue, as_procedures, one_per_code, read_catalogue
from pipelines.ingest.persons import without_persons
from pipelines.ingest.sniff import Refused
from pipelines.office.errors import OfficeError
from pipelines.office.text import counted, format_count, match_key, nfc
from pipelines.setup.draft import Draft, draft
from pipelines.setup.new_office import common_procedures
from pipelines.setup.starter import Structure, Unit, agencies, kind_of, slug, starter_rows, unit_named

_MOSTLY = 0.8
_LEVELS = {"Cấp xã": "ward", "Cấp tỉnh": "city", "Cấp tỉnh, Cấp xã": "both"}


@dataclass
class Drafted:
    """What files come to.

    Attributes:
        units: units named in them, beside those known.
        fields: fields beside the common ones: (code, name).
        procedures: rows of procedures.csv: common ones, those of the lists that files name, those nobody knows.
        profiles: file name → text.
        notes: what was not matched, one sentence each.
        files: what each file was taken for, one sentence each.
        patterns: profile's file name → the file names it takes.
    """

    units: list[Unit] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    procedures: list[dict[str, str]] = field(default_factory=list)
    profiles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    patterns: dict[str, list[str]] = field(default_factory=dict)


def draft_office(paths: Iterable[Path], structure: Structure, named: Iterable[Unit]) -> Drafted:
    """Return what files say of an office; a national list among them is known by its header.

    Args:
        paths: exports and national lists, in any order.
        structure: whose levels procedures get.
        named: units a person named already.

    Raises:
        OfficeError: a path is no file.
    """
    drafted, lists, exports = Drafted(), [], []
    for path in paths:
        if not path.is_file():
            raise OfficeError(f"Không có tệp {path}.")
        catalogue = _catalogue(path)
        if catalogue is not None:
            lists.append(catalogue)
            drafted.files.append(f"{path.name}: danh mục thủ tục quốc gia, {counted(catalogue.rows)} dòng")
            continue
        found = _export(path, drafted)
        exports += [(path, found)] if found else []
    for path, found in exports:
        _profile(path, found, drafted)
    _units([found for _, found in exports], [*named], structure, drafted)
    _procedures([found for _, found in exports], lists, structure, drafted)
    return drafted


def _catalogue(path: Path) -> Catalogue | None:
    """Return a file as a national list; None where it has not the header of one."""
    try:
        found = read_catalogue([path])
    except OfficeError:
        return None
    codes = found.rows["procedure_code"]
    # An export of dossiers may have the same three headers, but a code in many rows.
    return found if len(codes) and codes.nunique() > len(codes) * _MOSTLY else None


def _export(path: Path, drafted: Drafted) -> Draft | None:
    try:
        found = draft(path, None)
    except Refused as refusal:
        drafted.notes.append(f"{path.name}: {refusal.reason} {refusal.mend}")
        return None
    if found is None:
        drafted.notes.append(f"{path.name}: không bảng nào của phần mềm có từ hai tiêu đề cột của tệp này.")
        return None
    contract = found.found.contract
    drafted.files.append(f"{path.name}: {contract.title} ({contract.stream}), {counted(found.rows)} dòng dưới tiêu đề")
    return found


def _profile(path: Path, found: Draft, drafted: Drafted) -> None:
    """Keep the profile of a file; files of one shape share one."""
    name = f"{found.profile.profile_id}.yaml"
    if drafted.profiles.get(name, found.text) != found.text:
        number = sum(other.startswith(found.profile.profile_id) for other in drafted.profiles) + 1
        name = f"{found.profile.profile_id}-{number}.yaml"
    new_id = name.removesuffix(".yaml")
    same = [other for other, files in drafted.patterns.items() if files == found.profile.match.files and other != name]
    if same:
        drafted.notes.append(
            f"profiles/{name} và profiles/{same[0]} nhận cùng tên tệp {', '.join(found.profile.match.files)}; điền "
            "match.units cho từng hồ sơ."
        )
    drafted.patterns[name] = found.profile.match.files
    drafted.profiles[name] = found.text.replace(f"profile_id: {found.profile.profile_id}", f"profile_id: {new_id}", 1)
    contract = found.found.contract
    drafted.notes += [
        f"profiles/{name}: chưa thấy cột bắt buộc «{contract.columns[column].title}» ({column}) trong {path.name}."
        for column in found.found.missing
    ]
    drafted.notes += [
        f"profiles/{name}: {counted(words)} từ ở cột {column} của {path.name} chưa có nghĩa; điền vào values.{column}."
        for column, words in found.words.items()
    ]


def _units(exports: list[Draft], named: list[Unit], structure: Structure, drafted: Drafted) -> None:
    """Take the units files name: another spelling is an alias, a name that says no kind is left to a person."""
    known = {
        slug(name): unit for unit in [*agencies(structure), *named] for name in (unit.name, unit.short_name) if name
    }
    taken: dict[str, Unit] = {}
    for name, count in sorted(_unit_names(exports).items()):
        if kind_of(name) is None:
            drafted.notes.append(
                f"đơn vị «{without_persons(name)}» ({format_count(count)} dòng): không rõ loại, chưa đưa vào units.csv."
            )
            continue
        unit = unit_named(name)
        before = known.get(slug(unit.name)) or known.get(slug(unit.short_name)) or unit
        before = taken.get(before.unit_id, before)
        names = {match_key(text) for text in (before.name, before.short_name, *before.aliases)}
        if match_key(name) not in names | {match_key(unit.short_name)}:
            before = replace(before, aliases=(*before.aliases, name))
        known |= {slug(text): before for text in (unit.name, unit.short_name)}
        taken[before.unit_id] = before
    ids = {unit.unit_id for unit in named}
    drafted.units += [unit for unit in taken.values() if unit.unit_id not in ids]
    for unit in taken.values():
        names = ", ".join(f"«{name}»" for name in unit.aliases)
        if unit.unit_id in ids and unit not in named:
            drafted.notes.append(f"đơn vị {unit.unit_id} có tên khác trong tệp: {names}; thêm vào aliases.")
        elif unit.kind == "department" and unit.unit_id not in {agency.unit_id for agency in agencies(structure)}:
            drafted.notes.append(
                f"«{unit.name}» chỉ thấy trong tệp, đã thành đơn vị {unit.unit_id}; nếu là tên khác của một đơn vị "
                "đã có thì chuyển tên vào aliases của đơn vị ấy và bỏ dòng này."
            )


def _unit_names(exports: list[Draft]) -> Counter[str]:
    """Return how many rows name each unit, in any column of units."""
    found: Counter[str] = Counter()
    for export in exports:
        columns = [name for name, column in export.found.contract.columns.items() if column.names == "unit"]
        for column in columns:
            found.update({nfc(cell): count for (cell,), count in export.cells(column).items() if cell})
    return found


def _procedures(exports: list[Draft], lists: list[Catalogue], structure: Structure, drafted: Drafted) -> None:
    """Match what files name with the common procedures, then with the lists; name the rest."""
    fields = {match_key(row["field_name"]): row["field_code"] for row in starter_rows("fields")}
    rows = common_procedures(structure)
    national = _national(lists)
    known = {match_key(text): row for row in rows for text in (row["procedure_code"], row["procedure_name"]) if text}
    for code, name, field_name in sorted(_named_procedures(exports)):
        if field_name and match_key(field_name) not in fields:
            field_code = slug(field_name) if slug(field_name) not in fields.values() else f"{slug(field_name)}-2"
            fields[match_key(field_name)] = field_code
            drafted.fields.append((field_code, nfc(field_name)))
        if any(match_key(text) in known for text in (code, name) if text):
            continue
        listed = next(
            (national[match_key(text)] for text in (code, name) if text and match_key(text) in national), None
        )
        field_key = match_key(field_name or (listed or {}).get("field_name", ""))
        row = _row(listed, code, name, fields.get(field_key, ""))
        ids = {other["procedure_id"] for other in rows}
        if row["procedure_id"] in ids:
            row["procedure_id"] += f"-{sum(other.startswith(row['procedure_id']) for other in ids) + 1}"
        if listed is None:
            drafted.notes.append(
                f"thủ tục «{name or code}»{f' ({code})' if code and name else ''}: không có trong danh mục nào đã đưa; "
                "cấp và thời hạn để trống."
            )
        rows.append(row)
        known |= {match_key(text): row for text in (code, row["procedure_code"], name, row["procedure_name"]) if text}
    drafted.procedures = rows


def _named_procedures(exports: list[Draft]) -> set[tuple[str, str, str]]:
    """Return code, name and field of every procedure files name."""
    found: dict[tuple[str, str], str] = {}
    for export in exports:
        if "procedure_name" not in export.found.contract.columns:
            continue
        for code, name, field_name in export.cells("procedure_code", "procedure_name", "field_name"):
            if code or name:
                found[code, name] = found.get((code, name)) or field_name
    return {(code, name, field_name) for (code, name), field_name in found.items()}


def _national(lists: list[Catalogue]) -> dict[str, dict[str, str]]:
    """Return match key of code and of name → the row the lists give, all as text."""
    found: dict[str, dict[str, str]] = {}
    for item in lists:
        table = one_per_code(item)
        shaped = as_procedures(table, pd.DataFrame({"field_name": [], "field_code": []}))
        for row, level, field_name in zip(shaped.to_dict("records"), table["level"], table["field_name"], strict=True):
            texts = {str(key): str(value) for key, value in row.items()}
            texts["competent_level"] = texts["competent_level"] or _LEVELS.get(str(level), "")
            texts["field_name"] = "" if pd.isna(field_name) else str(field_name)
            found.setdefault(match_key(texts["procedure_code"]), texts)
            found.setdefault(match_key(texts["procedure_name"]), texts)
    return found


def _row(listed: dict[str, str] | None, code: str, name: str, field_code: str) -> dict[str, str]:
    if listed is not None:
        return {**listed, "field_code": field_code, "note": "theo danh mục quốc gia"}
    return {
        "procedure_id": code or slug(name),
        "procedure_code": code,
        "procedure_name": name or code,
        "field_code": field_code,
        "note": "từ tệp kết xuất, chưa đối chiếu",
    }
