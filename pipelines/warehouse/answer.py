"""One answer on its way: question, deliveries read, key, where it will lie.

Here: planning and beginning a build. Not here: models (dbt), documents (render, package).
Invariant: planning reads no delivered file; two plans of the same things have the same key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.settings import Office
from pipelines.warehouse.build import build_folder, prepare
from pipelines.warehouse.question import Ask, Question, answer_key, report_folder, resolve
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.standing import standing
from pipelines.warehouse.typed import TypedDelivery
from pipelines.warehouse.whole import report_faults


@dataclass(frozen=True)
class Plan:
    """What will be answered, and where the answer lies or will lie."""

    question: Question
    deliveries: list[Delivery]
    key: str
    report: Path

    @property
    def is_built(self) -> bool:
        """Return whether this very question has its answer already, every file of it as it was written."""
        return self.report.is_dir() and not report_faults(self.report)


@dataclass(frozen=True)
class Answer:
    """A plan whose deliveries are read and whose database is prepared."""

    question: Question
    key: str
    typed: list[TypedDelivery]


def plan(office: Office, ask: Ask) -> Plan:
    """Resolve a question and find the place of its answer; reads no delivered file."""
    question, deliveries = resolve(office, ask)
    key = answer_key(office, question, deliveries)
    return Plan(question, deliveries, key, report_folder(office, question, key))


def begin(office: Office, ask: Ask, run_id: str) -> Answer:
    """Read what is asked of, prepare the run's fresh database and note the question beside it."""
    planned = plan(office, ask)
    typed = standing(office, planned.deliveries, cut=planned.question.cut)
    prepare(office, planned.question, typed, run_id)
    note = {
        "period_id": planned.question.period.period_id,
        "as_of": planned.question.as_of.isoformat(),
        "received_by": planned.question.received_by.isoformat(),
        "cut": [planned.question.cut.receipt_no, planned.question.cut.act_no],
        "prior_issue": planned.question.prior.issue_id if planned.question.prior else "",
        "year_ago_issue": planned.question.year_ago_issue,
        "switches": {name: str(value) for name, value in planned.question.switches.model_dump().items()},
    }
    write_atomically(_note(office, run_id), json.dumps(note, sort_keys=True).encode())
    return Answer(planned.question, planned.key, typed)


def noted_plan(office: Office, run_id: str, period_id: str) -> Plan:
    """Return the plan of the build of a run (its later assets ask for it, each for its own partition).

    Raises:
        OfficeError: the run asked no question, or asked one of another period.
    """
    path = _note(office, run_id)
    if not path.is_file():
        raise OfficeError(
            f"Lượt chạy này không có câu hỏi nào của kỳ {period_id} đang làm dở: bước này chỉ làm tiếp sau bước "
            f"«question» của cùng một lượt. Hãy chạy lại từ «question» cùng các bước sau nó, hoặc: kstt run {period_id}"
        )
    note = json.loads(path.read_text(encoding="utf-8"))
    if note["period_id"] != period_id:
        raise OfficeError(
            f"Lượt chạy này đang làm dở kỳ {note['period_id']}, không phải kỳ {period_id}: số liệu của kỳ này không "
            f"dùng cho kỳ khác. Hãy chạy lại từ «question» cho kỳ {period_id}, hoặc: kstt run {period_id}"
        )
    return plan(office, Ask.parse(**note))


def _note(office: Office, run_id: str) -> Path:
    return build_folder(office, run_id) / "question.json"
