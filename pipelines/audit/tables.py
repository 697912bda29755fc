"""The evidence tables of facts as queries: one table a fact.

Here: the columns of each table with their headings. Not here: tables that are no facts (other_tables), writing files
(evidence), describing them (datapackage).
Invariant: a row says in which rows of the office's forms it stands, in whose forms it is summed and by which rows of
which files it is decided; a measure's column summed over a row of a form is the cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.audit.deciding import deciding_rows, parts_of
from pipelines.audit.places import Place, PrintedFact, printed_facts
from pipelines.figures.cells import keys_match
from pipelines.figures.layout import Fact, FormLayout, Layouts
from pipelines.office.sql import sql_name, sql_text

KEY, MEASURE, PLACE = "khóa", "số đo", "nguồn"
_RECEIPT = "Phiếu nhận tệp; mã băm và các điều khác của tệp có trong bảng tep-da-nhan."
# Section and row of a form in which a record stands, as printed: number, then label.
_ROW_LABELS = ", ".join(
    f"""string_agg(concat_ws(' ', m.row_no, m.label), '; ' order by m.row_order)
        filter (where m.row_kind = '{kind}') as {name}"""
    for kind, name in (("section", "section"), ("row", "leaf"))
)


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, the expression that gives it, what it is for."""

    heading: str
    expression: str
    description: str = ""
    # KEY, MEASURE (adds up to printed cells) or PLACE (where it was read); empty for the rest.
    role: str = ""


@dataclass(frozen=True)
class Table:
    """One evidence table: the columns of a query without its select list, in a fixed order."""

    name: str
    title: str
    columns: tuple[Column, ...]
    source: str
    order: str
    # Written only when it has rows.
    is_occasional: bool = False

    @property
    def query(self) -> str:
        """The whole query, its columns by their headings."""
        selected = ", ".join(f"{item.expression} as {sql_name(item.heading)}" for item in self.columns)
        return f"select {selected} from {self.source} order by {self.order}"


def fact_tables(connection: duckdb.DuckDBPyConnection, layouts: Layouts) -> list[Table]:
    """Return the table of every fact behind a report's forms, by name of the fact."""
    return [_fact_table(connection, printed, layouts) for printed in printed_facts(connection, layouts)]


def worded(expression: str, words: Mapping[str, str], otherwise: str = "") -> str:
    """Return an expression with its codes as words; a code without one stays (or `otherwise`), never hidden."""
    if not words:
        return otherwise or expression
    cases = " ".join(f"when {sql_text(str(code))} then {sql_text(str(word))}" for code, word in words.items())
    return f"case {expression} {cases} else {otherwise or expression} end"


def _fact_table(connection: duckdb.DuckDBPyConnection, printed: PrintedFact, layouts: Layouts) -> Table:
    fact, trace = printed.fact, printed.trace
    kinds = _kinds(connection, fact.name)
    own = [layouts[form_id] for form_id in printed.forms]
    parts = tuple(parts_of(fact))
    columns = (
        *_who(fact.key, trace, kinds),
        *(item for number, layout in enumerate(own) for item in _row_columns(number, layout.tab)),
        *(_measure(name, found) for name, found in printed.measures.items()),
        *(item for number, part in enumerate(parts) for item in _part_columns(number, part if len(parts) > 1 else "")),
    )
    joins = "".join(
        f"""
        left join ({_labels(layout, fact)}) as b{number} on {
            " and ".join(
                ["o.record is not null", *(f'f."{key}" is not distinct from b{number}."{key}"' for key in layout.keys)]
            )
        }"""
        for number, layout in enumerate(own)
    )
    files = "".join(
        f"""
        left join (select * from ({deciding_rows(fact)}) where part_no = {number}) as p{number}
            on f."{fact.key}" = p{number}.record
        left join landed.delivery as d{number} on p{number}.delivery_id = d{number}.delivery_id"""
        for number in range(len(parts))
    )
    source = f"""
        "{fact.name}" as f cross join landed.question as q
        left join (select distinct unit_id, name_vi from dim_unit) as u on f."{trace["unit"]}" = u.unit_id
        left join (
            select s."{fact.key}" as record, string_agg(n.name_vi, '; ' order by n.sort_no, n.unit_id) as names
            from (select distinct scope_id, "{fact.key}" from "{fact.scope}") as s
            inner join dim_unit as n on s.scope_id = n.unit_id
            group by 1
        ) as s on f."{fact.key}" = s.record
        left join (
            select distinct s."{fact.key}" as record
            from "{fact.scope}" as s inner join landed.question as a on s.scope_id = a.office_unit_id
        ) as o on f."{fact.key}" = o.record
        {joins}{files}"""
    title = f"{trace.get('title', fact.name)}: mỗi dòng một bản ghi"
    return Table(fact.evidence, title, columns, source, f'f."{fact.key}"', printed.is_declared)


