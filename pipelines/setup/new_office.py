"""A new office folder: settings, reference tables, profiles, an empty inbox, a page that says what to do next.

Here: the files and their first rows. Not here: what exports say (drafts), asking the person (commands/init).
Invariant: nothing that is there is written over; the folder passes the check as it is written.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pipelines.office.errors import OfficeError
from pipelines.office.streams import streams
from pipelines.office.tables import NOTE_COLUMNS, TABLES
from pipelines.office.text import counted
from pipelines.periods.period import Period, generate_periods
from pipelines.setup.starter import (
    TWO_TIER_SINCE,
    Structure,
    Unit,
    agencies,
    plain_name,
    same_unit,
    starter_rows,
    unit_named,
)
from pipelines.setup.texts import office_readme, office_yaml

# What each kind of unit owes by the plan (as the sample office); `core` is what no report can do without.
_OWED = {
    "core": {"ward": ("case_exports",), "one_stop_desk": ("case_exports",)},
    "plan": {
        "ward": (
            "case_exports", "feedback_logs", "review_submissions", "directives", "posting_checks", "focal_officers",
            "inspections", "findings", "communications", "trainings", "death_cases",
        ),
        "one_stop_desk": ("case_exports", "focal_officers"),
        "department": ("directives", "focal_officers"),
    },
}  # fmt: skip
# What files call the desk at which a commune or a department receives.
_DESKS = ("Trung tâm Phục vụ hành chính công", "Bộ phận Một cửa")
Level = Literal["city", "commune", "department"]
_OWN_KINDS = {"commune": "ward", "department": "department"}
_PERIOD = re.compile(r"^(20\d\d)-(Q[1-4]|H1|9M|Y)$")


@dataclass(frozen=True)
class NewOffice:
    """What a person says of an office to be made, and what was drafted from its exports.

    Attributes:
        name: official name, as printed.
        unit_id: id of the office itself.
        structure: two levels (since 2025-07-01), or the map of before.
        first_period: id of the first period to report.
        units: wards, communes and agencies named; those of the structure are added.
        owes: whether units owe all the plan asks for, or dossiers only.
        level: a city (or province) with wards and agencies, or a commune or department that receives dossiers itself.
        fields: fields beside the common ones: (code, name).
        procedures: rows of procedures.csv that replace the common ones; None keeps them.
        profiles: file name → text.
    """

    name: str
    unit_id: str
    structure: Structure
    first_period: str
    units: tuple[Unit, ...]
    parent_name: str = ""
    place: str = ""
    owes: str = "plan"
    level: Level = "city"
    fields: tuple[tuple[str, str], ...] = ()
    procedures: tuple[dict[str, str], ...] | None = None
    profiles: dict[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """The first period.

        Raises:
            OfficeError: it is not written as one, or is of the other structure.
        """
        found = _PERIOD.match(self.first_period)
        if found is None:
            raise OfficeError(f"Kỳ «{self.first_period}» phải viết dạng 2026-Q3, 2026-H1, 2026-9M hoặc 2026-Y.")
        (period,) = [item for item in generate_periods(int(found[1])) if item.period_id == self.first_period]
        is_before = period.end_on < TWO_TIER_SINCE
        if is_before != (self.structure == "before"):
            way = "before" if is_before else "two-tier"
            raise OfficeError(
                f"Kỳ {self.first_period} hết ngày {period.end_on:%d/%m/%Y}; từ {TWO_TIER_SINCE:%d/%m/%Y} chính quyền "
                f"địa phương chỉ còn hai cấp. Dùng --structure {way}."
            )
        return period

    @property
    def all_units(self) -> list[Unit]:
        """The office, the agencies of its structure, and the units named; one that is named twice once.

        Raises:
            OfficeError: two named units cannot be told apart.
        """
        own = self._own()
        named: list[Unit] = []
        for unit in self.units:
            twice = next((item for item in [own, *named] if same_unit(item, unit)), None)
            if twice is not None:
                raise OfficeError(
                    f"«{unit.name}» ({unit.unit_id}) trùng tên hoặc mã với «{twice.name}» ({twice.unit_id})."
                )
            named.append(unit)
        # What a commune or a department has below it is named: no two are alike.
        agencies_of = agencies(self.structure) if self.level == "city" else []
        return [own, *(unit for unit in agencies_of if not _is_any(unit, named)), *named]

    def _own(self) -> Unit:
        """Return the office as a unit; one that receives dossiers itself has the names its desk has in files.

        Raises:
            OfficeError: its name does not say it is of the level.
        """
        if self.level == "city":
            return Unit(self.unit_id, self.name, "city", plain_name(self.name))
        found = unit_named(f"{self.unit_id}={self.name}")
        if found.kind != _OWN_KINDS[self.level]:
            example = "UBND xã Tân Lập" if self.level == "commune" else "Sở Tư pháp"
            raise OfficeError(
                f"--level {self.level}: tên đơn vị phải viết cả loại, ví dụ «{example}», không phải «{self.name}»."
            )
        desks = (f"{desk} {found.short_name}" for desk in _DESKS)
        return replace(found, name=self.name, aliases=(*found.aliases, *desks))

    def owed(self, unit: Unit) -> tuple[str, ...]:
        """Return the streams a unit owes; a department that is the office, all but the death group."""
        owed = _OWED[self.owes]
        if unit.unit_id == self.unit_id and self.level == "department":
            return tuple(stream for stream in owed["ward"] if stream != "death_cases")
        return owed.get(unit.kind, ())

    @property
    def validity(self) -> tuple[str, str]:
        """From when and until when the structure is in force."""
        if self.structure == "two_tier":
            return TWO_TIER_SINCE.isoformat(), ""
        return "", (TWO_TIER_SINCE - dt.timedelta(days=1)).isoformat()


def office_files(new: NewOffice) -> dict[str, str]:
    """Return path → text of every file of a new office.

    Raises:
        OfficeError: what was said of it does not fit together.
    """
    period, units = new.period, new.all_units
    tables = {
        "units": _units(new, units),
        "fields": _fields(new, units),
        "procedures": _procedures(new),
        "holidays": starter_rows("holidays"),
        "periods": _periods(period),
        "obligations": _obligations(new, units),
        "statuses": starter_rows("statuses"),
        "sections": _sections(new),
        "index_components": starter_rows("index_components"),
    }
    files = {f"reference/{name}.csv": _csv(name, rows) for name, rows in tables.items()}
    files |= {f"profiles/{name}": text for name, text in new.profiles.items()}
    files["office.yaml"] = office_yaml(new.name, new.unit_id, new.parent_name, new.place, new.level == "department")
    files["README.md"] = office_readme(new.name, new.first_period, [unit for unit in units if new.owed(unit)])
    files[".gitignore"] = "data/\n"
    return files


def write_office(root: Path, new: NewOffice) -> list[str]:
    """Write a new office; return the paths written, an inbox folder for every unit that owes something among them.

    Raises:
        OfficeError: the folder has files already, or the office does not fit together.
    """
    files = office_files(new)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise OfficeError(f"{root} đã có nội dung; chọn thư mục mới. kstt init không ghi đè gì.")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    (root / "profiles").mkdir(exist_ok=True)
    senders = [unit.unit_id for unit in new.all_units if new.owed(unit)]
    for unit_id in senders:
        (root / "inbox" / new.first_period / unit_id).mkdir(parents=True)
    return [*sorted(files), f"inbox/{new.first_period}/ ({counted(senders)} đơn vị)"]


def _is_any(unit: Unit, others: Iterable[Unit]) -> bool:
    return any(same_unit(unit, other) for other in others)


def _csv(name: str, rows: Sequence[dict[str, str]]) -> str:
    notes = [column for column in NOTE_COLUMNS if any(row.get(column) for row in rows)]
    columns = [*TABLES[name].columns, *(column for column in notes if column not in TABLES[name].columns)]
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def _units(new: NewOffice, units: list[Unit]) -> list[dict[str, str]]:
    since, until = new.validity
    return [
        {
            "unit_id": unit.unit_id,
            "name_vi": unit.name,
            "short_name": unit.short_name if unit.short_name != unit.name else "",
            "unit_kind": unit.kind,
            "parent_unit_id": "" if unit.unit_id == new.unit_id else new.unit_id,
            "sort_no": str(number if unit.kind != "ward" else 100 + number),
            "aliases": "|".join(unit.aliases),
            "valid_from": since,
            "valid_to": until,
        }
        for number, unit in enumerate(units)
    ]


def _fields(new: NewOffice, units: list[Unit]) -> list[dict[str, str]]:
    known = {unit.unit_id for unit in units}
    rows = []
    for row in starter_rows("fields"):
        department = row[new.structure]
        rows.append({**row, "department_unit_id": department if department in known else ""})
    last = len(rows)
    rows += [
        {"field_code": code, "field_name": name, "department_unit_id": "", "sort_no": str(last + number)}
        for number, (code, name) in enumerate(new.fields, start=1)
    ]
    return rows


def _procedures(new: NewOffice) -> list[dict[str, str]]:
    if new.procedures is not None:
        return list(new.procedures)
    found = common_procedures(new.structure)
    # What only the level above decides is none of a commune's own procedures.
    return [row for row in found if new.level != "commune" or row["competent_level"] != "city"]


def common_procedures(structure: Structure) -> list[dict[str, str]]:
    """Return the common procedures, each with the level that decides it in a structure; empty where not known."""
    rows = starter_rows("procedures")
    return [{**row, "competent_level": row[structure], "note": "" if row[structure] else "chưa rõ cấp"} for row in rows]


def _periods(first: Period) -> list[dict[str, str]]:
    """Return the periods from the first one on to the end of the next year."""
    year = first.end_on.year
    made = [*generate_periods(year), *generate_periods(year + 1)]
    kept = [item for item in made if item.end_on >= first.end_on or item.period_id == first.period_id]
    return [
        {
            "period_id": item.period_id,
            "period_kind": item.period_kind,
            "label": item.label,
            "start_on": item.start_on.isoformat(),
            "end_on": item.end_on.isoformat(),
        }
        for item in kept
    ]


def _obligations(new: NewOffice, units: list[Unit]) -> list[dict[str, str]]:
    since, until = new.validity
    return [
        {"unit_id": unit.unit_id, "stream": stream, "valid_from": since, "valid_to": until}
        for unit in units
        for stream in new.owed(unit)
        if stream in streams()
    ]


def _sections(new: NewOffice) -> list[dict[str, str]]:
    since, until = new.validity
    rows = [row for row in starter_rows("sections") if row["structure"] == new.structure]
    return [{**row, "valid_from": since, "valid_to": until} for row in rows]
