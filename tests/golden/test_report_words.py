"""The whole report of the stub as text, kept: a change of a word or number shows as a difference.

Here: words and figure ids block by block. Not here: where they stand on paper (test_render).
Invariant: after a deliberate change, write the file anew with KSTT_GOLDEN=write and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from figures_stub import stub_model

from pipelines.figures.blocks import Block, Grid, Heading, Run, Signature, Table
from pipelines.figures.words import report_blocks

KEPT = Path(__file__).parent


def line(block: Block) -> str:
    if isinstance(block, Table):
        return f"[biểu {block.form_id}]"
    if isinstance(block, Signature):
        return "[nơi nhận, chữ ký]"
    if isinstance(block, Grid):
        return "\n".join(f"Grid: {' | '.join(told(cell) for cell in row)}" for row in block.rows)
    name = f"{type(block).__name__}{block.level if isinstance(block, Heading) else ''}"
    return f"{name}: {told(block.runs)}"


def told(runs: tuple[Run, ...]) -> str:
    return "".join(f"{run.text}‹{run.figure_id}›" if run.figure_id else run.text for run in runs)


@pytest.mark.parametrize(
    ("name", "as_of", "switches"),
    [
        ("bao-cao-chinh-thuc", "2021-03-14", {}),
        ("bao-cao-tam-tinh", "2021-03-11", {"closing_event": "delivered_at", "null_channel": "unknown"}),
    ],
)
def test_report_reads_as_it_was_kept(name: str, as_of: str, switches: dict[str, str], tmp_path: Path) -> None:
    blocks = report_blocks(stub_model(tmp_path, as_of=as_of, **switches))
    text = "\n".join(line(block) for block in blocks) + "\n"
    kept = KEPT / f"{name}.txt"
    if os.environ.get("KSTT_GOLDEN") == "write":
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")
