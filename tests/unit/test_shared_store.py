"""What is shared with Spark: a folder, or a storage by its address; put, fetched, deleted, and what is said of a refusal.

Here: folders, memory, a WebHDFS and an S3 server of the test's own; notes of runs, without Spark. Not here: what Spark does
with the files (pipeline/test_spark_connect).
Invariant: beside the place of a run lies somebody else's file, which stays as it is.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import types
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fsspec
import pytest
from truth import s3, webhdfs

from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.warehouse import shared_store, spark_tables
from pipelines.warehouse.shared_store import Store, store_at
from pipelines.warehouse.spark_tables import Place, place_of, schemas

needs_s3 = pytest.mark.skipif(bool(s3.lacks()), reason=s3.lacks())
needs_posix = pytest.mark.skipif(os.name == "nt", reason="a shared folder is named from the root, /…")
REMOTE = "sc://somewhere:15002"


def own(base: str) -> str:
    """Return the address of a new run's place."""
    return f"{base.rstrip('/')}/kstt_{uuid.uuid4().hex}"


def files(store: Store) -> dict[str, bytes]:
    """Return every file of the storage around a place, by its name from where the places are."""
    base = store.root.rpartition("/")[0]
    store.system.invalidate_cache()
    return {path.removeprefix(f"{base}/"): store.system.cat_file(path) for path in store.system.find(base)}