def _who(key: str, trace: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[Column]:
    """What the record is, whose, its days, and why it counts where it does."""
    yield Column("Thuộc kỳ", "q.period_id", "Mã kỳ báo cáo mà bản ghi được tính vào.")
    yield Column(trace.get("title", "Bản ghi"), f'f."{trace["subject"]}"', "Mã hoặc tên của bản ghi.")
    if key != trace["subject"]:
        yield Column("Khóa", f'f."{key}"', "Khóa của bản ghi trong bảng này; không hai dòng nào chung.", KEY)
    if trace["unit"] != trace["subject"]:
        yield Column("Đơn vị", f'coalesce(u.name_vi, f."{trace["unit"]}")', "Đơn vị của bản ghi.")
    for label, column in trace.get("more", {}).items():
        yield Column(_upper(label), worded(f'f."{column}"', trace.get("words", {}).get(column, {})))
    for label, column in trace["dates"].items():
        kind = "lúc" if kinds[column] == "TIMESTAMP" else "ngày"
        yield Column(f"{_upper(label)} ({kind})", f'f."{column}"')
    yield Column("Vì sao", worded(f'f."{trace["reason"]}"', trace["reasons"]), "Vì sao bản ghi được tính ở cột của nó.")
    yield Column("Thuộc biểu của", "s.names", "Các đơn vị có biểu tính bản ghi này, cách nhau bằng dấu chấm phẩy.")


def _row_columns(number: int, form: str) -> Iterator[Column]:
    yield Column(f"{form}: mục", f"b{number}.section", f"Mục của biểu «{form}», như in: số, tên.")
    yield Column(f"{form}: dòng", f"b{number}.leaf", f"Dòng của biểu «{form}», như in: số, tên.")


def _measure(name: str, places: tuple[Place, ...]) -> Column:
    """A measure's column: what the first form that prints it calls it, and every cell and note it is printed in."""
    plain = [place for place in places if place.number and not place.side]
    cells = plain or [place for place in places if not place.is_ratio] or list(places)
    shown = "; ".join(dict.fromkeys(place.text for place in places if place in cells or not place.is_ratio))
    shown = shown or "; ".join(dict.fromkeys(place.text for place in places))
    every = "; ".join(dict.fromkeys(place.text for place in places))
    return Column(f"{' / '.join(cells[0].head)} [{shown}]", f'f."{name}"', f"Cộng lại là số in ở: {every}.", MEASURE)


def _part_columns(number: int, part: str) -> Iterator[Column]:
    """Where one of the rows that decide a record was read."""
    noted = f" ({part})" if part else ""
    name = f"coalesce(d{number}.file_name, p{number}.source_file)"
    yield Column(f"Tệp{noted}", name, "Tệp hoặc bảng tham chiếu.", PLACE)
    yield Column(f"Trang{noted}", f"nullif(p{number}.source_sheet, '')", "Trang tính; trống với tệp CSV.", PLACE)
    yield Column(f"Dòng{noted}", f"p{number}.source_row", "Số dòng trong trang, đếm từ 1.", PLACE)
    yield Column(f"Đơn vị gửi{noted}", f"d{number}.unit_id", "Mã đơn vị gửi tệp.", PLACE)
    yield Column(
        f"Phiếu nhận{noted}",
        f"p{number}.delivery_id",
        _RECEIPT,
        PLACE,
    )


def _labels(layout: FormLayout, fact: Fact) -> str:
    """Return a query over a form's keys in a fact: the office's rows of the form that such a record stands in.

    By keys, not by record: there are some hundreds of them, and an ordered list for each of ten million records would
    not fit into memory.
    """
    keys = "".join(f'f."{key}", ' for key in layout.keys)
    found = f'(select distinct {keys.rstrip(", ") or "1"} from "{fact.name}" as f)'
    return f"""
        select {keys}{_ROW_LABELS}
        from {found} as f
        inner join "{layout.model}" as m on {keys_match(layout)}
        inner join landed.question as a on m.scope_id = a.office_unit_id
        where m.row_kind <> 'total'
        group by {keys.rstrip(", ") or "()"}"""


def _kinds(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    query = "select column_name, data_type from duckdb_columns() where table_name = ?"
    return {str(name): str(kind) for name, kind in connection.execute(query, [table]).fetchall()}


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]
