"""What has arrived for a period and what is still owed, without building anything.

Here: units × things owed, from receipts and cached verdicts. Not here: figures (they need a built report).
Invariant: a refused file is not a return; a unit whose only file is refused still owes.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from pipelines.office.settings import Office
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.typed import TypedDelivery, standing


def owed(office: Office, period: Period) -> pd.DataFrame:
    """Return what is owed in a period: unit_id, name_vi, stream; units in their official order."""
    obligations = office.reference["obligations"]
    end = pd.Timestamp(period.end_on)
    valid = obligations["valid_from"].isna() | (obligations["valid_from"] <= end)
    valid &= obligations["valid_to"].isna() | (obligations["valid_to"] >= end)
    units = office.reference["units"][["unit_id", "name_vi", "sort_no"]].drop_duplicates("unit_id")
    return obligations[valid].merge(units, on="unit_id").sort_values(["sort_no", "unit_id", "stream"])


def period_status(office: Office, period_id: str) -> Iterator[str]:
    """Yield the lines of `kstt status`: deadline, then one line a unit and thing owed."""
    period = find_period(office.reference["periods"], period_id)
    deadline = period.unit_deadline(office.settings.deadlines)
    sent = [item for item in register(office, office.clock.now()) if item.period_id == period_id]
    typed = [item for item in standing(office, sent) if item.delivery.is_visible]
    left = (deadline - office.clock.today()).days
    when = f"còn {left} ngày" if left >= 0 else f"đã qua {-left} ngày"
    span = f"{period.start_on:%d/%m/%Y}–{period.end_on:%d/%m/%Y}"
    yield f"{period.label} ({span}); hạn đơn vị gửi {deadline:%d/%m/%Y} ({when})"
    missing = 0
    for row in owed(office, period).to_dict("records"):
        own = [
            item for item in typed if (item.delivery.unit_id, item.delivery.stream) == (row["unit_id"], row["stream"])
        ]
        accepted = [item for item in own if item.verdict["status"] == "accepted"]
        missing += not accepted
        yield f"  {'✓' if accepted else '✗'} {row['name_vi']}: {_state(own)}"
        yield from (
            f"      từ chối «{item.delivery.file_name}»: {item.verdict['refused_reason']}"
            for item in own
            if item not in accepted
        )
    yield f"Còn thiếu {missing} đơn vị." if missing else "Đủ số liệu của mọi đơn vị phải gửi."


def _state(own: list[TypedDelivery]) -> str:
    accepted = [item for item in own if item.verdict["status"] == "accepted"]
    if not own:
        return "chưa gửi"
    if not accepted:
        return "đã gửi nhưng tệp bị từ chối"
    rows = sum(item.verdict["counts"]["typed"] for item in accepted)
    back = sum(item.verdict["counts"]["rejected"] for item in accepted)
    files: list[Delivery] = [item.delivery for item in accepted]
    return f"{len(files)} tệp, {rows} dòng nhận, {back} dòng trả lại, nhận {files[-1].received_at[:16]}"
