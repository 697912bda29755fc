"""The register of deliveries: which received file is first, replacement, additional, a copy or withdrawn.

Here: deriving the register from receipts and the journal, as known at a cut. Not here: what a file says of itself
against its folder (claims), reading its rows (typed).
Invariant: the same receipts, acts and cut give the same register for ever; its cost grows with the deliveries, not
with their square; no clock decides an order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath

from pipelines.ingest.file_name import sent_as
from pipelines.ingest.landing import Receipt, receipts
from pipelines.ingest.own_return import OwnReturn
from pipelines.ingest.persons import without_persons
from pipelines.office import journal
from pipelines.office.profiles import Profile
from pipelines.office.settings import Office
from pipelines.office.text import printable
from pipelines.warehouse.own_returns import own_returns
from pipelines.warehouse.returns import every_return_profile, is_return_name, profiles_of_sheets, return_profiles

# Acts of people that change which deliveries count; an issue or a reminder changes none.
DELIVERY_ACTS = ("withdraw", "restore", "accept", "received")


@dataclass(frozen=True)
class Cut:
    """Up to which receipt and which act of the journal (both by number, both included) something is asked."""

    receipt_no: int
    act_no: int


@dataclass(frozen=True)
class Delivery:
    """One landed file from one unit, with its place among that unit's other files."""

    delivery_id: str
    unit_id: str
    period_id: str
    stream: str | None
    file_name: str
    sha256: str
    received_at: str
    observed_at: dt.datetime
    profile: Profile | None
    kind: str
    replaced_by: str | None = None
    withdrawn: bool = False
    receipt_no: int = 0
    # What a return workbook says of itself; None for any other file.
    own_return: OwnReturn | None = None
    # The look at the inbox it was received in; 0 where the receipt does not say. And the time its file system gave it.
    look_no: int = 0
    file_time: str | None = None
    # The withdrawn sending of the same bytes for the same place that came before it, where there is one.
    taken_out: str | None = None
    # The folder it lay in below its unit's; it stands before the name where another file there would read alike.
    folder: str = ""
    is_told_apart: bool = False

    @cached_property
    def shown_name(self) -> str:
        """The file as officers read of it: its name, its folder before it where another file would read alike."""
        return self._shown(f"{self.folder}/") + self.bare_name if self.is_told_apart and self.folder else self.bare_name

    @cached_property
    def bare_name(self) -> str:
        """The name of the file as it may be shown outside landing: without persons."""
        return self._shown(self.file_name)

    @staticmethod
    def _shown(text: str) -> str:
        return printable(without_persons(text))

    @property
    def observed_on(self) -> dt.date:
        """The day of the moment whose state the file shows."""
        return self.observed_at.date()

    @property
    def says_until(self) -> dt.date:
        """The last day the file can speak of: that of the moment it names, else the day it was received.

        A replacement that names no moment shows its predecessor's, but may hold what happened since.
        """
        return (self.named_moment or dt.datetime.fromisoformat(self.received_at)).date()

    @cached_property
    def named_moment(self) -> dt.datetime | None:
        """The moment its name says it shows; None where it says none, or one that was still to come."""
        return None if self.future_moment else self._said_moment

    @cached_property
    def _said_moment(self) -> dt.datetime | None:
        return _named(self.profile, self.file_name)

    @cached_property
    def future_moment(self) -> dt.datetime | None:
        """The moment its name says it shows, where that day had not come when it was received: no evidence."""
        named = self._said_moment
        return named if named and named.date() > dt.datetime.fromisoformat(self.received_at).date() else None

    @property
    def file_moment(self) -> dt.datetime | None:
        """When the file was last written; a time later than its receipt is no evidence."""
        moment = dt.datetime.fromisoformat(self.file_time) if self.file_time else None
        return moment if moment and moment <= dt.datetime.fromisoformat(self.received_at) else None

    @property
    def receipt_id(self) -> str:
        """The sending it came with: the same for all sheets of a return."""
        return self.delivery_id.partition(":")[0]

    @property
    def is_visible(self) -> bool:
        """Return whether its rows may count: not replaced, not withdrawn, not a second copy of the same bytes."""
        return self.replaced_by is None and not self.withdrawn and self.kind != "same_bytes"


