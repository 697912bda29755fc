"""A world from its seed to its answers: build the office, ask, hold every cell against the world's own count.

Here: worlds, questions, differences as text. Not here: rules. Invariant: a difference names a cell, both values, and the
dossiers behind it with their histories and the rows delivered.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from truth.world import (
    claims,
    count,
    count_feedback,
    count_records,
    count_submissions,
    door,
    feedback,
    records,
    reviews,
)
from truth.world.catalogue import CITY, DEPARTMENTS, OFFICE, WARDS
from truth.world.days import PERIODS, QUARTERS
from truth.world.draw import Drawer
from truth.world.evidence import Known, Question, known
from truth.world.history import Dossier
from truth.world.sendings import (
    EXPORTING,
    Export,
    Folder,
    Sent,
    export,
    moments,
    received_at,
    schedule,
    stages,
)
from truth.world.systems import SYSTEMS

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
    "II.08": {
        "services_total",
        "services_level3",
        "services_level4",
        "services_on_national_portal",
        "dossiers_total",
        "dossiers_direct_postal",
        "dossiers_online_level3",
        "dossiers_online_level4",
        "received_online_other",
        "payable_dossiers",
        "paid_online",
        "digitised_components",
        "digitised_results",
    },
    "II.05a": {
        "received_total",
        "about_act",
        "about_regulation",
        "carried_in",
        "received_in_period",
        "own_total",
        "own_resolved",
        "own_pending",
        "transferred",
        "results_published",
    },
    "II.04": {
        "own_documents_total",
        "own_documents_amended",
        "own_documents_replaced",
        "own_documents_abolished",
        "own_documents_new",
        "own_procedures_total",
        "own_procedures_amended",
        "own_procedures_replaced",
        "own_procedures_abolished",
        "own_procedures_new",
        "own_saving_percent",
        "proposed_procedures",
    },
    "I": {"documents", *records.DOCUMENTS, "focal_officers"},
    "III": {"wall_in_force", "wall_posted", "portal_in_force", "portal_posted"},
    "IX": {
        "inspections",
        "combined_inspections",
        "own_inspections",
        "inspections_done",
        "inspections_on_time",
        "inspections_late",
        "inspections_not_done",
        "findings",
        "findings_carried",
        "findings_found",
        "findings_closed_on_time",
        "findings_closed_late",
        "findings_open",
        "findings_overdue",
    },
    "X": {
        "items",
        *records.CHANNELS,
        "reach",
        "trainings",
        "own_trainings",
        "participants",
        "focal_participants",
        "one_stop_participants",
        "other_participants",
    },
    "XI": {
        "submissions_owed",
        "sent_on_time",
        "sent_late",
        "sent_unknown",
        "returned",
        "not_sent",
        "declared_nil",
        "revisions",
        "days_late",
    },
    "death-group": {
        "deaths_registered",
        "linked_total",
        *records.LINKS,
        "finished_in_time",
        "finished_overdue",
        "pending",
    },
}
# Units whose own forms are held against the count; a department's II.06a is a view of the desk's dossiers.
SCOPES = {CITY, *EXPORTING}
_RECORD_FORMS = ("I", "III", "IX", "X", "death-group")
SCOPES_OF = {
    "II.05a": {CITY, *WARDS, *DEPARTMENTS},
    "II.04": {CITY, *reviews.UNITS},
    **{form: {CITY, *records.UNITS} for form in _RECORD_FORMS},
    "XI": {CITY, *EXPORTING, OFFICE, *reviews.UNITS, *records.UNITS},
}


@dataclass
class World:
    """A drawn world: dossiers, exports and the folder of the office."""

    seed: int
    folder: Folder
    dossiers: list[Dossier]
    exports: list[Export]
    logs: list[feedback.Log]
    tables: list[reviews.Table]
    returns: list[records.Return]
    extras: list[claims.Extra]
    questions: list[Question]
    _made: dict[Sent, bytes] = field(default_factory=dict)

    def content(self, sent: Sent) -> bytes:
        """Return the bytes of a file, made once: every question asks for them."""
        if sent not in self._made:
            self._made[sent] = sent.file()
        return self._made[sent]

    @property
    def sent(self) -> list[Sent]:
        """Return every file the units send."""
        return [*self.exports, *self.logs, *self.tables, *self.returns, *self.extras]

    def shapes(self) -> Counter[str]:
        """Return how often each rare shape was met."""
        noted = {item.number: item for log in self.logs for item, _ in log.rows}
        found = Counter(shape for item in [*self.dossiers, *noted.values()] for shape in item.shapes)
        reviewed = {id(item): item for table in self.tables for item in table.rows}
        kept = {
            (item.unit, item.stream, item.written, str(item.cells["code"])): item
            for sent in self.returns
            for item in sent.records
        }
        found.update(item.shape for item in self.extras)
        bytes_of = Counter((item.unit, item.period.period_id, self.content(item)) for item in self.exports)
        found["unchanged since the export before: the same bytes"] = sum(bytes_of.values()) - len(bytes_of)
        found.update(shape for item in kept.values() for shape in item.shapes)
        return found + reviews.shapes(reviewed.values(), QUARTERS)


@dataclass
class Difference:
    """One cell that differs."""

    cell: count.Cell
    question: Question
    expected: int
    got: int


def make(seed: int, root: Path, size: int = 130, quarters: int = 2) -> World:
    """Draw a world and write its office; files are received stage by stage."""
    world = draw(seed, root, size, quarters)
    for stage in sorted({item.received for item in world.sent}):
        world.folder.set_clock(stage)
        for item in world.sent:
            if item.received == stage:
                world.folder.put(item, world.content(item))
        door.receive(world.folder)
    return world


def draw(seed: int, root: Path, size: int = 130, quarters: int = 2) -> World:
    """Draw a world with an office that has received nothing yet."""
    random = Random(seed)
    asked = QUARTERS[:quarters]
    dossiers = Drawer(random, asked).dossiers(size)
    exports = [
        export(unit, period, moment, dossiers, number)
        for number, (unit, period, moment) in enumerate(schedule(random, asked))
    ]
    noted = feedback.draw(random, asked, size // 3)
    logs = [
        feedback.Log(unit, period, moment, received_at(moment), _said(noted, unit, moment))
        for unit, period, moment in moments(random, asked, [OFFICE, *feedback.BOOKS])
    ]
    reviewed = reviews.draw(random, asked)
    tables = [
        reviews.Table(unit, period, moment, received_at(moment), [item for item in reviewed if item.unit == unit])
        for unit, period, moment in moments(random, asked, reviews.UNITS)
    ]
    kept = records.draw(random, asked, 3)
    returns = [
        records.Return(unit, period, moment, received_at(moment), records.shown(kept, unit, moment))
        for unit, period, moment in moments(random, asked, records.UNITS)
    ]
    extras = claims.draw(random, exports)
    folder = Folder(root, profiles(), owed())
    return World(seed, folder, dossiers, exports, logs, tables, returns, extras, questions(quarters))


def _said(
    noted: list[feedback.Feedback], unit: str, moment: dt.datetime
) -> list[tuple[feedback.Feedback, feedback.Said]]:
    """Return the rows of a log at a moment: the office's system, or a ward's own book."""
    mine = [item for item in noted if (item.in_system if unit == OFFICE else item.in_book and item.unit == unit)]
    return [
        (item, feedback.said_at(item, moment))
        for item in mine
        if item.received <= moment and not (item.gone and item.gone <= moment)
    ]


def profiles() -> dict[str, str]:
    """Return the profiles of the office as YAML by their id."""
    own = {system.profile_id: system.profile() for system in SYSTEMS}
    return {**own, **feedback.profiles(), "ra-soat": reviews.profile()}


def owed() -> list[tuple[str, str]]:
    """Return who owes which stream."""
    exporting = [(unit, "case_exports") for unit in EXPORTING]
    reviewing = [(unit, "review_submissions") for unit in reviews.UNITS]
    kept = [(unit, stream) for unit in records.UNITS for stream in records.SHEETS]
    return [*exporting, (OFFICE, "feedback_logs"), *reviewing, *kept]


def questions(quarters: int) -> list[Question]:
    """Return what is asked: each quarter on a provisional day, on its last day, again later; longer periods."""
    found = []
    for quarter in QUARTERS[:quarters]:
        _, early, final, late = stages(quarter)
        found += [
            Question(quarter, quarter.end - dt.timedelta(days=3), early),
            Question(quarter, quarter.end, final),
            Question(quarter, quarter.end, late),
        ]
    found.append(Question(QUARTERS[0], QUARTERS[0].end - dt.timedelta(days=3)))
    found.append(Question(QUARTERS[0], QUARTERS[0].end))
    longer = {2: ["2021-H1"], 3: ["2021-H1", "2021-9M"], 4: ["2021-H1", "2021-9M", "2021-Y"]}.get(quarters, [])
    return found + [Question(PERIODS[name], PERIODS[name].end) for name in longer]


def late_questions(quarters: int) -> list[Question]:
    """Return the same days asked when every file has come, whatever had been received before."""
    return [*dict.fromkeys(replace(question, received_by=None) for question in questions(quarters))]


def own_figures(world: World, question: Question) -> Counter[count.Cell]:
    """Return every figure of the world's own count that a form shows."""
    figures, _ = count.figures(known(world.exports, question), question)
    noted, _ = count_feedback.figures(world.logs, question)
    everything = figures + noted + reviews.figures(world.tables, question)
    everything += count_records.figures(world.returns, question)
    everything += count.services(question) + count_submissions.figures(world.sent, owed(), question, world.content)
    return Counter({cell: value for cell, value in everything.items() if is_asked(cell)})


