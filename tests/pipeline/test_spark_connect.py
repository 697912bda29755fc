"""Spark on a server that is there (Spark Connect): the same tables, nothing of a run left on it, nothing else touched.

Here: a server in a process of its own, on this machine. Not here: all models of all offices (`make engines`), Spark that a
run begins itself (test_engines).
Invariant: the server has tables of somebody else, in schemas named as ours are in the project; they stay as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sample_copy import copy_small_office
from truth import connect, webhdfs
from truth.engines import SMALL_SESSION, Case, copy_landed, differences, landed_of

from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.warehouse import spark, spark_session, spark_tables
from pipelines.warehouse.dbt import (
    DUCKDB,
    CompiledModel,
    _in_schemas,
    _parsed_project,
    build,
    build_only,
    compile_models,
    ensure_manifest,
)
from pipelines.warehouse.shared_store import store_at
from pipelines.warehouse.spark import build_on_spark
from pipelines.warehouse.spark_session import session_of
from pipelines.warehouse.spark_tables import BUILT, LANDED, Place, place_of, schemas

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

needs_spark = pytest.mark.skipif(bool(connect.lacks()), reason=connect.lacks())
FORM = "form_ii_06a"


def on(remote: str, shared: str | None = None) -> WarehouseSection:
    return WarehouseSection(engine="spark", remote=remote, options=SMALL_SESSION, shared=shared)


def databases(session: SparkSession) -> set[str]:
    return {row[0] for row in session.sql("show databases").collect()}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on which somebody else has schemas `landed` and `main`."""
    with connect.server(tmp_path_factory.mktemp("server") / "home", "2g") as address:
        with session_of(on(address), Path()) as session:
            for schema, table in ((LANDED, "question"), (BUILT, FORM)):
                session.sql(f"create database {schema}")
                session.sql(f"create table {schema}.{table} using parquet as select 7 as mine")
        yield address


@pytest.fixture
def session(remote: str) -> Iterator[SparkSession]:
    with session_of(on(remote), Path()) as session:
        yield session


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two wards of the sample's first quarter, read."""
    return landed_of(Case(copy_small_office, "2021-Q1"), tmp_path_factory.mktemp("small") / "office")


