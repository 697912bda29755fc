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
