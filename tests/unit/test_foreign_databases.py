"""A database in a version's folder may be somebody's work: a look at it reads nothing of this machine.

Here: views and macros planted in a database, the check alone and before what reads one. Not here: changed figures
(pipeline/test_stored_bytes).
Invariant: what would read a file or the network is refused before any query of ours runs.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.audit.diff import Version, compare
from pipelines.office.errors import OfficeError
from pipelines.warehouse.foreign import check_database


def database(folder: Path, *statements: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        for statement in (
            "create schema landed",
            "create table landed.t (a int)",
            "create view v as from landed.t",
            *statements,
        ):
            connection.execute(statement)
    return path


def test_tables_and_views_over_them_are_well(tmp_path: Path) -> None:
    check_database(database(tmp_path))


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("create or replace view v as select content as a from read_text('{secret}')", "đọc tệp hoặc mạng"),
        ("create view landed.w as select * from read_csv('{secret}')", "đọc tệp hoặc mạng"),
        ("create view w as select * from glob('{folder}/*')", "đọc tệp hoặc mạng"),
        ("create macro coalesce(a, b) as (select content from read_text('{secret}'))", "hàm lạ"),
        ("create macro landed.f() as table select * from read_text('{secret}')", "hàm lạ"),
    ],
)
def test_what_would_read_this_machine_is_refused(tmp_path: Path, planted: str, said: str) -> None:
    secret = tmp_path / "khoa-bi-mat"
    secret.write_text("a\n1\n", encoding="utf-8")
    path = database(tmp_path / "v1", planted.format(secret=secret, folder=tmp_path))
    with pytest.raises(OfficeError, match=said):
        check_database(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"x" * 20_000)
    with pytest.raises(OfficeError, match="không đọc được"):
        check_database(path)


def test_a_comparison_opens_no_such_database(tmp_path: Path) -> None:
    secret = tmp_path / "khoa-bi-mat"
    secret.write_text("a\n1\n", encoding="utf-8")
    versions = []
    for name, planted in (("v1", ()), ("v2", (f"create view w as from read_csv('{secret}')",))):
        folder = database(tmp_path / name, *planted).parent
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
        versions.append(Version(name, folder))
    with pytest.raises(OfficeError, match="đọc tệp hoặc mạng"):
        compare(*versions)