def register(office: Office, until: Cut | dt.datetime | None = None) -> list[Delivery]:
    """Return every delivery known at a cut (now, without one), in the order of receipts.

    Same unit, stream, period and name with other bytes is a replacement (the older one leaves; a name that says no
    moment inherits its `observed_at`), and so is a return of the same unit, period and sheet whatever its name;
    another name is additional; the same bytes beside those that count already are a copy, unless their name says
    another moment. A withdrawn file is as if it had not been sent: what it had replaced counts again.

    Args:
        office: the office.
        until: a cut; a moment is turned into one (see `cut_at`).
    """
    cut = until if isinstance(until, Cut) else cut_at(office, until)
    key = _fingerprint(office, cut)
    if key not in _known:
        _known.clear()  # one register at a time is enough: a run asks for the same one again and again
        _known[key] = tuple(_derived(office, cut))
    return list(_known[key])


# The last register derived in this process, under everything it depends on.
_known: dict[tuple[object, ...], tuple[Delivery, ...]] = {}


def _fingerprint(office: Office, cut: Cut) -> tuple[object, ...]:
    names = sorted(path.name for path in (office.data / "receipts").glob("*.json"))
    acts = journal.acts(office)
    profiles = tuple(office.profile_hash(profile) for profile in office.profiles)
    return (office.data, hash(tuple(names)), acts[-1].sha256 if acts else "", profiles, office.reference_hash, cut)


def cut_at(office: Office, moment: dt.datetime | None = None) -> Cut:
    """Return what was known at a moment, by numbers; without a moment everything.

    A clock set back hides nothing: a receipt is known at the moment of the latest receipt up to it.
    """
    receipt_no = 0
    for receipt in receipts(office):
        if moment is not None and receipt.received_moment > moment:
            break
        receipt_no = receipt.number
    acts = [act.n for act in journal.acts(office, *DELIVERY_ACTS) if moment is None or act.at <= moment]
    return Cut(receipt_no, max(acts, default=0))


def withdrawals(office: Office, cut: Cut | None = None) -> dict[str, journal.Act]:
    """Return the deliveries that are taken out at a cut, each with the act that took it out last."""
    return journal.taken_out(office, cut.act_no if cut else None)


def _derived(office: Office, cut: Cut) -> list[Delivery]:
    known = [receipt for receipt in receipts(office) if receipt.number <= cut.receipt_no]
    sent = sorted(known, key=lambda receipt: (receipt.order_no, receipt.number))
    own = own_returns(office, {receipt.sha256 for receipt in sent})
    book = _Book(office, set(withdrawals(office, cut)))
    for receipt in sent:
        book.add(receipt, own.get(receipt.sha256))
    return _told_apart(book.deliveries)


def _told_apart(deliveries: list[Delivery]) -> list[Delivery]:
    """Return deliveries, each marked that has the name of another of its unit and period in another folder."""
    folders: dict[tuple[str, str], set[str]] = {}
    for item in deliveries:
        folders.setdefault((item.unit_id, item.period_id), set()).add(item.folder)
    named: dict[tuple[str, str, str], set[str]] = {}
    for item in deliveries:
        if len(folders[item.unit_id, item.period_id]) > 1:  # most units have no folder but their own
            named.setdefault((item.unit_id, item.period_id, item.bare_name), set()).add(item.folder)
    alike = {name for name, of in named.items() if len(of) > 1}
    return [
        replace(item, is_told_apart=True) if alike and (item.unit_id, item.period_id, item.bare_name) in alike else item
        for item in deliveries
    ]


