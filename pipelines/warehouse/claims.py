"""What a delivered file says of itself against where it lies and what was sent before.

Here: whose a file is, of which period, whose bytes they are: a verdict each, with its reason. Not here: what the
verdicts make of the rows (standing), the register (register).
Invariant: a contradiction refuses, a doubt holds a final until somebody's word; every verdict says what to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from pipelines.ingest.titles import units_in
from pipelines.office.journal import Act
from pipelines.office.profiles import END_OF_DAY
from pipelines.office.reference import unit_aliases
from pipelines.office.settings import Office
from pipelines.office.text import counted, format_count, match_key
from pipelines.periods.named import days_key, implied_period, period_key
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.kin import both_ways
from pipelines.warehouse.register import Delivery

# other_unit, other_period: the file is another's.        records_gone: a replacement lacks records.
# stale: made before the period began.                    same_bytes: another unit sent the very same file.
# earlier_bytes: sent before, for an earlier period.      other_units_rows: some rows name another unit.
# day_not_reached: ends before the last asked day.        shared_codes: another unit shows the same dossiers now.
# code_part: most codes bear the part of another unit.    deleted_dossiers: open dossiers it no longer has.
# title_unit, title_period: the lines above the table     no_row_in_period: every date of its rows lies outside
#   name another unit, another period.                      the period it was sent for.
# order_unknown: two versions came at once and differ.    total_differs: a total row is not the sum of its rows.
# unknown_units: most rows name a unit no table knows.    future_day: its name says a day still to come.
# older_issue: a newer version its office issued is here.  other_rules: it was counted under other switches.
# two_offices: versions of two offices are summed for it.  day_passed: counted up to a later day than is asked.
# not_owed: a sheet of a return its unit does not owe.    sheets_unread: tables beside those that are read.
# earlier_rows: the rows it sent for an earlier period.   taken_out_before: the bytes of a file that was withdrawn.
# issued_forced: its office issued it by force.           two_versions: its unit's other file is of another version.
Kind = Literal[
    "other_unit",
    "other_period",
    "stale",
    "same_bytes",
    "earlier_bytes",
    "other_units_rows",
    "unknown_units",
    "future_day",
    "not_owed",
    "sheets_unread",
    "earlier_rows",
    "taken_out_before",
    "title_unit",
    "title_period",
    "no_row_in_period",
    "order_unknown",
    "total_differs",
    "records_gone",
    "day_not_reached",
    "shared_codes",
    "code_part",
    "deleted_dossiers",
    "older_issue",
    "other_rules",
    "two_offices",
    "issued_forced",
    "two_versions",
    "day_passed",
]
Effect = Literal["refuses", "waits", "answers_nothing", "flags"]
# What an officer reads of each.
EFFECT_WORDS: dict[str, str] = {
    "refuses": "từ chối",
    "waits": "chờ xác nhận, chưa tính",
    "answers_nothing": "số liệu cũ",
    "flags": "cần xác nhận",
}
# What only a question raises: no file says it by itself.
ASKED_KINDS = frozenset({"day_not_reached", "day_passed", "shared_codes", "deleted_dossiers"})
MOVE = "Chuyển tệp về đúng thư mục đơn vị đã gửi; đơn vị này gửi tệp của mình."
_SHOWN = 20
_NAMES_SHOWN = 5
# For how long nothing may happen in a unit before anybody asks.
_QUIET = dt.timedelta(days=30)
# Of how many rows of its own a unit that is no desk may have so many that moved to it, without anybody asking.
_MOVED_SHARE = 0.1
_ACCEPT = "kstt accept {id} --reason … --by …"


@dataclass(frozen=True)
class Claim:
    """One verdict on a delivery.

    `records` are the codes it is about, each of them. `accepted` says who accepted it and why; "" while nobody has.
    """

    delivery_id: str
    kind: Kind
    effect: Effect
    reason: str
    mend: str
    records: tuple[str, ...] = ()
    accepted: str = ""

    @property
    def full_reason(self) -> str:
        """Return the reason with every record it is about, however many."""
        shown = listed(self.records)
        return self.reason.replace(shown, ", ".join(self.records)) if self.records else self.reason

    @property
    def is_open(self) -> bool:
        """Return whether it waits for somebody's word, and so holds a final."""
        return not self.accepted and self.effect != "refuses"

    @property
    def can_be_accepted(self) -> bool:
        """Return whether a person's word settles it; a file that is another's is moved or made anew instead."""
        return self.effect in ("waits", "flags") or self.kind == "earlier_bytes"


