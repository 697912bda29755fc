"""Two versions of a period: every cell that changed, and the records that entered, left or changed behind it.

Here: pairing rows and columns of two reports, the comparison as values. Not here: the records behind a cell
(diff_records), causes (diff_causes), words of a command (diff_text), paper (render).
Invariant: both reports are only read; forms and facts are known by forms.json alone; the changes of a cell's records
add up to the change of the cell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.audit.diff_causes import Causes, moment_text, switch_text, switches_changed
from pipelines.audit.diff_records import Cell, Records, Version
from pipelines.figures.comparison import CellRecord, ChangedCell, Comparison, MovedRecord, Value
from pipelines.figures.layout import FormLayout, LayoutColumn
from pipelines.figures.text import format_count, format_day, format_rate
from pipelines.office.errors import OfficeError
from pipelines.office.sql import sql_text
from pipelines.warehouse.foreign import check_database

_KEY_LENGTH = 8
_SHOWN_REASONS = 4  # reasons of one cell the annex prints

_Row = dict[str, Any]
_Identity = tuple[Any, ...]


def compare(old: Version, new: Version) -> Comparison:
    """Return all that differs between two versions of one period.

    Raises:
        OfficeError: a folder is no finished report, or the two are of different periods.
    """
    for version in (old, new):
        if not (version.folder / "manifest.json").is_file():
            raise OfficeError(f"{version.folder} không phải thư mục của một báo cáo đã lập.")
        check_database(version.folder / "warehouse.duckdb")
    with duckdb.connect() as connection:
        for alias, version in (("old", old), ("new", new)):
            connection.execute(f"attach {sql_text(version.folder / 'warehouse.duckdb')} as {alias} (read_only)")
        return _Comparer(connection, old, new).comparison()


class _Comparer:
    """One comparison under way; databases are attached as `old` and `new`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, old: Version, new: Version) -> None:
        self.connection = connection
        self.versions = {"old": old, "new": new}
        self.tables = {
            (row["side"], row["name"])
            for row in self.rows("select database_name as side, table_name as name from duckdb_columns() group by all")
        }
        self.records = Records(connection, self.rows, self.versions, self.tables)
        self.question = {side: self.rows(f"select * from {side}.landed.question")[0] for side in ("old", "new")}
        if self.question["old"]["period_id"] != self.question["new"]["period_id"]:
            raise OfficeError(
                f"Hai báo cáo khác kỳ: {self.question['old']['period_id']} và {self.question['new']['period_id']}."
            )
        self.unit_names = {
            row["unit_id"]: row["name_vi"]
            for side in ("old", "new")
            for row in self.rows(f"select unit_id, name_vi from {side}.landed.unit order by valid_from nulls first")
        }

    def rows(self, query: str, values: Iterable[Any] = ()) -> list[_Row]:
        """Return the rows of a query as dicts."""
        result = self.connection.execute(query, list(values))
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, found, strict=True)) for found in result.fetchall()]

    def comparison(self) -> Comparison:
        """Return the whole comparison."""
        every = [cell for form_id in self._form_ids() for cell in self._cells(form_id)]
        behind = self.records.behind([cell for cell in every if cell.old != cell.new])
        exchanged = self.records.exchanged(cell for cell in every if cell.old == cell.new)
        moved = self._moved({(fact, found.record) for _, of in (*behind, *exchanged) for fact, found in of})
        cells = [self._finished(cell, of, moved) for cell, of in behind]
        causes = Counter(record.kind for record in moved.values())
        old, new = (self.versions[side].name for side in ("old", "new"))
        return Comparison(
            title=f"So sánh số liệu {self.question['new']['period_label']}: {old} và {new}",
            period_id=self.question["new"]["period_id"],
            period_label=self.question["new"]["period_label"],
            day=self.question["new"]["until_on"],
            office_name=self.unit_names.get(self.question["new"]["office_unit_id"], ""),
            office_scope=self.question["new"]["office_unit_id"],
            old_name=old,
            new_name=new,
            heading=tuple(self._heading()),
            keys=(self.versions["old"].key, self.versions["new"].key),
            deliveries=tuple(self._deliveries()),
            cells=tuple(cells),
            exchanged=tuple(self._finished(cell, of, moved) for cell, of in exchanged),
            moved=tuple(sorted(moved.values(), key=lambda record: (record.name, record.record))),
            causes=tuple(causes.most_common()),
            late_share=self._late_share(moved),
            folders=(str(self.versions["old"].folder), str(self.versions["new"].folder)),
            issues=(self.versions["old"].issue, self.versions["new"].issue),
            sent_forms=tuple(name for name, item in self.versions["new"].layouts.items() if item.is_sent),
        )

    # --- cells -----------------------------------------------------------------------------------------------------

    def _form_ids(self) -> list[str]:
        found = {**self.versions["old"].layouts, **self.versions["new"].layouts}
        return sorted(found)

    def _cells(self, form_id: str) -> Iterator[Cell]:
        """Yield the cells of a form; rows are paired by their keys, columns by their names."""
        layouts = {side: version.layouts.get(form_id) for side, version in self.versions.items()}
        layout = layouts["new"] or layouts["old"]
        assert layout is not None
        by_name = {column.name: column for found in layouts.values() if found for column in found.cells}
        both = {side: self._form_rows(side, layouts[side], layout.keys) for side in ("old", "new")}
        for identity in [*both["new"], *(name for name in both["old"] if name not in both["new"])]:
            before, after = both["old"].get(identity), both["new"].get(identity)
            for column in by_name.values():
                yield Cell(layout, column, after or before or {}, _value(before, column), _value(after, column))

    def _form_rows(self, side: str, layout: FormLayout | None, keys: tuple[str, ...]) -> dict[_Identity, _Row]:
        if layout is None:
            return {}
        found = {}
        for row in self.rows(f"select * from {side}.{layout.model} order by scope_id, row_order"):
            # A layout of other keys has other rows: then the printed code is all that can be compared.
            place = tuple(row[key] for key in keys) if layout.keys == keys else (row["row_code"],)
            found[(row["scope_id"], row["row_kind"], *place)] = row
        return found

    # --- records ---------------------------------------------------------------------------------------------------

    def _moved(self, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], MovedRecord]:
        """Return each record that moved, by fact and record: both places, both reasons, the cause."""
        causes = Causes(self.rows, self.tables, self.question, self.versions["old"].name)
        moved = {}
        by_fact: dict[str, set[str]] = defaultdict(set)
        for fact, record in wanted:
            by_fact[fact].add(record)
        for fact, records in sorted(by_fact.items()):
            both = {side: self._fact_rows(side, fact, records) for side in ("old", "new")}
            places = {side: self._places(side, fact) for side in ("old", "new")}
            facts = {side: self.records.fact(side, fact) for side in ("old", "new")}
            shown = {side: found.trace if found else {} for side, found in facts.items()}
            trace = shown["new"] or shown["old"]
            names = {
                record: str((both["new"].get(record) or both["old"].get(record) or {}).get(trace["subject"]) or record)
                for record in records
            }
            causes.look_up(set(names.values()))
            for record in records:
                before, after = both["old"].get(record), both["new"].get(record)
                cause = causes.of(names[record], before, after)
                unit = (after or before or {}).get(trace["unit"])
                moved[fact, record] = MovedRecord(
                    record=record,
                    name=names[record],
                    unit=self.unit_names.get(unit, str(unit or "")),
                    old_place=_place_text(before, places["old"]),
                    new_place=_place_text(after, places["new"]),
                    old_reason=_reason_text(before, shown["old"]),
                    new_reason=_reason_text(after, shown["new"]),
                    old_source=causes.source(before, "old"),
                    new_source=causes.source(after, "new"),
                    cause=cause.text,
                    kind=cause.kind,
                )
        return moved

    def _fact_rows(self, side: str, fact: str, records: set[str]) -> dict[str, _Row]:
        meta = self.records.fact(side, fact)
        if meta is None:
            return {}
        self.connection.execute("create or replace temp table wanted (record varchar)")
        self.connection.executemany("insert into wanted values (?)", [[record] for record in sorted(records)])
        found = self.rows(f"""
            select f.* from {side}.{fact} as f
            inner join wanted on cast(f."{meta.key}" as varchar) = wanted.record""")
        return {str(row[meta.key]): row for row in found}

    def _places(self, side: str, fact: str) -> _Places:
        """Return how a record's place is reported: by columns and row of the first form that sums the fact."""
        for layout in self.versions[side].layouts.values():
            # Declared figures are in the columns of the form's own facts.
            own = set(layout.facts) if self.records.declared(side, layout.form_id) == fact else {fact}
            own_columns = [column for column in layout.cells if column.fact in own and column.whole is None]
            if own_columns:
                keys = layout.keys
                rows = self.rows(
                    f"select * from {side}.{layout.model} where scope_id = ? and row_kind = 'row'",
                    [self.question[side]["office_unit_id"]],
                )
                labels = {tuple(row[key] for key in keys): f"{row['row_code']} {row['label']}" for row in rows}
                return _Places(layout.tab, keys, labels, own_columns)
        return _Places("", (), {}, [])

    # --- words -----------------------------------------------------------------------------------------------------

    def _finished(
        self, cell: Cell, records: list[tuple[str, CellRecord]], moved: dict[tuple[str, str], MovedRecord]
    ) -> ChangedCell:
        column, row = cell.column, cell.row
        number = str(column.number) if column.number else ""
        reasons = tuple(_reasons([(record, moved[fact, record.record]) for fact, record in records]))
        delta = (cell.new or 0) - (cell.old or 0) if cell.old is not None or cell.new is not None else None
        return ChangedCell(
            figure_id="/".join((cell.layout.form_id, row["scope_id"], row["row_code"], column.code)),
            form_id=cell.layout.form_id,
            form_number=cell.layout.number,
            scope_id=row["scope_id"],
            scope_name=self.unit_names.get(row["scope_id"], row["scope_id"]),
            row_kind=row["row_kind"],
            row_code=row["row_code"],
            row_label=row["label"],
            row_title=row["label"] if row["row_kind"] == "total" else f"{row['row_code']}. {row['label']}",
            column_number=number,
            column_title=column.heading,
            old=cell.old,
            new=cell.new,
            delta=delta,
            old_text=_figure_text(cell.old),
            new_text=_figure_text(cell.new),
            delta_text=f"{'+' if delta and delta > 0 else ''}{_figure_text(delta)}",
            records=tuple(record for _, record in records),
            reasons=reasons,
            reason_text=_reason_line(reasons),
        )

    def _heading(self) -> Iterator[tuple[str, str, str]]:
        old, new = self.question["old"], self.question["new"]
        yield "Kỳ báo cáo", str(old["period_label"]), str(new["period_label"])
        yield "Số liệu đến hết ngày", format_day(old["until_on"]), format_day(new["until_on"])
        yield "Từ tệp nhận đến lúc", moment_text(old["received_by"]), moment_text(new["received_by"])
        for name in switches_changed(old, new):
            yield f"Quy tắc {name}", switch_text(old.get(name)), switch_text(new.get(name))

    def _deliveries(self) -> Iterator[tuple[str, str, str, str]]:
        for side, other in (("old", "new"), ("new", "old")):
            for row in self.rows(f"""
                select d.* from {side}.landed.delivery as d
                where d.is_counted and d.delivery_id not in
                    (select delivery_id from {other}.landed.delivery where is_counted)
                order by d.received_at, d.delivery_id"""):
                unit = self.unit_names.get(row["unit_id"], row["unit_id"])
                yield f"chỉ {self.versions[side].name}", unit, row["file_name"], moment_text(row["received_at"])

    def _late_share(self, moved: dict[tuple[str, str], MovedRecord]) -> str:
        late = sum(record.kind == Causes.LATE for record in moved.values())
        if not moved:
            return "Không bản ghi nào đổi chỗ."
        if not any(self._deliveries()):
            return "Hai phiên bản tính cùng các tệp."
        share = format_rate((Decimal(late) * 100 / len(moved)).quantize(Decimal("0.01")))
        return (
            f"{format_count(late)}/{format_count(len(moved))} bản ghi ({share}) đổi do tệp nhận sau lúc lập "
            f"{self.versions['old'].name}."
        )


