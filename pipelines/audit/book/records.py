"""The records of one fact as the book holds them: groups that stand in the same cells, pieces, deciding rows.

Here: the queries and the texts of a fact's scripts. Not here: figures (figures), writing files (write), pages (page/).
Invariant: records are in one order, group after group; a group is all records with the same keys of forms and the same
measures, so that any figure is a list of groups and no list is stored twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.audit.deciding import deciding_rows, parts_of
from pipelines.audit.places import PrintedFact
from pipelines.figures.cells import Fact
from pipelines.office.sql import sql_text

# Records of one script: a list shows its first ones after one or two of them, and 574,000 dossiers are 1,150 files.
PIECE = 500
# Records laid out by one query: their lines are held in memory until they are pieces. A whole number of pieces.
_AT_ONCE = 1000 * PIECE
# Days are counted from here, moments in minutes: a third of the bytes of a written date.
ORIGIN = "2000-01-01"
# The records of the fact laid out last.
OWN = "book_own"


@dataclass(frozen=True)
class BookFact:
    """What the pages need to read the records of a fact."""

    name: str
    # Folder of its scripts: the name of its evidence table.
    folder: str
    about: dict[str, Any]
    records: int


def book_fact(connection: duckdb.DuckDBPyConnection, printed: PrintedFact, keys: list[str], scope_id: str) -> BookFact:
    """Lay out the records of a fact in temporary tables of the connection; return what the pages need to know.

    Args:
        connection: the warehouse, read only.
        printed: the fact and its printed measures.
        keys: the columns by which forms find rows of the fact.
        scope_id: unit whose forms are printed.
    """
    fact, trace = printed.fact, printed.trace
    kinds = _kinds(connection, fact.name)
    measures = list(printed.measures)
    amounts = _amounts(connection, fact.name, measures)
    words = {trace["unit"]: "unit", **{column: "" for column in trace.get("more", {}).values()}, trace["reason"]: ""}
    words = {column: kind for column, kind in words.items() if column in kinds}
    own_keys = [key for key in keys if key in kinds]
    connection.execute(f"""
        create or replace temp table {OWN} as
        select f.*, g.group_no, row_number() over (order by g.group_no, f."{trace["subject"]}", f."{
        fact.key
    }") - 1 as pos
        from (
            select f.* from "{fact.name}" as f
            semi join ({_in_scope(fact, scope_id)}) as s on f."{fact.key}" = s."{fact.key}"
        ) as f
        inner join (
            select *, row_number() over (order by {", ".join(f"{item} desc" for item in _signs(measures)) or "1"}
                {"".join(f', "{key}" nulls last' for key in own_keys)}) - 1 as group_no
            from (select distinct {", ".join([*(f'"{key}"' for key in own_keys), *_signed(measures)])}
                from "{fact.name}")
        ) as g on {
        " and ".join(
            [
                *(f'f."{key}" is not distinct from g."{key}"' for key in own_keys),
                *(f'(f."{name}" <> 0) = g."s_{name}"' for name in measures),
            ]
        )
        or "true"
    }
    """)
    dictionaries = {column: _dictionary(connection, column) for column in words}
    (records,) = connection.execute(f"select count(*) from {OWN}").fetchone() or (0,)
    about = {
        "name": fact.name,
        "folder": fact.evidence,
        "title": trace.get("title", fact.name),
        "records": records,
        "piece": PIECE,
        "isDeclared": printed.is_declared,
        "keys": own_keys,
        "measures": measures,
        "amounts": amounts,
        "more": [
            [label, trace.get("words", {}).get(column, {}), dictionaries[column]]
            for label, column in trace.get("more", {}).items()
        ],
        "unit": dictionaries.get(trace["unit"], []),
        "dates": [[label, kinds[column] == "TIMESTAMP"] for label, column in trace["dates"].items()],
        "rules": {name: text for name, text in trace.get("rules", {}).items() if name in measures},
        "rulesSource": trace.get("rules_source", ""),
        "reasons": [trace["reasons"].get(code, code) for code in dictionaries[trace["reason"]]],
        "parts": list(parts_of(fact)),
        "groups": _groups(connection, own_keys, measures, amounts),
    }
    return BookFact(fact.name, fact.evidence, about, records)


def pieces(connection: duckdb.DuckDBPyConnection, printed: PrintedFact, found: BookFact) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a fact's records, as JSON lists; the fact is the one laid out last.

    Tables book_file (file_no by delivery_id and source_file) and book_sheet (sheet_no by source_sheet) name places.
    """
    fact, trace = printed.fact, printed.trace
    kinds = _kinds(connection, fact.name)
    columns = [trace["unit"], *trace.get("more", {}).values()]
    cells = [
        f'to_json(cast(f."{trace["subject"]}" as varchar))',
        *(f"d{number}.code" for number in range(len(columns))),
        *(_when(column, kinds[column]) for column in trace["dates"].values()),
        f"d{len(columns)}.code",
        *(f'f."{name}"' for name in found.about["amounts"]),
        "coalesce(p.rows, '[]')",
    ]
    joins = "".join(
        f" left join book_word as d{number} on d{number}.name = {sql_text(column)}"
        f' and d{number}.word = cast(f."{column}" as varchar)'
        for number, column in enumerate([*columns, trace["reason"]])
    )
    parts = range(len(found.about["parts"]))
    rows = " || ',' || ".join(f"coalesce(p{number}, 'null')" for number in parts)
    same = " and ".join(f"p0 is not distinct from p{number}" for number in parts[1:])
    shown = (
        f"case when {same} then '[' || coalesce(p0, 'null') || ']' else '[' || {rows} || ']' end"
        if same
        else (f"'[' || {rows} || ']'")
    )
    line = "concat('[', concat_ws(',', " + ", ".join(f"coalesce(cast({cell} as varchar), 'null')" for cell in cells)
    places = ", ".join(
        f"max(case when r.part_no = {number} then concat('[', b.file_no, ',', coalesce(h.sheet_no, 0), ',', "
        f"coalesce(r.source_row, 0), ']') end) as p{number}"
        for number in parts
    )
    for start in range(0, found.records, _AT_ONCE):
        own = f"(select * from {OWN} where pos >= {start} and pos < {start + _AT_ONCE})"
        query = f"""
            with places as (
                select r.record, {places}
                from ({deciding_rows(fact, own)}) as r
                inner join book_file as b on b.place = concat(r.delivery_id, '|', r.source_file)
                left join book_sheet as h on r.source_sheet = h.source_sheet
                group by r.record
            ),
            lines as (
                select f.pos, {line}), ']') as line
                from {own} as f
                left join (select record, {shown} as rows from places) as p on f."{fact.key}" = p.record{joins}
            )
            select pos // {PIECE} as piece, string_agg(line, ',\n' order by pos) as lines
            from lines group by piece order by piece
        """
        result = connection.execute(query)
        while rows_of := result.fetchmany(64):
            yield from ((int(number), str(lines)) for number, lines in rows_of)


