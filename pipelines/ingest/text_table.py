"""A text table (CSV, TSV) as rows of cells.

Here: encodings, the delimiter, the `sep=` line, quotes that do not close. Not here: what the cells mean.
Invariant: record n of the file is row n; a quote left open is reported, it never swallows the rows after it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

from pipelines.ingest.sniff import Refused
from pipelines.ingest.vietnamese import ENCODINGS, is_syllable, old_encoding, words_with_marks
from pipelines.office.text import nfc

_HEAD = 4096
# <meta … charset=…> of a web page, encoding="…" of an XML file.
_CHARSET = re.compile(rb"<(?:meta\b[^>]*charset|\?xml\b[^>]*encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_UTF8 = ("utf-8", "utf8")
DELIMITERS = ";,\t|"
_UNUSUAL = "^~¦§\x1f\x1e\x01#&@!*"
_ZEROS_OF_UTF16 = 8  # Vietnamese text has a zero in at least every eighth byte
_SAMPLE_LETTERS = 20_000
SAMPLE_LINES = 60
MAX_CELL = 10 * 1024 * 1024
_SAVE_AGAIN = "Lưu lại dạng CSV UTF-8 hoặc .xlsx rồi gửi lại."


def text_rows(text: str) -> list[list[object]]:
    """Return the records of a text table, from the first (a `sep=` line is record 1).

    Raises:
        Refused: quotes that do not pair.
    """
    first, _, rest = text.partition("\n")
    announced = announced_delimiter(first)
    if announced is not None:
        return [[first.rstrip("\r").strip('"')], *_parse(rest, announced, lines_before=1)]
    return _parse(text, delimiter_of(text))


def announced_delimiter(line: str) -> str | None:
    """Return the delimiter a first line `sep=;` announces; None when it is a record."""
    said = line.rstrip("\r\n").strip('"')
    return said[4] if said[:4].casefold() == "sep=" and len(said) == 5 else None


def decode(content: bytes) -> str:
    """Return the text of UTF-8 (with or without BOM), UTF-16, a declared charset or Windows-1258 bytes.

    Bytes that are UTF-8 are read so whatever a page declares: exporters copy the declaration, not the truth.

    Raises:
        Refused: none of them; nothing is ever read with replacement characters.
    """
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return _strictly(content, "utf-32")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(content, "utf-16")
    zeros = content[:_HEAD].count(0)
    if zeros * _ZEROS_OF_UTF16 > len(content[:_HEAD]):
        # UTF-16 without a BOM: the high byte of every plain letter is zero.
        return _strictly(content, "utf-16-le" if content[1:_HEAD:2].count(0) > zeros / 2 else "utf-16-be")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        declared = _CHARSET.search(content[:_HEAD])
        encoding = declared[1].decode("ascii").casefold() if declared else "cp1258"
        if not declared or encoding in _UTF8:
            _refuse_broken_utf8(content, error)
    text = _strictly(content, encoding)
    if not declared:
        text = _by_evidence(content, text)
    if "\x00" in text:
        raise Refused("Tệp không phải bảng số liệu dạng chữ.", _SAVE_AGAIN)
    return text


def _by_evidence(content: bytes, vietnamese: str) -> str:
    """Return the text of undeclared single bytes: Windows-1258, or Windows-1252 where an old font wrote them.

    The two code pages differ in a dozen letters; whichever makes more words Vietnamese is right.
    """
    try:
        western = content.decode("cp1252")
    except UnicodeDecodeError:
        return vietnamese
    sample = western[:_SAMPLE_LETTERS]
    encoding = old_encoding([sample])
    if encoding is None:
        return vietnamese
    good = [
        sum(map(is_syllable, words_with_marks(text)))
        for text in (ENCODINGS[encoding](sample), nfc(vietnamese[:_SAMPLE_LETTERS]))
    ]
    return western if good[0] > good[1] else vietnamese


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(
            f"Không đọc được chữ của tệp (bảng mã {encoding}, byte thứ {error.start + 1}).", _SAVE_AGAIN
        ) from error
    except LookupError as error:
        raise Refused(f"Tệp ghi bảng mã «{encoding}» không có thật.", _SAVE_AGAIN) from error


def _refuse_broken_utf8(content: bytes, error: UnicodeDecodeError) -> None:
    """Text that was UTF-8 up to a broken byte is damaged UTF-8, not another encoding."""
    before = content[: error.start].decode("utf-8", errors="strict")
    if sum(ord(letter) > 127 for letter in before.lstrip("\ufeff")) >= 3:
        line = before.count("\n") + 1
        raise Refused(f"Tệp UTF-8 bị hỏng hoặc bị cắt ở dòng {line}.", "Kết xuất và gửi lại tệp.") from error


def delimiter_of(text: str) -> str:
    """Return the delimiter under which most of the first lines have one and the same number of fields.

    A comma inside names gives many fields but no common number. Unusual delimiters are tried only when no usual
    one divides the lines.
    """
    csv.field_size_limit(MAX_CELL)
    sample = "".join(text.splitlines(keepends=True)[:SAMPLE_LINES])
    for candidates in (DELIMITERS, _UNUSUAL):
        best = max(candidates, key=lambda delimiter: _agreement(sample, delimiter))
        if _agreement(sample, best):
            return best
    return DELIMITERS[0]


def _agreement(sample: str, delimiter: str) -> int:
    """Return how many delimiters are in the lines that have the commonest number of them."""
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return max(((width - 1) * lines for width, lines in widths.items()), default=0)


def _parse(text: str, delimiter: str, lines_before: int = 0) -> list[list[object]]:
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[list[object]] = []
    line = 1 + lines_before  # where the record being read begins: what is wrong shows only lines later
    try:
        for row in reader:
            found.append(list(row))
            line = reader.line_num + 1 + lines_before
        return found
    except csv.Error as error:
        rows = _unquoted(text, delimiter)
        if rows is None:
            raise Refused(
                f"Dấu nháy kép không khép đúng, trong bản ghi bắt đầu ở dòng {line} của tệp.",
                'Sửa dấu nháy kép (viết đôi "" trong ô), hoặc gửi dạng .xlsx.',
            ) from error
        return rows


def _unquoted(text: str, delimiter: str) -> list[list[object]] | None:
    """Return the rows of a table written without quoting, or None when its lines do not have one width."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE)
    try:
        rows = [list(row) for row in reader]
    except csv.Error:
        return None
    if len({len(row) for row in rows if len(row) > 1}) != 1:
        return None
    return [[_without_quotes(cell) for cell in row] for row in rows]


def _without_quotes(cell: str) -> str:
    wrapped = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1]
    return cell[1:-1] if wrapped else cell
