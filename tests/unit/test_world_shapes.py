"""Every rare shape of the oracle's list is drawn, noted in the ledger of shapes, and seen in the files that are sent.

Here: three drawn worlds, the rows of their files. Not here: the product, which is not imported; counting (test_world).
Invariant: a shape is looked for in what the files say, not in the history it was drawn from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from truth.world import compare
from truth.world.catalogue import DESK, WARDS, WITHOUT_MARKS
from truth.world.history import Dossier
from truth.world.sendings import Export, Shown

Rows = list[tuple[Export, Shown]]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[compare.World]:
    return [compare.draw(seed, tmp_path_factory.mktemp("world") / "office", 60) for seed in (1, 2, 3)]


def _told(world: compare.World) -> list[tuple[Dossier, Rows]]:
    """Return what the exports tell of each dossier, the oldest export first."""
    found: dict[int, Rows] = defaultdict(list)
    for export in sorted(world.exports, key=lambda item: item.moment):
        for row in export.rows:
            found[row.dossier.number].append((export, row))
    return [(rows[0][1].dossier, rows) for rows in found.values()]


def _cell(row: Shown, name: str) -> str:
    return str(row.cells.get(name) or "")


def _passes_to_the_desk(world: compare.World, dossier: Dossier, rows: Rows) -> bool:
    at_desk = [export.moment for export, _ in rows if export.unit == DESK]
    at_ward = [export.moment for export, _ in rows if export.unit in WARDS]
    later = [item for item in world.exports if item.unit == dossier.unit and at_desk and item.moment > at_desk[-1]]
    return bool(at_desk and at_ward and later) and not any(item.has(dossier) for item in later)


def _is_gone(world: compare.World, dossier: Dossier, rows: Rows) -> bool:
    last, row = rows[-1]
    later = [item for item in world.exports if item.unit == last.unit and item.moment > last.moment]
    return row.state.is_open and bool(later)


def _waits_then_is_withdrawn(world: compare.World, dossier: Dossier, rows: Rows) -> bool:
    """The last export of the quarter shows it waiting, or the first after it shows it withdrawn later than the last day."""
    closed = [row.state.finished for _, row in rows if row.state.status in ("withdrawn", "returned")]
    ends = [question.period.end for question in world.questions]
    return any(
        row.state.asked
        and not row.state.returned
        and when
        and any(row.state.asked.date() <= end < when.date() for end in ends)
        for _, row in rows
        for when in closed
    )


def _loses_its_due_date(world: compare.World, dossier: Dossier, rows: Rows) -> bool:
    told = [_cell(row, "due_at") for _, row in rows if _cell(row, "received_at")]
    return any(told) and not told[-1]


def _is_reopened(world: compare.World, dossier: Dossier, rows: Rows) -> bool:
    done = [bool(_cell(row, "finished_at")) for _, row in rows]
    return any(first and not then for first, then in pairwise(done))


def _is_given_up_in_a_pause(world: compare.World, dossier: Dossier, rows: Rows) -> bool:
    told = [row.state.status for _, row in rows]
    pauses = ("awaiting_payment", "suspended")
    return any(first in pauses and then in ("withdrawn", "returned") for first, then in pairwise(told))


OF_DOSSIERS: dict[str, Callable[[compare.World, Dossier, Rows], bool]] = {
    "passed to the desk": _passes_to_the_desk,
    "shown by ward and desk": lambda world, dossier, rows: len({export.unit for export, _ in rows}) > 1,
    "deleted from the system": _is_gone,
    "withdrawn while waiting": _waits_then_is_withdrawn,
    "one code, three spellings": lambda world, dossier, rows: len({_cell(row, "dossier_code") for _, row in rows}) > 1,
    "no due date": lambda world, dossier, rows: bool(_cell(rows[0][1], "received_at")) and not _cell(rows[0][1], "due_at"),
    "due date blanked later": _loses_its_due_date,
    "unknown procedure, known field": lambda world, dossier, rows: (
        "chưa có" in _cell(rows[0][1], "procedure_name") and bool(_cell(rows[0][1], "field_name"))
    ),
    "minute against second": lambda world, dossier, rows: any(
        _cell(row, "submitted_at") > _cell(row, "received_at") > _cell(row, "submitted_at")[:16] + ":"
        or (_cell(row, "submitted_at")[16:] > ":00" and _cell(row, "submitted_at")[:16] == _cell(row, "received_at"))
        for _, row in rows
    ),
    "reopened": _is_reopened,
    "unknown channel word": lambda world, dossier, rows: _cell(rows[0][1], "channel") == "Qua Zalo",
    "online, level unknown": lambda world, dossier, rows: (
        _cell(rows[0][1], "channel") == "Qua mạng" and not _cell(rows[0][1], "service_level")
    ),
    "late entry": lambda world, dossier, rows: any(
        dossier.received and export.unit == dossier.unit and export.moment > dossier.received and not export.has(dossier)
        for export in world.exports
    ),
    "impossible date, sent back": lambda world, dossier, rows: any(row.is_sent_back for _, row in rows),
    "given up in a pause": _is_given_up_in_a_pause,
    "passed to the desk, sent back there": lambda world, dossier, rows: any(
        row.is_sent_back and export.unit == DESK for export, row in rows
    ),
    "end moved over the cut-off": lambda world, dossier, rows: (
        len({row.state.finished for _, row in rows if row.state.finished}) == 2
    ),
    "field without marks": lambda world, dossier, rows: _cell(rows[0][1], "field_name") in WITHOUT_MARKS.values(),
    "unknown code, known name": lambda world, dossier, rows: _cell(rows[0][1], "procedure_code") == "9.999999",
    "rejected at intake": lambda world, dossier, rows: "Từ chối" in _cell(rows[-1][1], "status")
    or "không được" in _cell(rows[-1][1], "status"),
}  # fmt: skip


@pytest.mark.parametrize("shape", OF_DOSSIERS)
def test_a_shape_of_a_dossier_is_in_the_ledger_and_in_the_files(shape: str, worlds: list[compare.World]) -> None:
    assert all(world.shapes()[shape] >= 2 for world in worlds)
    seen = [
        dossier
        for world in worlds
        for dossier, rows in _told(world)
        if shape in dossier.shapes and OF_DOSSIERS[shape](world, dossier, rows)
    ]
    assert seen


def test_one_number_is_in_the_books_of_two_wards_and_of_two_years(worlds: list[compare.World]) -> None:
    books = {
        (_cell(row, "dossier_code"), export.unit, row.state.received.year)
        for world in worlds
        for export in world.exports
        for row in export.rows
        if _cell(row, "dossier_code").endswith("/TN") and row.state.received
    }
    assert any(code == other and unit != ward for code, unit, _ in books for other, ward, _ in books)
    assert any(
        code == other and unit == ward and year != then for code, unit, year in books for other, ward, then in books
    )


def test_one_name_is_in_two_fields_and_some_files_say_no_field(worlds: list[compare.World]) -> None:
    fields = {
        _cell(row, "field_name")
        for world in worlds
        for export in world.exports
        for row in export.rows
        if _cell(row, "procedure_name") == "Cấp giấy phép"
    }
    assert {"", "Hộ kinh doanh", "Đất đai"} <= fields


def test_an_export_of_the_morning_of_the_last_day_is_sent(worlds: list[compare.World]) -> None:
    assert any(
        item.moment.date() == item.period.end and item.moment.hour == 6 for world in worlds for item in world.exports
    )


@pytest.mark.parametrize("shape", ["feedback refused in a later quarter", "feedback published in a later quarter"])
def test_feedback_ends_otherwise_in_a_later_quarter(shape: str, worlds: list[compare.World]) -> None:
    word = "refused" if "refused" in shape else "published"
    told: dict[tuple[int, int], list[str]] = defaultdict(list)
    for number, world in enumerate(worlds):
        for log in sorted(world.logs, key=lambda item: item.moment):
            for item, said in log.rows:
                if shape in item.shapes:
                    told[number, item.number].append(said.status)
    assert sum(world.shapes()[shape] for world in worlds)
    assert any(statuses[0] != word == statuses[-1] for statuses in told.values())


def test_feedback_is_reopened_or_leaves_the_logs_in_a_later_quarter(worlds: list[compare.World]) -> None:
    told: dict[tuple[int, int], list[bool]] = defaultdict(list)
    last: dict[tuple[int, int], int] = {}
    for number, world in enumerate(worlds):
        for place, log in enumerate(sorted(world.logs, key=lambda item: item.moment)):
            for item, said in log.rows:
                last[number, item.number] = place
                if "feedback reopened" in item.shapes:
                    told[number, item.number].append(said.answered is not None)
    assert any(first and not then for answers in told.values() for first, then in pairwise(answers))
    gone = [
        (number, item)
        for number, world in enumerate(worlds)
        for item in {item.number: item for log in world.logs for item, _ in log.rows}.values()
        if "feedback gone from the log" in item.shapes
    ]
    assert gone
    assert all(last[number, item.number] < len(worlds[number].logs) - 1 for number, item in gone)


@pytest.mark.parametrize(
    "shape", ["same bytes, another name", "half a replacement", "last quarter's file", "A, B, A", "neighbour's file"]
)
def test_a_file_that_says_nothing_new_is_sent(shape: str, worlds: list[compare.World]) -> None:
    found = [(world, item) for world in worlds for item in world.extras if item.shape == shape]
    assert found
    others = {world.seed: {world.content(item): item.unit for item in world.exports} for world in worlds}
    repeats = [others[world.seed].get(item.content) for world, item in found]
    if shape in ("same bytes, another name", "last quarter's file"):
        assert repeats == [item.unit for _, item in found]
    elif shape == "neighbour's file":
        assert all(unit not in (None, item.unit) for unit, (_, item) in zip(repeats, found, strict=True))
    else:  # other bytes once, and in A, B, A the old ones after them
        assert None in repeats
        assert shape != "A, B, A" or any(repeats)
