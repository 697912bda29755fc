"""Names of the levels of government in the texts of a layout: heads, title, headline.

Here: the names a layout may call, {city} and {ward}, filled in. Not here: which levels there are on a day
(reference/sections.csv), layouts.
Invariant: a layout without such a name is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# As they were before 01/7/2025; an office says its own in reference/sections.csv.
LEVELS = {"city": "cấp huyện", "ward": "cấp xã"}


def level_name(section_label: str) -> str:
    """Return the level of government the label of a section names: TTHC thuộc thẩm quyền giải quyết của cấp xã."""
    return section_label.rpartition(" của ")[2]


def with_levels(entry: dict[str, Any], levels: Mapping[str, str]) -> dict[str, Any]:
    """Return an entry of forms.json with the names of the levels in its texts.

    A column another authority fills is left out where the office's own column has its name: with two levels of
    government there is no third one to write it.

    Args:
        entry: a layout whose texts may hold {city} and {ward}.
        levels: kind of unit that decides → name of its level of government.
    """
    names = {**LEVELS, **levels}

    def named(text: str) -> str:
        for kind, name in names.items():
            text = text.replace(f"{{{kind}}}", name)
        return text

    def headed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**item, "head": [_capital(part, named(part)) for part in item["head"]]} for item in items]

    columns = headed(entry["columns"])
    own = [item["head"] for item in columns]
    return {
        **entry,
        "title": named(entry["title"]),
        "headline": {label: named(text) for label, text in entry["headline"].items()},
        "columns": columns,
        "unfilled": [item for item in headed(entry["unfilled"]) if item["head"] not in own],
    }


def _capital(written: str, named: str) -> str:
    return named[:1].upper() + named[1:] if re.match(r"\{", written) else named
