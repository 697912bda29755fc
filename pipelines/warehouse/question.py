"""The question: what is asked, of which deliveries, and the key of its answer.

Here: period, as-of, received-by, switches → one Question with its key. Not here: answering it (build, dbt).
Invariant: the key covers everything an answer depends on; equal keys mean equal bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from pydantic import ValidationError

from pipelines.ingest.landing import receipts
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.reference import current_unit
from pipelines.office.settings import Office, Switches
from pipelines.office.software import software_hash
from pipelines.office.words import words_hash
from pipelines.periods.calendar import parse_day
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.prior import PriorIssue, find_prior, find_year_ago
from pipelines.warehouse.register import DELIVERY_ACTS, Cut, Delivery, cut_at, register
from pipelines.warehouse.sent_when import sent_days
from pipelines.warehouse.typed import recipe


@dataclass(frozen=True)
class Question:
    """One question to the data: a period, asked as of a day, from what had been received by a moment."""

    period: Period
    as_of: dt.date
    received_by: dt.datetime
    switches: Switches
    office_unit_id: str
    # What `received_by` comes to: the last receipt and the last act about deliveries that are known.
    cut: Cut
    # The final of the period before, on which the carry-over rests; None when none was issued.
    prior: PriorIssue | None = None
    # Id of the final of the same period a year ago, which the words compare with; "" when none was issued.
    year_ago_issue: str = ""
    # Month and day before which a unit's plans of the year must be issued (office.yaml, deadlines).
    plan_before: str = "01-31"

    @property
    def until_on(self) -> dt.date:
        """Last day whose events count: the as-of day, or the last day of the period if that is earlier."""
        return min(self.as_of, self.period.end_on)

    @property
    def is_provisional(self) -> bool:
        """Return whether the figures are of a day before the period ends."""
        return self.as_of < self.period.end_on

    def as_row(self) -> dict[str, object]:
        """Return the one row of `landed.question`."""
        return {
            "period_id": self.period.period_id,
            "period_kind": self.period.period_kind,
            "period_label": self.period.label,
            "period_start": self.period.start_on,
            "period_end": self.period.end_on,
            "as_of": self.as_of,
            "until_on": self.until_on,
            "received_by": self.received_by.replace(tzinfo=None),
            "receipt_no": self.cut.receipt_no,
            "act_no": self.cut.act_no,
            "is_provisional": self.is_provisional,
            "office_unit_id": self.office_unit_id,
            "plan_before": self.plan_before,
            **self.switches.model_dump(),
            "prior_issue": self.prior.issue_id if self.prior else None,
            "prior_issued_since": self.prior.issued_since if self.prior else None,
            "prior_changed_switches": self.prior.changed_switches(self.switches) if self.prior else None,
            "year_ago_issue": self.year_ago_issue or None,
        }


@dataclass(frozen=True)
class Ask:
    """What a person or the schedule asks for; empty means the default."""

    period_id: str
    as_of: dt.date | None = None
    received_by: dt.datetime | None = None
    switches: tuple[tuple[str, str], ...] = ()
    # Id of the issued final the carry-over is held against (2021-Q1/v2); "" for none.
    prior_issue: str | None = None
    # Id of the final of a year ago; "" for none.
    year_ago_issue: str | None = None
    # The numbers an earlier step of the same run, or an issued report, resolved `received_by` to.
    cut: Cut | None = None

    @classmethod
    def parse(
        cls,
        period_id: str,
        as_of: str | None,
        received_by: str | None,
        switches: dict[str, str] | None = None,
        prior_issue: str | None = None,
        year_ago_issue: str | None = None,
        cut: Sequence[int] | None = None,
    ) -> Ask:
        """Return an Ask from texts as a person types them; `cut` is what a step before resolved `received_by` to.

        Raises:
            OfficeError: a day is not year-month-day, or a moment not ISO with its offset.
        """
        return cls(
            period_id,
            parse_day(as_of) if as_of else None,
            _moment(received_by) if received_by else None,
            tuple(sorted((switches or {}).items())),
            prior_issue,
            year_ago_issue,
            Cut(*cut) if cut else None,
        )


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise OfficeError(f"«{text}» không phải thời điểm. Ví dụ: 2021-03-11T17:00:00+07:00.") from error
    if moment.tzinfo is None:
        raise OfficeError(f"Thời điểm «{text}» thiếu múi giờ. Ví dụ: 2021-03-11T17:00:00+07:00.")
    return moment


def resolve(office: Office, ask: Ask) -> tuple[Question, list[Delivery]]:
    """Return the full question and the deliveries received by its moment.

    Default as-of: the last day of the period, or today while the period is open. Default received-by: all that is
    known, so that asking again later, before anything came, gives the same answer; it is turned into the numbers of the
    last receipt and act at once, and printed as their moment. Default prior issue: the newest final of the period
    before, issued by the moment asked for (by now, when none is asked for).

    Raises:
        OfficeError: unknown period or switch, or an as-of before the period starts.
    """
    period = find_period(office.reference["periods"], ask.period_id)
    as_of = ask.as_of or min(period.end_on, office.clock.today())
    if as_of < period.start_on:
        raise OfficeError(
            f"Kỳ {period.period_id} bắt đầu ngày {period.start_on:%d/%m/%Y}; "
            f"không thể lấy số liệu đến ngày {as_of:%d/%m/%Y}."
        )
    cut = ask.cut or cut_at(office, ask.received_by)
    deliveries = register(office, cut)
    question = Question(
        period=period,
        as_of=as_of,
        received_by=(ask.received_by or _moment_of(office, cut)).astimezone(office.clock.timezone),  # local in landed
        switches=_switches(office, ask),
        office_unit_id=current_unit(
            office.reference["unit_successors"], office.settings.office.unit_id, min(as_of, period.end_on)
        ),
        cut=cut,
        prior=find_prior(office, period, ask.prior_issue, ask.received_by),
        year_ago_issue=find_year_ago(office, period, ask.year_ago_issue, ask.received_by),
        plan_before=office.settings.deadlines.plan_before,
    )
    return question, deliveries


def _moment_of(office: Office, cut: Cut) -> dt.datetime:
    """Return the moment of what is known at a cut: of its latest receipt or act; now while nothing is."""
    received = [item.received_moment for item in receipts(office) if item.number <= cut.receipt_no]
    acted = [act.at for act in journal.acts(office, *DELIVERY_ACTS) if act.n <= cut.act_no]
    return max([*received, *acted], default=office.clock.now())


def _switches(office: Office, ask: Ask) -> Switches:
    asked = dict(ask.switches)
    unknown = set(asked) - set(Switches.model_fields)
    if unknown:
        raise OfficeError(
            f"Không có công tắc {', '.join(sorted(unknown))}. Cho phép: {', '.join(Switches.model_fields)}."
        )
    try:
        return Switches.model_validate({**office.settings.switches.model_dump(), **asked})
    except ValidationError as error:
        wrong = error.errors()[0]
        allowed = wrong.get("ctx", {}).get("expected", "true, false")
        raise OfficeError(
            f"Công tắc {wrong['loc'][0]} không nhận giá trị «{wrong['input']}». Cho phép: {allowed}."
        ) from error


def answer_key(office: Office, question: Question, deliveries: list[Delivery]) -> str:
    """Return the hash of question, visible deliveries, reference, the office's own paper and all software."""
    parts = {
        "question": {key: str(value) for key, value in question.as_row().items()},
        "deliveries": [_delivery_part(office, delivery) for delivery in deliveries],
        "sent": {name: str(days) for name, days in sent_days(office, question.cut).items()},
        "reference": office.reference_hash,
        "own_paper": office.paper_hash,
        "own_words": words_hash(office.root, question.period.period_id),
        "software": software_hash(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _delivery_part(office: Office, delivery: Delivery) -> dict[str, object]:
    part = {item.name: str(getattr(delivery, item.name)) for item in fields(delivery) if item.name != "profile"}
    return {**part, "recipe": recipe(office, delivery) if delivery.profile else ""}


def report_folder(office: Office, question: Question, key: str) -> Path:
    """Return where the answer to a question lies: reports/<period>/<as-of>/<key>/."""
    return office.data / "reports" / question.period.period_id / question.as_of.isoformat() / key[:8]
