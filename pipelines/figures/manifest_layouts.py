"""Layouts of official forms from the dbt manifest: read, checked, chosen for a day.

Here: the entry of forms.json each form model's yml gives. Not here: what a layout is (layout), rows and figures (rows).
Invariant: numbers are 1..n without gap, every column names its fact measure, a spanner is one unbroken run.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from pipelines.figures.layout import CHART_KINDS, FormLayout, layouts_of
from pipelines.figures.levels import LEVELS, with_levels
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest

_REQUIRED = ("form_id", "number", "title", "unit_of_measure", "streams", "keys")
_Entry = dict[str, Any]


def layouts_from_manifest(
    manifest: dict[str, Any], on: dt.date | None = None, levels: Mapping[str, str] = LEVELS
) -> dict[str, FormLayout]:
    """Return the layouts of all form models of a dbt manifest, by form id.

    Args:
        manifest: dbt's manifest.json.
        on: a day that chooses between models of one form id: the one in force, else the one nearest in time; None: the
            newest.
            A form with one layout is printed with it, whatever the day (older files have no other form).
        levels: kind of unit that decides → name of its level of government.

    Raises:
        OfficeError: a form model's yml is incomplete or inconsistent; the message names model and fault.
    """
    return layouts_of(_entries(manifest, on, levels))


def printed_layouts(
    manifest: dict[str, Any], enabled: Sequence[str] | None, on: dt.date, levels: Mapping[str, str] = LEVELS
) -> dict[str, FormLayout]:
    """Return the layouts a report prints, by form id: those of the forms asked for that are in force on a day.

    A form not yet in force is printed only where no form in force has a stream of its: a period older than the first
    form of its dossiers (files of years before) is printed with the nearest one.

    Args:
        manifest: dbt's manifest.json.
        enabled: ids of the forms to print (office.yaml forms_enabled); None for all but those whose model says that
            they are printed on demand only (meta `enabled: false`).
        on: last day of the period.
        levels: kind of unit that decides → name of its level of government.

    Raises:
        OfficeError: `enabled` names a form no model is, or a form model's yml is incomplete.
    """
    entries = _entries(manifest, on, levels)
    unknown = [name for name in enabled or () if name not in entries]
    if unknown:
        raise OfficeError(f"office.yaml, forms_enabled: không có biểu «{unknown[0]}»{nearest(unknown[0], entries)}")
    asked = {
        name: entry for name, entry in entries.items() if (entry["is_enabled"] if enabled is None else name in enabled)
    }
    in_force = {name for name, entry in asked.items() if _is_in_force(entry, on)}
    covered = {stream for name in in_force for stream in asked[name]["streams"]}
    return {
        name: FormLayout.of(entry)
        for name, entry in asked.items()
        if name in in_force or (_is_to_come(entry, on) and not covered.intersection(entry["streams"]))
    }


def _entries(manifest: dict[str, Any], on: dt.date | None, levels: Mapping[str, str]) -> dict[str, _Entry]:
    """Return the content of forms.json for all form models of a manifest, by form id."""
    models = [node for node in manifest["nodes"].values() if node.get("resource_type") == "model"]
    metas = {node["name"]: {**_meta(node), "streams_behind": _streams_behind(manifest, node)} for node in models}
    found = [_entry(node, metas[node["name"]], metas) for node in models if "form_id" in metas[node["name"]]]
    chosen: dict[str, _Entry] = {}
    for entry in sorted(found, key=lambda item: (item["form_id"], item["valid_from"] or "")):
        _check(entry)
        other = chosen.get(entry["form_id"])
        if other and _overlap(other, entry):
            raise OfficeError(
                f"Hai mô hình {other['model']} và {entry['model']} cùng là biểu {entry['form_id']} một lúc."
            )
        if other is None or on is None or (entry["valid_from"] or "") <= on.isoformat():
            chosen[entry["form_id"]] = with_levels(entry, levels)
    return chosen


def _is_in_force(entry: _Entry, on: dt.date) -> bool:
    return (entry["valid_from"] or "") <= on.isoformat() and (
        entry["valid_to"] is None or entry["valid_to"] >= on.isoformat()
    )


def _is_to_come(entry: _Entry, on: dt.date) -> bool:
    return (entry["valid_from"] or "") > on.isoformat()


def _overlap(earlier: _Entry, later: _Entry) -> bool:
    return earlier["valid_to"] is None or earlier["valid_to"] >= (later["valid_from"] or "")


def _meta(item: dict[str, Any]) -> dict[str, Any]:
    return {**item.get("meta", {}), **item.get("config", {}).get("meta", {})}


def _entry(node: dict[str, Any], meta: dict[str, Any], metas: dict[str, dict[str, Any]]) -> _Entry:
    model = node["name"]
    missing = [name for name in _REQUIRED if name not in meta]
    if missing:
        raise OfficeError(f"Mô hình {model}: thiếu {', '.join(missing)} trong meta.")
    columns = [(name, _meta(item)) for name, item in node["columns"].items()]
    numbered = sorted(((name, item) for name, item in columns if "number" in item), key=lambda pair: pair[1]["number"])
    return {
        "form_id": meta["form_id"],
        "short": str(meta.get("short", "")),
        "model": model,
        "number": meta["number"],
        "title": meta["title"],
        # What the form is prescribed by.
        "source": str(meta.get("source", "")),
        "unit_of_measure": meta["unit_of_measure"],
        "valid_from": _text(meta.get("valid_from")),
        "valid_to": _text(meta.get("valid_to")),
        "zero_display": str(meta.get("zero_display", "0")),
        # A form that is printed only by an office that asks for it (office.yaml forms_enabled) says enabled: false.
        "is_enabled": bool(meta.get("enabled", True)),
        # Printed in the packet that is sent (a form of the circular); name of its sheet; its place in the packet kept.
        "is_sent": bool(meta.get("sent", False)),
        "tab": str(meta.get("tab", meta["form_id"])),
        "kept_order": int(meta.get("kept_order", 0)),
        "facts": {
            name: {
                **_fact(model, name, metas),
                # Of the streams of the form, those this fact rests on; records of several streams pass one model.
                "streams": _streams_of(metas.get(name, {}), meta["streams"]),
                # Measures that are known of a unit that has not sent: what it owes.
                "duties": list(metas.get(name, {}).get("duties", [])),
            }
            for name in _fact_names(columns)
        },
        "streams": list(meta["streams"]),
        "ratios": dict(meta.get("ratios", {})),
        "headline": dict(meta.get("headline", {})),
        "charts": dict(meta.get("charts", {})),
        "compare": dict(meta.get("compare", {})),
        # A second fact summed in the same cells: figures no record is behind (estimates); None without one.
        "declared": _declared(model, meta, metas),
        "keys": list(meta["keys"]),
        "scopes": meta.get("scopes", "all"),
        "stub": [
            {"name": name, "number": item["number"], "head": _head(item)}
            for name, item in numbered
            if item.get("role") == "stub"
        ],
        "columns": [
            {
                "name": name,
                "number": item["number"],
                "head": _head(item),
                "from": item.get("from", ""),
                "of": item.get("of"),
                "type": item.get("type", "int"),
                **{key: list(item[key]) for key in ("needs", "unreported") if key in item},
            }
            for name, item in numbered
            if item.get("role") not in ("stub", "unfilled")
        ],
        # Columns another authority fills: no fact is behind them, they print empty.
        "unfilled": [
            {"name": name, "number": item["number"], "head": _head(item)}
            for name, item in numbered
            if item.get("role") == "unfilled"
        ],
        # Measures printed below the form, and only when not zero (a column some switches open).
        "notes": [
            {"name": name, "label": item["note"], "from": item["from"], "is_printed": item.get("is_printed", True)}
            for name, item in columns
            if "note" in item
        ],
    }


def _streams_of(fact: dict[str, Any], asked: Sequence[str]) -> list[str]:
    return [item for item in fact.get("streams", fact["streams_behind"]) if item in asked]


def _streams_behind(manifest: dict[str, Any], node: dict[str, Any]) -> list[str]:
    """Return the streams a model rests on, through the models before it."""
    open_ids, seen = list(node.get("depends_on", {}).get("nodes", [])), set()
    while open_ids:
        name = open_ids.pop()
        if name not in seen:
            seen.add(name)
            open_ids += manifest["nodes"].get(name, {}).get("depends_on", {}).get("nodes", [])
    return sorted(name.rpartition(".stg_")[2] for name in seen if ".stg_" in name)


def _fact_names(columns: list[tuple[str, dict[str, Any]]]) -> list[str]:
    sources = [str(item[part]) for _, item in columns for part in ("from", "of") if item.get(part)]
    return sorted({source.partition(".")[0] for source in sources})


def _fact(form: str, fact: str, metas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the trace needs of a fact table: its key, its scope bridge, how a row is shown."""
    meta = metas.get(fact, {})
    missing = [name for name in ("key", "scope", "trace", "evidence") if name not in meta]
    if missing:
        raise OfficeError(f"Mô hình {form}: bảng {fact} thiếu {', '.join(missing)} trong meta.")
    return {name: meta[name] for name in ("key", "scope", "trace", "evidence")}