@dataclass
class _Book:
    """A register being written: the deliveries so far, and where among them each name and each file now is."""

    office: Office
    withdrawn: set[str]
    deliveries: list[Delivery] = field(default_factory=list)
    # (unit, period, stream) that have something; with a name → its newest; with a hash → the places that have it.
    seen: set[tuple[object, ...]] = field(default_factory=set)
    newest: dict[tuple[object, ...], int] = field(default_factory=dict)
    bytes_at: dict[tuple[object, ...], list[int]] = field(default_factory=dict)
    sheets: dict[tuple[str, str], list[Profile]] = field(default_factory=dict)
    # With a hash: the last withdrawn sending of those bytes.
    taken_out: dict[tuple[object, ...], str] = field(default_factory=dict)

    def add(self, receipt: Receipt, own: OwnReturn | None) -> None:
        """Enter one sending: a file is one delivery, a return one for each sheet its unit owes or has filled in."""
        profiles = self._return_profiles(receipt) if own or is_return_name(receipt.file_name) else []
        if own:
            profiles = [*profiles, *self._beyond_duties(receipt, own, profiles)]
        for profile in profiles:
            self._enter(_new_delivery(receipt, f"{receipt.receipt_id}:{profile.stream}", profile, own))
        if not profiles:
            found = None if own else self.office.profile_for(receipt.unit_id, receipt.file_name)
            self._enter(_new_delivery(receipt, receipt.receipt_id, found, own))

    def _return_profiles(self, receipt: Receipt) -> list[Profile]:
        key = receipt.unit_id, receipt.period_id
        if key not in self.sheets:
            self.sheets[key] = return_profiles(self.office, *key)
        return self.sheets[key]

    def _beyond_duties(self, receipt: Receipt, own: OwnReturn, due: list[Profile]) -> list[Profile]:
        """Sheets a unit filled in without owing them, and those it had filled in an earlier return of the period."""
        filled = profiles_of_sheets(own.filled)
        before = (receipt.unit_id, receipt.period_id)
        again = [item for item in every_return_profile() if (*before, item.stream, "") in self.newest]
        return [item for item in every_return_profile() if item not in due and (item in filled or item in again)]

    def _enter(self, new: Delivery) -> None:
        place = (new.unit_id, new.period_id, new.stream)
        # All returns of a unit for a period and sheet are one file, whatever their names.
        name = (*place, "" if _is_sheet_of_return(new) else sent_as(new.file_name))
        content = (*place, new.sha256)
        at = len(self.deliveries)
        if {new.delivery_id, new.receipt_id} & self.withdrawn:
            self.taken_out[content] = new.receipt_id
            self.deliveries.append(replace(new, withdrawn=True))
            return
        new = replace(new, taken_out=self.taken_out.get(content))
        old = self.newest.get(name)
        if old is not None and self.deliveries[old].sha256 != new.sha256:
            new = self._replacing(old, new)
            self.newest[name] = at
        elif any(self._is_copy(new, self.deliveries[other]) for other in self.bytes_at.get(content, ())):
            new = replace(new, kind="same_bytes")
        else:
            new = replace(new, kind="additional" if place in self.seen else "first")
            self.newest[name] = at
        self.seen.add(place)
        self.bytes_at.setdefault(content, []).append(at)
        self.deliveries.append(new)

    @staticmethod
    def _is_copy(new: Delivery, old: Delivery) -> bool:
        """Return whether a file with the bytes of another says nothing of its own.

        An export whose name says another moment does: that nothing had changed by then.
        """
        return old.is_visible and new.named_moment in (None, old.observed_at)

    def _replacing(self, at: int, new: Delivery) -> Delivery:
        old = self.deliveries[at]
        self.deliveries[at] = replace(old, replaced_by=new.delivery_id)
        return replace(new, kind="replacement", observed_at=new.named_moment or old.observed_at)


def _is_sheet_of_return(delivery: Delivery) -> bool:
    return ":" in delivery.delivery_id


def _new_delivery(receipt: Receipt, delivery_id: str, profile: Profile | None, own: OwnReturn | None) -> Delivery:
    named = _named(profile, receipt.file_name)
    if named and named.date() > receipt.received_on:  # nobody saw a day that was still to come
        named = None
    return Delivery(
        delivery_id=delivery_id,
        unit_id=receipt.unit_id,
        period_id=receipt.period_id,
        stream=profile.stream if profile else None,
        file_name=receipt.file_name,
        sha256=receipt.sha256,
        received_at=receipt.received_at,
        observed_at=named or _seen(receipt).replace(tzinfo=None),
        profile=profile,
        kind="first",
        receipt_no=receipt.order_no,
        own_return=own,
        look_no=receipt.look_no,
        file_time=receipt.file_time,
        folder="/".join(PurePosixPath(receipt.inbox_path).parts[2:-1]),
    )


def _named(profile: Profile | None, file_name: str) -> dt.datetime | None:
    return profile.named_moment(file_name) if profile else None


def _seen(receipt: Receipt) -> dt.datetime:
    """Return when a file was received: of one whose receipt was lost, the moment that receipt was written."""
    if receipt.in_place_of and receipt.first_seen_at:
        return dt.datetime.fromisoformat(receipt.first_seen_at)
    return receipt.received_moment
