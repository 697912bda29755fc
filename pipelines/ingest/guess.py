"""What a file may be that no profile fits: its stream, its header, and a profile to begin with.

Here: choosing the contract whose labels the header knows best, and the lines of a profile. Not here: reading the file
by it (reading), printing (commands).
Invariant: what is guessed is named as guessed; a column that cannot be guessed is left for a person.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from pipelines.ingest.cells import is_blank
from pipelines.ingest.codes import PROCEDURE, national_spelling
from pipelines.ingest.contract import MOMENT_ROLES, Column, Contract
from pipelines.ingest.grid import Opened
from pipelines.ingest.headers import Labels, header_paths, label, path_key, readable_head
from pipelines.ingest.sheet import Row, Sheet
from pipelines.office.profiles import Profile
from pipelines.office.text import ascii_key, match_key, nfc

_FEWEST_KNOWN = 2
_ROWS_LOOKED_AT = 200
_MOSTLY = 0.8
_SOME_WORDS = 0.3
# How like a label a header must be for a required column, and for one that is not.
_LIKE, _ALIKE = 0.6, 0.75
_MOST_WORDS, _LONGEST_WORD = 20, 60
_LEAST_CODE = 4
_MONTHS = 12
_DATE = re.compile(r"^\d{1,4}[-/.\s](\d{1,2}|[a-z]{3,9}|th(g|áng)?\s?\d{1,2})[-/.\s]\d{1,4}(\D.*)?$", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}")
_NAMED_DAYS = (
    (re.compile(r"20\d\d(\D?)\d\d\1\d\d"), r"(?P<y>20[0-9]{{2}}){0}(?P<m>[0-9]{{2}}){0}(?P<d>[0-9]{{2}})"),
    (re.compile(r"\d\d(\D?)\d\d\1(?=20\d\d)20\d\d"), r"(?P<d>[0-9]{{2}}){0}(?P<m>[0-9]{{2}}){0}(?P<y>20[0-9]{{2}})"),
)


@dataclass(frozen=True)
class Guess:
    """The likeliest stream of a file.

    Attributes:
        contract: its contract.
        sheet: the sheet that knows most labels.
        header_rows: where its header is (from 1).
        paths: the header path of each column.
        guessed: contract column → header path, where the header alone does not reports it for sure.
        missing: required columns for which nothing in the file is like.
        is_month_first: whether its dates are written month first.
    """

    contract: Contract
    sheet: Sheet
    header_rows: list[int]
    paths: list[str]
    guessed: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    is_month_first: bool = False


def guess(opened: Opened, contracts: Iterable[Contract], profile: Profile | None = None) -> Guess | None:
    """Return what an opened file likeliest is; None when no contract knows two headers of it.

    Args:
        opened: the file.
        contracts: the contracts it may be of.
        profile: the profile that reads it but for a required column; then a column is guessed for each of those that
            any fits, from the left.
    """
    best: tuple[int, Contract, Sheet, int, int] | None = None
    for contract in contracts:
        labels = Labels(contract, profile or _plain(contract))
        for _, grid in opened.grids:
            for sheet in grid.sheets:
                head, (score, start, depth) = readable_head(sheet, labels)
                if score >= _FEWEST_KNOWN and (best is None or score > best[0]):
                    best = (score, contract, head, start, depth)
    return None if best is None else _guess(*best[1:], profile)


def _plain(contract: Contract) -> Profile:
    return Profile(profile_id="moi", stream=contract.stream, title="Nguồn mới")


def _guess(contract: Contract, sheet: Sheet, start: int, depth: int, profile: Profile | None) -> Guess:
    paths = header_paths(sheet, start, depth)
    labels = Labels(contract, profile or _plain(contract))
    rows = sheet.rows[start + depth : start + depth + _ROWS_LOOKED_AT]
    named = {at: (path, labels.column(path_key(path))) for at, path in enumerate(paths) if path}
    # «Mã số» is what both codes are called: above codes of dossiers it is not that of the procedure.
    mistaken = {at for at, (_, name) in named.items() if name and _holds_other_codes(contract, name, rows, at)}
    known = {name for at, (_, name) in named.items() if name and at not in mistaken}
    free = {at: path for at, (path, _) in named.items() if at in mistaken or not labels.is_known(path_key(path))}
    guessed: dict[str, str] = {}
    wanted = [column for column in contract.columns.values() if column.name not in known]
    # Codes of the whole country say what a column is whatever its header; then what a leaf says goes before what looks
    # alike, that before the only one that fits; a header is taken once.
    for choose in (_by_national_code, _by_leaf, _by_likeness, _by_elimination, *([_by_cells] if profile else [])):
        for name, at in choose([column for column in wanted if column.name not in guessed], free, rows, labels):
            if name not in guessed and at in free:
                guessed[name] = free.pop(at)
    missing = [column.name for column in wanted if column.required and column.name not in guessed]
    dates = [nfc(cell) for row in rows for cell in row if isinstance(cell, str)]
    return Guess(
        contract, sheet, list(range(start + 1, start + depth + 1)), paths, guessed, missing, _is_month_first(dates)
    )


def _by_national_code(
    wanted: Sequence[Column], free: Mapping[int, str], rows: Sequence[Row], labels: Labels
) -> Iterator[tuple[str, int]]:
    """Yield the unknown headers above codes of a form only one column has: of dossiers, of procedures."""
    for column in wanted:
        national = labels.contract.national_code if column.name == labels.contract.key else None
        if national is None and column.role != "procedure_code":
            continue
        found = next((at for at in free if _are_codes(rows, at, national)), None)
        if found is not None:
            yield column.name, found


def _are_codes(rows: Sequence[Row], at: int, national: re.Pattern[str] | None) -> bool:
    """Return whether most cells of a column are national codes: of records, or of procedures (without a pattern)."""
    texts = [str(row[at]).strip() for row in rows if at < len(row) and not is_blank(row[at])]
    own = [bool(national_spelling(text, national) if national else PROCEDURE.match(text)) for text in texts]
    return bool(own) and sum(own) >= len(own) * _MOSTLY


def _holds_other_codes(contract: Contract, name: str, rows: Sequence[Row], at: int) -> bool:
    """Return whether a column its header calls that of the procedure holds the national codes of records."""
    is_of_procedure = contract.columns[name].role == "procedure_code"
    return is_of_procedure and contract.national_code is not None and _are_codes(rows, at, contract.national_code)


def _by_leaf(
    wanted: Sequence[Column], free: Mapping[int, str], _: Sequence[Row], labels: Labels
) -> Iterator[tuple[str, int]]:
    """Yield the unknown headers whose last part alone is a label of a column."""
    leaves = {at: labels.column(match_key(path.split(" / ")[-1])) for at, path in free.items()}
    names = {column.name for column in wanted}
    yield from [(name, at) for at, name in leaves.items() if name in names]


def _by_likeness(
    wanted: Sequence[Column], free: Mapping[int, str], rows: Sequence[Row], _: Labels
) -> Iterator[tuple[str, int]]:
    """Yield the unknown headers like a label of a column whose cells fit, the most alike first.

    A header is likest one column, needed or not: «Trả kết quả lúc» is when the result was given, not when it was ready.
    """
    pairs = [
        (max(_likeness(free[at], text) for text in column.labels), -at, column)
        for column in wanted
        for at in free
        if _fits(column, rows, at) or (column.values and _is_list_of_words(rows, at))
    ]
    pairs = [item for item in pairs if item[0] >= (_LIKE if item[2].required else _ALIKE)]
    for _score, before, column in sorted(pairs, key=lambda item: (-item[0], -item[1], item[2].name)):
        yield column.name, -before


def _by_elimination(
    wanted: Sequence[Column], free: Mapping[int, str], rows: Sequence[Row], _: Labels
) -> Iterator[tuple[str, int]]:
    """Yield, for a required column, the only unknown header whose cells fit."""
    for column in wanted:
        fitting = [at for at in free if column.required and _fits(column, rows, at)]
        if len(fitting) == 1:
            yield column.name, fitting[0]


def _by_cells(
    wanted: Sequence[Column], free: Mapping[int, str], rows: Sequence[Row], _: Labels
) -> Iterator[tuple[str, int]]:
    """Yield, for a required column, the first unknown header whose cells fit."""
    for column in wanted:
        found = next((at for at in free if column.required and _fits(column, rows, at)), None)
        if found is not None:
            yield column.name, found


def _is_list_of_words(rows: Sequence[Row], at: int) -> bool:
    """Return whether a column of the file has few short texts over and over, and no days or numbers."""
    texts = [str(row[at]).strip() for row in rows if at < len(row) and not is_blank(row[at])]
    few = len(set(texts)) <= min(_MOST_WORDS, max(1, len(texts) // 2))
    return bool(texts) and few and all(_is_word(text) for text in set(texts))


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST_WORD and not any(letter.isdigit() for letter in text)


def _likeness(path: str, text: str) -> float:
    leaf = match_key(path.split(" / ")[-1])
    return difflib.SequenceMatcher(None, leaf, match_key(text)).ratio()


def _fits(column: Column, rows: Sequence[Row], at: int) -> bool:
    """Return whether most cells of a column of the file may be cells of a contract's column."""
    cells = [row[at] for row in rows if at < len(row) and not is_blank(row[at])]
    if not cells:
        return False
    if column.role in MOMENT_ROLES:
        fits = [isinstance(cell, dt.date) or bool(_DATE.match(str(cell).strip())) for cell in cells]
    elif column.values:
        fits = [match_key(str(cell)) in column.values for cell in cells]
    elif column.role == "code":
        texts = [str(cell).strip() for cell in cells]
        distinct = len(set(texts)) > len(texts) * _MOSTLY
        fits = [distinct and " " not in text and any(letter.isdigit() for letter in text) for text in texts]
        fits = [
            fit and not _DATE.match(text) and len(text) > _LEAST_CODE for fit, text in zip(fits, texts, strict=True)
        ]
    else:
        return False
    return sum(fits) >= len(fits) * (_SOME_WORDS if column.values else _MOSTLY)


