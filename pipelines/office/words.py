"""The office's own words: what an officer writes into a report, one heading a section.

Here: `words/<period>[-<unit>].md`: finding, reading and hashing it. Not here: figures in it (figures/words), paper.
Invariant: a comment is never printed; text outside a section is an error with its line, never dropped.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.office.errors import OfficeError
from pipelines.office.text import nfc

FOLDER = "words"
_HEADING = re.compile(r"#{1,4}\s+(?P<section>[IVX]+(?:\.\d+)?)(?:[.\s]\s*.*)?$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class OwnWords:
    """The words of one report: section (II.3, III …) → its text, in light markdown with figure tags."""

    file_name: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)

    def empty(self, required: tuple[str, ...]) -> list[str]:
        """Return the required sections that have no text, in the order they are required."""
        return [section for section in required if not self.sections.get(section)]


def words_path(root: Path, period_id: str, unit_id: str = "") -> Path:
    """Return where the words of a period's report lie, or those of one unit's own report."""
    return root / FOLDER / f"{period_id}{f'-{unit_id}' if unit_id else ''}.md"


def words_hash(root: Path, period_id: str) -> str:
    """Return one hash over all words written for a period, the office's and its units'."""
    digest = hashlib.sha256()
    for path in sorted((root / FOLDER).glob(f"{period_id}*.md")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_words(root: Path, period_id: str, unit_id: str = "") -> OwnWords:
    """Return the words written for a report; no sections when there is no file.

    Raises:
        OfficeError: the file is not UTF-8, has text before its first heading, or a section twice.
    """
    path = words_path(root, period_id, unit_id)
    name = path.relative_to(root).as_posix()
    if not path.is_file():
        return OwnWords(name)
    try:
        text = nfc(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise OfficeError(f"{name}: tệp không phải văn bản UTF-8. Lưu lại ở dạng UTF-8.") from error
    # A comment leaves its line breaks, so that an error names the line an editor shows.
    plain = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    if "<!--" in plain:
        line = plain[: plain.index("<!--")].count("\n") + 1
        raise OfficeError(f"{name}, dòng {line}: chú thích mở bằng <!-- chưa đóng bằng -->.")
    sections: dict[str, str] = {}
    for section, line, lines in _sections(plain):
        body = "\n".join(lines).strip()
        if not section and body:
            raise OfficeError(
                f"{name}, dòng {line}: có lời trước tiêu đề mục đầu tiên. Đặt dưới một mục, ví dụ: ## II.3. Nguyên nhân"
            )
        if section in sections:
            raise OfficeError(f"{name}, dòng {line}: mục {section} có hai lần. Gộp lại thành một.")
        if section:
            sections[section] = body
    return OwnWords(name, sections)


def _sections(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """Yield section, the line its heading or text begins on, and its lines; "" is what is before any heading."""
    section, begins, lines = "", 1, []
    for number, line in enumerate(text.splitlines(), start=1):
        found = _HEADING.fullmatch(line.strip())
        if found:
            yield section, begins, lines
            section, begins, lines = found["section"], number, []
        else:
            begins = number if not section and line.strip() and not any(lines) else begins
            lines.append(line)
    yield section, begins, lines