@pytest.fixture(
    params=[pytest.param("folder", marks=needs_posix), "memory", "webhdfs", pytest.param("s3", marks=needs_s3)]
)
def base(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a part of a storage, with a slash at its end, as people write it."""
    with contextlib.ExitStack() as ending:
        if request.param == "folder":
            yield f"{tmp_path}/của-kstt/"
        elif request.param == "memory":
            yield f"memory://{uuid.uuid4().hex}/"
        elif request.param == "webhdfs":
            yield f"{ending.enter_context(webhdfs.storage(tmp_path / 'storage')).url}/của-kstt/"
        else:
            ending.enter_context(s3.server(monkeypatch))
            yield f"s3://{s3.BUCKET}/của-kstt/"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[webhdfs.Storage]:
    with webhdfs.storage(tmp_path / "storage") as storage:
        yield storage


def test_what_is_put_is_fetched_in_pieces_and_only_a_runs_own_is_deleted(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_store, "_PIECE", 1000)
    ours, theirs = store_at(own(base)), store_at(own(base))
    theirs.system.pipe_file(f"{theirs.root}/landed/t/rows.parquet", b"theirs")
    ours.try_out()
    assert list(files(ours).values()) == [b"theirs"]
    rows = tmp_path / "rows"
    rows.write_bytes(bytes(range(256)) * 50)
    ours.put(rows, "main/t/part-1.parquet")
    ours.system.pipe_file(f"{ours.root}/main/t/part-2.parquet", b"two")
    ours.system.pipe_file(f"{ours.root}/main/t/_SUCCESS", b"")
    folder = ours.get("main/t", tmp_path / "fetched")
    assert (folder == tmp_path / "fetched") != ours.local
    assert {path.name: path.read_bytes() for path in folder.glob("*.parquet")} == {
        "part-1.parquet": rows.read_bytes(),
        "part-2.parquet": b"two",
    }
    assert len(files(ours)) == 4
    for _ in range(2):  # what is not there any more is no matter
        ours.delete()
        assert list(files(ours).values()) == [b"theirs"]


def test_what_is_not_a_runs_own_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"kept")
    for name in ("", "/kstt_", "/kstt_1", f"/kstt_{'0' * 32}/.."):
        with pytest.raises(OfficeError, match="không xóa"):
            store_at(f"{tmp_path}{name}").delete()
    assert (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("url", "spark"),
    [
        ("s3://bucket/kstt", "s3a://bucket/kstt"),
        ("s3a://bucket/kstt", "s3a://bucket/kstt"),
        ("gcs://bucket/kstt", "gs://bucket/kstt"),
        ("abfs://box@account.dfs.core.windows.net/kstt", "abfs://box@account.dfs.core.windows.net/kstt"),
        ("webhdfs://host:9870/kstt", "webhdfs://host:9870/kstt"),
    ],
)
def test_spark_is_told_its_own_name_of_a_storage(url: str, spark: str) -> None:
    assert Store(url, fsspec.filesystem("memory"), "", False).for_spark == spark


@needs_posix
def test_a_folder_is_told_to_spark_as_a_file(tmp_path: Path) -> None:
    assert store_at(f"{tmp_path}/").for_spark == f"file://{tmp_path}"


# ---- refusals


@pytest.mark.parametrize("operation", ["CREATE", "APPEND", "OPEN", "DELETE"])
def test_a_storage_that_refuses_is_said_with_its_words(storage: webhdfs.Storage, operation: str) -> None:
    storage.refuses = {operation}
    with pytest.raises(OfficeError, match=r"warehouse\.shared: webhdfs://.* từ chối, .*(Permission denied|403)"):
        store_at(own(f"{storage.url}/a")).try_out()


def test_what_a_data_node_says_is_not_taken_for_the_bytes(storage: webhdfs.Storage, tmp_path: Path) -> None:
    store = store_at(own(storage.url))
    store.system.pipe_file(f"{store.root}/main/t/rows.parquet", b"0123456789" * 100)
    storage.refuses_bytes = True
    for act in (store.try_out, lambda: store.get("main/t", tmp_path / "fetched")):
        with pytest.raises(OfficeError, match="HTTPError: 403"):
            act()


def test_a_file_that_comes_short_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(own("memory://box"))
    store.system.pipe_file(f"{store.root}/main/t/rows.parquet", b"0123456789")
    listed = [{**found, "size": 12} for found in store.system.ls(f"{store.root}/main/t", detail=True)]
    monkeypatch.setattr(store.system, "ls", lambda *_, **__: listed)
    with pytest.raises(OfficeError, match=r"rows\.parquet: nhận 10 trên 12 byte"):
        store.get("main/t", tmp_path / "fetched")


def test_a_storage_that_is_not_there_is_said(tmp_path: Path) -> None:
    with webhdfs.storage(tmp_path / "storage") as storage:
        store = store_at(own(storage.url))
    for act in (store.try_out, store.delete, lambda: store.get("main/t", tmp_path / "fetched")):
        with pytest.raises(OfficeError, match="từ chối, ConnectionError"):
            act()


@needs_s3
def test_s3_says_what_it_lacks_and_makes_no_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3.server(monkeypatch) as address:
        with pytest.raises(OfficeError, match="The specified bucket does not exist"):
            store_at(own("s3://nobodys/kstt")).try_out()
        store = store_at(own(f"s3://{s3.BUCKET}"))
        assert store.system.ls("") == [s3.BUCKET]
        store.system.pipe_file(f"{store.root}/landed/t/rows.parquet", b"rows")
        s3.know_nobody(address)
        for act in (store.try_out, store.delete):
            with pytest.raises(OfficeError, match=r"từ chối, PermissionError: .*"):
                act()
        s3.know_everybody(address)
        # It answers a deletion of many with those it did not delete, which its client passes over.
        monkeypatch.setattr(type(store.system), "_bulk_delete", _nothing)
        with pytest.raises(OfficeError, match="1 tệp không xóa được"):
            store.delete()


@needs_s3
def test_markers_of_folders_that_hadoop_writes_on_s3_are_deleted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3.server(monkeypatch):
        store = store_at(own(f"s3://{s3.BUCKET}/kstt"))
        for name in ("landed/", "landed/t/", "landed/t/rows.parquet"):
            store.system.call_s3("put_object", Bucket=s3.BUCKET, Key=f"{store.root.partition('/')[2]}/{name}", Body=b"")
        store.delete()
        assert store.system.call_s3("list_objects_v2", Bucket=s3.BUCKET)["KeyCount"] == 0


async def _nothing(*_: object, **__: object) -> list[str]:
    return []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://bucket/kstt", r"«s3».*uv sync --extra spark --extra s3"),
        ("gs://bucket/kstt", r"«gs».*gcsfs"),
        ("kho://bucket/kstt", r"«kho».*not known"),
    ],
)
def test_a_package_that_is_not_here_is_named(url: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Any] = {}  # fsspec remembers what it has imported
    for name in ("_registry", "registry"):
        monkeypatch.setattr(importlib.import_module("fsspec.registry"), name, known)
    for package in ("s3fs", "gcsfs"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OfficeError, match=said):
        place_of(WarehouseSection(engine="spark", remote=REMOTE, shared=url), Path())
    assert known == {}


def test_a_storage_that_lacks_an_option_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    def lack(*_: object, **__: object) -> None:
        raise ValueError("Must provide an account_name")

    monkeypatch.setattr(fsspec.core, "url_to_fs", lack)
    with pytest.raises(OfficeError, match="từ chối, ValueError: Must provide an account_name"):
        store_at(own("memory://box"))


def test_what_an_address_has_behind_its_question_mark_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(own("memory://box"))

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("GET http://host/webhdfs/v1/x?op=OPEN&delegation=SECRET failed")

    monkeypatch.setattr(store.system, "pipe_file", refuse)
    with pytest.raises(OfficeError, match=r"webhdfs/v1/x\?… failed") as caught:
        store.try_out()
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


# ---- notes of runs


class Session:
    """What Spark is asked, without Spark."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def sql(self, query: str) -> None:
        self.asked.append(query)

    def interruptAll(self) -> None:
        self.asked.append("interrupt")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    if find_spec("pyspark") is None:
        for package, module, error in (("pyspark", "errors", "PySparkException"), ("py4j", "protocol", "Py4JError")):
            errors = types.ModuleType(f"{package}.{module}")
            monkeypatch.setattr(errors, error, type(error, (Exception,), {}), raising=False)
            monkeypatch.setitem(sys.modules, package, types.ModuleType(package))
            monkeypatch.setitem(sys.modules, f"{package}.{module}", errors)
    return Session()


def at(url: str, **where: str) -> Place:
    if "://" not in url:
        Path(url).mkdir(exist_ok=True)
    section = WarehouseSection(engine="spark", shared=url, **(where or {"remote": REMOTE}))  # ty: ignore[invalid-argument-type]
    return place_of(section, Path())


def killed(session: Any, place: Place, notes: Path) -> Store:
    """Let a run begin that never comes to its end."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spark_tables, "_drop", lambda *_: None)
        with schemas(session, place, notes):
            return fill(place)


def fill(place: Place) -> Store:
    assert place.store
    place.store.system.pipe_file(f"{place.store.root}/landed/t/rows.parquet", place.store.url.encode())
    return place.store


def test_two_runs_in_one_place_keep_apart(base: str, session: Any, tmp_path: Path) -> None:
    one, other = at(base), at(base)
    with schemas(session, one, tmp_path / "one"):
        first = fill(one)
        with schemas(session, other, tmp_path / "other"):
            fill(other)
            assert len(files(first)) == 2
        assert [*files(first).values()] == [first.url.encode()]
    assert files(first) == {}
    assert not [*(tmp_path / "one").iterdir(), *(tmp_path / "other").iterdir()]


def test_what_a_killed_run_left_is_deleted_by_the_next(base: str, session: Any, tmp_path: Path) -> None:
    place, notes = at(base), tmp_path / "notes"
    left = killed(session, place, notes)
    note = next(notes.iterdir()).read_bytes()
    with schemas(session, at(base), notes):
        assert files(left) == {}
        assert len([*notes.iterdir()]) == 1
    assert not [*notes.iterdir()]
    assert json.loads(note)["folder"] == left.url
    assert f"drop database if exists {place.schemas['landed']} cascade" in session.asked


def test_a_storage_that_is_gone_at_the_end_leaves_the_note_to_the_next_run(
    storage: webhdfs.Storage, session: Any, tmp_path: Path
) -> None:
    notes, base = tmp_path / "notes", f"{storage.url}/kstt"
    place = at(base)
    with schemas(session, place, notes):
        left = fill(place)
        storage.refuses = {"DELETE"}
    assert [path.name for path in notes.iterdir()] == [place.run]
    storage.refuses = set()
    with schemas(session, at(base), notes):
        assert files(left) == {}
    assert not [*notes.iterdir()]


def test_a_storage_that_refuses_at_the_beginning_is_said_before_spark_is_asked_and_noted_nowhere(
    storage: webhdfs.Storage, session: Any, tmp_path: Path
) -> None:
    storage.refuses = {"CREATE"}
    with pytest.raises(OfficeError, match="Permission denied"), schemas(session, at(storage.url), tmp_path / "notes"):
        pass
    assert session.asked == []
    assert not (tmp_path / "notes").exists()


@needs_posix
def test_a_spark_that_does_not_see_the_place_is_said_without_its_stack(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = importlib.import_module("py4j.protocol").Py4JError

    def refuse(_: str) -> None:
        raise refusal("No FileSystem for scheme s3a\n\tat org.apache.hadoop.fs.FileSystem")

    monkeypatch.setattr(session, "sql", refuse)
    (tmp_path / "shared").mkdir()
    place = at(f"{tmp_path}/shared", master="spark://host:7077")
    with (
        pytest.raises(OfficeError, match=r"file:///.*kstt_.*: No FileSystem for scheme s3a\. Mọi máy"),
        schemas(session, place, tmp_path / "notes"),
    ):
        pass
    assert not [*(tmp_path / "notes").iterdir(), *(tmp_path / "shared").iterdir()]


def test_a_spark_of_ones_own_in_a_shared_place_never_drops_schemas_of_a_server(
    base: str, session: Any, tmp_path: Path
) -> None:
    place, notes = at(base, master="spark://host:7077"), tmp_path / "notes"
    left = killed(session, place, notes)
    assert [query.split(" location ")[0] for query in session.asked] == [
        "create database landed",
        "create database main",
    ]
    assert f" location '{left.for_spark}/main'" in session.asked[1]
    # The next one counts on a server, on which somebody else has a schema of that name.
    with schemas(session, at(base), notes):
        assert files(left) == {}
    assert not [query for query in session.asked if query.startswith("drop") and "kstt_" not in query]


def test_a_shared_folder_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="Không có thư mục"):
        place_of(WarehouseSection(engine="spark", remote=REMOTE, shared=f"{tmp_path}/not-mounted"), tmp_path)
    assert not list(tmp_path.iterdir())