def _is_month_first(texts: Sequence[str]) -> bool:
    """Return whether the second number of dates goes above 12 and the first never does."""
    numbers = [(int(found[1]), int(found[2])) for text in texts if (found := _DAY_AND_MONTH.match(text.strip()))]
    return any(second > _MONTHS for _, second in numbers) and all(first <= _MONTHS for first, _ in numbers)


def profile_text(guess: Guess, file_name: str, unit_id: str | None, words: dict[str, list[str]]) -> str:
    """Return a profile as YAML, to be put into profiles/ and looked through; what is guessed reports it.

    Args:
        guess: what the file likeliest is.
        file_name: the file's name, for the pattern and the day in it.
        unit_id: the unit that sent it; None fits any.
        words: column of words → words of the file nobody mapped.
    """
    stem, _, suffix = nfc(file_name).rpartition(".")
    head: dict[str, object] = {
        "profile_id": _slug(stem or suffix),
        "stream": guess.contract.stream,
        "title": f"Nguồn của tệp {stem or suffix}",
        "match": {"units": [unit_id or "*"], "files": [_pattern(nfc(file_name))]},
        "observed_on": _observed_on(nfc(file_name)),
        "coverage": "population",
        "date_order": "month_first" if guess.is_month_first else "day_first",
    }
    lines = [yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=200).rstrip()]
    if guess.guessed or guess.missing:
        lines.append("labels:")
        lines += [f"  {name}: [{_quoted(path)}]  # phỏng đoán, xem lại" for name, path in guess.guessed.items()]
        lines += [
            f"  # {name}: [tên cột trong tệp]  # cột bắt buộc «{guess.contract.columns[name].title}», chưa thấy"
            for name in guess.missing
        ]
        if not guess.guessed:
            lines[lines.index("labels:")] = "labels: {}"
    lines += _value_lines(guess.contract, words)
    return "\n".join(lines) + "\n"


