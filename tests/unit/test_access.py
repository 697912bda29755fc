"""Who may read what is written: the office's account and its group, nobody else.

Here: the rights of every file and folder a command makes, where the page listens, secrets on command lines. Not here: who
is in the group.
Invariant: the rights do not depend on the umask of whoever starts the command.
"""

from __future__ import annotations

import argparse
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from office_folder import OFFICE, make_office, send

from pipelines.cli import COMMANDS, _parser, main
from pipelines.paths import REPOSITORY

EXPORT = (
    "Số hồ sơ,Tên TTHC,Mã thủ tục,Đơn vị tiếp nhận,Kênh tiếp nhận,Ngày nhận hồ sơ,Ngày hẹn trả,Ngày có kết quả,Tình trạng hồ sơ\n"
    "H51.01-210301-0001,Đăng ký khai sinh,1.001193,UBND Phường 1,Tại quầy,01/03/2021,02/03/2021,02/03/2021,Đã trả kết quả\n"
)


@pytest.fixture
def umask() -> Iterator[None]:
    """The umask of a shell that hides nothing; the test's own comes back after."""
    before = os.umask(0o000)
    yield
    os.umask(before)


@pytest.mark.parametrize(("setting", "hidden"), [("", 0o007), ("access: {umask: '077'}\n", 0o077)])
def test_nobody_outside_the_group_reads_what_is_written(tmp_path: Path, umask: None, setting: str, hidden: int) -> None:
    office = OFFICE.format(clock='"2021-03-15T08:00:00+07:00"') + setting
    root = make_office(tmp_path / "office", office=office)
    send(root, "so-theo-doi_2021_03_15.csv", EXPORT.encode())
    assert main(["--office", str(root), "receive"]) == 0
    main(["--office", str(root), "status", "2021-Q1"])
    main(["--office", str(root), "received", "so-theo-doi_2021_03_15.csv", "--on", "2021-03-09", "--by", "Lan"])
    rights = {path: stat.S_IMODE(path.stat().st_mode) for path in (root / "data").rglob("*")}
    assert {path.relative_to(root / "data").parts[0] for path in rights} >= {"landing", "receipts", "typed"}
    assert [path for path, bits in rights.items() if bits & hidden] == []
    closed = [path.name for path, bits in rights.items() if not hidden & 0o070 and not bits & stat.S_IRGRP]
    assert closed in ([], ["masking.key"])


def test_the_page_listens_on_this_machine_only_and_no_option_changes_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class Server:
        def wait(self) -> int:
            return 0

    def start(command: list[str], **_: object) -> Server:
        started.append(command)
        return Server()

    monkeypatch.setattr("pipelines.commands.ui.subprocess.Popen", start)
    assert main(["--office", str(make_office(tmp_path / "office")), "ui", "--port", "3456"]) == 0
    ((*_, host, address, port, number),) = started
    assert (host, address, port, number) == ("-h", "127.0.0.1", "-p", "3456")
    options = {option for command in ("ui", "serve") for option in options_of(command)}
    assert options == {"-h", "--help", "--port"}


def test_nothing_of_ours_opens_a_port() -> None:
    """What ever would has to ask who comes (a token); today Dagster's page alone listens."""
    opening = re.compile(r"create_server\(|\.bind\(\(|\.listen\(\d|http\.server|socketserver|uvicorn|0\.0\.0\.0")
    package = REPOSITORY / "pipelines"
    assert [path.name for path in package.rglob("*.py") if opening.search(path.read_text(encoding="utf-8"))] == []


def test_no_command_takes_a_secret_that_the_list_of_processes_would_show() -> None:
    secret = re.compile(r"pass|secret|token|mat-khau|credential")
    found = {(name, option) for name in COMMANDS for option in options_of(name) if secret.search(option)}
    assert found == set()


def options_of(command: str) -> set[str]:
    (choices,) = [item for item in _parser()._actions if isinstance(item, argparse._SubParsersAction)]
    return {option for action in choices.choices[command]._actions for option in action.option_strings}
