"""The first day on which a received file can have been sent: it cannot have come before what it tells had happened.

Here: that day and what says so. Not here: when it was sent (sent_when).
Invariant: only evidence of the file itself is taken; a file that says nothing may have come on any day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipelines.ingest.receipts import Receipt
from pipelines.office.settings import Office
from pipelines.periods.period import find_period
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.said import Said
from pipelines.warehouse.typed import TypedDelivery, type_deliveries

# Days in files are typed by hand and offices send a file again under its name: so far apart is a slip, more is not.
_SLIP = dt.timedelta(days=7)


def earliest_day(office: Office, receipt: Receipt) -> tuple[dt.date, str] | None:
    """Return the first day on which a sending can have come, and why; None where nothing says it."""
    sent = [item for item in register(office) if item.receipt_id == receipt.receipt_id]
    found = [*_of_period(office, sent), *_of_rows(office, type_deliveries(office, sent))]
    return max(found, default=None)


def _of_period(office: Office, sent: list[Delivery]) -> Iterator[tuple[dt.date, str]]:
    periods = office.reference["periods"]
    for delivery in sent:
        if delivery.period_id in set(periods["period_id"]):
            period = find_period(periods, delivery.period_id)
            if delivery.observed_on >= period.start_on:
                yield period.start_on, f"{period.label} bắt đầu ngày {period.start_on:%d/%m/%Y}"


def _of_rows(office: Office, typed: list[TypedDelivery]) -> Iterator[tuple[dt.date, str]]:
    said = Said.of(office)
    for item in typed:
        if item.verdict["status"] == "accepted" and item.delivery.stream:
            last = said.of_rows(item.delivery.stream, item.folder).last_on
            if last and dt.date.fromisoformat(last) <= item.delivery.says_until:
                day = dt.date.fromisoformat(last)
                yield day - _SLIP, f"trong tệp đã có việc của ngày {day:%d/%m/%Y}"
    said.save()
