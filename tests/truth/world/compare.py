"""A world from its seed to its answers: build the office, ask, hold every cell against the world's own count.

Here: worlds, questions, differences as text. Not here: rules. Invariant: a difference names a cell, both values, and the
dossiers behind it with their histories and the rows delivered.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from truth.world import count, door
from truth.world.catalogue import CITY
from truth.world.days import PERIODS, QUARTERS
from truth.world.draw import Drawer
from truth.world.evidence import Known, Question, known
from truth.world.history import Dossier
from truth.world.sendings import EXPORTING, Export, Folder, export, schedule, stages

DOSSIER_COLUMNS = {
    "received_total",
    "received_online",
    "received_direct_postal",
    "carried_in",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_overdue",
    "pending_total",
    "pending_in_time",
    "pending_overdue",
}
COLUMNS = {
    "II.06a": DOSSIER_COLUMNS,
    "II.06b": DOSSIER_COLUMNS,
    "II.06a-by-unit": DOSSIER_COLUMNS,
    "II.08": {"dossiers_total", "dossiers_direct_postal", "dossiers_online_level3", "dossiers_online_level4"},
}
SCOPES = {CITY, *EXPORTING}


@dataclass
class World:
    """A drawn world: dossiers, exports and the folder of the office."""

    seed: int
    folder: Folder
    dossiers: list[Dossier]
    exports: list[Export]
    questions: list[Question]


@dataclass
class Difference:
    """One cell that differs."""

    cell: count.Cell
    question: Question
    expected: int
    got: int
    behind: list[Known] = field(default_factory=list)


def make(seed: int, root: Path, size: int = 130, quarters: int = 2) -> World:
    """Draw a world and write its office; files are received stage by stage."""
    random = Random(seed)
    asked = QUARTERS[:quarters]
    dossiers = Drawer(random, asked).dossiers(size)
    exports = [
        export(unit, period, moment, dossiers, number)
        for number, (unit, period, moment) in enumerate(schedule(random, asked))
    ]
    folder = Folder(root)
    for stage in sorted({stage for quarter in asked for stage in stages(quarter)}):
        folder.set_clock(stage)
        for item in exports:
            if item.received == stage:
                folder.put(item)
        door.receive(folder)
    return World(seed, folder, dossiers, exports, questions(quarters))


def questions(quarters: int) -> list[Question]:
    """Return what is asked: each quarter on a provisional day, on its last day, again later; longer periods."""
    found = []
    for quarter in QUARTERS[:quarters]:
        early, final, late = stages(quarter)
        found += [
            Question(quarter, quarter.end - dt.timedelta(days=3), early),
            Question(quarter, quarter.end, final),
            Question(quarter, quarter.end, late),
        ]
    found.append(Question(QUARTERS[0], QUARTERS[0].end - dt.timedelta(days=3)))
    found.append(Question(QUARTERS[0], QUARTERS[0].end))
    longer = {2: ["2021-H1"], 3: ["2021-H1", "2021-9M"], 4: ["2021-H1", "2021-9M", "2021-Y"]}.get(quarters, [])
    return found + [Question(PERIODS[name], PERIODS[name].end) for name in longer]


def differences(world: World, question: Question, database: Path) -> tuple[list[Difference], count.Figures]:
    """Return the cells that differ and the world's own figures."""
    own, behind = count.figures(known(world.exports, question), question)
    own = Counter({cell: value for cell, value in own.items() if cell[1] in SCOPES})
    got = door.figures(database, SCOPES, COLUMNS)
    found = [
        Difference(cell, question, own[cell], got[cell], behind.get(cell, []))
        for cell in sorted({*own, *got})
        if own[cell] != got[cell]
    ]
    return found, own


def dossier_differences(world: World, question: Question, database: Path) -> list[tuple[Known | None, str, str]]:
    """Return the dossiers that the product counts otherwise: what the world knows of it, its cells here and there."""
    own = {
        (folded(item.dossier.code), item.newest.received): (item, _said(count.place(item, question)))
        for item in known(world.exports, question)
        if count.columns(item, question)
    }
    got: dict[tuple[str, dt.datetime | None], list[str]] = {}
    for code, received, said in door.dossiers(database, DOSSIER_COLUMNS):
        if len(said) > 2:
            got.setdefault((folded(code), received), []).append(" ".join(said))
    found: list[tuple[Known | None, str, str]] = []
    for key in sorted({*own, *got}, key=str):
        item, expected = own.get(key, (None, ""))
        counted = " + ".join(sorted(got.get(key, [])))
        if expected != counted:
            found.append((item, expected or f"không đếm {key[0]}", counted or "không đếm"))
    return found


def folded(code: str) -> str:
    """Return a code without the ways it may be written."""
    return code.upper().replace("–", "-").replace("\u200b", "").strip()


def _said(placed: count.Placed) -> str:
    unit = count.unit_row(placed)
    return " ".join([f"{placed.section}/{placed.field}", unit, *sorted(placed.columns)])


def story(world: World, dossier: Dossier) -> list[str]:
    """Return a dossier's history and the rows delivered of it, as lines."""
    shapes = f"; {', '.join(sorted(dossier.shapes))}" if dossier.shapes else ""
    lines = [
        f"hồ sơ {dossier.code} ({dossier.unit}, {dossier.procedure.code} {dossier.procedure.name}, "
        f"{dossier.field_word}, kênh {dossier.channel}{shapes})"
    ]
    lines += [f"  {when:%d/%m/%Y %H:%M} {what}" for when, what in sorted(_events(dossier), key=lambda item: item[0])]
    for item in sorted(world.exports, key=lambda item: item.moment):
        for row in item.rows:
            if row.dossier is dossier:
                cells = {name: str(value) for name, value in row.cells.items() if value not in ("", None)}
                back = " [sẽ trả lại]" if row.is_sent_back else ""
                lines.append(
                    f"  > {item.unit} {item.period.period_id} {item.name} nhận {item.received:%d/%m %H:%M}{back}"
                )
                lines.append(f"    {cells}")
    return lines


def _events(dossier: Dossier) -> Iterable[tuple[dt.datetime, str]]:
    yield dossier.submitted, "nộp"
    for moment, what in (
        (dossier.received, "tiếp nhận"),
        (dossier.rejected, "từ chối tiếp nhận"),
        (dossier.delivered, "trả kết quả"),
        (dossier.apology, "xin lỗi"),
        (dossier.entered, "nhập vào phần mềm"),
        (dossier.deleted, "xóa khỏi phần mềm"),
        (dossier.due_blank_from, "xóa ngày hẹn"),
        (dossier.moved and dossier.moved[0], f"chuyển sang {dossier.moved and dossier.moved[1]}"),
        (dossier.shared and dossier.shared[0], f"hiện cả ở {dossier.shared and dossier.shared[1]}"),
    ):
        if moment:
            yield moment, what
    for given, due in dossier.promises:
        yield given, f"hẹn trả {due:%d/%m/%Y %H:%M}"
    for name, spans in (
        ("bổ sung", dossier.supplements),
        ("thanh toán", dossier.payments),
        ("dừng", dossier.suspensions),
    ):
        for start, end in spans:
            yield start, f"yêu cầu {name}"
            if end:
                yield end, f"xong {name}"
    for start, undone in dossier.finishes:
        yield start, f"kết thúc ({dossier.closing})"
        if undone:
            yield undone, "mở lại"
