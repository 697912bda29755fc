"""The comparison of two versions of a period, as plain values that paper can print.

Here: changed cells, moved records, causes, the heading of a comparison. Not here: finding them (audit/diff), paper.
Invariant: every text is ready to print; a renderer computes nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from pipelines.figures.version import Issue

Value = int | Decimal | None


@dataclass(frozen=True)
class MovedRecord:
    """One record that counts otherwise in the new version: where it was, where it is, what did it.

    `record` is its key, `name` what people call it (a code, a procedure, a document).
    """

    record: str
    name: str
    unit: str
    old_place: str
    new_place: str
    old_reason: str
    new_reason: str
    old_source: str
    new_source: str
    cause: str
    kind: str


@dataclass(frozen=True)
class CellRecord:
    """What one moved record did to one cell: its amount before and after."""

    record: str
    name: str
    old: int
    new: int

    @property
    def change(self) -> str:
        """Entered, left, or another amount."""
        if not self.old:
            return "thêm"
        return "bớt" if not self.new else "đổi số"


@dataclass(frozen=True)
class ChangedCell:
    """One cell that differs: its place, both figures and their texts, the records behind, the reasons in short."""

    figure_id: str
    form_id: str
    form_number: str
    scope_id: str
    scope_name: str
    row_kind: str
    row_code: str
    row_label: str
    # Code and label as one text, e.g. "A.3. Hộ tịch"; the total has no code of its own.
    row_title: str
    column_number: str
    column_title: str
    old: Value
    new: Value
    delta: Value
    old_text: str
    new_text: str
    delta_text: str
    records: tuple[CellRecord, ...]
    reasons: tuple[str, ...]
    # The reasons as the annex prints them: the greatest ones, and how many more there are.
    reason_text: str


@dataclass(frozen=True)
class Comparison:
    """Two versions of one period side by side."""

    title: str
    period_id: str
    period_label: str
    day: dt.date
    office_name: str
    office_scope: str
    old_name: str
    new_name: str
    # What was asked and of which files: label, old, new; equal lines too, so that one sees what did not change.
    heading: tuple[tuple[str, str, str], ...]
    # Keys of the two answers (manifest.json): whoever has the report finds the very one.
    keys: tuple[str, str]
    # Files only one version counts: which version, unit, file, received at.
    deliveries: tuple[tuple[str, str, str, str], ...]
    cells: tuple[ChangedCell, ...]
    # Cells whose total holds though the records behind it do not: some came, as many went.
    exchanged: tuple[ChangedCell, ...]
    moved: tuple[MovedRecord, ...]
    # Kind of cause → number of moved records, and the sentence on how many came by late delivery.
    causes: tuple[tuple[str, int], ...]
    late_share: str
    # Folders of the two reports, whose books a page links to; empty where there are none.
    folders: tuple[str, str] = ("", "")
    # What the two versions print of themselves; None of a draft.
    issues: tuple[Issue | None, Issue | None] = (None, None)
    # Forms the new version sends; empty: all.
    sent_forms: tuple[str, ...] = ()

    @property
    def office_cells(self) -> tuple[ChangedCell, ...]:
        """Cells of the office's own forms: the ones that were sent."""
        return tuple(cell for cell in self.cells if cell.scope_id == self.office_scope)

    @property
    def annex_cells(self) -> tuple[ChangedCell, ...]:
        """The office's cells in forms that are sent; a form with the very changes of one before is there once."""
        by_form: dict[str, list[ChangedCell]] = {}
        for cell in self.office_cells:
            if not self.sent_forms or cell.form_id in self.sent_forms:
                by_form.setdefault(cell.form_id, []).append(cell)
        seen: set[tuple[tuple[str, str, str, str], ...]] = set()
        found: list[ChangedCell] = []
        for cells in by_form.values():
            changes = tuple((cell.row_title, cell.column_title, cell.old_text, cell.new_text) for cell in cells)
            found += cells if changes not in seen else []
            seen.add(changes)
        return tuple(found)

    @property
    def is_of_provisional(self) -> bool:
        """Return whether a final is held against provisional figures: nothing is corrected then (domain/04 4.2)."""
        old, new = self.issues
        return bool(old and new and old.kind == "provisional" and new.kind == "final")
