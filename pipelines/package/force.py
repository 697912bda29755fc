"""Forcing an issue: each blocker that is waved through is named, with its own reason.

Here: the code of a blocker, reading reasons from the command line and from a list, matching them. Not here: what blocks
(blockers), issuing (issue).
Invariant: no reason covers a blocker it was not written for; a reason for a blocker that is not there stops the issue.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipelines.office.csv_file import read_csv
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.text import nfc
from pipelines.warehouse.act_words import reason

# A reason written without a code: good where one thing blocks.
ONLY = ""
_CODED = re.compile(r"(b[0-9a-f]{6})=(.*)", re.DOTALL)
_CODE, _BLOCKER, _REASON = "Mã", "Vướng mắc", "Lý do"


def blocker_code(sentence: str) -> str:
    """Return the short code of a blocker: the same sentence has the same code, in every list of every day."""
    return f"b{hashlib.sha256(nfc(sentence).encode()).hexdigest()[:6]}"


def given_reasons(texts: Iterable[str]) -> dict[str, str]:
    """Return code → reason of texts written CODE=reason; one text without a code is for the only blocker.

    Raises:
        OfficeError: a reason is empty, or a code is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        coded = _CODED.fullmatch(text.strip())
        code, why = (coded[1], coded[2]) if coded else (ONLY, text)
        if code in found:
            raise OfficeError(f"--force: {f'vướng mắc {code}' if code else 'lý do không kèm mã'} có hai lần.")
        found[code] = reason(why)
    return found


def listed_reasons(path: Path) -> dict[str, str]:
    """Return code → reason of a list written by `write_list` and filled in; lines without a reason are left out.

    Raises:
        OfficeError: the file is not such a list.
    """
    read = read_csv(path)
    if read.faults or not {_CODE, _REASON} <= set(read.cells.columns):
        why = "; ".join(read.faults) or f"phải có các cột «{_CODE}», «{_REASON}»"
        raise OfficeError(f"{path.name}: {why}.")
    rows = read.cells.to_dict("records")
    return {str(row[_CODE]): reason(str(row[_REASON])) for row in rows if str(row[_REASON]).strip()}


def write_list(path: Path, found: Sequence[str]) -> None:
    """Write the blockers as a list to fill in: code, sentence, an empty reason."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerows([(_CODE, _BLOCKER, _REASON), *((blocker_code(line), line, "") for line in found)])
    path.write_text(sink.getvalue(), encoding="utf-8-sig", newline="")


def reasons_for(found: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """Return the reason for each blocker, "" where none was given for it.

    Raises:
        OfficeError: a reason is for no blocker that is there now.
    """
    codes = [blocker_code(line) for line in found]
    if ONLY in given and len(found) == 1:
        return [given[ONLY]]
    strange = [code for code in given if code not in codes and code != ONLY]
    if strange and found:
        raise OfficeError(f"--force: hiện không có vướng mắc «{strange[0]}»{nearest(strange[0], codes)}")
    return [given.get(code, "") for code in codes]