@dataclass(frozen=True)
class _Places:
    """How the place of a record is reported: a form, its keys, labels of its rows, its columns."""

    tab: str
    keys: tuple[str, ...]
    labels: dict[tuple[Any, ...], str]
    columns: list[LayoutColumn]


def _value(row: _Row | None, column: LayoutColumn) -> Value:
    """Return a cell: a row a version does not print holds nothing, which for a count is 0."""
    cell = row.get(column.name) if row else None
    if column.whole:
        return None if cell is None else Decimal(str(cell)).quantize(Decimal("0.01"))
    return int(cell or 0)


def _figure_text(value: Value) -> str:
    if isinstance(value, int):
        return format_count(value)
    if value is None or value >= 0:
        return format_rate(value)
    return f"-{format_rate(-value)}"


def _place_text(row: _Row | None, places: _Places) -> str:
    if row is None:
        return "không tính trong kỳ"
    label = places.labels.get(tuple(row.get(key) for key in places.keys), "")
    columns = [
        (str(column.number) if column.number else column.heading, row.get(column.measure))
        for column in places.columns
        if row.get(column.measure)
    ]
    numbers = ", ".join(name if amount == 1 else f"{name} ({amount})" for name, amount in columns)
    return f"{places.tab} dòng {label}, cột {numbers}"


def _reason_text(row: _Row | None, shown: Mapping[str, Any]) -> str:
    if row is None or not shown:
        return ""
    code = str(row.get(shown["reason"]) or "")
    return str(shown["reasons"].get(code, code))


def _reason_line(reasons: tuple[str, ...]) -> str:
    """Return the reasons of one cell for the annex; a cell may change though no record does (a form counts anew)."""
    if not reasons:
        return "không bản ghi nào đổi; cách cộng của biểu đã khác"
    noted = "; ".join(reasons[:_SHOWN_REASONS])
    more = len(reasons) - _SHOWN_REASONS
    return f"{noted}; và {more} nguyên nhân khác (xem bảng so sánh)" if more > 0 else noted


def _reasons(records: list[tuple[CellRecord, MovedRecord]]) -> Iterator[str]:
    """Yield one line a cause: how many records it added, took away or changed."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for in_cell, record in records:
        counts[record.cause][in_cell.change] += 1
    for cause, changes in sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0])):
        noted = ", ".join(
            f"{change} {format_count(number)}" for change, number in sorted(changes.items(), reverse=True)
        )
        yield f"{cause} ({noted})"
