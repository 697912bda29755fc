"""Reading a CSV file of the office as people really save them.

Here: encodings, separators, rows with too many or too few cells. Not here: what a table must hold (tables, reference).
Invariant: every cell comes from the column its header names, or its line is a fault; nothing is shifted or dropped.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.office.text import format_count, nfc

_SEPARATORS = (",", ";", "\t")
# Lines named for one fault of a file; a file saved wrongly has it in every line.
_MOST_LINES = 5


@dataclass(frozen=True)
class CsvTable:
    """The cells of a file as text, indexed by the number of their line less two, and what is wrong with the file."""

    cells: pd.DataFrame
    faults: tuple[str, ...] = ()


def read_csv(path: Path) -> CsvTable:
    """Read a CSV file in UTF-8 or UTF-16, separated by commas, semicolons or tabs.

    Blank lines are passed over. A file that cannot be read has no cells and says why.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return _unreadable(not_opened(error))
    return csv_of(content)


def not_opened(error: OSError) -> str:
    """Return what is said of a file that cannot be opened."""
    return f"không mở được ({error.strerror})"


def csv_of(content: bytes) -> CsvTable:
    """Return the table of a file's bytes, as `read_csv`."""
    text = _decoded(content)
    if text is None:
        return _unreadable("không phải chữ Unicode. Trong Excel, lưu lại kiểu «CSV UTF-8 (Comma delimited)»")
    if not text.strip():
        return _unreadable("trống, không có dòng tiêu đề cột")
    return _table(text)


def _unreadable(fault: str) -> CsvTable:
    return CsvTable(pd.DataFrame(), (fault,))


def _decoded(content: bytes) -> str | None:
    """Return the text of a file; None when it is neither UTF-8 nor UTF-16."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif len(content) > 1 and 0 in content[:2]:  # Latin letters in UTF-16 without a mark have every other byte zero
        encoding = "utf-16-le" if content[1] == 0 else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _table(text: str) -> CsvTable:
    lines = text.splitlines()
    is_named = lines[0].casefold().startswith("sep=")  # how Excel is reported the separator
    separator = _separator(next(line for line in lines[is_named:] if line.strip()))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for record in reader:
            if any(cell.strip() for cell in record) and not (before == 0 and is_named):
                records.append((before + 1, record))
            before = reader.line_num
    except csv.Error:
        return _unreadable(f'dòng {before + 1}: dấu ngoặc kép không đóng hoặc nằm sai chỗ; viết hai lần («""») trong ô')
    head = [nfc(cell).strip() for cell in records[0][1]]
    width = len(head)
    while head and not head[-1]:  # columns a spreadsheet program has added to every line
        head.pop()
    twice = sorted({name for name in head if head.count(name) > 1})
    faults = [f"dòng {records[0][0]}: cột «{name}» có hai lần" for name in twice]
    rows, numbers, wrong = [], [], []
    for number, record in records[1:]:
        if len(record) != width:
            wrong.append((number, len(record)))
            continue
        rows.append([nfc(cell).strip() for cell in record[: len(head)]])
        numbers.append(number - 2)
    faults += [
        f"dòng {number} có {count} ô, tiêu đề có {width} cột; ô có dấu «{separator}» phải đặt trong ngoặc kép"
        for number, count in wrong[:_MOST_LINES]
    ]
    if len(wrong) > _MOST_LINES:
        faults.append(f"và {format_count(len(wrong) - _MOST_LINES)} dòng khác có số ô không khớp tiêu đề")
    if twice:
        return CsvTable(pd.DataFrame(), tuple(faults))
    return CsvTable(pd.DataFrame(rows, columns=head, index=pd.Index(numbers, dtype="int64"), dtype=str), tuple(faults))


def _separator(head: str) -> str:
    return max(_SEPARATORS, key=head.count)
