"""The words a new office begins with: its office.yaml and its README.

Here: filling the two texts of the starter folder. Not here: tables (new_office).
Invariant: whatever a name holds, the settings written are YAML that says that name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from string import Template

from pipelines.setup.starter import FOLDER, Unit


def office_yaml(name: str, unit_id: str, parent: str, place: str, is_department: bool = False) -> str:
    """Return the settings of a new office; the head of a department signs for it, of another the chairman."""
    return _filled(
        "office.yaml.txt",
        name=" ".join(name.split()),
        name_text=_quoted(name),
        unit_id=_quoted(unit_id),
        parent=_quoted(parent),
        place=_quoted(place),
        agency=_quoted(parent),
        signature="THỦ TRƯỞNG ĐƠN VỊ" if is_department else "TM. ỦY BAN NHÂN DÂN, CHỦ TỊCH",
    )


def office_readme(name: str, period: str, senders: Sequence[Unit]) -> str:
    """Return the page a new office begins with."""
    units = "; ".join(f"{unit.short_name} (`{unit.unit_id}`)" for unit in senders) or "chưa có"
    return _filled("README.md.txt", name=name, period=period, units=units)


def _filled(file_name: str, **words: str) -> str:
    return Template((FOLDER / file_name).read_text(encoding="utf-8")).substitute(words)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON text is a YAML text, whatever is in it
