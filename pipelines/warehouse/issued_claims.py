"""What a version an office below issued says of itself, held against where it lies and what came before.

Here: whose it is, of which period and version, under which switches, what was forced. Not here: its seal and figures
(ingest/issued_facts), claims of other files (own_claims), its files beside each other (version_files).
Invariant: a version that is another's, of other days or older than one received is refused; other rules are asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipelines.ingest.contract import load_contract
from pipelines.ingest.file_name import sent_as
from pipelines.office.profiles import ISSUED_PREFIXES
from pipelines.office.settings import Switches
from pipelines.office.text import counted
from pipelines.warehouse.claims import MOVE, Claim, Claims, listed
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.streams import contract_path

_OWN_PERIOD = "Đơn vị gửi bản phát hành của đúng kỳ này (kstt send-up), hoặc chuyển tệp về thư mục của kỳ trong tệp."
_FORCED_SHOWN = 5
_NEWEST = "Không phải làm gì nếu bản mới hơn là đúng; nếu không, đơn vị phát hành một bản mới rồi gửi."


def of_version(
    known: Claims, delivery: Delivery, version: Mapping[str, Any] | None, switches: Switches
) -> Iterator[Claim]:
    """Yield the verdicts on a version by itself; one that refuses it comes alone, and any other file has none."""
    if version is None:
        return
    refused = _other_unit(known, delivery, version) or _other_days(known, delivery, version)
    if refused:
        yield refused
        return
    if not _names_of(known, version):
        reason = (
            f"Tên đơn vị phát hành «{version['office_name']}» không có trong units.csv; đang tính cho "
            f"{known.name(delivery.unit_id)}. Nếu là tên gọi khác của đơn vị, thêm vào cột aliases."
        )
        yield known.doubt(delivery, "unknown_units", "flags", reason)
    own = {name: str(value) for name, value in switches.model_dump().items()}
    other = [
        f"{name} ({value}, ở đây {own[name]})"
        for name, value in sorted(version["switches"].items())
        if name in own and own[name] != value
    ]
    if other:
        reason = f"Bản phát hành đếm theo quy tắc khác với đơn vị mình: {', '.join(other)}."
        yield known.doubt(delivery, "other_rules", "flags", reason)
    if version["forced"]:
        yield known.doubt(delivery, "issued_forced", "flags", _of_forced(version))


def _of_forced(version: Mapping[str, Any]) -> str:
    """Return what stood in the way when a version was issued nevertheless, in the words of its office."""
    forced = version["forced"]
    said = [f"({number}) {forced_words(*pair)}" for number, pair in enumerate(forced[:_FORCED_SHOWN], start=1)]
    more = f" … (tất cả {counted(forced)}, xem luu-ho-so)" if len(forced) > _FORCED_SHOWN else ""
    return f"Bản v{version['version']} được phát hành khi còn {counted(forced)} vướng mắc: {' '.join(said)}{more}"


def forced_words(blocker: str, why: str) -> str:
    """Return one thing that stood in the way of a version, with the reason its office gave."""
    return f"{blocker} Lý do vẫn phát hành: {why.rstrip('.')}."


def of_older(
    known: Claims, delivery: Delivery, version: Mapping[str, Any], before: Sequence[Mapping[str, Any]]
) -> Claim | None:
    """Return why a version is refused beside those of its unit and period that came before it; None if it is newer.

    A version counted up to another day answers another question, and takes nothing from this one.
    """
    same = [other for other in before if _of_office_and_day(other) == _of_office_and_day(version)]
    newest = max(same, key=lambda other: other["version"], default=None)
    if newest is None or version["version"] > newest["version"]:
        return None
    if version["version"] < newest["version"]:
        of_unit = known.name(delivery.unit_id)
        reason = f"Là bản v{version['version']}, đã nhận bản mới hơn v{newest['version']} của {of_unit}."
        return Claim(delivery.delivery_id, "older_issue", "refuses", reason, _NEWEST)
    if version["seal"] == newest["seal"]:
        return None
    reason = (
        f"Hai tệp cùng ghi là bản v{version['version']} nhưng khác mã niêm phong: đã nhận {newest['seal']}, tệp này "
        f"{version['seal']}. Đối chiếu với mã in ở trang cuối văn bản của đơn vị."
    )
    return Claim(delivery.delivery_id, "older_issue", "refuses", reason, _NEWEST)


def of_two_offices(
    known: Claims, delivery: Delivery, version: Mapping[str, Any], before: Sequence[Mapping[str, Any]]
) -> Claim | None:
    """Say that a unit's folder has versions of two offices one of which is, or may be, the unit itself.

    Of two offices the unit took over, each has dossiers of its own.
    """
    own = [other for other in (*before, version) if not _is_of_taken_over(known, delivery, other)]
    other = next((other for other in before if other["unit_id"] != version["unit_id"]), None)
    if other is None or not own:
        return None
    reason = (
        f"Thư mục của {known.name(delivery.unit_id)} có bản phát hành của hai cơ quan, «{other['office_name']}» và "
        f"«{version['office_name']}», cả hai đều được tính: {_noun(delivery)} có thể bị tính hai lần."
    )
    return known.doubt(delivery, "two_offices", "flags", reason)


def of_two_versions(
    known: Claims, delivery: Delivery, version: Mapping[str, Any], other: Delivery, of_other: Mapping[str, Any]
) -> Claim | None:
    """Say that the two files of an office, counted up to one day, are not of one version; None where they are.

    Args:
        known: the office's units.
        delivery: the file received later, which is asked about.
        version: the version it is of.
        other: the file of the other kind of rows.
        of_other: the version that is of.
    """
    if version["seal"] == of_other["seal"]:
        return None
    files = sorted(
        ((version["version"], delivery, version), (of_other["version"], other, of_other)), key=lambda x: x[0]
    )
    (_, old, of_old), (newest, _, of_new) = files
    said = "; ".join(
        f"«{file.shown_name}» ({_noun(file)}) là của bản v{number}, mã niêm phong {of['seal']}"
        for number, file, of in reversed(files)
    )
    what = (
        "Đối chiếu hai mã với mã in ở trang cuối văn bản của đơn vị; đơn vị lập lại cả hai tệp bằng kstt send-up."
        if of_old["version"] == of_new["version"]
        else f"Đơn vị gửi tệp {_noun(old)} của bản v{newest} (kstt send-up {version['period_id']})."
    )
    reason = f"Hai tệp của {known.name(delivery.unit_id)} không cùng một bản phát hành: {said}. {what}"
    return known.doubt(delivery, "two_versions", "flags", reason)


def _is_of_taken_over(known: Claims, delivery: Delivery, version: Mapping[str, Any]) -> bool:
    return any(known.is_successor(delivery.unit_id, unit) for unit in _names_of(known, version))


def _of_office_and_day(version: Mapping[str, Any]) -> tuple[str, str]:
    return version["unit_id"], version["until_on"]


def of_left_out(known: Claims, delivery: Delivery, version: Mapping[str, Any], records: tuple[str, ...]) -> Claim:
    """Return which rows a later version does not have any more: its office took them out, by its seal."""
    reason = (
        f"Bản v{version['version']} không còn {len(records)} {_noun(delivery)} có trong bản trước của đơn vị, không "
        f"tính nữa: {listed(records)}."
    )
    claim = known.doubt(delivery, "records_gone", "flags", reason, records)
    return replace(claim, accepted=f"theo bản phát hành v{version['version']}, mã niêm phong {version['seal']}")


def _noun(delivery: Delivery) -> str:
    return load_contract(contract_path(str(delivery.stream))).noun


def _names_of(known: Claims, version: Mapping[str, Any]) -> list[str]:
    """Return the units of this office the issuing office may be: by its name, else by its id."""
    units = known.units_of_heading(str(version["office_name"]))
    return units or [unit for unit in [str(version["unit_id"])] if unit in known.names]


def _other_unit(known: Claims, delivery: Delivery, version: Mapping[str, Any]) -> Claim | None:
    named = _names_of(known, version)
    if not named or delivery.unit_id in named or any(known.is_successor(delivery.unit_id, unit) for unit in named):
        return None
    reason = f"Tệp là bản phát hành của {version['office_name']}, lại nằm ở thư mục của {known.name(delivery.unit_id)}."
    return Claim(delivery.delivery_id, "other_unit", "refuses", reason, MOVE)


def _other_days(known: Claims, delivery: Delivery, version: Mapping[str, Any]) -> Claim | None:
    period = known.period(delivery.period_id)
    first, last, until = (dt.date.fromisoformat(version[name]) for name in ("start_on", "end_on", "until_on"))
    if period is None or (period.start_on, period.end_on) != (first, last):
        asked = period.label if period else f"kỳ {delivery.period_id}"
        reason = f"Bản phát hành là của {first:%d/%m/%Y}–{last:%d/%m/%Y}, không phải của {asked}."
        return Claim(delivery.delivery_id, "other_period", "refuses", reason, _OWN_PERIOD)
    prefix = ISSUED_PREFIXES[str(delivery.stream)]
    name = f"{prefix}{version['period_id']}_{version['unit_id']}_{until}_v{version['version']}.zip"
    if sent_as(delivery.file_name) != sent_as(name):
        reason = f"Tên tệp đã bị đổi: của bản phát hành này phải là «{name}»."
        mend = "Giữ nguyên tên tệp mà kstt send-up đặt rồi gửi lại."
        return Claim(delivery.delivery_id, "other_period", "refuses", reason, mend)
    return None
