"""What there is to tell now: failures, units that owe, refused files, what blocks an issue, tables that end.

Here: looking, one message a thing and audience. Not here: the sentences (texts), whether it was told (register).
Invariant: what is asked of the office is what status, report and tables say; nothing is decided here but the moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

import duckdb

from pipelines.figures.layout import load_layouts
from pipelines.ingest.landing import waiting
from pipelines.notices import texts
from pipelines.notices.message import CHIEF, OFFICER, Failure, Message
from pipelines.notices.register import is_reported
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.package.blockers import blockers
from pipelines.package.issue import personal_words, unwritten
from pipelines.package.model import read_model
from pipelines.periods.asked import kinds, period_due, period_in_progress
from pipelines.periods.calendar import working_calendar
from pipelines.periods.period import Period
from pipelines.setup.supply import endings
from pipelines.units.letters import make_reminders
from pipelines.warehouse.finished import finished_reports, is_by_own_rules, read_manifest
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.standing import judged
from pipelines.warehouse.status import Owed, PeriodStatus, period_status

# What is older than this when it is first looked at is history: a new server does not write of last year's files.
NEWS = dt.timedelta(days=14)
# A deadline is overdue news until the next quarter's work begins.
_OVERDUE_DAYS = 45


def messages(office: Office, failures: Sequence[Failure] = ()) -> Iterator[Message]:
    """Yield what there is to tell now, whether it was told before or not.

    Args:
        office: the office.
        failures: runs and ticks that failed, as Dagster knows them.
    """
    yield from _failed(office, failures)
    yield from _refused(office)
    yield from _misplaced(office)
    yield from _owing(office)
    yield from _blocked(office)
    yield from _ending(office)


def _is_news(office: Office, at: dt.datetime) -> bool:
    now = office.clock.now()
    return now - NEWS <= at <= now + dt.timedelta(days=1)


def _failed(office: Office, failures: Sequence[Failure]) -> Iterator[Message]:
    for failure in failures:
        if _is_news(office, failure.at):
            subject, body = texts.run_failed(failure)
            yield Message(f"failed:{failure.failure_id}", "run_failed", OFFICER, subject, body)


def _refused(office: Office) -> Iterator[Message]:
    """Yield each refused file to its unit and to the officer; a file a later one replaced is no news any more."""
    names = office.reference["units"].drop_duplicates("unit_id").set_index("unit_id")["name_vi"].to_dict()
    recent = [item for item in register(office) if _is_recent(office, item)]
    for typed in judged(office, recent):
        delivery = typed.delivery
        if typed.verdict["status"] == "refused" and delivery.is_visible:
            unit = str(names.get(delivery.unit_id, delivery.unit_id))
            reason = f"{typed.verdict['refused_reason']} {typed.verdict['refused_mend'] or ''}".strip()
            subject, body = texts.refused(office, unit, delivery.shown_name, reason)
            key = f"refused:{delivery.delivery_id}"
            yield Message(key, "refused", delivery.unit_id, subject, body)
            yield Message(key, "refused", OFFICER, subject, body)


def _is_recent(office: Office, delivery: Delivery) -> bool:
    return not delivery.withdrawn and _is_news(office, dt.datetime.fromisoformat(delivery.received_at))


def _misplaced(office: Office) -> Iterator[Message]:
    found = [item for item in waiting(office).waiting if item.kind in ("misplaced", "refused")]
    for item in found:
        subject, body = texts.misplaced(item.sentence)
        yield Message(f"misplaced:{item.inbox_path}", "misplaced", OFFICER, subject, body)


def _owing(office: Office) -> Iterator[Message]:
    """Yield reminders of the quarter that is open, escalations of the one that is due."""
    periods, today = office.reference["periods"], office.clock.today()
    try:
        current = period_in_progress(periods, "quarter", today)
    except OfficeError:  # periods.csv has ended: that is told by _ending and by the failed tick
        current = None
    due = period_due(periods, "quarter", today, office.settings.deadlines)
    asked = {period.period_id: period for period in (current, due) if period is not None}
    for period in asked.values():
        deadline = period.unit_deadline(office.settings.deadlines)
        stage = reminder_stage(office, deadline, today) if today <= deadline else None
        if stage is not None:
            yield from _reminders(office, period, stage)
        elif deadline < today <= deadline + dt.timedelta(days=_OVERDUE_DAYS):
            yield from _overdue(office, period, "cut-off" if today > period.end_on else "deadline")


def reminder_stage(office: Office, deadline: dt.date, today: dt.date) -> int | None:
    """Return the last reminder whose day has come: how many days before the deadline it is for; None before the first.

    A reminder that falls on a day off is due on the working day before it (domain/04 4.2).
    """
    days = sorted(set(office.settings.notify.days_before), reverse=True)
    come = [stage for stage in days if _working_day_to(office, deadline - dt.timedelta(days=stage)) <= today]
    return min(come) if come else None


def _working_day_to(office: Office, day: dt.date) -> dt.date:
    calendar = working_calendar(office.reference["holidays"], day - dt.timedelta(days=30), day)
    working = calendar[calendar["is_working_day"]]["date_on"]
    return working.iloc[-1].date() if len(working) else day


def _by_unit(status: PeriodStatus) -> list[tuple[str, list[Owed]]]:
    """Return what each unit still owes; one whose file waits in the inbox is not reminded of it."""
    open_items = [item for item in status.owed if not item.is_answered and not status.waiting_of(item.unit_id)]
    return [(unit, list(items)) for unit, items in groupby(open_items, key=lambda item: item.unit_id)]


def _reminders(office: Office, period: Period, stage: int) -> Iterator[Message]:
    status = period_status(office, period.period_id)
    owing = _by_unit(status)
    for unit_id, items in owing:
        subject, body = texts.reminder(office, status, items)
        yield Message(f"missing:{period.period_id}:{stage}", "missing", unit_id, subject, body)
    if owing:
        subject, body = texts.missing_list(office, status, owing)
        key = f"missing:{period.period_id}:{stage}"
        yield Message(
            key, "missing", OFFICER, subject, body, prepare=lambda: make_reminders(office, period.period_id, status)
        )


def _overdue(office: Office, period: Period, stage: str) -> Iterator[Message]:
    status = period_status(office, period.period_id)
    owing = _by_unit(status)
    key = f"overdue:{period.period_id}:{stage}"
    for unit_id, items in owing:
        subject, body = texts.reminder(office, status, items)
        yield Message(key, "overdue", unit_id, subject, body)
    if owing:
        subject, body = texts.missing_list(office, status, owing)
        for audience in (OFFICER, CHIEF):
            yield Message(key, "overdue", audience, subject, body)


def _blocked(office: Office) -> Iterator[Message]:
    """Yield what stands in the way of issuing the newest final report of each kind of period that is due."""
    periods, today = office.reference["periods"], office.clock.today()
    for kind in kinds(periods):
        period = period_due(periods, kind, today, office.settings.deadlines)
        if period is None or today > period.end_on + dt.timedelta(days=_OVERDUE_DAYS):
            continue
        reports = [item for item in finished_reports(office, period.period_id) if is_by_own_rules(office, item)]
        final = [item for item in reports if not read_manifest(item)["question"]["is_provisional"]]
        if not final:
            continue
        key = f"blockers:{period.period_id}:{final[-1].name}"
        message = Message(key, "blockers", OFFICER, "", "")
        if is_reported(office, message.digest):  # reading a report takes a second, and it never changes
            continue
        layouts = load_layouts(final[-1] / "forms.json")
        model = read_model(office, final[-1] / "warehouse.duckdb", layouts)
        with duckdb.connect(final[-1] / "warehouse.duckdb", read_only=True) as connection:
            found = blockers(connection, model)
        found = [*found, *personal_words(office, period.period_id), *unwritten(office, period.period_id)]
        subject, body = texts.blocked(period, found)
        yield Message(key, "blockers", OFFICER, subject, body)


def _ending(office: Office) -> Iterator[Message]:
    for item in endings(office, office.clock.today()):
        subject, body = texts.ending(item.sentence)
        yield Message(f"ending:{item.key}", "ending", OFFICER, subject, body)
