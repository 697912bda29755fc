"""What `kstt inspect` says of a return workbook of ours, whatever its name: whose it is, of which period, each sheet.

Here: the sentences. Not here: knowing a return (ingest/own_return), judging its place (warehouse/claims), reading it.
Invariant: receives nothing, prints no personal cell; a return whose unit nobody knows is read by no sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.office.text import nfc

if TYPE_CHECKING:
    from pipelines.ingest.own_return import OwnReturn
    from pipelines.office.profiles import Profile
    from pipelines.office.settings import Office
    from pipelines.warehouse.claims import Claims
    from pipelines.warehouse.register import Delivery


@dataclass(frozen=True)
class SeenReturn:
    """A return: what it says of itself, and the unit and period it would be read for ("" where nobody knows)."""

    own: OwnReturn
    unit_id: str
    period_id: str


def seen_return(office: Office, path: Path, period_id: str | None, unit_id: str | None) -> SeenReturn | None:
    """Return what a file says of itself when it is a return of ours; None for any other file.

    Args:
        office: the office.
        path: the file.
        period_id: the period it is sent for; without one, that of the return itself.
        unit_id: the unit it comes from; without one, that of the return itself.
    """
    from pipelines.ingest.own_return import read_own_return
    from pipelines.warehouse.claims import Claims
    from pipelines.warehouse.own_returns import sheet_names
    from pipelines.warehouse.return_claims import named_by

    own = read_own_return(path, sheet_names())
    if own is None:
        return None
    unit, period = named_by(Claims(office), own)
    return SeenReturn(own, unit_id or unit, period_id or period)


def return_lines(
    office: Office,
    path: Path,
    seen: SeenReturn,
    sheet_lines: Callable[[str, str, Profile], Iterator[str]],
) -> Iterator[str]:
    """Yield whose return it is, whether it would be refused, and what is read of each sheet its unit owes or filled in.

    Args:
        office: the office.
        path: the file.
        seen: the return.
        sheet_lines: yields what is read of one sheet, for a unit, a period and the sheet's profile.
    """
    from pipelines.warehouse.claims import Claims
    from pipelines.warehouse.return_claims import of_return
    from pipelines.warehouse.returns import profiles_of_sheets, return_profiles

    claims = Claims(office)
    yield _whose(claims, seen.own)
    if not seen.unit_id or not seen.period_id:
        yield "✗ Không rõ phiếu của đơn vị nào, kỳ nào."
        yield "  Cách sửa: cho biết bằng --unit và --period, hoặc dùng phiếu do kstt returns lập."
        return
    refused = of_return(claims, _delivery(office, path, seen))
    if refused:
        yield f"✗ Tệp sẽ bị từ chối: {refused.reason}"
        yield f"  Cách sửa: {refused.mend}"
        return
    due = return_profiles(office, seen.unit_id, seen.period_id)
    beyond = [profile for profile in profiles_of_sheets(seen.own.filled) if profile not in due]
    if not due and not beyond:
        yield f"✗ {claims.name(seen.unit_id)} không phải gửi phiếu báo cáo cho {_period(claims, seen.period_id)}."
        yield "  Cách sửa: xem lại đơn vị và kỳ, hoặc việc phải gửi trong reference/obligations.csv."
        return
    for profile in [*due, *beyond]:
        remark = " (đơn vị không phải gửi; nhận vào sẽ cần xác nhận)" if profile in beyond else ""
        yield f"Trang «{profile.sheet}»:{remark}"
        yield from (f"  {line}" for line in sheet_lines(seen.unit_id, seen.period_id, profile))


def _whose(claims: Claims, own: OwnReturn) -> str:
    units = [own.unit_id] if own.unit_id else []
    named = [claims.name(unit) for unit in units] or list(dict.fromkeys(unit for unit, _ in own.headings))
    periods = [_period(claims, own.period_id)] if own.period_id else list(dict.fromkeys(of for _, of in own.headings))
    by = "dấu ẩn trong tệp" if own.is_hidden else "tên trang và tiêu đề; tệp không còn dấu ẩn"
    said = ", ".join([*named, *periods]) or "không ghi đơn vị và kỳ"
    return f"Phiếu báo cáo do phần mềm này lập: {said} (nhận ra theo {by})."


def _period(claims: Claims, period_id: str) -> str:
    period = claims.period(period_id)
    return period.label if period else f"kỳ {period_id}"


def _delivery(office: Office, path: Path, seen: SeenReturn) -> Delivery:
    from pipelines.warehouse.register import Delivery

    now = office.clock.now()
    return Delivery(
        delivery_id="",
        unit_id=seen.unit_id,
        period_id=seen.period_id,
        stream=None,
        file_name=nfc(path.name),
        sha256="",
        received_at=now.isoformat(),
        observed_at=now.replace(tzinfo=None),
        profile=None,
        kind="first",
        own_return=seen.own,
    )