def _declared(form: str, meta: dict[str, Any], metas: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    fact = meta.get("declared")
    return {"fact": fact, **_fact(form, fact, metas)} if fact else None


def _check(entry: _Entry) -> None:
    name = f"Mô hình {entry['model']}"
    figures = sorted([*entry["columns"], *entry["unfilled"]], key=lambda item: item["number"])
    columns = [*entry["stub"], *figures]
    numbers = [item["number"] for item in columns]
    if numbers != list(range(1, len(columns) + 1)):
        raise OfficeError(f"{name}: số cột phải là 1 đến {len(columns)}, không khuyết, cột chỉ mục trước: {numbers}.")
    heads = [tuple(item["head"]) for item in columns]
    if not all(heads) or len(set(heads)) != len(heads):
        raise OfficeError(f"{name}: mỗi cột cần một đầu cột riêng.")
    for item in [*entry["columns"], *entry["notes"]]:
        fact, _, measure = str(item["from"]).partition(".")
        if not fact.startswith("fct_") or not measure:
            raise OfficeError(f"{name}: cột {item['name']} phải lấy từ fct_….<số đo>, không phải «{item['from']}».")
        if (item.get("type") == "percent") != bool(item.get("of")):
            raise OfficeError(f"{name}: cột tỷ lệ {item['name']} phải có from (tử số) và of (mẫu số).")
        if item.get("of") and str(item["of"]).partition(".")[0] != fact:
            raise OfficeError(f"{name}: tử số và mẫu số của cột tỷ lệ {item['name']} phải cùng một bảng fct_….")
    _check_spanners(name, heads)
    _check_charts(name, entry)
    named = {item["name"] for item in entry["columns"]} | set(entry["ratios"])
    unknown = [column for column in entry["compare"].values() if column not in named]
    if unknown:
        raise OfficeError(f"{name}: compare gọi cột không có: {', '.join(unknown)}.")
    if not re.fullmatch("[0-9a-z]*", entry["short"]):
        raise OfficeError(f"{name}: short «{entry['short']}» chỉ gồm chữ thường không dấu và chữ số.")


def _check_charts(name: str, entry: _Entry) -> None:
    known = {item["name"] for item in entry["columns"]} | set(entry["ratios"])
    for chart_id, chart in entry["charts"].items():
        if chart.get("kind") not in CHART_KINDS or not chart.get("title") or not chart.get("values"):
            raise OfficeError(f"{name}: biểu đồ {chart_id} cần kind ({', '.join(CHART_KINDS)}), title và values.")
        unknown = [value for value in chart["values"] if value not in known]
        if unknown:
            raise OfficeError(f"{name}: biểu đồ {chart_id} gọi cột không có: {', '.join(unknown)}.")


def _check_spanners(name: str, heads: list[tuple[str, ...]]) -> None:
    for level in range(1, max(len(head) for head in heads)):
        runs = [prefix for prefix, _ in groupby(heads, key=lambda head: head[:level]) if len(prefix) == level]
        broken = {prefix for prefix in runs if runs.count(prefix) > 1}
        shared = {prefix for prefix in runs if prefix in heads and sum(head[:level] == prefix for head in heads) > 1}
        if broken or shared:
            path = " / ".join(min(broken | shared))
            raise OfficeError(f"{name}: đầu cột «{path}» bị ngắt quãng, hoặc vừa là cột vừa là nhóm cột.")


def _head(item: dict[str, Any]) -> list[str]:
    return [str(part) for part in item.get("head", [])]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
