"""Layouts of official forms: read from the dbt manifest, checked, written as forms.json.

Here: layout of every form model, merged heads. Not here: rows and figures (rows), paper (render).
Invariant: numbers are 1..n without gap, every column names its fact measure, a spanner is one unbroken run.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines.figures.levels import LEVELS, with_levels
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest

CHART_KINDS = ("bars", "stacked", "periods")
_REQUIRED = ("form_id", "number", "title", "unit_of_measure", "streams", "keys")


@dataclass(frozen=True)
class LayoutColumn:
    """One numbered column: its place, its head path from the top, and the fact measure it sums (None in the stub).

    A percentage is the sum of `source` over the sum of `whole`. A column that is not the office's to fill (the
    province writes it) has no `source` and no figures: it prints empty, which is not 0.
    """

    name: str
    number: int
    head: tuple[str, ...]
    source: str | None = None
    whole: str | None = None
    # A note that is no line below the form: words alone tell it.
    is_printed: bool = True
    # For a zero to be a count (yml): one of some columns of files or notes; asked while a note of `untold` is not zero.
    needs: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()

    @property
    def measure(self) -> str:
        """Name of the summed fact column."""
        return (self.source or "").rpartition(".")[2]


@dataclass(frozen=True)
class Ratio:
    """A percentage every row of a form has beside its columns: sum of `parts` over sum of `whole` (measures)."""

    name: str
    parts: tuple[str, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True)
class ChartLayout:
    """A chart of a form's figures: kind bars, stacked (a line a row of the form) or periods (the total over periods);
    `values` are names of columns, or of one ratio.
    """

    chart_id: str
    kind: str
    title: str
    values: tuple[str, ...]
    # Printed in the packet that is sent.
    is_sent: bool = False
    # Which rows of the form are its lines: row or section.
    rows: str = "row"


@dataclass(frozen=True)
class FormLayout:
    """The layout of one form, as paper needs it."""

    form_id: str
    model: str
    number: str
    title: str
    unit_of_measure: str
    zero_display: str
    stub: tuple[LayoutColumn, ...]
    columns: tuple[LayoutColumn, ...]
    notes: tuple[LayoutColumn, ...]
    ratios: tuple[Ratio, ...]
    headline: tuple[tuple[str, str], ...]
    streams: tuple[str, ...]
    charts: tuple[ChartLayout, ...] = ()
    # Label → column or ratio of the total row, for the table that compares periods.
    compare: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    # A form of the circular: sent unless the office says otherwise; name of its sheet; place among the kept.
    is_sent: bool = False
    tab: str = ""
    kept_order: int = 0
    # Sources (fact.measure) that are known of a unit that has not sent: what it owes.
    duties: frozenset[str] = frozenset()

    @classmethod
    def of(cls, layout: dict[str, Any]) -> FormLayout:
        """Return the layout of one entry of forms.json."""
        return cls(
            form_id=layout["form_id"],
            model=layout["model"],
            number=layout["number"],
            title=layout["title"],
            unit_of_measure=layout["unit_of_measure"],
            zero_display=str(layout.get("zero_display", "0")),
            stub=tuple(_column(item) for item in layout["stub"]),
            columns=tuple(
                _column(item)
                for item in sorted([*layout["columns"], *layout.get("unfilled", [])], key=lambda item: item["number"])
            ),
            notes=tuple(
                LayoutColumn(item["name"], 0, (item["label"],), item["from"], None, item.get("is_printed", True))
                for item in layout.get("notes", [])
            ),
            ratios=tuple(
                Ratio(name, tuple(ratio["parts"]), tuple(ratio["whole"])) for name, ratio in layout["ratios"].items()
            ),
            headline=tuple(layout["headline"].items()),
            streams=tuple(layout["streams"]),
            charts=tuple(_chart(chart_id, item) for chart_id, item in layout.get("charts", {}).items()),
            compare=tuple(layout.get("compare", {}).items()),
            keys=tuple(layout.get("keys", ())),
            is_sent=bool(layout.get("is_sent")),
            tab=sheet_name(layout),
            kept_order=int(layout.get("kept_order", 0)),
            duties=frozenset(
                f"{name}.{measure}"
                for name, fact in layout.get("facts", {}).items()
                for measure in fact.get("duties", ())
            ),
        )


@dataclass(frozen=True)
class HeadCell:
    """One cell of a form's head: its text, its top left place and how many rows and columns it spans."""

    text: str
    row: int
    column: int
    row_span: int
    column_span: int


