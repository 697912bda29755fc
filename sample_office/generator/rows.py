"""Rows of feedback and review files, with the invented persons that stand in them.

Here: what a row is before it is put in a log's words; senders and reviewers. Not here: files, faults.
Invariant: every person and every free text carries a marker of tests/truth/person_markers.json.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from generator.feedback import Feedback
from generator.ledger import Fault
from generator.reviews import Review

Value = dt.datetime | dt.date | Decimal | int | str | None
Cells = dict[str, Value]


@dataclass
class FeedbackRow:
    """One row as a log shows it; `cells` are by canonical name, moments or text."""

    cells: Cells
    feedback: Feedback | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def record_code(self) -> str:
        """Return the code the row shows, or an empty text."""
        return str(self.cells["feedback_code"] or "")


@dataclass
class ReviewRow:
    """One row as a unit shows it; `cells` are by canonical name."""

    cells: Cells
    review: Review | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def record_code(self) -> str:
        """Return the procedure code the row shows, or an empty text."""
        return str(self.cells["procedure_code"] or "")


def sender(number: int) -> Cells:
    """Return the personal cells of an invented sender of feedback."""
    name, phone = f"NGƯỜI-THỬ-{number:06d}", f"0900{number:06d}"
    return {
        "sender_name": name,
        "sender_phone": phone,
        "sender_email": f"nguoi-thu-{number:06d}@vi-du.example",
        "sender_address": f"Số {number % 90 + 1} ĐƯỜNG-THỬ-{number % 40:02d}, Sóc Trăng",
        "title": f"TIÊU-ĐỀ-THỬ-{number:06d}: phản ánh của {name}",
        "content": f"NỘI-DUNG-THỬ-{number:06d}: đề nghị trả lời {name}, số {phone}",
        "officer": f"CÁN-BỘ-THỬ-{number % 7:02d}",
    }


def reviewer(number: int) -> Cells:
    """Return the personal cells of an invented reviewer."""
    officer = f"CÁN-BỘ-THỬ-{number % 90:02d}"
    reason = f"LÝ-DO-THỬ-{number:04d}: theo đề nghị của {officer}"
    return {"reviewer": officer, "reason": reason, "note": f"Liên hệ {officer}" if number % 3 == 0 else ""}
