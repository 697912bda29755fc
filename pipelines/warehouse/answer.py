"""One answer on its way: question, deliveries read, key, where it will lie.

Here: planning and beginning a build. Not here: models (dbt), documents (render, package).
Invariant: planning reads no delivered file; two plans of the same things have the same key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.office.files import write_atomically
from pipelines.office.settings import Office
from pipelines.warehouse.build import build_folder, prepare
from pipelines.warehouse.question import Ask, Question, answer_key, report_folder, resolve
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.standing import standing
from pipelines.warehouse.typed import TypedDelivery


@dataclass(frozen=True)
class Plan:
    """What will be answered, and where the answer lies or will lie."""

    question: Question
    deliveries: list[Delivery]
    key: str
    report: Path

    @property
    def is_built(self) -> bool:
        """Tell whether this very question has its answer already."""
        return (self.report / "manifest.json").is_file()


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


def begin(office: Office, ask: Ask) -> Answer:
    """Read what is asked of, prepare the fresh database and note the question in the build folder."""
    planned = plan(office, ask)
    typed = standing(office, planned.deliveries, cut=planned.question.cut)
    prepare(office, planned.question, typed)
    note = {
        "period_id": planned.question.period.period_id,
        "as_of": planned.question.as_of.isoformat(),
        "received_by": planned.question.received_by.isoformat(),
        "cut": [planned.question.cut.receipt_no, planned.question.cut.act_no],
        "prior_issue": planned.question.prior.issue_id if planned.question.prior else "",
        "year_ago_issue": planned.question.year_ago_issue,
        "switches": {name: str(value) for name, value in planned.question.switches.model_dump().items()},
    }
    write_atomically(build_folder(office) / "question.json", json.dumps(note, sort_keys=True).encode())
    return Answer(planned.question, planned.key, typed)


def noted_plan(office: Office) -> Plan:
    """Return the plan of the build under way (the later assets of the same run ask for it)."""
    note = json.loads((build_folder(office) / "question.json").read_text(encoding="utf-8"))
    return plan(office, Ask.parse(**note))