def shown_on(delivery: Delivery) -> dt.date:
    """Return the last whole day a file shows: an export of 06:30 shows the day before."""
    whole = delivery.observed_at.time() >= END_OF_DAY
    return delivery.observed_on if whole else delivery.observed_on - dt.timedelta(days=1)


def listed(records: tuple[str, ...]) -> str:
    """Return codes as one line of a sentence: the first of them, and how many there are."""
    more = f", … (tất cả {counted(records)})" if len(records) > _SHOWN else ""
    return ", ".join(records[:_SHOWN]) + more


def is_export(delivery: Delivery) -> bool:
    """Return whether a file shows a state of a moment: anything but a return, which is filled in for its period."""
    return delivery.profile is not None and not delivery.profile.declares_nil


class Claims:
    """The office's units and periods, as claims name them."""

    def __init__(self, office: Office) -> None:
        """Take the office; tables are looked up when first needed."""
        self.office = office

    @cached_property
    def names(self) -> dict[str, str]:
        """Unit id → its name in Vietnamese."""
        units = self.office.reference["units"]
        return dict(zip(units["unit_id"], units["name_vi"], strict=True))

    @cached_property
    def _aliases(self) -> dict[str, str]:
        found = unit_aliases(self.office.reference["units"])
        return dict(zip(found["unit_key"], found["unit_id"], strict=True))

    @cached_property
    def unit_keys(self) -> frozenset[str]:
        """The match keys of the names of all units."""
        return frozenset(self._aliases)

    @cached_property
    def _labels(self) -> dict[str, str]:
        """What a heading may call a period → its id: the label, however it is written, and its first and last day."""
        found: dict[str, str] = {}
        for period_id, period in self._periods.items():
            for key in (match_key(period.label), period_key(period.label), days_key(period.start_on, period.end_on)):
                found.setdefault(key or period_id, period_id)
        return found

    @cached_property
    def _periods(self) -> dict[str, Period]:
        periods = self.office.reference["periods"]
        return {period_id: find_period(periods, period_id) for period_id in periods["period_id"]}

    @cached_property
    def _kin(self) -> dict[str, set[str]]:
        """Unit id → itself, what it took over and what took it over, above and below it."""
        units, changes = self.office.reference["units"], self.office.reference["unit_successors"]
        above = zip(units["unit_id"], units["parent_unit_id"], strict=True)
        return both_ways([*above, *zip(changes["from_unit_id"], changes["to_unit_id"], strict=True)])

    @cached_property
    def _taken(self) -> dict[str, set[str]]:
        changes = self.office.reference["unit_successors"]
        return both_ways([*zip(changes["from_unit_id"], changes["to_unit_id"], strict=True)])

    @cached_property
    def _senders(self) -> set[tuple[str, str]]:
        owed = self.office.reference["obligations"]
        return set(zip(owed["unit_id"], owed["stream"], strict=True))

    @cached_property
    def _kinds(self) -> dict[str, str]:
        units = self.office.reference["units"]
        return dict(zip(units["unit_id"], units["unit_kind"], strict=True))

    def name(self, unit_id: str) -> str:
        """Return the name of a unit; what no table knows is named by its id."""
        return self.names.get(unit_id, unit_id)

    def period(self, period_id: str) -> Period | None:
        """Return a period by its id; None for one that no table knows."""
        return self._periods.get(period_id)

    def is_kin(self, unit_id: str, other: str) -> bool:
        """Return whether two units may send each other's rows: one is above the other, or took it over."""
        return other == unit_id or other in self._kin.get(unit_id, ())

    def is_desk(self, unit_id: str) -> bool:
        """Return whether a unit is a one-stop desk."""
        return self._kinds.get(unit_id) == "one_stop_desk"

    def owes_anything(self, unit_id: str) -> bool:
        """Return whether a unit owes anything at any time, and so sends returns of its own."""
        return any(unit == unit_id for unit, _ in self._senders)

    def is_successor(self, unit_id: str, other: str) -> bool:
        """Return whether one unit took over the other, however many changes lie between."""
        return other in self._taken.get(unit_id, ())

    def units_of_heading(self, who: str) -> list[str]:
        """Return the units a heading names: by its whole words, else each unit named in them."""
        whole = self._aliases.get(match_key(who))
        return [whole] if whole else [self._aliases[key] for key in units_in(who, self.unit_keys)]

    def of_units(self, delivery: Delivery, named: dict[str, int], rows: int) -> Claim | None:
        """Hold the units that rows of a file name as their own against the folder it lies in.

        Args:
            delivery: the file.
            named: match key of each unit named → rows that name it.
            rows: rows of the file.
        """
        own, others, unknown = 0, dict[str, int](), dict[str, int]()
        for key, count in named.items():
            unit_id = self._aliases.get(key)
            if unit_id is None:
                unknown[key] = count
            elif self.is_kin(delivery.unit_id, unit_id):
                own += count
            elif self._could_send(unit_id, delivery):
                others[unit_id] = others.get(unit_id, 0) + count
        if not others:
            return self._of_unknown(delivery, unknown, rows) if not own else None
        names = ", ".join(f"{self.name(unit)} ({format_count(count)} dòng)" for unit, count in sorted(others.items()))
        if not own and 2 * sum(others.values()) >= rows:
            reason = f"Tệp là số liệu của {names}, không có dòng nào của {self.name(delivery.unit_id)}."
            return Claim(delivery.delivery_id, "other_unit", "refuses", reason, MOVE)
        foreign = sum(others.values())
        moved = own if self.is_desk(delivery.unit_id) else max(1, own * _MOVED_SHARE)
        if is_export(delivery) and foreign <= moved:
            return None  # a few dossiers of other units have moved here; their codes move with them
        what = "Phần lớn dòng của tệp" if own < foreign else "Có dòng của tệp"
        reason = f"{what} ghi đơn vị khác: {names}; của {self.name(delivery.unit_id)} có {format_count(own)} dòng."
        return self.doubt(delivery, "other_units_rows", "flags", reason)

    def _of_unknown(self, delivery: Delivery, unknown: dict[str, int], rows: int) -> Claim | None:
        """Say that most rows of an export name units no table of the office knows, and none its sender."""
        if not is_export(delivery) or 2 * sum(unknown.values()) < rows:
            return None
        most = sorted(unknown, key=lambda key: (-unknown[key], key))[:_NAMES_SHOWN]
        names = ", ".join(f"«{key}» ({format_count(unknown[key])} dòng)" for key in most)
        reason = (
            f"Tên đơn vị trong tệp không có trong units.csv: {names}; không dòng nào ghi "
            f"{self.name(delivery.unit_id)}. Nếu là tên gọi khác của đơn vị, thêm vào cột aliases."
        )
        return self.doubt(delivery, "unknown_units", "flags", reason)

    def names_itself(self, delivery: Delivery, named: dict[str, int]) -> bool:
        """Return whether most rows that name a unit name the sender, or a unit it took over."""
        own = sum(count for key, count in named.items() if self._is_own(delivery, self._aliases.get(key)))
        return own > 0 and 2 * own >= sum(named.values())

    def contesting(self, delivery: Delivery, keys: Iterable[str]) -> list[str]:
        """Return the units that titles name and that send such files, where they do not name the sender.

        A ward has a one-stop desk of its own: the desk's name alone is of nobody.
        """
        named = [unit_id for key in keys if (unit_id := self._aliases.get(key))]
        if any(self._is_own(delivery, unit_id) for unit_id in named):
            return []
        return [
            unit_id
            for unit_id in dict.fromkeys(named)
            if not self.is_kin(delivery.unit_id, unit_id)
            and not self.is_desk(unit_id)
            and self._could_send(unit_id, delivery)
        ]

    def _is_own(self, delivery: Delivery, unit_id: str | None) -> bool:
        return unit_id is not None and (unit_id == delivery.unit_id or self.is_successor(delivery.unit_id, unit_id))

    def _could_send(self, unit_id: str, delivery: Delivery) -> bool:
        """Return whether a unit sends such files itself: it owes the stream, or is of the sender's kind."""
        same_kind = self._kinds.get(unit_id) == self._kinds.get(delivery.unit_id)
        return same_kind or (unit_id, delivery.stream) in self._senders

    def of_period(self, delivery: Delivery) -> Claim | None:
        """Hold the moment an export shows against the period it was sent for."""
        period = self.period(delivery.period_id)
        if period is None or not is_export(delivery) or delivery.profile is None:
            return None
        named = delivery.named_moment
        received_on = dt.datetime.fromisoformat(delivery.received_at).date()
        shown = shown_on(delivery) if named else received_on
        if shown >= period.start_on:
            return None
        how = f"lấy số liệu đến hết ngày {shown:%d/%m/%Y}" if named else f"nhận ngày {shown:%d/%m/%Y}"
        reason = f"Số liệu cũ: tệp {how}, trước khi {period.label} bắt đầu ({period.start_on:%d/%m/%Y})."
        mend = f"Kết xuất lại sau ngày {period.end_on:%d/%m/%Y} rồi gửi."
        return Claim(delivery.delivery_id, "stale", "answers_nothing", reason, mend)

    def of_future(self, delivery: Delivery) -> Claim | None:
        """Say that the name of an export gives a day that had not come when it was received: nobody saw it."""
        named = delivery.future_moment
        if named is None:
            return None
        received_on = dt.datetime.fromisoformat(delivery.received_at).date()
        reason = (
            f"Chờ xác nhận: tên tệp ghi ngày {named:%d/%m/%Y}, sau ngày nhận tệp ({received_on:%d/%m/%Y}), nên không "
            "biết số liệu của ngày nào. Sửa ngày trong tên tệp rồi gửi lại."
        )
        return self.doubt(delivery, "future_day", "waits", reason)

    def period_named(self, words: str) -> Period | None:
        """Return the period some words name, in the office's table or not; None where they name none."""
        known = self._labels.get(match_key(words))
        return self._periods[known] if known else self.period_of_key(period_key(words) or "")

    def period_of_key(self, key: str) -> Period | None:
        """Return the period a key of `periods.named` means; one that no table knows is cut as the known ones are."""
        known = self._labels.get(key)
        return self._periods[known] if known else implied_period(key, self._periods.values())

    def of_days(self, delivery: Delivery, first: str | None, last: str | None) -> Claim | None:
        """Say that nothing of a file's rows happened within the period it was sent for."""
        period = self.period(delivery.period_id)
        if period is None or first is None or last is None:
            return None
        first_on, last_on = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        is_within = last_on >= period.start_on and first_on <= period.end_on
        if is_within or (first_on <= period.end_on and shown_on(delivery) - last_on < _QUIET):
            return None
        reason = (
            f"Không dòng nào của tệp có ngày trong {period.label} ({period.start_on:%d/%m/%Y}–"
            f"{period.end_on:%d/%m/%Y}): các dòng ghi từ {first_on:%d/%m/%Y} đến {last_on:%d/%m/%Y}."
        )
        return self.doubt(delivery, "no_row_in_period", "flags", reason)

    def of_bytes(self, delivery: Delivery, before: Iterable[Delivery]) -> Claim | None:
        """Hold a file with rows against `before`: earlier deliveries of its bytes and stream, not refused."""
        for other in before:
            if not self.is_kin(delivery.unit_id, other.unit_id) and _is_of_folder(delivery):
                reason = f"Chờ xác nhận: {self.name(other.unit_id)} đã gửi đúng tệp này («{other.shown_name}»)."
                return self.doubt(delivery, "same_bytes", "waits", reason)
        for other in before:
            earlier = self.period(other.period_id)
            if other.unit_id == delivery.unit_id and earlier and self.is_earlier(other, delivery):
                # A name of a later moment says that nothing has changed since: an answer, and asked about.
                is_later = (delivery.named_moment or other.observed_at) > other.observed_at
                reason = f"Đúng từng byte tệp đã gửi cho {earlier.label} («{other.shown_name}»)."
                return self.doubt(delivery, "earlier_bytes", "flags" if is_later else "answers_nothing", reason)
        return None

    # ---------------------------------------------------------------- what was sent before

    def is_earlier(self, old: Delivery, new: Delivery) -> bool:
        """Return whether one file was sent for a period that ends before that of another begins."""
        before, period = self.period(old.period_id), self.period(new.period_id)
        return before is not None and period is not None and before.end_on < period.start_on

    def of_earlier_rows(self, delivery: Delivery, earlier: Delivery) -> Claim:
        """Say that a sheet of a return has, number for number, the rows of the one sent for an earlier period."""
        period = self.period(earlier.period_id)
        label = period.label if period else earlier.period_id
        reason = f"Mọi dòng giống hệt số liệu đã gửi cho {label} («{earlier.shown_name}»), không khác một số nào."
        return self.doubt(delivery, "earlier_rows", "flags", reason)

    def of_withdrawn(self, delivery: Delivery, act: Act) -> Claim:
        """Say that the bytes of a file are those of one somebody took out, with the reason; it counts nevertheless."""
        reason = (
            f"Đúng từng byte tệp {act.by} đã rút ngày {act.at:%d/%m/%Y} («{act.why}»), nay lại được gửi và đang được "
            "tính."
        )
        return self.doubt(delivery, "taken_out_before", "flags", reason)

    def of_missing(self, delivery: Delivery, replaced: Delivery, records: tuple[str, ...]) -> Claim:
        """Say which records a replacement no longer has; they keep counting until accepted as gone."""
        reason = (
            f"Tệp gửi thay «{replaced.shown_name}» thiếu {counted(records)} bản ghi có trong tệp cũ, vẫn được tính "
            f"theo tệp cũ: {listed(records)}."
        )
        return self.doubt(delivery, "records_gone", "flags", reason, records)

    def of_order(self, delivery: Delivery, other: Delivery, records: tuple[str, ...]) -> Claim:
        """Say that two versions came in one look, that nothing tells which is the newer, and where they differ."""
        reason = (
            f"«{other.shown_name}» và «{delivery.shown_name}» đến cùng lúc, không rõ bản nào sau; đang tính theo "
            f"«{delivery.shown_name}». {counted(records)} bản ghi khác nhau: {listed(records)}."
        )
        return self.doubt(delivery, "order_unknown", "flags", reason, records)

    def of_totals(self, delivery: Delivery, wrong: list[dict[str, Any]]) -> Claim:
        """Say which total rows of a file are not what its rows give; a total is never counted itself."""
        said = [
            f"{_place(total)}, «{total['of']}»: ghi {total['stated']}, "
            f"các dòng cho {'không cộng được' if total['found'] is None else total['found']}"
            for total in wrong[:_NAMES_SHOWN]
        ]
        more = f"; … (tất cả {counted(wrong)})" if len(wrong) > _NAMES_SHOWN else ""
        return self.doubt(delivery, "total_differs", "flags", f"Dòng tổng không khớp: {'; '.join(said)}{more}.")

    def of_last_day(self, delivery: Delivery, shown: dt.date, until_on: dt.date) -> Claim | None:
        """Say that a unit's newest export of a stream ends before the last day that is asked for.

        Args:
            delivery: the file.
            shown: the last whole day it shows.
            until_on: the last day asked for.
        """
        if not is_export(delivery) or shown >= until_on:
            return None
        reason = f"Số liệu mới đến hết ngày {shown:%d/%m/%Y}, chưa đến ngày {until_on:%d/%m/%Y}."
        return self.doubt(delivery, "day_not_reached", "flags", reason)

    def doubt(
        self, delivery: Delivery, kind: Kind, effect: Effect, reason: str, records: tuple[str, ...] = ()
    ) -> Claim:
        """Return a claim that a person's word settles."""
        mend = f"Hỏi lại đơn vị; đúng thì {_ACCEPT.format(id=delivery.receipt_id)}, gửi nhầm thì kstt withdraw."
        return Claim(delivery.delivery_id, kind, effect, reason, mend, records)


def accepted(claim: Claim, word: str) -> Claim:
    """Return the claim with the word that settles it."""
    return replace(claim, accepted=word)


def _place(total: dict[str, Any]) -> str:
    sheet = f" (trang «{total['sheet']}»)" if total.get("sheet") else ""
    return f"dòng {total['row']}{sheet}"


def _is_of_folder(delivery: Delivery) -> bool:
    """Return whether the rows of a file are its sender's (a file whose rows name their unit is of them all)."""
    return delivery.profile is None or delivery.profile.unit_from == "folder"
