"""The claims on every file that was read: by itself, beside the others of its unit, beside those of other units.

Here: gathering what each file says (its rows, its titles, its totals) and holding it against its folder. Not here: the
verdicts and their words (claims, title_claims), what they make of the rows (standing).
Invariant: what one file claims depends on the files given and on no order of asking.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from pipelines.ingest.contract import load_contract
from pipelines.office.settings import Office
from pipelines.warehouse.acceptance import Acceptances
from pipelines.warehouse.claims import Claim, Claims, is_export
from pipelines.warehouse.code_parts import Coded, Parts
from pipelines.warehouse.issued_claims import of_older, of_two_offices, of_version
from pipelines.warehouse.register import Cut, Delivery, withdrawals
from pipelines.warehouse.return_claims import of_other_sheets, of_return, of_unowed
from pipelines.warehouse.said import Facts, Said
from pipelines.warehouse.sent_when import SentDays, sent_days
from pipelines.warehouse.streams import contract_path, streams
from pipelines.warehouse.title_claims import of_titles
from pipelines.warehouse.typed import TypedDelivery

# Receipts keep whole seconds: times this far apart are in the order in which the files were received.
_SAME_TIME = dt.timedelta(seconds=1)


class OwnClaims:
    """The claims of some deliveries, in the order received."""

    def __init__(self, office: Office, known: Claims, said: Said, words: Acceptances, cut: Cut | None) -> None:
        """Take what is known of the office, of the files and of people's words."""
        self._office, self._known, self._said, self._words, self._cut = office, known, said, words, cut
        self._taken_out = withdrawals(office, cut)
        self._days: dict[str, SentDays] | None = None
        self._moments: dict[str, _Sent] = {}
        # Of each unit and period the versions its office issued that were received so far.
        self._versions: dict[tuple[str, str, str | None], list[dict[str, Any]]] = {}
        self._of_one_period = {name for name in streams() if load_contract(contract_path(name)).is_of_one_period}
        # Unit and stream → the sheets of its returns so far that are of one period.
        self._sheets: dict[tuple[str, str | None], list[TypedDelivery]] = {}
        # Sendings of whose unread tables something was said.
        self._workbooks: set[str] = set()

    def of(self, typed: list[TypedDelivery]) -> list[list[Claim]]:
        """Return the claims of each delivery, settled by people's words."""
        own = [[*self._of_file(item)] for item in typed]
        coded = [self._coded(item, claims) for item, claims in zip(typed, own, strict=True)]
        parts = Parts(self._known, [file for file in coded if file])
        same: dict[tuple[str | None, str], list[Delivery]] = {}
        looks: dict[tuple[object, ...], list[TypedDelivery]] = {}
        found = []
        for item, claims, file in zip(typed, own, coded, strict=True):
            by_part = parts.claim(file) if file else None
            settled = [self._words.settle(claim) for claim in [*claims, *([by_part] if by_part else [])]]
            settled += map(self._words.settle, self._beside(item, settled, same, looks))
            if any(claim.kind == "earlier_bytes" for claim in settled):  # says the same, and of which period it is
                settled = [claim for claim in settled if claim.kind != "no_row_in_period"]
            found.append(settled)
        return found

    # ---------------------------------------------------------------- by itself

    def _of_file(self, item: TypedDelivery) -> Iterator[Claim]:
        delivery, known = item.delivery, self._known
        refused = of_return(known, delivery)
        if refused:
            yield refused
            return
        if not _is_read(item) or delivery.stream is None:
            return
        yield from of_version(known, delivery, item.verdict.get("issued"), self._office.settings.switches)
        yield from self._of_workbook(item)
        facts = self._said.of_rows(delivery.stream, item.folder)
        is_of_folder = delivery.profile is not None and delivery.profile.unit_from == "folder"
        by_rows = known.of_units(delivery, facts.units, _rows(item)) if is_of_folder and facts.units else None
        if by_rows:
            yield by_rows
        if not is_export(delivery):
            yield from self._of_return_sheet(item, facts)
            return
        yield from filter(None, [known.of_future(delivery)])
        stale = known.of_period(delivery)
        if stale:
            yield stale
        titles = of_titles(known, delivery, item.verdict.get("said") or {}, known.names_itself(delivery, facts.units))
        for claim in titles if is_of_folder else ():
            if not (by_rows and claim.kind == "title_unit") and not (stale and claim.kind == "title_period"):
                yield claim
        outside = known.of_days(delivery, facts.first_on, facts.last_on) if not stale else None
        if outside:
            yield outside

    def _of_return_sheet(self, item: TypedDelivery, facts: Facts) -> Iterator[Claim]:
        """Yield the doubt that a sheet of a return is another period's: by its days, else by what was sent before."""
        delivery = item.delivery
        if delivery.stream not in self._of_one_period or not _rows(item):
            return
        outside = self._known.of_days(delivery, facts.first_on, facts.last_on)
        if outside:
            yield outside
            return
        before = self._sheets.setdefault((delivery.unit_id, delivery.stream), [])
        for old in before:
            if self._known.is_earlier(old.delivery, delivery) and self._said.is_same(
                str(delivery.stream), item.folder, old.folder
            ):
                yield self._known.of_earlier_rows(delivery, old.delivery)
                return
        before.append(item)

    def _of_workbook(self, item: TypedDelivery) -> Iterator[Claim]:
        """Yield what is said of a file or sheet before its rows are: that it was taken out, is not owed, its totals.

        Of tables that nobody reads it is said once a workbook.
        """
        if item.delivery.taken_out:
            yield self._known.of_withdrawn(item.delivery, self._taken_out[item.delivery.taken_out])
        wrong = [total for total in item.verdict.get("totals") or () if not total["agrees"]]
        if wrong:
            yield self._known.of_totals(item.delivery, wrong)
        unowed = of_unowed(self._known, item.delivery, _rows(item))
        if unowed:
            yield unowed
        if item.delivery.receipt_id not in self._workbooks:
            others = of_other_sheets(self._known, item.delivery, item.verdict.get("unread") or [])
            if others:
                self._workbooks.add(item.delivery.receipt_id)
                yield others

    def _coded(self, item: TypedDelivery, claims: list[Claim]) -> Coded | None:
        """Return a file by the unit part of its codes; None where it has none, or is another unit's by its rows."""
        delivery = item.delivery
        if not _is_read(item) or delivery.stream is None or not is_export(delivery):
            return None
        if delivery.profile is None or delivery.profile.unit_from != "folder":
            return None
        if any(claim.effect == "refuses" for claim in claims):
            return None
        facts: Facts = self._said.of_rows(delivery.stream, item.folder)
        part = facts.main_part
        return Coded(delivery, part, self._known.names_itself(delivery, facts.units)) if part else None

    # ---------------------------------------------------------------- beside others

    def _beside(
        self,
        item: TypedDelivery,
        claims: list[Claim],
        same: dict[tuple[str | None, str], list[Delivery]],
        looks: dict[tuple[object, ...], list[TypedDelivery]],
    ) -> Iterator[Claim]:
        """Yield what the files before it say of a file; `same` and `looks` gather those that count."""
        delivery = item.delivery
        is_barred = any(claim.effect in ("refuses", "waits") and not claim.accepted for claim in claims)
        if not _is_read(item) or is_barred:
            return
        beside = [*self._of_version(item)]  # a version without a dossier is newer than one with some, too
        yield from beside
        if not _rows(item) or any(claim.effect == "refuses" for claim in beside):
            return
        content = (delivery.stream, delivery.sha256)
        if delivery.kind != "same_bytes" and not any(claim.effect == "answers_nothing" for claim in claims):
            doubt = self._known.of_bytes(delivery, same.get(content, ()))
            if doubt:
                yield doubt
                if self._words.settle(doubt).is_open and doubt.effect == "waits":
                    return
        same.setdefault(content, []).append(delivery)
        if delivery.look_no and delivery.kind != "same_bytes":
            look = looks.setdefault((delivery.unit_id, delivery.stream, delivery.look_no, delivery.observed_at), [])
            yield from self._of_look(item, look)
            look.append(item)

    def _of_version(self, item: TypedDelivery) -> Iterator[Claim]:
        """Yield what the versions before it say of one its office issued; nothing of any other file."""
        delivery, version = item.delivery, item.verdict.get("issued")
        if not version:
            return
        before = self._versions.setdefault((delivery.unit_id, delivery.period_id, delivery.stream), [])
        older = of_older(self._known, delivery, version, before)
        if older:
            yield older
            return
        two = of_two_offices(self._known, delivery, version, before)
        if two:
            yield two
        before.append(version)

    def _of_look(self, new: TypedDelivery, before: list[TypedDelivery]) -> Iterator[Claim]:
        """Yield the doubt that another version, received in the same look, may be the newer one."""
        sent = self._sent(new)
        olds = [
            old
            for old in reversed(before)
            if old.delivery.sha256 != new.delivery.sha256 and not _is_after(sent, self._sent(old))
        ]
        if not olds:
            return
        found = self._said.first_changed(str(new.delivery.stream), new.folder, [old.folder for old in olds])
        if found:
            at, records = found
            yield self._known.of_order(new.delivery, olds[at].delivery, tuple(records))

    def _sent(self, item: TypedDelivery) -> _Sent:
        """Return what says when a file came."""
        name = item.delivery.delivery_id
        if name not in self._moments:
            if self._days is None:
                self._days = sent_days(self._office, self._cut)
            day = self._days[item.delivery.receipt_id]
            self._moments[name] = _Sent(None if day.basis == "looks" else day.latest, item.delivery.file_moment)
        return self._moments[name]


class _Sent(NamedTuple):
    """The last day a file may have been sent on where somebody noted it, and when it was last written."""

    noted_on: dt.date | None
    written_at: dt.datetime | None


def _is_after(new: _Sent, old: _Sent) -> bool:
    """Return whether anything but their names says that one file came after the other."""
    if new.noted_on and old.noted_on and new.noted_on != old.noted_on:
        return new.noted_on > old.noted_on
    if new.written_at is None or old.written_at is None:
        return False
    return new.written_at - old.written_at > _SAME_TIME


def _is_read(item: TypedDelivery) -> bool:
    return item.verdict["status"] == "accepted"


def _rows(item: TypedDelivery) -> int:
    return int(item.verdict["counts"]["typed"]) + int(item.verdict["counts"]["rejected"])
