"""What `kstt inspect` says of a file no profile fits: what it holds, and a profile to begin with.

Here: the sentences. Not here: the draft (setup/draft), the other files (commands/inspect).
Invariant: no personal cell is printed; the block printed is a valid profile as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.figures.text import format_count

if TYPE_CHECKING:
    from pipelines.ingest.contract import Contract
    from pipelines.ingest.grid import Opened
    from pipelines.ingest.guess import Guess
    from pipelines.ingest.inspection import Inspection
    from pipelines.office.profiles import Profile
    from pipelines.office.settings import Office


def unknown_lines(
    office: Office,
    path: Path,
    unit_id: str | None,
    file_lines: Callable[[Path, Inspection], Iterator[str]],
    sheet_lines: Callable[[Inspection], Iterator[str]],
) -> Iterator[str]:
    """Yield what an opened file of no profile is.

    Args:
        office: the office, for its profiles.
        path: the file.
        unit_id: the unit it comes from, where known.
        file_lines: prints the format and what is hidden in the file.
        sheet_lines: prints the sheets, their hidden parts and columns.

    Raises:
        Refused: the file cannot be opened.
    """
    from pipelines.ingest.inspection import Inspection, SheetSeen
    from pipelines.ingest.issued_facts import renamed_version
    from pipelines.setup.draft import draft_of, guess_file

    opened, found = guess_file(path)
    if opened.version:
        raise renamed_version()
    if found is None:
        plain = [SheetSeen(member, sheet, [], []) for member, grid in opened.grids for sheet in grid.sheets]
        seen = Inspection(opened, plain, None)
        yield from file_lines(path, seen)
        yield from sheet_lines(seen)
        yield from _no_profile(office, unit_id)
        yield "  Không bảng nào của phần mềm có từ hai tiêu đề cột của tệp này."
        return
    drafted = draft_of(path, found, unit_id)
    yield from file_lines(path, drafted.seen)
    yield from sheet_lines(drafted.seen)
    if drafted.seen.refusal is not None:
        yield from header_lines(found)
    yield from word_lines(drafted.words)
    yield from _no_profile(office, unit_id)
    yield f"  Có vẻ là bảng {found.contract.title} ({found.contract.stream}). Xem lại rồi ghi thành profiles/*.yaml:"
    yield from ("    " + line for line in drafted.text.splitlines())


def missing_lines(path: Path, opened: Opened, contract: Contract, profile: Profile) -> Iterator[str]:
    """Yield, for a file that lacks a required column, its headers and its profile with the likeliest column put in."""
    from pipelines.ingest.guess import guess
    from pipelines.setup.draft import completed

    found = guess(opened, [contract], profile)
    if found is None:
        return
    drafted = completed(path, found, profile)
    yield from header_lines(found)
    done = "" if not found.missing else "; ghi tên cột vào dòng có dấu # trước khi dùng"
    yield f"  Nếu cột mang tên khác, thay nội dung hồ sơ nguồn {profile.profile_id} trong profiles/ bằng{done}:"
    yield from ("    " + line for line in drafted.text.splitlines())


def header_lines(found: Guess) -> Iterator[str]:
    """The header where the table is not whole: every path, so that an officer sees what there is to map."""
    rows = ", ".join(map(str, found.header_rows))
    yield f"Dòng tiêu đề có vẻ ở trang «{found.sheet.name or 'duy nhất'}», dòng {rows}:"
    yield from (f"  «{path}»" for path in found.paths if path)
    for name in found.missing:
        yield f"  ! Chưa thấy cột bắt buộc «{found.contract.columns[name].title}» ({name})"


def word_lines(words: dict[str, list[str]]) -> Iterator[str]:
    """Yield the words of statuses and other closed lists that nobody mapped."""
    from pipelines.setup.draft import shown_words

    for name, noted in words.items():
        shown = ", ".join(f"«{word}»" for word in shown_words(noted))
        yield f"  ! Từ chưa biết ở cột {name}: {shown or f'{format_count(len(noted))} nội dung khác nhau'}"


def _no_profile(office: Office, unit_id: str | None) -> Iterator[str]:
    profiles = ", ".join(f"{item.profile_id} ({', '.join(item.match.units)})" for item in office.profiles)
    who = f"của {unit_id} " if unit_id else ""
    yield f"✗ Không hồ sơ nguồn nào nhận chắc chắn tệp này {who}(có: {profiles})."
    yield "  Cách sửa: " + ("thêm hoặc sửa một tệp profiles/*.yaml." if unit_id else "cho biết đơn vị gửi bằng --unit.")
