"""A database that lies in an office's folder, looked at before it is asked: it may be somebody else's work.

Here: views and macros that would read files or the network of whoever opens it. Not here: its figures (recount, seal).
Invariant: the look itself can read nothing but the database.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines.office.errors import OfficeError
from pipelines.office.sql import sql_name, sql_text

# Of ours a database has tables, and views over them.
_VIEWS = "select schema_name, view_name from duckdb_views() where database_name = 'looked' and not internal"
_MACROS = "select count(*) from duckdb_functions() where database_name = 'looked' and not internal"


def check_database(path: Path) -> None:
    """Refuse a database that does more than hold tables.

    Raises:
        OfficeError: a view of it reads something outside it, it has functions of its own, or it cannot be opened.
    """
    found = path.stat()
    if fault := _fault(str(path), (found.st_size, found.st_mtime_ns)):
        raise OfficeError(f"Không mở {path.parent.name}/{path.name}: {fault} Tệp đã bị sửa; xem: kstt verify")


@lru_cache(maxsize=1000)
def _fault(path: str, _signature: tuple[int, int]) -> str:
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach {sql_text(path)} as looked (read_only)")
            connection.execute("set enable_external_access = false")
            if connection.execute(_MACROS).fetchall() != [(0,)]:
                return "trong đó có hàm lạ."
            for schema, view in connection.execute(_VIEWS).fetchall():
                named = ".".join(map(sql_name, ("looked", schema, view)))
                connection.execute(f"describe select * from {named}")
    except duckdb.PermissionException:
        return "trong đó có lệnh đọc tệp hoặc mạng của máy này."
    except duckdb.Error as error:
        return f"không đọc được ({type(error).__name__})."
    return ""
