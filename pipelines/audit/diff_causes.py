"""What moved a record between two versions: a delivery, the as-of day, a rule, a table of the office, the software.

Here: the cause of one record's move, and where its rows were read. Not here: which records moved (diff).
Invariant: a cause is something that differs between the versions and touches the record; nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from pipelines.figures.text import format_day
from pipelines.office.settings import Switches

_Row = dict[str, Any]
# How officers call the tables a report rests on beside the files units send.
_TABLE_NAMES = {
    "unit": "đơn vị",
    "unit_alias": "tên gọi khác của đơn vị",
    "unit_successor": "sáp nhập, chia tách đơn vị",
    "field": "lĩnh vực",
    "procedure": "thủ tục",
    "section": "mục của biểu",
    "status": "trạng thái",
    "period": "kỳ báo cáo",
    "obligation": "đơn vị phải gửi",
    "calendar": "lịch ngày làm việc",
    "estimate": "số ước tính của cán bộ",
    "correction": "sửa số liệu của cán bộ",
    "prior_delivery": "bản chính thức kỳ trước",
    "prior_dossier": "bản chính thức kỳ trước",
    "prior_feedback": "bản chính thức kỳ trước",
    "prior_figure": "bản chính thức kỳ trước",
}
# Tables of `landed` about a question, files and people's words on them: they differ whenever a file came.
_NOT_REFERENCE = {
    "question",
    "delivery",
    "delivery_column",
    "issued_version",
    "sending",
    "claim",
    "acceptance",
    "rejected_row",
    "stream",
}


@dataclass(frozen=True)
class Cause:
    """Why a record moved: the kind of cause, and the sentence that names it."""

    kind: str
    text: str


class Causes:
    """Finds the cause of each record's move."""

    LATE: ClassVar[str] = "tệp nhận sau"
    FILE: ClassVar[str] = "tệp khác"
    GONE: ClassVar[str] = "tệp bị thay hoặc rút"
    DAY: ClassVar[str] = "ngày chốt số liệu"
    RULE: ClassVar[str] = "quy tắc đếm"
    TABLE: ClassVar[str] = "bảng danh mục"
    DERIVED: ClassVar[str] = "số tính từ các bản ghi khác"
    SOFTWARE: ClassVar[str] = "cách tính của phần mềm"

    def __init__(
        self,
        rows: Callable[..., list[_Row]],
        tables: set[tuple[str, str]],
        question: dict[str, _Row],
        old_name: str,
    ) -> None:
        """Read what differs between the versions as a whole: files, day, rules, tables."""
        self._rows = rows
        self._has_fates = all((side, "int_row_fate") in tables for side in ("old", "new"))
        self._question = question
        self._old_name = old_name
        self._deliveries = {
            side: {row["delivery_id"]: row for row in rows(f"select * from {side}.landed.delivery")}
            for side in ("old", "new")
        }
        self._units = {
            row["unit_id"]: row["name_vi"]
            for side in ("old", "new")
            for row in rows(f"select unit_id, name_vi from {side}.landed.unit order by valid_from nulls first")
        }
        self._general = [*self._day(), *self._rules(), *self._tables()]
        self._delivered: dict[str, dict[str, set[str]]] = {}

    def look_up(self, records: set[str]) -> None:
        """Remember which deliveries show some records, in either version (table `wanted` is rewritten)."""
        self._delivered = {"old": defaultdict(set), "new": defaultdict(set)}
        if not self._has_fates:
            return
        self._rows("create or replace temp table wanted (record varchar)")
        self._rows("insert into wanted select unnest(?)", [sorted(records)])
        for side in ("old", "new"):
            for row in self._rows(f"""
                select distinct f.record_code, f.delivery_id from {side}.int_row_fate as f
                inner join wanted on f.record_code = wanted.record"""):
                self._delivered[side][row["record_code"]].add(row["delivery_id"])

    def of(self, record: str, before: _Row | None, after: _Row | None) -> Cause:
        """Return the cause of one record's move: first the files that show it, then what holds for the whole report."""
        causes = [*self._files(record, before, after), *self._general]
        if not causes and not any(row and row.get("delivery_id") for row in (before, after)):
            return Cause(self.DERIVED, "số ước tính được tính lại từ các bản ghi đã đổi")
        if not causes:
            return Cause(self.SOFTWARE, "phiên bản phần mềm hoặc cách tính khác (tệp, ngày chốt, quy tắc như nhau)")
        return Cause(causes[0].kind, "; ".join(cause.text for cause in causes))

    def source(self, row: _Row | None, side: str) -> str:
        """Return where a fact row was read: file, sheet, row; empty without a row."""
        if row is None:
            return ""
        if row["delivery_id"] is None:
            return str(row.get("source_file") or "")
        delivery = self._deliveries[side].get(row["delivery_id"], {})
        sheet = f", trang {row['source_sheet']}" if row.get("source_sheet") else ""
        return f"{delivery.get('file_name', row.get('source_file'))}{sheet}, dòng {row.get('source_row')}"

    def _files(self, record: str, before: _Row | None, after: _Row | None) -> list[Cause]:
        shown = {
            side: self._delivered[side].get(record) or ({row["delivery_id"]} - {None} if row else set())
            for side, row in (("old", before), ("new", after))
        }
        entered, left = shown["new"] - shown["old"], shown["old"] - shown["new"]
        causes = []
        if entered:
            speaks = after["delivery_id"] if after and after["delivery_id"] in entered else None
            found = self._deliveries["new"]
            newest = speaks or max(entered, key=lambda name: (found[name]["received_at"], name))
            causes.append(self._entered(found[newest], left))
        causes += [self._left(self._deliveries["old"][name]) for name in sorted(left)] if not entered else []
        return causes

    def _entered(self, delivery: _Row, left: set[str]) -> Cause:
        replaced = [self._deliveries["old"][name] for name in sorted(left)]
        replaced = [row for row in replaced if delivery["kind"] == "replacement" and _same_place(row, delivery)]
        text = delivery_text(delivery, self._units)
        if replaced:
            text += f", thay tệp nhận {moment_text(replaced[-1]['received_at'])}"
        late = delivery["received_at"] > self._question["old"]["received_by"]
        return Cause(self.LATE if late else self.FILE, text)

    def _left(self, delivery: _Row) -> Cause:
        by = [
            row
            for row in self._deliveries["new"].values()
            if row["kind"] == "replacement"
            and _same_place(row, delivery)
            and row["delivery_id"] not in self._deliveries["old"]
        ]
        how = (
            f"bị thay bởi tệp nhận {moment_text(by[-1]['received_at'])}"
            if by
            else "không còn tính (bị rút hoặc từ chối)"
        )
        return Cause(self.GONE, f"{delivery_text(delivery, self._units)}, {how}")

    def _day(self) -> list[Cause]:
        old, new = self._question["old"], self._question["new"]
        if (old["as_of"], old["until_on"]) == (new["as_of"], new["until_on"]):
            return []
        return [Cause(self.DAY, f"ngày chốt {format_day(old['as_of'])} → {format_day(new['as_of'])}")]

    def _rules(self) -> list[Cause]:
        old, new = self._question["old"], self._question["new"]
        changed = switches_changed(old, new)
        noted = ", ".join(f"{name}: {switch_text(old.get(name))} → {switch_text(new.get(name))}" for name in changed)
        return [Cause(self.RULE, f"quy tắc {noted}")] if changed else []

    def _tables(self) -> list[Cause]:
        landed = [
            {row["table_name"] for row in self._rows(_LANDED_TABLES, [side])} - _NOT_REFERENCE
            for side in ("old", "new")
        ]
        streams = {delivery["stream"] for of in self._deliveries.values() for delivery in of.values()}
        for side in ("old", "new"):
            streams |= {row["stream"] for row in self._rows(f"select stream from {side}.landed.stream")}
        changed = [name for name in sorted((landed[0] & landed[1]) - streams) if self._differs(name)]
        names = dict.fromkeys(_TABLE_NAMES.get(name, name) for name in changed)
        return [Cause(self.TABLE, f"danh mục đã đổi: {', '.join(names)}")] if changed else []

    def _differs(self, table: str) -> bool:
        columns = [
            {row["column_name"] for row in self._rows(_LANDED_COLUMNS, [side, table])} for side in ("old", "new")
        ]
        names = ", ".join(f'"{name}"' for name in sorted(columns[0] & columns[1]))
        return any(
            self._rows(f"""
                select 1 from (
                    select {names} from {one}.landed.{table} except select {names} from {other}.landed.{table}
                ) limit 1""")
            for one, other in (("old", "new"), ("new", "old"))
        )