def head_cells(columns: tuple[LayoutColumn, ...]) -> tuple[HeadCell, ...]:
    """Return the head's cells from left to right, top to bottom; equal neighbouring heads become a spanner."""
    depth = max(len(column.head) for column in columns)
    cells = list(_cells(list(enumerate(columns)), 0, depth))
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def _cells(columns: list[tuple[int, LayoutColumn]], level: int, depth: int) -> Iterator[HeadCell]:
    for text, run in groupby(columns, key=lambda item: item[1].head[level]):
        members = list(run)
        below = [item for item in members if len(item[1].head) > level + 1]
        span = 1 if below else depth - level
        yield HeadCell(text, level, members[0][0], span, len(members))
        if below:
            yield from _cells(below, level + 1, depth)


def layouts_from_manifest(
    manifest: dict[str, Any], on: dt.date | None = None, levels: Mapping[str, str] = LEVELS
) -> dict[str, dict[str, Any]]:
    """Return the layouts of all form models of a dbt manifest, by form id (the content of forms.json).

    Args:
        manifest: dbt's manifest.json.
        on: a day that chooses between models of one form id: the one in force, else the one nearest in time; None: the
            newest.
            A form with one layout is printed with it, whatever the day (older files have no other form).
        levels: kind of unit that decides → name of its level of government.

    Raises:
        OfficeError: a form model's yml is incomplete or inconsistent; the message names model and fault.
    """
    models = [node for node in manifest["nodes"].values() if node.get("resource_type") == "model"]
    metas = {node["name"]: {**_meta(node), "streams_behind": _streams_behind(manifest, node)} for node in models}
    found = [_layout(node, metas[node["name"]], metas) for node in models if "form_id" in metas[node["name"]]]
    chosen: dict[str, dict[str, Any]] = {}
    for layout in sorted(found, key=lambda item: (item["form_id"], item["valid_from"] or "")):
        _check(layout)
        other = chosen.get(layout["form_id"])
        if other and _overlap(other, layout):
            raise OfficeError(
                f"Hai mô hình {other['model']} và {layout['model']} cùng là biểu {layout['form_id']} một lúc."
            )
        if other is None or on is None or (layout["valid_from"] or "") <= on.isoformat():
            chosen[layout["form_id"]] = with_levels(layout, levels)
    return chosen


def printed_layouts(
    manifest: dict[str, Any], enabled: Sequence[str] | None, on: dt.date, levels: Mapping[str, str] = LEVELS
) -> dict[str, dict[str, Any]]:
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
    layouts = layouts_from_manifest(manifest, on, levels)
    unknown = [name for name in enabled or () if name not in layouts]
    if unknown:
        raise OfficeError(f"office.yaml, forms_enabled: không có biểu «{unknown[0]}»{nearest(unknown[0], layouts)}")
    asked = {
        name: layout
        for name, layout in layouts.items()
        if (layout["is_enabled"] if enabled is None else name in enabled)
    }
    in_force = {name for name, layout in asked.items() if _is_in_force(layout, on)}
    covered = {stream for name in in_force for stream in asked[name]["streams"]}
    return {
        name: layout
        for name, layout in asked.items()
        if name in in_force or (_is_to_come(layout, on) and not covered.intersection(layout["streams"]))
    }


def _is_in_force(layout: dict[str, Any], on: dt.date) -> bool:
    return (layout["valid_from"] or "") <= on.isoformat() and (
        layout["valid_to"] is None or layout["valid_to"] >= on.isoformat()
    )


def _is_to_come(layout: dict[str, Any], on: dt.date) -> bool:
    return (layout["valid_from"] or "") > on.isoformat()


