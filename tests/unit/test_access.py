"""Who may read what is written: the office's account and its group, nobody else.

Here: the rights of every file and folder a command makes, landing and caches alike. Not here: who is in the group.
Invariant: the rights do not depend on the umask of whoever starts the command.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from office_folder import OFFICE, make_office, send

from pipelines.cli import main

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
