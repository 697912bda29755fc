"""What dbt parsed: the software's own, whatever lies in the office's folder.

Here: the manifest the layouts of forms are read from, the place of parses. Not here: building (pipeline).
Invariant: an office folder that came from somebody else gives no layout, no SQL and no macro.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.warehouse import dbt


def test_a_manifest_rewritten_in_the_office_is_the_softwares_again_at_the_next_run(tmp_path: Path) -> None:
    """Its labels are printed above the columns of forms: one changed there would show in no figure."""
    target, warehouse = tmp_path / "data" / "dbt_target", tmp_path / "warehouse.duckdb"
    manifest = dbt.ensure_manifest(target, warehouse)
    own = manifest.read_bytes()
    other = own.replace("Quá hạn".encode(), "Đúng hạn".encode()).replace(
        rb"Qu\u00e1 h\u1ea1n", rb"\u0110\u00fang h\u1ea1n"
    )
    assert other != own
    manifest.write_bytes(other)
    assert dbt.ensure_manifest(target, warehouse).read_bytes() == own


@pytest.mark.parametrize("has_home", [True, False])
def test_where_the_clone_is_read_only_parses_lie_in_a_folder_of_this_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_home: bool
) -> None:
    may = os.access
    monkeypatch.setattr(dbt.os, "access", lambda path, mode: path != dbt.DBT_PROJECT and may(path, mode))
    monkeypatch.setattr(dbt.tempfile, "tempdir", str(tmp_path))
    (tmp_path / "home").mkdir() if has_home else (tmp_path / "home").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    dbt._own_folder.cache_clear()
    place = dbt.lineage_file().parents[1]
    dbt._own_folder.cache_clear()
    assert place.is_dir()
    assert place.parent == (tmp_path / "home" / ".cache" if has_home else tmp_path)


def test_two_engines_whose_packages_are_of_one_version_have_parses_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "version", lambda _: "1.11.0")
    monkeypatch.setattr(dbt, "_parses", lambda: tmp_path)
    asked: list[tuple[str, str]] = []

    def parse(command: list[str], target: Path, _: Path, __: None, engine: dbt.Engine) -> None:
        asked.append((*command, engine.target))
        (target / "partial_parse.msgpack").touch()

    monkeypatch.setattr(dbt, "_call", parse)
    monkeypatch.setattr(dbt, "_parsed", {})
    other = dbt.Engine("postgres", "dbt-postgres", dbt.DUCKDB.ask)
    folders = {dbt._parse_folder("abc", tmp_path, engine) for engine in (dbt.DUCKDB, other)}
    assert len(folders) == 2
    assert asked == [("parse", dbt.DUCKDB.target), ("parse", "postgres")]
