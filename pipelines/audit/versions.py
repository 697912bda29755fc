"""The versions of a period side by side: provisional, final, corrected, and what changed between them.

Here: headline figures of each version, differences, files received since the version before, from manifests.
Not here: which dossiers moved (diff). Invariant: reads issued folders only; names what manifests cannot show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from string import Formatter
from typing import Any

from pipelines.figures.layout import load_layouts
from pipelines.figures.model import figure_id
from pipelines.figures.text import RATE_DECIMALS, format_count, format_day, format_rate, rate
from pipelines.figures.version import ISSUE_KINDS
from pipelines.warehouse.issued import Issued


@dataclass(frozen=True)
class Change:
    """One headline figure in a version, and in the version before (None in the first one, or where it had no such)."""

    label: str
    is_rate: bool
    value: Decimal | None
    before: Decimal | None

    @property
    def text(self) -> str:
        """The figure, with the difference from the version before and its share."""
        if self.before is None or self.value is None or self.value == self.before:
            return self._plain(self.value)
        difference = self.value - self.before
        sign = "+" if difference > 0 else "−"
        if self.is_rate:
            return f"{self._plain(self.value)} ({sign}{format_rate(abs(difference), sign='')} điểm %)"
        share = (
            f"; {sign}{format_rate(rate(int(abs(difference)), int(self.before), RATE_DECIMALS))}" if self.before else ""
        )
        return f"{self._plain(self.value)} ({sign}{format_count(int(abs(difference)))}{share})"

    def _plain(self, value: Decimal | None) -> str:
        if value is None:
            return "–"
        return format_rate(value) if self.is_rate else format_count(int(value))


@dataclass(frozen=True)
class Revision:
    """One version in the revision table."""

    issued: Issued
    title: str
    as_of: str
    received_by: str
    forced: str
    changes: tuple[Change, ...]
    # Files in this version received after the moment of the version before: (unit, file).
    late: tuple[tuple[str, str], ...]
    share: str


def revisions(versions: list[Issued]) -> list[Revision]:
    """Return the revision table of a period's versions, oldest first."""
    found: list[Revision] = []
    before: Issued | None = None
    for issued in versions:
        found.append(_revision(issued, before))
        before = issued
    return found


def _revision(issued: Issued, before: Issued | None) -> Revision:
    record, manifest = issued.record(), issued.manifest()
    old = before.manifest() if before else None
    changes = tuple(_changes(issued, manifest, old))
    late = tuple(_late(manifest, old)) if old else ()
    number = record["printed"]["correction_no"]
    return Revision(
        issued=issued,
        title=f"{ISSUE_KINDS[issued.kind]}{f' lần {number}' if number else ''}",
        as_of=format_day(dt.date.fromisoformat(manifest["question"]["as_of"])),
        received_by=f"{dt.datetime.fromisoformat(manifest['question']['received_by']):%H:%M %d/%m/%Y}",
        forced=record["printed"]["forced"],
        changes=changes,
        late=late,
        share=_share(issued, before, any(item.value != item.before for item in changes), bool(late)) if before else "",
    )


def _changes(issued: Issued, manifest: dict[str, Any], old: dict[str, Any] | None) -> Iterator[Change]:
    scope = manifest["question"]["office_unit_id"]
    for label, form_id, column, is_rate in _headline(issued):
        name = figure_id(form_id, scope, "total", column)
        yield Change(label, is_rate, _value(manifest, name), _value(old, name) if old else None)


def _headline(issued: Issued) -> Iterator[tuple[str, str, str, bool]]:
    """Return the figures the layouts put into the summary: label, form id, column of the figure id, is a rate."""
    for form_id, layout in load_layouts(issued.folder / "forms.json").items():
        columns = {column.name: column for column in layout.figures}
        for label, text in layout.headline:
            for number, name in enumerate(part[1] for part in Formatter().parse(text) if part[1]):
                column = columns.get(name)
                noted = f"{label}: {_lower(column.head[-1])}" if number and column else label
                yield noted, form_id, column.code if column else name, column is None or bool(column.whole)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _value(manifest: dict[str, Any] | None, name: str) -> Decimal | None:
    value = (manifest or {}).get("figures", {}).get(name)
    return None if value is None else Decimal(str(value))


def _late(manifest: dict[str, Any], old: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for item in manifest["deliveries"]:
        if str(item["received_at"]) > str(old["question"]["received_by"]):
            yield item["unit_name"], item["file_name"]


def _share(issued: Issued, before: Issued, changed: bool, late: bool) -> str:
    """Return the share of the change that later files made, as far as two manifests can show.

    All of it when nothing but the files is different, none of it when no file is; else dossiers must be compared.
    """
    if not changed:
        return "không số nào trong bảng thay đổi"
    others = list(_other_differences(issued, before))
    if not late:
        return f"0%: không có tệp nhận sau bản trước; do {', '.join(others)}" if others else "0%"
    if not others:
        return "100%: chỉ khác ở tệp nhận sau bản trước"
    return f"một phần do tệp nhận sau, một phần do {', '.join(others)}; từng hồ sơ: kstt diff"


def _other_differences(issued: Issued, before: Issued) -> Iterator[str]:
    now, then = issued.record(), before.record()
    if now["ask"]["as_of"] != then["ask"]["as_of"]:
        yield "ngày tính số liệu khác"
    if now["ask"]["switches"] != then["ask"]["switches"]:
        yield "quy tắc đếm khác"
    if now["settings"] != then["settings"]:
        yield "thiết lập, danh mục khác"
    if now["software"] != then["software"] or now["versions"] != then["versions"]:
        yield "phần mềm khác"
    gone = {item["delivery_id"] for item in before.manifest()["deliveries"]}
    gone -= {item["delivery_id"] for item in issued.manifest()["deliveries"]}
    if gone and not set(now["receipts"]) - set(then["receipts"]):
        yield "tệp được rút"
