"""What every new office begins with: holidays, fields, common procedures, sections, agencies of each structure.

Here: reading the starter tables, naming units. Not here: writing an office (new_office), what files say (drafts).
Invariant: a table of an office that is made from these has its own columns and no more than `evidence` and `decision`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.office.csv_file import read_csv
from pipelines.office.errors import OfficeError
from pipelines.office.text import ascii_key, match_key, nfc

FOLDER = Path(__file__).parent / "starter"
Structure = Literal["two_tier", "before"]
# The district level ended and new communes began (Luật Tổ chức chính quyền địa phương 2025).
TWO_TIER_SINCE = dt.date(2025, 7, 1)
# Words a unit's name begins with → its kind; the first that fits.
_KINDS = (
    ("ward", ("phường", "xã", "thị trấn", "đặc khu")),
    ("one_stop_desk", ("trung tâm phục vụ hành chính công", "bộ phận một cửa", "bộ phận tiếp nhận")),
    ("vertical_agency", ("công an", "bảo hiểm", "chi nhánh văn phòng đăng ký", "văn phòng đăng ký đất đai")),
    ("department", ("phòng", "sở", "ban", "văn phòng", "thanh tra", "chi cục", "trung tâm", "bộ phận")),
)
# How names are written short: «P.1», «P1», «X. Tân Lập», «TT. Mỹ Xuyên».
_SHORT = (
    (re.compile(r"^P(?:\.\s*|(?=\d))", re.IGNORECASE), "Phường "),
    (re.compile(r"^X\.\s*", re.IGNORECASE), "Xã "),
    (re.compile(r"^TT\.\s*", re.IGNORECASE), "Thị trấn "),
)
_COMMITTEE = re.compile(r"^(ubnd|ủy ban nhân dân|uỷ ban nhân dân)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """A unit of a new office."""

    unit_id: str
    name: str
    kind: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()


def starter_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a starter table, all as text."""
    rows = read_csv(FOLDER / f"{name}.csv").cells.to_dict("records")
    return [{str(column): str(cell) for column, cell in row.items()} for row in rows]


def slug(text: str) -> str:
    """Return a name as an id: small letters without marks, digits, dashes."""
    return "-".join(re.findall(r"[a-z0-9]+", ascii_key(text)))


def kind_of(name: str) -> str | None:
    """Return the kind of unit a name says; None where it says none."""
    plain = plain_name(name).casefold()
    return next((kind for kind, words in _KINDS if plain.startswith(words)), None)


def plain_name(name: str) -> str:
    """Return a unit's name without its committee, its kind spelled out: «UBND P.01» is Phường 1."""
    plain = _COMMITTEE.sub("", " ".join(nfc(name).split()))
    for short, whole in _SHORT:
        plain = short.sub(whole, plain)
    return re.sub(r"\b0+(?=\d)", "", plain)


def unit_named(text: str) -> Unit:
    """Return the unit a person names: `Tên` or `mã=Tên`.

    A ward or commune is its committee: «Phường A» is UBND phường A, and any file may call it either way.

    Raises:
        OfficeError: the name says no kind of unit, or the id is none.
    """
    unit_id, _, name = text.rpartition("=")
    name = " ".join(nfc(name).split())
    kind = kind_of(name)
    if kind is None:
        raise OfficeError(
            f"Không rõ «{name}» là đơn vị loại nào: viết cả loại trước tên (Phường A, Xã B, Sở Tư pháp, Phòng Y tế…)."
        )
    plain = plain_name(name)
    unit_id = unit_id.strip() or slug(plain)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_-]*", unit_id):
        raise OfficeError(f"Mã đơn vị «{unit_id}» chỉ được gồm chữ không dấu, số, dấu gạch.")
    if kind != "ward":
        return Unit(unit_id, name, kind, plain)
    inside = _inside(plain)
    return Unit(unit_id, f"UBND {inside}", kind, plain, (f"Ủy ban nhân dân {inside}",))


def _inside(plain: str) -> str:
    """Return a ward's name after another word: its kind is a common noun, capital only before a number (NĐ 30/2020)."""
    return re.sub(r"^\w+(?: trấn| khu)?(?= (?!\d))", lambda kind: kind[0].lower(), plain)


def agencies(structure: Structure) -> list[Unit]:
    """Return the agencies an office of a structure has beside its wards."""
    return [
        Unit(row["unit_id"], row["name_vi"], row["unit_kind"], row["name_vi"])
        for row in starter_rows("departments")
        if row["structure"] == structure
    ]


def same_unit(one: Unit, other: Unit) -> bool:
    """Return whether two units share a name or an id, so that no file could tell them apart."""
    names = ({match_key(name) for name in (unit.name, unit.short_name, *unit.aliases) if name} for unit in (one, other))
    return one.unit_id == other.unit_id or bool(set.intersection(*names))