@pytest.fixture(scope="module")
def by_duckdb(landed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("duckdb")
    warehouse = copy_landed(landed, folder / "office")
    build(folder / "dbt", warehouse, build_only([FORM]))
    return warehouse


@needs_spark
@pytest.mark.parametrize("way", ["connection", "folder", "storage"])
def test_a_server_counts_a_form_as_duckdb_does_and_keeps_nothing(
    remote: str, landed: Path, by_duckdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    # Small pieces: tables go and come in many of them.
    monkeypatch.setattr(spark_tables, "_ROWS_THERE", 200)
    monkeypatch.setattr(spark_tables, "_ROWS_BACK", 300)
    environment = dict(os.environ)
    warehouse = copy_landed(landed, tmp_path / "connect")
    (tmp_path / "shared").mkdir()
    with webhdfs.storage(tmp_path / "storage") as storage:
        shared = {"connection": None, "folder": f"{tmp_path}/shared/", "storage": f"{storage.url}/của-kstt/"}[way]
        results = build_on_spark(tmp_path / "dbt", warehouse, on(remote, shared), build_only([FORM]))
        assert bool(storage.asked) == (way == "storage")
    assert {result.name for result in results if result.kind == "model"} >= {FORM, "fct_dossier_period"}
    assert {result.status for result in results} == {"success", "pass"}
    assert all("kstt_" not in result.sql for result in results)
    assert differences(by_duckdb, warehouse) == {}
    assert not list((tmp_path / "spark_runs").iterdir())
    assert not [path for left in ("shared", "storage") for path in (tmp_path / left).rglob("*") if path.is_file()]
    assert not list(tmp_path.rglob("kstt_*"))
    with session_of(on(remote), Path()) as session:
        assert databases(session) == {"default", LANDED, BUILT}
        for theirs in (f"{LANDED}.question", f"{BUILT}.{FORM}"):
            assert session.table(theirs).collect() == [(7,)]
        assert {row[1] for row in session.sql(f"show tables in {BUILT}").collect()} == {FORM}
    assert {name for name in os.environ if "SPARK" in name} == {name for name in environment if "SPARK" in name}


@needs_spark
def test_what_a_run_made_is_dropped_after_a_failure_and_two_runs_never_meet(
    remote: str, session: SparkSession, tmp_path: Path
) -> None:
    one, other = (place_of(on(remote), tmp_path) for _ in range(2))
    assert not {*one.schemas.values()} & {*other.schemas.values()}
    before = databases(session)
    with schemas(session, one, tmp_path / "one"):
        with pytest.raises(RuntimeError, match="a model failed"), schemas(session, other, tmp_path / "other"):
            assert databases(session) == before | {*one.schemas.values(), *other.schemas.values()}
            raise RuntimeError("a model failed")
        assert databases(session) == before | {*one.schemas.values()}
    assert databases(session) == before


@needs_spark
def test_what_a_killed_run_left_is_dropped_by_the_next_and_that_of_another_server_is_not(
    remote: str, session: SparkSession, tmp_path: Path
) -> None:
    notes, before = tmp_path / "spark_runs", databases(session)
    (tmp_path / "shared").mkdir()
    killed = place_of(on(remote, str(tmp_path / "shared")), tmp_path)
    assert killed.store
    killed.store.system.pipe_file(f"{killed.store.root}/{LANDED}/one/rows.parquet", b"rows")
    session.sql(f"create database {killed.schemas[BUILT]}")
    session.sql(f"create table {killed.schemas[BUILT]}.dim_date using parquet as select 1 as one")
    notes.mkdir()
    said = {"schemas": [*killed.schemas.values()], "folder": killed.store.url}
    (notes / "kstt_here").write_text(json.dumps({"server": remote, **said}), encoding="utf-8")
    elsewhere = {"server": "sc://elsewhere:15002", "schemas": [LANDED, BUILT], "folder": str(tmp_path)}
    (notes / "kstt_there").write_text(json.dumps(elsewhere), encoding="utf-8")
    with schemas(session, place_of(on(remote), tmp_path), notes):
        pass
    assert databases(session) == before
    assert not Path(killed.store.root).exists()
    assert [path.name for path in notes.iterdir()] == ["kstt_there"]


@needs_spark
def test_a_setting_the_server_does_not_take_is_named(remote: str) -> None:
    section = WarehouseSection(engine="spark", remote=remote, options={"spark.sql.warehouse.dir": "/elsewhere"})
    with pytest.raises(OfficeError, match=r"spark\.sql\.warehouse\.dir"), session_of(section, Path()):
        pass
    assert "SPARK_REMOTE" not in os.environ


@needs_spark
def test_a_server_that_does_not_take_us_is_said_within_seconds(remote: str) -> None:
    began = time.monotonic()
    with pytest.raises(OfficeError, match="không nhận kết nối"), session_of(on(f"{remote}/;use_ssl=true"), Path()):
        pass
    assert time.monotonic() - began < 60
    assert "SPARK_REMOTE" not in os.environ


@needs_spark
def test_a_server_that_asks_for_a_token_is_given_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_CONNECT_AUTHENTICATE_TOKEN", "right")
    with connect.server(tmp_path / "server", "1g") as address:
        here = on(address.replace("127.0.0.1", "localhost"))  # Spark sends a token without TLS to this machine alone
        with session_of(here, Path()) as session:
            assert session.sql("select 1").collect() == [(1,)]
        monkeypatch.setenv("SPARK_CONNECT_AUTHENTICATE_TOKEN", "wrong")
        with pytest.raises(OfficeError, match="không nhận kết nối"), session_of(here, Path()):
            pass


@needs_spark
def test_a_server_that_is_not_there_is_said_at_once() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens on it
        address = f"sc://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(OfficeError, match="Không nối được máy chủ Spark"), session_of(on(address), Path()):
            pass


def test_a_spark_of_ones_own_keeps_the_names_of_the_project(tmp_path: Path) -> None:
    own = place_of(WarehouseSection(engine="spark"), tmp_path)
    assert own == Place({LANDED: LANDED, BUILT: BUILT}, store_at(str(tmp_path)))


def test_a_parse_in_other_schemas_is_a_copy(tmp_path: Path) -> None:
    ensure_manifest(tmp_path / "dbt", tmp_path / "warehouse.duckdb")
    parsed = _parsed_project(tmp_path / "warehouse.duckdb", DUCKDB)
    assert _in_schemas(parsed, {LANDED: LANDED, BUILT: BUILT}) is parsed
    moved = _in_schemas(parsed, {LANDED: "a_landed", BUILT: "a_main"})
    form, question = f"model.kstt.{FORM}", "source.kstt.landed.question"
    assert (moved.nodes[form].schema, moved.nodes[form].relation_name) == ("a_main", f"a_main.{FORM}")
    assert (moved.sources[question].schema, moved.sources[question].relation_name) == ("a_landed", "a_landed.question")
    assert {node.schema for node in parsed.nodes.values()} == {BUILT}
    assert {source.schema for source in parsed.sources.values()} == {LANDED}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"remote": "sc://host:15002", "master": "yarn"}, "bỏ master"),
        ({"remote": "sc://host:15002", "memory": "2g"}, "bỏ memory"),
        ({"remote": "sc://host:443/;use_ssl=true;token=abc"}, "SPARK_CONNECT_AUTHENTICATE_TOKEN"),
        ({"remote": "spark://host:7077"}, "sc://máy-chủ:15002"),
        ({"remote": "sc://host/;session_id=1"}, "sc://máy-chủ:15002"),
        ({"shared": "s3://user:word@bucket/kstt"}, "mật khẩu"),
        ({"shared": "s3://bucket/kstt?token=abc"}, "mật khẩu"),
        ({"shared": "s3://bucket//kstt"}, "shared là thư mục"),
        ({"shared": "s3://bucket/a/../kstt"}, "shared là thư mục"),
        ({"shared": "s3:///kstt"}, "shared là thư mục"),
        ({"shared": "zip::s3://bucket/kstt"}, "shared là thư mục"),
        ({"shared": "s3://bucket/số liệu"}, "không có dấu cách"),
        ({"shared": "kstt"}, "shared là thư mục"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        WarehouseSection(engine="spark", **given)  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize("remote", ["sc://host", "sc://host:15002", "sc://host:443/;use_ssl=true;user_id=an"])
def test_an_address_of_a_server_is_taken(remote: str) -> None:
    assert WarehouseSection(engine="spark", remote=remote).remote == remote


@pytest.mark.parametrize(
    "shared",
    [
        "/mnt/kstt",
        "s3://bucket",
        "s3://bucket/kstt/",
        "gs://bucket/số-liệu",
        "webhdfs://host:9870/kstt",
        "abfs://box@account.dfs.core.windows.net/kstt",
    ],
)
def test_a_folder_or_an_address_in_a_storage_is_taken_with_either_spark(shared: str) -> None:
    for where in ({"remote": "sc://host"}, {"master": "spark://host:7077"}):
        assert WarehouseSection(engine="spark", shared=shared, **where).shared == shared  # ty: ignore[invalid-argument-type]


@needs_spark
def test_a_server_that_dies_ends_the_run_with_a_sentence_and_a_note(
    landed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_session, "_PATIENCE", 4.0)
    warehouse = copy_landed(landed, tmp_path / "connect")
    with contextlib.ExitStack() as alive:
        address = alive.enter_context(connect.server(tmp_path / "home", "2g"))

        def dying(*given: Path) -> tuple[CompiledModel, ...]:
            alive.close()
            return compile_models(*given)

        monkeypatch.setattr(spark, "compile_models", dying)
        with pytest.raises(OfficeError, match="Không nối được máy chủ Spark"):
            build_on_spark(tmp_path / "dbt", warehouse, on(address), build_only([FORM]))
    (note,) = (tmp_path / "spark_runs").iterdir()
    assert json.loads(note.read_text(encoding="utf-8"))["server"] == address
