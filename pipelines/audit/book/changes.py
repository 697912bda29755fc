"""What changed since the version issued before, as the book of a version holds it.

Here: changed figures with the records that entered, left or changed place, and what moved each. Not here: comparing
(audit/diff). Invariant: only the reporting unit's own figures; a record is written once.
"""

from __future__ import annotations

from typing import Any

from pipelines.figures.comparison import Comparison


def changes_since(found: Comparison) -> dict[str, Any]:
    """Return a comparison by figure: old and new text, and places in the list of records with what each added."""
    moved = {record.record: number for number, record in enumerate(found.moved)}
    cells = [cell for cell in (*found.cells, *found.exchanged) if cell.scope_id == found.office_scope]
    return {
        "before": found.old_name,
        "files": [list(item) for item in found.deliveries],
        "records": [
            [item.name, item.unit, item.old_place, item.new_place, item.old_reason, item.new_reason, item.cause,
             item.new_source or item.old_source]
            for item in found.moved
        ],
        "cells": {
            cell.figure_id: [
                cell.old_text,
                cell.new_text,
                f"{cell.row_title}, {f'cột {cell.column_number} ' if cell.column_number else ''}«{cell.column_title}»",
                [[moved[item.record], item.change] for item in cell.records],
            ]
            for cell in cells
        },
    }  # fmt: skip