def _overlap(earlier: dict[str, Any], later: dict[str, Any]) -> bool:
    return earlier["valid_to"] is None or earlier["valid_to"] >= (later["valid_from"] or "")


def load_layouts(path: Path) -> dict[str, dict[str, Any]]:
    """Return the layouts a report was printed with (its forms.json)."""
    return json.loads(path.read_text(encoding="utf-8"))


def sheet_name(layout: Mapping[str, Any]) -> str:
    """Return what a form is called for those who read it: the name of its sheet (a layout older than that: its id)."""
    return str(layout.get("tab") or layout["form_id"])


def short_name(layout: dict[str, Any]) -> str:
    """Return the name a form has in short codes (meta `short`; a layout older than that: its id, bare)."""
    return layout.get("short") or re.sub("[^0-9a-z]", "", layout["form_id"].lower())


def facts_of(layout: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the facts the cells of a form sum, by name, with what the layout says of each; the declared one too."""
    declared = layout.get("declared")
    return {**layout["facts"], **({declared["fact"]: declared} if declared else {})}


def _meta(item: dict[str, Any]) -> dict[str, Any]:
    return {**item.get("meta", {}), **item.get("config", {}).get("meta", {})}


def _layout(node: dict[str, Any], meta: dict[str, Any], metas: dict[str, dict[str, Any]]) -> dict[str, Any]:
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
                **{key: list(item[key]) for key in ("needs", "untold") if key in item},
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


def _check(layout: dict[str, Any]) -> None:
    name = f"Mô hình {layout['model']}"
    figures = sorted([*layout["columns"], *layout["unfilled"]], key=lambda item: item["number"])
    columns = [*layout["stub"], *figures]
    numbers = [item["number"] for item in columns]
    if numbers != list(range(1, len(columns) + 1)):
        raise OfficeError(f"{name}: số cột phải là 1 đến {len(columns)}, không khuyết, cột chỉ mục trước: {numbers}.")
    heads = [tuple(item["head"]) for item in columns]
    if not all(heads) or len(set(heads)) != len(heads):
        raise OfficeError(f"{name}: mỗi cột cần một đầu cột riêng.")
    for item in [*layout["columns"], *layout["notes"]]:
        fact, _, measure = str(item["from"]).partition(".")
        if not fact.startswith("fct_") or not measure:
            raise OfficeError(f"{name}: cột {item['name']} phải lấy từ fct_….<số đo>, không phải «{item['from']}».")
        if (item.get("type") == "percent") != bool(item.get("of")):
            raise OfficeError(f"{name}: cột tỷ lệ {item['name']} phải có from (tử số) và of (mẫu số).")
        if item.get("of") and str(item["of"]).partition(".")[0] != fact:
            raise OfficeError(f"{name}: tử số và mẫu số của cột tỷ lệ {item['name']} phải cùng một bảng fct_….")
    _check_spanners(name, heads)
    _check_charts(name, layout)
    named = {item["name"] for item in layout["columns"]} | set(layout["ratios"])
    unknown = [column for column in layout["compare"].values() if column not in named]
    if unknown:
        raise OfficeError(f"{name}: compare gọi cột không có: {', '.join(unknown)}.")
    if not re.fullmatch("[0-9a-z]*", layout["short"]):
        raise OfficeError(f"{name}: short «{layout['short']}» chỉ gồm chữ thường không dấu và chữ số.")


def _check_charts(name: str, layout: dict[str, Any]) -> None:
    known = {item["name"] for item in layout["columns"]} | set(layout["ratios"])
    for chart_id, chart in layout["charts"].items():
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


def _chart(chart_id: str, item: dict[str, Any]) -> ChartLayout:
    values, rows = tuple(item["values"]), item.get("rows", "row")
    return ChartLayout(chart_id, item["kind"], item["title"], values, bool(item.get("sent")), rows)


def _column(item: dict[str, Any]) -> LayoutColumn:
    needs, untold = (frozenset(item.get(name, ())) for name in ("needs", "untold"))
    place = (item["name"], item["number"], tuple(item["head"]), item.get("from"), item.get("of"))
    return LayoutColumn(*place, needs=needs, untold=untold)