def completed_text(found: Guess, profile: Profile, words: Mapping[str, list[str]]) -> str:
    """Return a profile as YAML with what a file has beyond it, each marked: the headers guessed for the columns it does
    not find, the words it does not know.
    """
    content = profile.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    labels, values = content.pop("labels", {}), content.pop("values", {})
    lines = [yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=200).rstrip(), "labels:"]
    for name in dict.fromkeys([*labels, *found.guessed]):
        paths = [*([found.guessed[name]] if name in found.guessed else []), *labels.get(name, [])]
        mark = "  # phỏng đoán, xem lại" if name in found.guessed else ""
        lines.append(f"  {name}: [{', '.join(map(_quoted, dict.fromkeys(paths)))}]{mark}")
    lines += [
        f"  # {name}: [tên cột trong tệp]  # cột bắt buộc «{found.contract.columns[name].title}», chưa thấy"
        for name in found.missing
    ]
    if not (labels or found.guessed):
        lines[1] = "labels: {}"
    if not values:
        return "\n".join([*lines, *_value_lines(found.contract, words)]) + "\n"
    lines.append("values:")
    for name in dict.fromkeys([*values, *words]):
        mark = "" if name in values else "# "
        new = words.get(name, [])
        allowed = f"  # bỏ dấu #, thay dấu ? bằng một trong: {_meanings(found.contract, name)}" if new else ""
        lines.append(f"  {mark}{name}:{allowed}")
        lines += [f"    {_quoted(word)}: {meaning}" for word, meaning in values.get(name, {}).items()]
        lines += [f"    # {_quoted(word)}: ?" for word in new]
    return "\n".join(lines) + "\n"


