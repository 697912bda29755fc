"""JSON of the national synchronisation packet, or any JSON that is a list of records.

Here: finding the list of records, one row each under the names of their fields. Not here: what the fields mean.
Invariant: record n is row n + 1 (row 1 holds the field names); every value is the text of the file, digit by digit.
"""

from __future__ import annotations

import json
from typing import Any

from pipelines.ingest.sheet import Grid, Sheet
from pipelines.ingest.sniff import Refused

_EXPORT_AGAIN = "Kết xuất lại gói đồng bộ rồi gửi lại."
_LIST = "(danh sách)"
_DEEPEST = 4


def looks_like_json(text: str) -> bool:
    """Tell JSON of objects from a text table."""
    start = text[:4000].lstrip("\ufeff \t\r\n")
    return start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in "{]")


def json_grid(text: str) -> Grid:
    """Return the records of a JSON text as one table; a field inside a field is named by its path.

    Raises:
        Refused: broken or cut JSON, a field given twice, or no list of records.
    """
    try:
        content = json.loads(
            text.lstrip("\ufeff"), parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise Refused(f"Tệp JSON bị hỏng hoặc bị cắt ở dòng {error.lineno}.", _EXPORT_AGAIN) from error
    except RecursionError as error:
        raise Refused("Tệp JSON lồng quá sâu, không an toàn.", _EXPORT_AGAIN) from error
    records = [_flat(record) for record in _records(content)]
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [[record.get(name, "") for name in names] for record in records]
    return Grid("json", [Sheet(None, [list(names), *rows], 0, 0, has_filter=False)])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build one object; a field given twice would lose a value."""
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused(f"Tệp JSON ghi một trường hai lần trong một bản ghi: {', '.join(twice)}.", _EXPORT_AGAIN)
    return dict(pairs)


def _records(content: Any) -> list[dict[str, Any]]:
    """Return the list of objects: the whole, or the longest one under the packet's names; one object is one record."""
    found = _lists(content, 0)
    if found:
        return max(found, key=len)
    if isinstance(content, dict) and not any(isinstance(value, dict | list) for value in content.values()):
        return [content]
    raise Refused("Tệp JSON không có danh sách bản ghi.", _EXPORT_AGAIN)


def _lists(content: Any, depth: int) -> list[list[dict[str, Any]]]:
    if isinstance(content, list):
        return [content] if content and all(isinstance(item, dict) for item in content) else []
    if not isinstance(content, dict) or depth > _DEEPEST:
        return []
    return [found for value in content.values() for found in _lists(value, depth + 1)]


def _flat(record: dict[str, Any], above: str = "") -> dict[str, object]:
    cells: dict[str, object] = {}
    for name, value in record.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            cells |= _flat(value, f"{path} / ")
        elif isinstance(value, list):
            cells[path] = _LIST if value else ""
        elif isinstance(value, bool):
            cells[path] = "true" if value else "false"
        else:
            cells[path] = "" if value is None else value
    return cells