def is_asked(cell: count.Cell) -> bool:
    """Return whether a cell is one the world counts."""
    form, scope, row, column = cell
    # A document several proposals name is counted once in a section; in whose row is not said by the form.
    if "/" in row and column.startswith("own_documents"):
        return False
    return scope in SCOPES_OF.get(form, SCOPES) and column in COLUMNS[form]


def differences(world: World, question: Question, database: Path) -> tuple[list[Difference], Counter[count.Cell]]:
    """Return the cells that differ and the world's own figures."""
    own = own_figures(world, question)
    everything = door.figures(database, SCOPES.union(*SCOPES_OF.values()), COLUMNS)
    got = Counter({cell: value for cell, value in everything.items() if is_asked(cell)})
    found = [
        Difference(cell, question, own[cell], got[cell]) for cell in sorted({*own, *got}) if own[cell] != got[cell]
    ]
    return found, own


def changes(world: World, old: Question, new: Question) -> tuple[dict[count.Cell, tuple[int, int]], set[str]]:
    """Return the world's own count of what differs between two answers: cells, and the keys of dossiers behind them."""
    before, after = own_figures(world, old), own_figures(world, new)
    cells = {cell: (before[cell], after[cell]) for cell in {*before, *after} if before[cell] != after[cell]}
    placed = [
        {
            _key(item): {cell for cell in count.cells(count.place(item, question), question) if is_asked(cell)}
            for item in known(world.exports, question)
        }
        for question in (old, new)
    ]
    moved = {key for key in {*placed[0], *placed[1]} if placed[0].get(key, set()) != placed[1].get(key, set())}
    return cells, moved


def _key(item: Known) -> str:
    """Return the key of a dossier (domain/05 5.6): its code, or unit, year and number of its unit's book."""
    dossier = item.dossier
    if not dossier.own_number:
        return dossier.code
    return f"{dossier.unit}:{(dossier.received or dossier.submitted).year}:{dossier.code}"


def dossier_differences(world: World, question: Question, database: Path) -> list[tuple[Known | None, str, str]]:
    """Return the dossiers that the product counts otherwise: what the world knows of it, its cells here and there."""
    own = {
        (folded(item.dossier.code), item.newest.received): (item, _cells_of(count.place(item, question)))
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
    return "".join(code.upper().rpartition(":")[2].replace("–", "-").replace("\u200b", "").split())


def _cells_of(placed: count.Placed) -> str:
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


def named_dossiers(world: World, question: Question, database: Path) -> list[str]:
    """Return the dossiers that the product counts otherwise, each with its history and rows, as lines."""
    lines = []
    for item, expected, got in dossier_differences(world, question, database):
        lines.append(f"{question}: đúng [{expected}], có [{got}]")
        lines += [f"    {line}" for line in (story(world, item.dossier) if item else [])]
    return lines
