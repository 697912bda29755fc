"""Over all periods: `data/warehouse.duckdb`, views over the latest issued facts and figures; `data/cac-ky.html`, an
index of the books of all issued versions.

Here: which files a view reads, writing both anew. Not here: tables (audit/evidence, tidy), books (audit/book).
Invariant: the file holds no row; a program that has it open keeps what it opened, for a new one takes its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.audit.book.write import PAGE
from pipelines.figures.packets import BOOK_NAME, BOOK_PAGE
from pipelines.office.files import temporary_beside, write_atomically
from pipelines.office.settings import Office
from pipelines.office.sql import sql_text
from pipelines.package.tidy import NAME
from pipelines.warehouse.issued import Issued, issued_versions

VIEWS, INDEX = "warehouse.duckdb", "cac-ky.html"
# What the page has in place of the versions.
_VERSIONS = "/*versions*/[]"


def write_views(office: Office) -> Path | None:
    """Write the views of an office anew; None, and no file, while nothing is issued.

    A view is named as its table: ho_so, so_lieu …; columns `Bản` (2021-Q1/v2) and then those of the table.
    """
    issued = issued_versions(office)
    _write_index(office, issued)
    latest = {item.period_id: item for item in issued}
    target = office.data / VIEWS
    made = temporary_beside(target, ".writing-")
    if not latest:
        target.unlink(missing_ok=True)
        return None
    tables: dict[str, list[str]] = {}
    for item in latest.values():
        for path in _tables(item):
            part = f'select {sql_text(item.issue_id)} as "Bản", * from read_parquet({sql_text(path.resolve())})'
            tables.setdefault(path.stem.replace("-", "_"), []).append(part)
    with duckdb.connect(made) as connection:
        for name, parts in sorted(tables.items()):
            connection.execute(f'create view "{name}" as {" union all by name ".join(parts)}')
    made.replace(target)
    return target


def _write_index(office: Office, issued: list[Issued]) -> None:
    """Write the page that finds a record in the books of all versions; a version issued before there were books is left
    out."""
    target = office.data / INDEX
    with_book = [item for item in issued if (item.folder / BOOK_PAGE).is_file()]
    if not with_book:
        target.unlink(missing_ok=True)
        return
    versions = [
        [
            item.issue_id,
            item.manifest()["question"]["period_label"],
            (item.folder / BOOK_NAME).relative_to(office.data).as_posix(),
        ]
        for item in with_book
    ]
    page = (PAGE / INDEX).read_text(encoding="utf-8")
    write_atomically(target, page.replace(_VERSIONS, json.dumps(versions, ensure_ascii=False)).encode())


def _tables(item: Issued) -> Iterator[Path]:
    yield from sorted((item.folder / "evidence").glob("*.parquet"))
    yield from item.folder.glob(f"{NAME}.parquet")