def _meanings(contract: Contract, name: str) -> str:
    return ", ".join(sorted(set(contract.columns[name].values.values())))


def _value_lines(contract: Contract, words: Mapping[str, list[str]]) -> list[str]:
    """The words nobody mapped, each a line to fill in; until then they count as not known.

    Every line is the profile's own once its first sign # is taken away.
    """
    lines = []
    for name, unknown in words.items():
        lines.append(f"#  {name}:  # thay mỗi dấu ? bằng một trong: {_meanings(contract, name)}")
        lines += [f"#    {_quoted(word)}: ?" for word in unknown]
    return ["#values:", *lines] if lines else []


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _slug(text: str) -> str:
    words = re.findall(r"[a-z]+", ascii_key(text))
    return "-".join(words) or "nguon-moi"


def _pattern(file_name: str) -> str:
    """Return the name with every number open, and what would be read as a pattern closed."""
    return re.sub(r"\d+", "*", re.sub(r"[\[\]?*]", "?", file_name))


def _observed_on(file_name: str) -> dict[str, str]:
    for shape, pattern in _NAMED_DAYS:
        found = shape.search(file_name)
        if found:
            return {"from": "file_name", "pattern": pattern.format(re.escape(found[1]))}
    return {"from": "received"}


def unknown_words(
    contract: Contract, profile: Profile, paths: Sequence[str], rows: Iterable[Row]
) -> dict[str, list[str]]:
    """Return column of words → the words of the file its contract and profile do not know, in order of appearance."""
    labels = Labels(contract, profile)
    places = {name: at for at, path in enumerate(paths) if path and (name := labels.column(path_key(path)))}
    found: dict[str, dict[str, None]] = {}
    words = {name: {**contract.columns[name].values, **_own_words(profile, name)} for name in contract.words}
    for row in rows:
        for name, at in places.items():
            if name in words and at < len(row) and not is_blank(row[at]):
                text = label(row[at])
                if match_key(text) not in words[name]:
                    found.setdefault(name, {})[text] = None
    return {name: list(noted) for name, noted in found.items()}


def _own_words(profile: Profile, name: str) -> dict[str, str]:
    return {match_key(word): meaning for word, meaning in profile.values.get(name, {}).items()}
