"""What a return says of itself, hidden or in its headings, against the folder it lies in.

Here: whose a return is and of which period, the claim where that contradicts its folder; sheets its unit does not owe,
tables on no sheet that is read. Not here: reading what it says (ingest/own_return), exports (claims, title_claims).
Invariant: a unit or period a return names is held against its folder, whether a table of the office knows it or not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pipelines.ingest.contract import load_contract
from pipelines.ingest.own_return import OwnReturn
from pipelines.ingest.titles import Span, spans_in
from pipelines.office.text import format_count
from pipelines.periods.period import Period
from pipelines.warehouse.claims import MOVE, Claim, Claims
from pipelines.warehouse.obligations import owed
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.streams import contract_path


def of_return(known: Claims, delivery: Delivery) -> Claim | None:
    """Hold what a return says of itself against the folder it lies in; None where nothing contradicts it."""
    own = delivery.own_return
    if own is None:
        return None
    other = _other_unit(known, delivery, own)
    if other:
        reason = f"Tệp là phiếu của {known.name(other)}, lại nằm ở thư mục của {known.name(delivery.unit_id)}."
        return Claim(delivery.delivery_id, "other_unit", "refuses", reason, MOVE)
    named = next(_other_periods(known, delivery, own), None)
    if named is None:
        return None
    asked = known.period(delivery.period_id)
    reason = f"Tệp là phiếu của {named}, không phải phiếu của {asked.label if asked else f'kỳ {delivery.period_id}'}."
    return Claim(delivery.delivery_id, "other_period", "refuses", reason, "Điền phiếu của đúng kỳ này rồi gửi lại.")


def of_unowed(known: Claims, delivery: Delivery, rows: int) -> Claim | None:
    """Ask about a sheet of a return its unit does not owe: it is read; a sum typed by hand waits, records count.

    Records are facts with a number and a day of their own. Sums may hold dossiers another unit's list holds already,
    and nothing in them would tell: they wait for a word.

    Args:
        known: the office's units and periods.
        delivery: the sheet, read.
        rows: its rows.
    """
    period = known.period(delivery.period_id)
    if delivery.own_return is None or period is None or not rows or delivery.stream is None:
        return None
    due = owed(known.office, period)
    if ((due["unit_id"] == delivery.unit_id) & (due["stream"] == delivery.stream)).any():
        return None
    contract = load_contract(contract_path(delivery.stream))
    is_sum = not contract.happenings
    counts = "chưa tính" if is_sum else "đang được tính"
    reason = (
        f"{known.name(delivery.unit_id)} không phải gửi nội dung này ({contract.title}) cho {period.label} "
        f"nhưng có điền trang «{contract.sheet}»: {format_count(rows)} dòng, {counts}. "
        "Phải gửi từ nay thì thêm vào obligations.csv."
    )
    if is_sum:
        return known.doubt(delivery, "not_owed", "waits", f"Chờ xác nhận: {reason}")
    return known.doubt(delivery, "not_owed", "flags", reason)


def of_other_sheets(known: Claims, delivery: Delivery, unread: list[dict[str, Any]]) -> Claim | None:
    """Name the tables of a workbook that nobody reads: of a return those on no sheet of a return.

    Args:
        known: the office's units and periods.
        delivery: the file, or a sheet of a return.
        unread: `unread` of its verdict.
    """
    others = delivery.own_return.others if delivery.own_return else ()
    named = [f"«{name}»" for name in others]
    named += [
        f"«{item['sheet']}» ({'ẩn, ' if item['hidden'] else ''}{format_count(item['rows'])} dòng)" for item in unread
    ]
    if not named:
        return None
    todo = "chép vào đúng trang của phiếu" if others else "bỏ ẩn trang, đặt đủ các cột như trang được đọc"
    reason = (
        f"Có bảng không được đọc ở trang {', '.join(named)}. Là số liệu phải báo cáo thì đơn vị {todo} rồi gửi lại."
    )
    return known.doubt(delivery, "sheets_unread", "flags", reason)


def named_by(known: Claims, own: OwnReturn) -> tuple[str, str]:
    """Return the unit and period a return names, hidden or in its headings; "" for one that no table knows."""
    units = [own.unit_id, *(unit for who, _ in own.headings for unit in known.units_of_heading(who))]
    periods = [own.period_id, *(_id_of(known, words) for _, words in own.headings)]
    return next((unit for unit in units if unit in known.names), ""), next(filter(known.period, periods), "")


def _id_of(known: Claims, words: str) -> str:
    named = known.period_named(words)
    return named.period_id if named else ""


def _other_unit(known: Claims, delivery: Delivery, own: OwnReturn) -> str | None:
    """Return the first unit a return names that may not send in this folder.

    A return is one unit's: even that of the unit above or below is another's where that unit sends returns itself.
    """
    named = [[own.unit_id] if own.unit_id else [], *(known.units_of_heading(who) for who, _ in own.headings)]
    for units in named:  # a heading may name its unit with the one above it: «UBND thành phố – Phường 4»
        others = [unit for unit in units if not _may_name(known, delivery.unit_id, unit)]
        if others and delivery.unit_id not in units:
            return others[0]
    return None


def _may_name(known: Claims, unit_id: str, other: str) -> bool:
    """Return whether a unit's own return may name another: one it took over, or one above it that owes nothing."""
    if unit_id == other or known.is_successor(unit_id, other):
        return True
    return known.is_kin(unit_id, other) and not known.owes_anything(other)


def _other_periods(known: Claims, delivery: Delivery, own: OwnReturn) -> Iterator[str]:
    """Yield what a return calls each period it names that is not the one it was sent for."""
    if own.period_id and own.period_id != delivery.period_id:
        named = known.period(own.period_id)
        yield named.label if named else own.period_id
    asked = known.period(delivery.period_id)
    for _, words in own.headings:
        period = known.period_named(words)
        if period and period.period_id != delivery.period_id:
            yield period.label
        elif asked:
            yield from (span.words for span in spans_in(words) if span.key is None and not _meets(span, asked))


def _meets(span: Span, asked: Period) -> bool:
    """Return whether any of the days a span names lies in the asked period."""
    first = dt.date.fromisoformat(span.first_on) if span.first_on else dt.date.min
    last = dt.date.fromisoformat(span.last_on) if span.last_on else dt.date.max
    return first <= asked.end_on and last >= asked.start_on
