"""The units' return workbook (phiếu báo cáo): what it holds, and how it is read when it comes back.

Here: which sheets a unit's return has, the profile of each. Not here: making the workbook (package, render).
Invariant: a sheet is one stream with its own contract; an empty sheet is a return only when its nil is ticked; what a
unit sends in a form of its own is not asked of it twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from pipelines.ingest.contract import Contract, load_contract
from pipelines.office.profiles import Profile
from pipelines.office.settings import Office
from pipelines.office.text import match_key, nfc
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.obligations import owed
from pipelines.warehouse.streams import contract_path, streams

RETURN_PREFIX = "phieu-bao-cao_"
NIL_LABEL = "Không phát sinh trong kỳ"


def return_name(period_id: str, unit_id: str) -> str:
    """Return the file name of a unit's return; whatever is before or after it, it is known by its beginning."""
    return f"{RETURN_PREFIX}{period_id}_{unit_id}.xlsx"


def return_contracts(office: Office, unit_id: str, period: Period) -> list[Contract]:
    """Return the contracts of the sheets of a unit's return: what it owes that it sends in no form of its own.

    A profile that names the unit says that it has such a form; a profile for any unit does not.
    """
    everything = owed(office, period)
    own = set(everything.loc[everything["unit_id"] == unit_id, "stream"])
    own -= {profile.stream for profile in office.profiles if unit_id in profile.match.units}
    contracts = [load_contract(contract_path(stream)) for stream in streams() if stream in own]
    return [contract for contract in contracts if contract.sheet]


def is_return_name(file_name: str) -> bool:
    """Return whether a file bears the name a return is made with."""
    return nfc(file_name).casefold().startswith(RETURN_PREFIX)


def return_profiles(office: Office, unit_id: str, period_id: str) -> list[Profile]:
    """Return a profile for each sheet of a unit's return of a period; empty when it owes none.

    The workbook is our own: its labels are the contracts' and its words theirs, so no office writes these profiles.
    """
    if period_id not in set(office.reference["periods"]["period_id"]):
        return []
    contracts = return_contracts(office, unit_id, find_period(office.reference["periods"], period_id))
    return [_profile(contract.stream) for contract in contracts]


def profiles_of_sheets(names: Iterable[str]) -> list[Profile]:
    """Return a profile for each sheet of a return among some names, whoever owes it."""
    wanted = {match_key(name) for name in names}
    return [profile for profile in every_return_profile() if match_key(profile.sheet or "") in wanted]


@lru_cache(maxsize=1)
def every_return_profile() -> tuple[Profile, ...]:
    """Return the profile of every sheet a return may have, in the order of the streams."""
    return tuple(_profile(stream) for stream in streams() if load_contract(contract_path(stream)).sheet)


@lru_cache(maxsize=64)
def _profile(stream: str) -> Profile:
    sheet = load_contract(contract_path(stream)).sheet
    return Profile(
        profile_id=f"phieu-bao-cao:{stream}",
        stream=stream,
        title=f"Phiếu báo cáo, trang {sheet}",
        sheet=sheet,
        declares_nil=True,
        coverage="received_in_period",
    )
