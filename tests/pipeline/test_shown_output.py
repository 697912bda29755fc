"""Output shown in README and docs is the output: each console block is run on the sample office and compared.

Here: blocks ```console, each one command and what it prints (`| head -n`, `| tail -n` cut it). Not here: what it means.
Invariant: `make golden` writes the blocks anew; nobody types output by hand.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_copy import REPOSITORY

from pipelines.cli import main
from pipelines.runner import RunResult

# The officer's handbook makes an office of its own: its commands are followed by test_handbook.
HANDBOOK = REPOSITORY / "docs" / "so-tay-can-bo.md"
PAGES = [*REPOSITORY.glob("*.md"), *sorted({*(REPOSITORY / "docs").rglob("*.md")} - {HANDBOOK})]
BLOCK = re.compile(r"(?ms)^```console\n\$ kstt (?P<command>[^\n]*)\n(?P<shown>.*?)^```$")


def blocks() -> Iterator[tuple[Path, str]]:
    for path in PAGES:
        for found in BLOCK.finditer(path.read_text(encoding="utf-8")):
            yield path, found["command"]


@pytest.mark.parametrize(("page", "command"), [*blocks()], ids=lambda part: getattr(part, "name", str(part)[:40]))
def test_a_shown_command_prints_what_is_shown(
    sample_office: Path, q1: RunResult, capsys: pytest.CaptureFixture[str], page: Path, command: str
) -> None:
    typed, _, cut = command.partition(" | ")
    words = [word.replace("sample_office", str(sample_office)) for word in shlex.split(typed)]
    assert main(["--office", str(sample_office), *words]) == 0
    printed = capsys.readouterr().out.replace(str(sample_office), "sample_office").splitlines()
    if cut:
        end, count = re.fullmatch(r"(head|tail) -(\d+)", cut).groups()  # type: ignore[union-attr]
        printed = printed[: int(count)] if end == "head" else printed[-int(count) :]
    text = page.read_text(encoding="utf-8")
    (found,) = [found for found in BLOCK.finditer(text) if found["command"] == command]
    if os.environ.get("KSTT_GOLDEN") == "write":
        shown = "".join(f"{line.rstrip()}\n" for line in printed)
        page.write_text(text[: found.start("shown")] + shown + text[found.end("shown") :], encoding="utf-8")
        return
    assert found["shown"].splitlines() == [line.rstrip() for line in printed], "run `make golden`"


def test_pages_show_output() -> None:
    assert len([*blocks()]) >= 3
