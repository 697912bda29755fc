"""The parts a sentence tells, against the whole it tells: for any report of any office.

Here: the wholes of the forms and their parts, sentences of blocks, what does not add up. Not here: reports.
Invariant: the identities of form columns (domain/02, forms) are typed here by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.figures.blocks import Block, Grid, Run

# Whole → parts, columns of one form's total row.
WHOLES = [
    ("II.06a", "c3", "c4 c5 received_unknown_channel c6"),
    ("II.06a", "c7", "c8 c9 c10 resolved_without_result"),
    ("II.06a", "c11", "c12 c13"),
    ("II.05a", "c3", "c6 c7"),
    ("II.05a", "c3", "c4 c5"),
    ("II.05a", "c3", "c8 c11"),
    ("II.05a", "c8", "c9 c10"),
    ("II.04", "reviewed", "c8 c14 kept unclear_proposals"),
    ("II.04", "c8", "c9 c10 c11 c12"),
    ("II.07b", "c3", "c5 c6"),
    ("II.07b", "c7", "c9 c10"),
    ("II.07b", "c7", "with_process without_process"),
    ("I", "c3", "c4 c5 c6 c7"),
    ("I", "c8", "c9 c10 c11 c12 plans_unreported"),
    ("overdue-causes", "c3", "c4 c5"),
    ("overdue-causes", "c3", "c6 c7 c8 c9"),
    ("desk-service", "c15", "c16 neutral c17"),
    ("II.08", "c11", "payment_reported paid_unreported"),
    ("death-group", "c3", "c4 c8"),
    ("death-group", "c4", "c5 c6 c7"),
    ("II.08", "c3", "c4 c5"),
    ("IX", "c3", "c4 c5"),
    ("IX", "c3", "c6 c9"),
    ("IX", "c6", "c7 c8"),
    ("IX", "c11", "c12 c13"),
    ("IX", "c11", "c14 c15 c16"),
    ("X", "c3", "c4 c5 c6 c7 c8 c9"),
    ("X", "c13", "c14 c15 c16"),
    ("XI", "c3", "c4 c5 c6 c7 c8"),
]
FRACTION = re.compile(r"(\d[\d.]*)/(\d[\d.]*)\D[^%;/]*?(\d[\d.]*,\d\d)%")


def sentences_in(blocks: tuple[Block, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    for block in blocks:
        runs: tuple[Run, ...] = () if isinstance(block, Grid) else getattr(block, "runs", ())
        yield "".join(run.text for run in runs), {run.figure_id: run.text for run in runs if run.figure_id}


def number(text: str) -> int:
    return int(text.rstrip("*†").replace(".", ""))


def parts_that_do_not_make_their_whole(found: list[tuple[str, dict[str, str]]], scope: str) -> list[str]:
    wrong = []
    for text, figures in found:
        for form, whole, parts in WHOLES:
            prefix = f"{form}/{scope}/total/"
            printed = [figures[prefix + part] for part in parts.split() if prefix + part in figures]
            if prefix + whole in figures and printed:
                told, whole_of = sum(map(number, printed)), number(figures[prefix + whole])
                # One part may be told of its whole (6 of 46); several make all of it.
                if told > whole_of or (len(printed) > 1 and told != whole_of):
                    wrong.append(f"{told} ≠ {whole_of}: {text}")
        for part, whole, share in FRACTION.findall(text):
            # Half up to two decimals, in whole hundredths.
            hundredths = (number(part) * 20000 + number(whole)) // (2 * number(whole))
            if hundredths != int(share.replace(".", "").replace(",", "")) or hundredths > 10000:
                wrong.append(f"{part}/{whole} ≠ {share}%: {text}")
    return wrong
