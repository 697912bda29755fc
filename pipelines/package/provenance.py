"""Where a report came from, as W3C PROV-JSON: files → readings → facts → figures → documents.

Here: entities, activities and derivations of one report. Not here: rows (the book, the evidence tables).
Invariant: every file, fact, form, figure and document of the report is an entity; no moment of writing is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.figures.layout import Layouts
from pipelines.figures.model import Delivery, ReportModel

PROVENANCE = "nguon-goc.prov.json"
_PREFIX = {"kstt": "urn:kstt:", "prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#"}


def write_provenance(folder: Path, model: ReportModel, layouts: Layouts, key: str, versions: Mapping[str, str]) -> None:
    """Write the provenance of a report into its folder, where its documents lie already."""
    graph = _Graph()
    count = graph.activity("count", "Đếm và lập biểu", {"kstt:khoa": key, "kstt:phien-ban": json.dumps(dict(versions))})
    for delivery in model.deliveries:
        graph.derived(f"reading/{delivery.delivery_id}", _file(graph, delivery), f"read/{delivery.delivery_id}")
    _facts(graph, model, layouts, count)
    office = graph.add("agent", "office", {"prov:type": "prov:Organization", "prov:label": model.office.name})
    graph.relate("wasAssociatedWith", {"prov:activity": count, "prov:agent": office})
    documents = [
        path.name for path in sorted(folder.iterdir()) if path.name.startswith(("bao-cao.", "luu-ho-so.", "bieu"))
    ]
    render = graph.activity("render", "Lập báo cáo", {})
    for name in documents:
        graph.add("entity", f"document/{name}", {"prov:label": name})
        graph.relate("wasGeneratedBy", {"prov:entity": f"kstt:document/{name}", "prov:activity": render})
        for form_id in model.forms:
            graph.derive(f"document/{name}", f"form/{form_id}")
    text = json.dumps({"prefix": _PREFIX, **graph.parts}, ensure_ascii=False, indent=0, sort_keys=True)
    (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8")


def _file(graph: _Graph, delivery: Delivery) -> str:
    """Add a delivered file and what was read of it; return the file."""
    file = f"file/{delivery.sha256}"
    graph.add("entity", file, {"prov:label": delivery.file_name, "kstt:sha256": delivery.sha256})
    reading = {"prov:label": f"{delivery.file_name}, {delivery.stream}", "kstt:don-vi": delivery.unit_id}
    counts = {"kstt:dong-doc-duoc": delivery.rows_typed, "kstt:dong-tra-lai": delivery.rows_rejected}
    graph.add("entity", f"reading/{delivery.delivery_id}", {**reading, **counts})
    return file


def _facts(graph: _Graph, model: ReportModel, layouts: Layouts, count: str) -> None:
    """Add facts with the readings they rest on, and forms with their figures and the facts they sum."""
    for form_id, form in model.forms.items():
        graph.add("entity", f"form/{form_id}", {"prov:type": "prov:Collection", "prov:label": form.layout.number})
        graph.relate("wasGeneratedBy", {"prov:entity": f"kstt:form/{form_id}", "prov:activity": count})
        for fact in layouts[form_id].summed.values():
            graph.add("entity", f"fact/{fact.name}", {"kstt:bang": f"evidence/{fact.evidence}.parquet"})
            graph.derive(f"form/{form_id}", f"fact/{fact.name}")
            for delivery in model.deliveries:
                if delivery.is_counted and delivery.stream in fact.streams:
                    graph.derive(f"fact/{fact.name}", f"reading/{delivery.delivery_id}")
    for name, figure in sorted(model.figures.items()):
        value = {} if figure.value is None else {"prov:value": str(figure.value)}
        graph.add("entity", f"figure/{name}", value)
        if name.partition("/")[0] in model.forms:
            member = {"prov:collection": f"kstt:form/{name.partition('/')[0]}", "prov:entity": f"kstt:figure/{name}"}
            graph.relate("hadMember", member)


class _Graph:
    """A PROV-JSON document being made."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, Any]] = {"entity": {}, "activity": {}, "agent": {}}
        self._seen: set[tuple[str, str]] = set()

    def add(self, kind: str, name: str, about: dict[str, Any]) -> str:
        self.parts[kind][f"kstt:{name}"] = about
        return f"kstt:{name}"

    def activity(self, name: str, label: str, about: dict[str, Any]) -> str:
        return self.add("activity", name, {"prov:label": label, **about})

    def derived(self, name: str, source: str, activity: str) -> None:
        self.activity(activity, "Đọc tệp", {})
        self.relate("used", {"prov:activity": f"kstt:{activity}", "prov:entity": f"kstt:{source}"})
        self.relate("wasGeneratedBy", {"prov:entity": f"kstt:{name}", "prov:activity": f"kstt:{activity}"})
        self.derive(name, source)

    def derive(self, name: str, source: str) -> None:
        if (name, source) not in self._seen:
            self._seen.add((name, source))
            self.relate("wasDerivedFrom", {"prov:generatedEntity": f"kstt:{name}", "prov:usedEntity": f"kstt:{source}"})

    def relate(self, kind: str, ends: dict[str, str]) -> None:
        relations = self.parts.setdefault(kind, {})
        relations[f"_:{kind}{len(relations) + 1}"] = ends
