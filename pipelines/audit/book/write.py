"""Writing the evidence book of a report: its pages, its figures, its records in pieces.

Here: the files of the book and their order. Not here: queries (records), figures (figures), how pages look (page/).
Invariant: the same report gives the same bytes; scripts only call one function with plain values; no person is in them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.book.changes import changes_since
from pipelines.audit.book.figures import book_charts, book_forms, coverage_lines, other_figures
from pipelines.audit.book.points import (
    files_received,
    index_sides,
    point_lists,
    rows_sent_back,
    score_lists,
    score_totals,
)
from pipelines.audit.book.records import BookFact, book_fact, gather_places, pieces, subjects
from pipelines.audit.chart_points import FACT
from pipelines.audit.places import PrintedFact, printed_facts
from pipelines.figures.comparison import Comparison
from pipelines.figures.layout import Layouts
from pipelines.figures.model import ReportModel
from pipelines.figures.packets import BOOK_NAME
from pipelines.ingest.memory import reading_engine

PAGE = Path(__file__).parent / "page"
PAGE_FILES = ("index.html", "so.css", "so.js")
_DATA = "du-lieu"
# Codes of one script of the search.
_CODES = 1000


def write_book(
    folder: Path,
    warehouse: Path,
    model: ReportModel,
    layouts: Layouts,
    codes: Mapping[str, str],
    since: Comparison | None = None,
) -> None:
    """Write the book of a report into its folder, anew when there is one.

    Args:
        folder: the report's folder.
        warehouse: the database it was made from.
        model: the report as it is printed, of the office or of one of its units.
        layouts: its forms.json.
        codes: short code of each figure.
        since: how a version differs from the one issued before.
    """
    layouts = {name: layout for name, layout in layouts.items() if name in model.forms}
    reading_engine(
        warehouse, lambda memory: _write_files(folder / BOOK_NAME, warehouse, model, layouts, codes, since, memory)
    )


def _write_files(
    book: Path,
    warehouse: Path,
    model: ReportModel,
    layouts: Layouts,
    codes: Mapping[str, str],
    since: Comparison | None,
    memory: int,
) -> None:
    shutil.rmtree(book, ignore_errors=True)
    (book / _DATA / "diem").mkdir(parents=True)
    for name in PAGE_FILES:
        shutil.copyfile(PAGE / name, book / name)
    with duckdb.connect(warehouse, read_only=True) as connection:
        connection.execute(f"set memory_limit = '{memory}B'")
        printed = printed_facts(connection, layouts)
        gather_places(connection, printed, model.scope_id)
        facts: list[BookFact] = []
        # Key of each list of records that are behind a number in no form → the fact they are of.
        lists: dict[str, str] = {}
        for number, item in enumerate(printed):
            found = book_fact(connection, item, _keys(item, layouts), model.scope_id)
            facts.append(found)
            (book / _DATA / found.folder).mkdir()
            for piece, lines in pieces(connection, item, found):
                _write(book, f"{found.folder}/{piece}", f"[\n{lines}\n]")
            subjects(connection, item, number)
            found_here = point_lists(connection, model) if item.fact.name == FACT else iter(())
            for key, positions in chain(found_here, score_lists(connection, model, layouts, item.fact)):
                _write(book, f"diem/{len(lists)}", positions)
                lists[key] = item.fact.name
            groups = found.about.pop("groups")
            _write(book, f"{found.folder}/nhom", _lines(groups))
        directory = list(_write_search(connection, book))
        for name, value in {
            "so": _about(model, facts, directory)
            | {
                "units": _units(connection),
                "since": since.old_name if since else "",
                "hasTables": model.scope is None,
            },
            "bieu": book_forms(connection, model, layouts),
            "khac": {
                "figures": other_figures(model, layouts, index_sides(connection, model) | score_totals(model)),
                "charts": book_charts(model),
                "coverage": coverage_lines(connection, model.scope),
                "sentence": model.coverage.sentence,
                "lists": list(lists),
                "listed": FACT,
                "listedIn": {key: name for key, name in lists.items() if name != FACT},
                "codes": dict(codes),
            },
            "tep": _files(connection),
            "tep-nhan": files_received(connection, model.scope),
            "tra-lai": rows_sent_back(connection, model.scope),
            **({"thay-doi": changes_since(since)} if since else {}),
        }.items():
            _write(book, name, _lines(value) if isinstance(value, list) else _json(value))


def _about(model: ReportModel, facts: list[Any], directory: list[str]) -> dict[str, Any]:
    question = model.question
    return {
        "office": model.office.name,
        "period": question.period_label,
        "until": question.until_on.isoformat(),
        "from": question.period_start.isoformat(),
        "receivedBy": question.received_by.isoformat(sep=" "),
        "version": model.issue.version if model.issue else 0,
        "switches": [[item.name, item.value, item.default] for item in question.switches],
        "facts": [item.about for item in facts],
        "search": directory,
        "codes": _CODES,
    }


def _write_search(connection: duckdb.DuckDBPyConnection, book: Path) -> Iterator[str]:
    """Write the codes of all records in order, in pieces; yield the first code of each piece."""
    (book / _DATA / "tim").mkdir()
    query = f"""
        with ordered as (
            select subject, fact_no, pos, row_number() over (order by subject, fact_no, pos) - 1 as place
            from book_subject
        )
        select place // {_CODES} as piece, min(subject),
            string_agg(concat('[', to_json(subject), ',', fact_no, ',', pos, ']'), ',\n' order by place)
        from ordered group by piece order by piece
    """
    result = connection.execute(query)
    while found := result.fetchmany(64):
        for piece, first, lines in found:
            _write(book, f"tim/{piece}", f"[\n{lines}\n]")
            yield str(first)


def _keys(printed: PrintedFact, layouts: Layouts) -> list[str]:
    return sorted({key for form_id in printed.forms for key in layouts[form_id].keys})


def _units(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("select unit_id, name_vi from dim_unit order by unit_id").fetchall())


def _files(connection: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """Return the files of the deciding rows in their order, then their sheets: receipt, unit, name, hash, moment."""
    query = """
        select coalesce(d.delivery_id, b.delivery_id, ''), coalesce(u.name_vi, d.unit_id, n.unit_id, ''),
            coalesce(d.file_name, b.source_file, ''), coalesce(d.sha256, ''),
            coalesce(strftime(coalesce(d.received_at, n.received_at), '%Y-%m-%d %H:%M'), ''),
            coalesce(d.period_id, n.period_id, '')
        from book_file as b
        left join rpt_delivery as d on b.delivery_id = d.delivery_id
        left join (select distinct on (delivery_id) * from landed.sending order by delivery_id) as n
            on b.delivery_id = n.delivery_id
        left join (select distinct unit_id, name_vi from dim_unit) as u on coalesce(d.unit_id, n.unit_id) = u.unit_id
        order by b.file_no"""
    sheets = [
        str(name) for (name,) in connection.execute("select source_sheet from book_sheet order by sheet_no").fetchall()
    ]
    return [["", *sheets], *(list(row) for row in connection.execute(query).fetchall())]


def _write(book: Path, name: str, text: str) -> None:
    """Write one script: a call with the name and the value, which a page loads as <script>."""
    (book / _DATA / f"{name}.js").write_text(f'KSTT("{name}",{text});\n', encoding="utf-8", newline="\n")


def _lines(values: list[Any]) -> str:
    return "[\n" + ",\n".join(_json(item) for item in values) + "\n]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