_LANDED_TABLES = "select table_name from duckdb_tables() where database_name = ? and schema_name = 'landed'"
_LANDED_COLUMNS = """
    select column_name from duckdb_columns() where database_name = ? and schema_name = 'landed' and table_name = ?"""


def delivery_text(delivery: _Row, units: dict[str, str]) -> str:
    """Return a delivered file as people speak of it: name, unit, when it came."""
    unit = units.get(delivery["unit_id"], delivery["unit_id"])
    return f"tệp «{delivery['file_name']}» của {unit}, nhận {moment_text(delivery['received_at'])}"


def moment_text(moment: dt.datetime) -> str:
    """Return a moment as it is written on paper."""
    return f"{moment:%H:%M} ngày {format_day(moment.date())}"


def _same_place(one: _Row, other: _Row) -> bool:
    return all(one[name] == other[name] for name in ("unit_id", "period_id", "stream"))


def switches_changed(old: _Row, new: _Row) -> list[str]:
    """Return the counting switches two questions (rows of landed.question) set differently."""
    names = [name for name in Switches.model_fields if name in old or name in new]
    return [name for name in names if old.get(name) != new.get(name)]


def switch_text(value: object) -> str:
    """Return the value of a switch as office.yaml writes it."""
    return "–" if value is None else str(value).lower()