def subjects(connection: duckdb.DuckDBPyConnection, printed: PrintedFact, fact_no: int) -> None:
    """Add the records of the fact laid out last to table book_subject, by which a code is found."""
    connection.execute(f"""
        insert into book_subject
        select cast("{printed.trace["subject"]}" as varchar), {fact_no}, pos from {OWN}
        where "{printed.trace["subject"]}" is not null
    """)


def gather_places(connection: duckdb.DuckDBPyConnection, printed: list[PrintedFact], scope_id: str) -> None:
    """Make tables book_file and book_sheet: every file and sheet that a deciding row of any fact lies in."""
    every = " union ".join(
        "select delivery_id, source_file, source_sheet "
        f"from ({deciding_rows(item.fact, f'({_in_scope(item.fact, scope_id)})')})"
        for item in printed
    )
    connection.execute(f"create or replace temp table book_place as {every}")
    connection.execute("""
        create or replace temp table book_file as
        select *, row_number() over (order by delivery_id nulls last, source_file) - 1 as file_no
        from (
            select distinct delivery_id, source_file, concat(delivery_id, '|', source_file) as place from book_place
            where delivery_id is not null or source_file is not null
        )
    """)
    connection.execute("""
        create or replace temp table book_sheet as
        select source_sheet, row_number() over (order by source_sheet) as sheet_no
        from (select distinct source_sheet from book_place where source_sheet <> '')
    """)
    connection.execute("create or replace temp table book_word (name varchar, word varchar, code integer)")
    connection.execute("create or replace temp table book_subject (subject varchar, fact_no integer, pos integer)")


def _in_scope(fact: Fact, scope_id: str) -> str:
    """Return a query over the keys of the records that a unit's forms count."""
    return f"""select "{fact.key}" from "{fact.scope}" where scope_id = {sql_text(scope_id)}"""


def _dictionary(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    """Number the words of a column of the fact laid out last; return them in order."""
    connection.execute(f"delete from book_word where name = {sql_text(column)}")
    connection.execute(f"""
        insert into book_word
        select {sql_text(column)}, word, row_number() over (order by word) - 1
        from (select distinct cast("{column}" as varchar) as word from {OWN} where "{column}" is not null)
    """)
    query = f"select word from book_word where name = {sql_text(column)} order by code"
    return [str(word) for (word,) in connection.execute(query).fetchall()]


def _groups(
    connection: duckdb.DuckDBPyConnection, keys: list[str], measures: list[str], amounts: list[str]
) -> list[list[Any]]:
    """Return the groups: number of records, values of the keys, which measures are not 0, sums of the amounts."""
    bits = ", ".join(f'max(case when "{name}" <> 0 then 1 else 0 end)' for name in measures) or "''"
    selected = [
        "count(*)",
        *(f'any_value("{key}")' for key in keys),
        f"concat({bits})",
        *(f'cast(sum("{name}") as bigint)' for name in amounts),
    ]
    query = f"select {', '.join(selected)} from {OWN} group by group_no order by group_no"
    width = 1 + len(keys)
    return [
        [row[0], list(row[1:width]), row[width], list(row[width + 1 :])] for row in connection.execute(query).fetchall()
    ]


def _amounts(connection: duckdb.DuckDBPyConnection, table: str, measures: list[str]) -> list[str]:
    """Return the measures that are not only 0 and 1."""
    if not measures:
        return []
    tests = ", ".join(f'coalesce(bool_or("{name}" not in (0, 1)), false)' for name in measures)
    found = connection.execute(f'select {tests} from "{table}"').fetchone() or ()
    return [name for name, is_amount in zip(measures, found, strict=True) if is_amount]


def _when(column: str, kind: str) -> str:
    unit = "minute" if kind == "TIMESTAMP" else "day"
    return f"date_diff('{unit}', cast('{ORIGIN}' as {kind.lower()}), f.\"{column}\")"


def _signs(measures: list[str]) -> list[str]:
    return [f'"s_{name}"' for name in measures]


def _signed(measures: list[str]) -> list[str]:
    return [f'"{name}" <> 0 as "s_{name}"' for name in measures]


def _kinds(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    query = "select column_name, data_type from duckdb_columns() where table_name = ?"
    return {str(name): str(kind) for name, kind in connection.execute(query, [table]).fetchall()}
