"""Histories of dossiers drawn by a seed: mostly plain ones, and every rare shape of issue 16.

Here: chance. Not here: what a state is (history), what is sent (sendings).
Invariant: the same seed gives the same histories; every shape a dossier was given is in its `shapes`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from random import Random

from truth.world.catalogue import DESK, FIELDS, PROCEDURES, UNKNOWN, WARDS, WITHOUT_MARKS, Procedure
from truth.world.days import Period, add_working, at, end_of, next_working
from truth.world.history import Dossier

FIRST = dt.date(2020, 11, 16)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
_WARD_PROCEDURES = [item for item in PROCEDURES if item.level in ("ward", "both")]
_CITY_PROCEDURES = [item for item in PROCEDURES if item.level in ("city", "both")]
# Systems of these wards print no procedure code; half of their dossiers bear a number of the ward's own book.
OWN_NUMBERS = ("p03", "p04")


class Drawer:
    """Draws dossiers around the last days of some quarters, where rules differ."""

    def __init__(self, random: Random, quarters: list[Period]) -> None:
        """Take the chance and the quarters whose ends matter."""
        self.random = random
        self.quarters = quarters
        self.last = quarters[-1].end

    def dossiers(self, count: int) -> list[Dossier]:
        """Return dossiers in order of receipt, with their codes: each shape twice or more, the others plain."""
        shapes = list(SHAPES) * 2
        found = [self._dossier(number, shapes[number] if number < len(shapes) else None) for number in range(count)]
        return number_codes(found, self.random)

    def _dossier(self, number: int, shape: str | None) -> Dossier:
        random = self.random
        unit = random.choice([*WARDS, DESK, DESK])
        if shape in _AT_WARD:
            unit = random.choice(OWN_NUMBERS if shape == "own number" else WARDS)
        procedure = random.choice(_CITY_PROCEDURES if unit == DESK else _WARD_PROCEDURES)
        received = self._moment()
        channel = random.choice(["direct", "direct", "direct", "online", "online", "postal", None])
        submitted = received - random.choice([MINUTE * 0, MINUTE * 7, DAY * 1]) if channel == "online" else received
        dossier = Dossier(number, unit, procedure, _field_word(procedure, random), channel, submitted, received)
        dossier.own_number = unit in OWN_NUMBERS and random.random() < 0.4
        if channel == "online":
            dossier.service_level = random.choice(["partial", "full"])
        dossier.digitised = random.choice(["yes", "no"])
        self._promise(dossier)
        self._work(dossier)
        if shape:
            dossier.shapes.add(shape)
            SHAPES[shape](self, dossier)
        self._remark(dossier)
        return dossier

    def _remark(self, dossier: Dossier) -> None:
        """Draw what no date gives the day of: fees and who paid how, what was made electronic."""
        random = self.random
        dossier.result_digitised = random.choice(["yes", "no", ""])
        dossier.fee = random.choice([None, 0, 20_000, 50_000, 50_000])
        dossier.is_exempt = random.random() < 0.1
        if not dossier.fee or dossier.received is None or dossier.is_exempt or random.random() < 0.3:
            return
        ends = [quarter.end for quarter in self.quarters if quarter.end >= dossier.received.date()]
        late = at(ends[0] + DAY * random.randint(0, 1), 9) if ends and random.random() < 0.3 else None
        dossier.paid = max(late or dossier.received + MINUTE * 20, dossier.received + MINUTE * 5)
        dossier.pays_online = random.random() < 0.6
        if late:
            dossier.shapes.add("fee paid around the last day")

    def _moment(self) -> dt.datetime:
        """Return a moment of office hours, every third near the end of a quarter."""
        random = self.random
        if random.random() < 0.35:
            end = random.choice([*(quarter.end for quarter in self.quarters), self.quarters[0].start - DAY])
            day = end + DAY * random.randint(-4, 3)
        else:
            day = FIRST + DAY * random.randint(0, (self.last - FIRST).days + 5)
        return at(day if random.random() < 0.1 else next_working(day), random.randint(7, 16), random.randint(0, 59))

    def _promise(self, dossier: Dossier) -> None:
        assert dossier.received
        dossier.promises = [(dossier.received, self.due(dossier.procedure, dossier.received))]

    def due(self, procedure: Procedure, received: dt.datetime) -> dt.datetime:
        """Return the promised day of a procedure at 17:00."""
        day = received.date()
        if procedure.unit == "calendar_day":
            return at(next_working(day + DAY * (procedure.limit or 0)), 17)
        if procedure.unit == "same_day":
            return at(next_working(day), 17)
        return at(add_working(day, procedure.limit if procedure.limit is not None else 5), 17)

    def _work(self, dossier: Dossier) -> None:
        """Draw a plain course: early, on the day, late, still open; sometimes a pause, a withdrawal, an apology."""
        random = self.random
        course = random.choices(["early", "on_day", "late", "open", "closed"], [5, 4, 4, 4, 2])[0]
        if course != "closed" and random.random() < 0.25:
            self._pause(dossier)
        due = dossier.promises[-1][1]
        if course == "open":
            return
        days = {"early": -random.randint(1, 4), "on_day": 0, "late": random.randint(1, 25)}.get(course, 0)
        if course == "closed":
            dossier.closing = random.choice(["withdrawn", "returned"])
            days = random.randint(-3, 12)
        self.finish(dossier, due.date() + DAY * days)
        if course == "late" and random.random() < 0.3:
            dossier.apology = max(_busy_until(dossier), at(due.date() - DAY, 9))

    def _pause(self, dossier: Dossier) -> None:
        random = self.random
        assert dossier.received
        asked = dossier.received + DAY * random.randint(0, 2) + MINUTE * random.randint(30, 200)
        back = asked + DAY * random.randint(1, 20) if random.random() < 0.7 else None
        kind = random.choice(["supplements", "supplements", "payments", "suspensions"])
        getattr(dossier, kind).append((asked, back))
        if kind == "supplements" and back:
            limit = dossier.procedure.limit or 1
            dossier.promises.append((back, at(add_working(back.date(), limit), 17)))
            if random.random() < 0.3:
                again = back + DAY * random.randint(1, 5)
                dossier.supplements.append((again, None))
                dossier.shapes.add("second supplement")

    def finish(self, dossier: Dossier, day: dt.date) -> None:
        """End the work on a day, not before what happened already; a lasting pause forbids a result."""
        random = self.random
        earliest = _busy_until(dossier)
        moment = at(day, random.randint(8, 18), random.randint(0, 59))
        moment = moment if moment > earliest else earliest + MINUTE * random.randint(30, 300)
        lasting = [span for spans in _pauses(dossier) for span in spans if span[1] is None]
        if lasting and dossier.closing == "result":
            return
        dossier.finishes = [(moment, None)]
        if dossier.closing == "result" and random.random() < 0.8:
            dossier.delivered = moment + random.choice([MINUTE * 40, DAY * 1, DAY * 6, DAY * 30])


def _pauses(dossier: Dossier) -> list[list[tuple[dt.datetime, dt.datetime | None]]]:
    return [dossier.supplements, dossier.payments, dossier.suspensions]


def _busy_until(dossier: Dossier) -> dt.datetime:
    """Return the last moment at which anything happened before the end of processing."""
    assert dossier.received
    moments = [dossier.received, *(when for when, _ in dossier.promises)]
    moments += [moment for spans in _pauses(dossier) for span in spans for moment in span if moment]
    return max(moments)


def _field_word(procedure: Procedure, random: Random) -> str | None:
    return FIELDS[procedure.field][0] if procedure.field else random.choice([*FIELDS.values()])[0]


def _plain(drawer: Drawer, dossier: Dossier, days_before_end: int, procedure: Procedure | None = None) -> Period:
    """Make the dossier an open one without a pause, received some working days before the end of a quarter."""
    random = drawer.random
    quarter = random.choice(drawer.quarters)
    day = next_working(quarter.end - DAY * days_before_end)
    dossier.received = at(day, random.randint(8, 15), random.randint(0, 59))
    dossier.submitted = dossier.received
    dossier.channel = random.choice(["direct", "postal"])
    dossier.service_level = ""
    dossier.procedure = procedure or dossier.procedure
    dossier.field_word = _field_word(dossier.procedure, random)
    dossier.supplements, dossier.payments, dossier.suspensions, dossier.finishes = [], [], [], []
    dossier.closing, dossier.delivered, dossier.apology = "result", None, None
    drawer._promise(dossier)
    return quarter


def _withdrawn_while_waiting(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(9, 25))
    assert dossier.received
    dossier.supplements = [(dossier.received + DAY * 2, None)]
    dossier.closing = drawer.random.choice(["withdrawn", "returned"])
    dossier.finishes = [(at(quarter.end + DAY * drawer.random.randint(1, 6), 9), None)]


def _deleted(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(6, 30))
    dossier.deleted = end_of(quarter.end) + DAY * drawer.random.randint(12, 60)


def _to_desk(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(8, 20), drawer.random.choice(_CITY_PROCEDURES))
    moved = end_of(quarter.end) + DAY * drawer.random.randint(8, 20)
    dossier.moved = (moved, DESK)
    if drawer.random.random() < 0.7:
        drawer.finish(dossier, moved.date() + DAY * drawer.random.randint(1, 9))


def _shared(drawer: Drawer, dossier: Dossier) -> None:
    assert dossier.received
    dossier.shared = (dossier.received + MINUTE * 5, DESK)


def _reopened(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(8, 20))
    assert dossier.received
    first = dossier.received + DAY * 1
    undone = end_of(quarter.end) + DAY * drawer.random.randint(9, 20)
    # Every other one is still open again in the exports of the next quarter.
    again = undone + DAY * drawer.random.choice([3, 9, 120, 120])
    dossier.finishes = [(first, undone), (again, None)]


def _waits_through_the_cutoff(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(5, 15))
    day = quarter.end if drawer.random.random() < 0.7 else quarter.end - DAY * 3
    asked = max(at(day, drawer.random.choice([5, 9, 15])), dossier.received or at(day, 9))
    dossier.supplements = [(asked, end_of(quarter.end) + DAY * drawer.random.choice([2, 25]))]


def _promised_anew_at_the_cutoff(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(7, 15))
    day = quarter.end if drawer.random.random() < 0.7 else quarter.end - DAY * 3
    given = at(day, drawer.random.choice([9, 14]))
    dossier.promises.append((given, at(next_working(given.date() + DAY * 10), 17)))
    dossier.apology = given


def _no_due(drawer: Drawer, dossier: Dossier) -> None:
    chosen = [
        item for item in (_CITY_PROCEDURES if dossier.unit == DESK else _WARD_PROCEDURES) if item.unit != "same_day"
    ]
    quarter = _plain(drawer, dossier, drawer.random.randint(0, 30), drawer.random.choice(chosen))
    dossier.promises = []
    if drawer.random.random() < 0.6:
        drawer.finish(dossier, quarter.end - DAY * drawer.random.randint(0, 10))


def _due_blanked(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(10, 25))
    dossier.due_blank_from = end_of(quarter.end) + DAY * 30


def _same_name(drawer: Drawer, dossier: Dossier) -> None:
    dossier.procedure = drawer.random.choice([item for item in PROCEDURES if item.name == "Cấp giấy phép"])
    dossier.field_word = FIELDS[dossier.procedure.field][0]
    if drawer.random.random() < 0.3:
        dossier.field_word = None
        dossier.shapes.add("same name, no field")


def _unknown_procedure(drawer: Drawer, dossier: Dossier) -> None:
    dossier.procedure = UNKNOWN
    dossier.field_word = drawer.random.choice([*FIELDS.values()])[0]


def _unknown_channel(drawer: Drawer, dossier: Dossier) -> None:
    dossier.channel, dossier.service_level = "word", ""
    dossier.submitted = dossier.received or dossier.submitted


def _unknown_level(drawer: Drawer, dossier: Dossier) -> None:
    _plain(drawer, dossier, drawer.random.randint(0, 30))
    dossier.channel, dossier.service_level = "online", ""


def _minute_and_second(drawer: Drawer, dossier: Dossier) -> None:
    assert dossier.received
    dossier.received = dossier.received.replace(second=0)
    dossier.submitted = dossier.received + dt.timedelta(seconds=drawer.random.randint(1, 59))


def _mistyped(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(8, 20))
    dossier.finishes = [(end_of(quarter.end) + DAY * 8, None)]
    dossier.is_mistyped = True


def _late_entry(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(2, 20))
    dossier.entered = end_of(quarter.end) + DAY * 10


def _rejected(drawer: Drawer, dossier: Dossier) -> None:
    _plain(drawer, dossier, drawer.random.randint(1, 20))
    dossier.channel, dossier.rejected = "online", dossier.received
    dossier.received = None


def _never_taken_in(drawer: Drawer, dossier: Dossier) -> None:
    _plain(drawer, dossier, drawer.random.randint(1, 20))
    dossier.channel, dossier.received = "online", None


def _own_number(drawer: Drawer, dossier: Dossier) -> None:
    dossier.own_number = True


def _across_january(drawer: Drawer, dossier: Dossier) -> None:
    day = dt.date(2020, 12, 21) if drawer.random.random() < 0.5 else dt.date(2021, 1, 4)
    before = dossier.received
    _plain(drawer, dossier, 5)
    dossier.received = dossier.submitted = at(next_working(day), (before or dossier.submitted).hour, 10)
    drawer._promise(dossier)
    dossier.own_number = dossier.unit in OWN_NUMBERS
    if drawer.random.random() < 0.6:
        drawer.finish(dossier, day + DAY * 9)


def _three_spellings(drawer: Drawer, dossier: Dossier) -> None:
    dossier.own_number = False


def _night_finish(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(4, 12))
    dossier.finishes = [(at(quarter.end + DAY * drawer.random.choice([0, 1]), drawer.random.choice([0, 23]), 5), None)]


def _given_up_in_a_pause(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(9, 25))
    assert dossier.received
    pauses = drawer.random.choice([dossier.suspensions, dossier.payments])
    pauses.append((dossier.received + DAY * 2, None))
    dossier.closing = drawer.random.choice(["withdrawn", "returned"])
    dossier.finishes = [(at(quarter.end + DAY, 9), None)]


def _sent_back_at_the_desk(drawer: Drawer, dossier: Dossier) -> None:
    _to_desk(drawer, dossier)
    assert dossier.moved
    dossier.finishes = [(dossier.moved[0] + DAY * 2, None)]
    dossier.is_mistyped = True


def _end_moved(drawer: Drawer, dossier: Dossier) -> None:
    quarter = _plain(drawer, dossier, drawer.random.randint(6, 20))
    assert dossier.received
    anew = at(quarter.end + DAY * drawer.random.randint(8, 20), 9)
    dossier.finishes = [(dossier.received + DAY, anew), (anew, None)]


def _without_marks(drawer: Drawer, dossier: Dossier) -> None:
    if drawer.random.random() < 0.5:
        _same_name(drawer, dossier)
    else:
        _unknown_procedure(drawer, dossier)
    dossier.shapes.discard("same name, no field")
    spelled = {name: WITHOUT_MARKS[code] for code, (name, _) in FIELDS.items()}
    dossier.field_word = spelled[dossier.field_word or drawer.random.choice([*spelled])]


def _unknown_code(drawer: Drawer, dossier: Dossier) -> None:
    dossier.procedure = replace(dossier.procedure, code="9.999999")


SHAPES: dict[str, Callable[[Drawer, Dossier], None]] = {
    "withdrawn while waiting": _withdrawn_while_waiting,
    "deleted from the system": _deleted,
    "passed to the desk": _to_desk,
    "shown by ward and desk": _shared,
    "reopened": _reopened,
    "waits through the cut-off": _waits_through_the_cutoff,
    "promised anew at the cut-off": _promised_anew_at_the_cutoff,
    "no due date": _no_due,
    "due date blanked later": _due_blanked,
    "one name in two fields": _same_name,
    "unknown procedure, known field": _unknown_procedure,
    "unknown channel word": _unknown_channel,
    "online, level unknown": _unknown_level,
    "minute against second": _minute_and_second,
    "impossible date, sent back": _mistyped,
    "late entry": _late_entry,
    "rejected at intake": _rejected,
    "never taken in": _never_taken_in,
    "own number": _own_number,
    "own number across January": _across_january,
    "one code, three spellings": _three_spellings,
    "finished at midnight": _night_finish,
    "given up in a pause": _given_up_in_a_pause,
    "passed to the desk, sent back there": _sent_back_at_the_desk,
    "end moved over the cut-off": _end_moved,
    "field without marks": _without_marks,
    "unknown code, known name": _unknown_code,
}
_AT_WARD = (
    "passed to the desk",
    "passed to the desk, sent back there",
    "shown by ward and desk",
    "own number",
    "own number across January",
)


def number_codes(dossiers: list[Dossier], random: Random) -> list[Dossier]:
    """Give every dossier its code in order of receipt: national, or the next number of the unit's own book."""
    in_order = sorted(dossiers, key=lambda item: (item.received or item.submitted, item.number))
    books: dict[tuple[str, int], int] = defaultdict(int)
    days: dict[tuple[str, dt.date], int] = defaultdict(int)
    for dossier in in_order:
        moment = dossier.received or dossier.submitted
        if dossier.own_number and dossier.shared is None and dossier.moved is None:
            books[dossier.unit, moment.year] += 1
            dossier.code = f"{books[dossier.unit, moment.year]}/TN"
            continue
        dossier.own_number = False
        agency = "00" if dossier.unit == DESK else dossier.unit[1:]
        days[dossier.unit, moment.date()] += 1
        dossier.code = f"000.{agency}.99.H51-{moment:%y%m%d}-{days[dossier.unit, moment.date()]:04}"
    return in_order
