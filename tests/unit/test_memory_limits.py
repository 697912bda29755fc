"""How much memory this process may use, where the system bounds it by groups.

Here: limits read from trees of groups as systemd, containers and older systems make them. Not here: the shares of it
files and engines get.
Invariant: no group this process is in allows less than what is told.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest import memory

SERVICE = "0::/system.slice/kstt-serve.service\n"


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="ascii")
    return root


@pytest.mark.parametrize(
    ("own", "files", "limits"),
    [
        pytest.param(SERVICE, {"system.slice/kstt-serve.service/memory.max": "6442450944"}, [6442450944], id="service"),
        pytest.param(
            SERVICE,
            {"system.slice/memory.max": "2000000000", "system.slice/kstt-serve.service/memory.max": "max"},
            [2000000000],
            id="group-above",
        ),
        pytest.param("0::/\n", {"memory.max": "1000000000"}, [1000000000], id="container"),
        pytest.param("0::/../../other\n", {"memory.max": "1000000000"}, [1000000000], id="container-outside-its-root"),
        pytest.param(
            "9:name=systemd:/\n5:cpu,memory:/docker/4f\n0::/\n",
            {"memory/docker/4f/memory.limit_in_bytes": "3000000000", "memory/memory.limit_in_bytes": "4000000000"},
            [3000000000, 4000000000],
            id="one-tree-a-controller",
        ),
        pytest.param(
            "4:memory:/docker/4f\n", {"memory/memory.limit_in_bytes": "3000000000"}, [3000000000], id="older-container"
        ),
        pytest.param("0::/user.slice\n", {"cgroup.procs": "1"}, [], id="no-limit"),
    ],
)
def test_every_group_of_the_process_and_those_above_it_bind(
    tmp_path: Path, own: str, files: dict[str, str], limits: list[int]
) -> None:
    listed = tmp_path / "own"
    listed.write_text(own, encoding="utf-8")
    assert sorted(memory.group_limits(listed, _write(tmp_path / "groups", files))) == limits


def test_without_groups_nothing_binds_but_the_machine(tmp_path: Path) -> None:
    assert memory.group_limits(tmp_path / "missing", tmp_path) == []


def test_a_service_s_limit_is_what_files_and_engines_get_shares_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").write_text(SERVICE, encoding="utf-8")
    limit = 64_000_000  # less than any machine that runs this
    monkeypatch.setattr(memory, "_OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(memory, "_GROUPS", _write(tmp_path, {"system.slice/kstt-serve.service/memory.max": str(limit)}))
    memory.memory.cache_clear()
    try:
        assert memory.memory() == limit
        assert memory.engine_at_most() == limit // 2
    finally:
        memory.memory.cache_clear()
