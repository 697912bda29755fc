"""The models built by a PostgreSQL server of the test's own: a second engine, nobody's product.

Here: the server, the landed tables there, the built tables back. Not here: what is compared (engines).
Invariant: the server listens on 127.0.0.1 only, lies in the test's folder and ends with it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from pipelines.warehouse.dbt import BUILD, Engine, NodeResult, Rows, build, compile_models
from pipelines.warehouse.spark import come_back

_PORT = "KSTT_POSTGRES_PORT"  # dbt_project/profiles.yml reads it
_NULL = r"\N"
_KINDS = {"VARCHAR": "text", "DOUBLE": "double precision"}
_QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def pg_ctl() -> str | None:
    """Return PostgreSQL's own command; None where it is not installed (apt-get install postgresql)."""
    return shutil.which("pg_ctl") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), None)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def server(home: Path) -> Iterator[None]:
    """Run a server with an empty database `warehouse`; its port is in the environment while it runs."""
    command, port = pg_ctl(), free_port()
    assert command, "no PostgreSQL on this machine (apt-get install postgresql)"
    home.mkdir(parents=True)
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres")
        for folder in home.parents:
            if folder.stat().st_uid == 0 and len(folder.parts) > 2:
                folder.chmod(0o755)
        as_user = ["runuser", "-u", "postgres", "--"]
    bin_folder = Path(command).resolve().parent
    initdb = [str(bin_folder / "initdb"), "-D", str(home / "data"), "-A", "trust", "-U", "kstt", "-E", "UTF8"]
    subprocess.run([*as_user, *initdb, "--locale=C.UTF-8"], check=True, **_QUIET)
    # Tables just made have no statistics: without them PostgreSQL joins thousands of rows one by one.
    settings = "-c fsync=off -c timezone=UTC -c enable_nestloop=off -c jit=off -c work_mem=256MB"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} {settings}"
    start = [*as_user, command, "-D", str(home / "data"), "-o", options, "-w", "-l", str(home / "log")]
    subprocess.run([*start, "start"], check=True, **_QUIET)
    os.environ[_PORT] = str(port)
    try:
        with _connect("postgres") as connection:
            connection.execute("create database warehouse")
        yield
    finally:
        del os.environ[_PORT]
        subprocess.run([*as_user, command, "-D", str(home / "data"), "-m", "immediate", "stop"], check=False, **_QUIET)


def _connect(database: str = "warehouse") -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=os.environ[_PORT], user="kstt", dbname=database, autocommit=True)


def _ask(_: Path, query: str) -> Rows:
    with _connect() as connection:
        found = connection.execute(query.encode())
        return [column.name for column in found.description or []], found.fetchall()


POSTGRES = Engine("postgres", "dbt-postgres", _ask)


def build_on_postgres(target: Path, warehouse: Path) -> tuple[NodeResult, ...]:
    """Build the models of a warehouse file by the server that runs, with their tests; what is built comes back."""
    folder = warehouse.parent / "postgres"
    folder.mkdir()
    models = compile_models(target, warehouse)
    _land(warehouse, folder)
    results = build(target, warehouse, BUILD, POSTGRES)
    tables = [model.name for model in models if model.kind == "table"]
    with _connect() as connection:
        for name in tables:
            copy = f"copy main.{name} to stdout (format csv, header, null '{_NULL}')"
            with (folder / f"{name}.csv").open("wb") as file, connection.cursor().copy(copy.encode()) as rows:
                for piece in rows:
                    file.write(piece)
    read = "read_csv('{}', header = true, all_varchar = true, nullstr = '{}', quote = '\"', escape = '\"', delim = ',')"
    come_back(warehouse, models, results, lambda name: read.format(folder / f"{name}.csv", _NULL))
    return results


def _land(warehouse: Path, folder: Path) -> None:
    """Copy schema `landed` into the server's database, text by text."""
    with duckdb.connect(warehouse, read_only=True) as duck, _connect() as server:
        server.execute("create schema landed")
        columns: dict[str, list[str]] = {}
        for table, column, kind in duck.execute(
            "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'landed' order by all"
        ).fetchall():
            columns.setdefault(table, []).append(f'"{column}" {_KINDS.get(kind, kind)}')
        for table, named in columns.items():
            path = folder / f"landed-{table}.csv"
            names = ", ".join(column.partition(" ")[0] for column in named)
            duck.execute(f"copy (select {names} from landed.\"{table}\") to '{path}' (header, nullstr '{_NULL}')")
            server.execute(f'create table landed."{table}" ({", ".join(named)})'.encode())
            copy = f"copy landed.\"{table}\" from stdin (format csv, header, null '{_NULL}')"
            with server.cursor().copy(copy.encode()) as rows:
                rows.write(path.read_bytes())
