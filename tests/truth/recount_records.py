"""An independent recount of the tables of areas I, VIII, IX and X from the truth: plain Python, rules of domain/03, 05, 08.

Here: reading the records' .csv.gz, the columns of each table by unit. Not here: sheets.
Invariant: nothing of `pipelines` or of the generator is used; a figure of the product is proved by counting again.

    from truth.recount_records import TABLES, recount_records        (tests/ is on the path of pytest)
    recount_records("form_inspections", "2021-Q1")["p01"]["inspections_done"]
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from truth.recount import LAST_SEEN, PERIODS, PLANTED

HERE = Path(__file__).resolve().parent
PLAN_DAY = (1, 31)
LINKED = ("linked_two", "linked_survivor", "linked_funeral")
CHANNELS = ("portal", "briefing", "law_day", "loudspeaker", "social_network")
TOPICS = ("online_service", "postal", "feedback")
Record = dict[str, str]


class Seen:
    """What was known at the end of a period: days after it, or after a unit's last file, have not come yet."""

    def __init__(self, period_id: str) -> None:
        self.period_id = period_id
        self.start, self.end = PERIODS[period_id]
        with PLANTED.open(encoding="utf-8", newline="") as source:
            noted = [row for row in csv.DictReader(source) if row["check_id"] == "not_filled_in"]
        self.forgotten = {(row["unit_id"], row["stream"]): PERIODS[row["period_id"]] for row in noted}

    def until(self, unit: str) -> dt.date:
        """Return the last day known of a unit."""
        return min(self.end, LAST_SEEN[self.period_id].get(unit, self.end))

    def is_heard(self, unit: str, stream: str) -> bool:
        """Tell whether a unit sent its sheet of this period, filled in."""
        return unit not in LAST_SEEN[self.period_id] and self.forgotten.get((unit, stream)) != (self.start, self.end)

    def day(self, record: Record, column: str) -> dt.date | None:
        """Return the day of an event that has come, else None."""
        day = dt.date.fromisoformat(record[column]) if record[column] else None
        return day if day and day <= self.until(record["unit_id"]) else None

    def records(self, stream: str) -> Iterator[Record]:
        """Yield the true records of a stream, but the acts of a quarter whose sheet was forgotten."""
        with gzip.open(HERE / f"{stream}.csv.gz", "rt", encoding="utf-8", newline="") as source:
            for record in csv.DictReader(source):
                lost = self.forgotten.get((record["unit_id"], stream))
                if not (lost and lost[0] <= dt.date.fromisoformat(record["issued_on"]) <= lost[1]):
                    yield record

    def of_period(
        self, stream: str, first: Callable[[Record], dt.date], last: Callable[[Record], dt.date | None]
    ) -> Iterator[Record]:
        """Yield the records begun by the end, known by then, and not over before the start."""
        for record in self.records(stream):
            over = last(record)
            if first(record) <= self.until(record["unit_id"]) and (over is None or over >= self.start):
                yield record


def _day(column: str) -> Callable[[Record], dt.date]:
    return lambda record: dt.date.fromisoformat(record[column])


def recount_records(form: str, period_id: str) -> dict[str, Counter[str]]:
    """Return unit → measure → count of one table in a period; a measure that is not there is 0."""
    seen = Seen(period_id)
    cells: dict[str, Counter[str]] = {}
    for unit, counted in TABLES[form](seen):
        cells.setdefault(unit, Counter()).update(counted)
    return cells


def _direction(seen: Seen) -> Iterator[tuple[str, dict[str, int]]]:
    issued = list(seen.records("directives"))
    for record in seen.of_period("directives", _day("issued_on"), _day("issued_on")):
        kind = record["directive_kind"]
        names = {"control_plan": "control_plans", "review_plan": "review_plans", "letter": "letters"}
        yield record["unit_id"], {"documents": 1, names.get(kind, "other_documents"): 1}
    due = dt.date(seen.end.year, *PLAN_DAY)
    for unit in sorted({record["unit_id"] for record in seen.records("focal_officers")}):  # every unit that owes plans
        for kind in ("control_plan", "review_plan"):
            days = [
                dt.date.fromisoformat(record["issued_on"])
                for record in issued
                if (record["unit_id"], record["directive_kind"]) == (unit, kind) and seen.day(record, "issued_on")
            ]
            missing = "plans_missing" if seen.is_heard(unit, "directives") else "plans_unreported"
            state = missing if not days else "plans_on_time" if min(days) < due else "plans_late"
            yield unit, {"plans_owed": 1, state: 1}
    for record in seen.records("focal_officers"):
        decided, ended = _day("decided_on")(record), seen.day(record, "ended_on")
        if decided <= seen.until(record["unit_id"]) and (ended is None or ended >= seen.start):
            in_force = ended is None or ended >= seen.end
            officers = int(record["officer_count"]) if in_force else 0
            yield record["unit_id"], {"focal_officers": officers, "focal_decisions": int(decided >= seen.start)}


def _inspecting(seen: Seen) -> Iterator[tuple[str, dict[str, int]]]:
    def first(record: Record) -> dt.date:
        made = seen.day(record, "done_on")
        planned = dt.date.fromisoformat(record["planned_on"])
        return min(planned, made) if made else planned

    checked: set[tuple[str, str]] = set()
    for record in seen.of_period("inspections", first, lambda record: seen.day(record, "done_on")):
        made, place = seen.day(record, "done_on"), (record["unit_id"], record["checked_unit_id"])
        is_late = made is not None and made > dt.date.fromisoformat(record["planned_on"])
        yield (
            record["unit_id"],
            {
                "inspections": 1,
                "combined_inspections": int(record["inspection_kind"] == "combined"),
                "own_inspections": int(record["inspection_kind"] != "combined"),
                "inspections_done": int(made is not None),
                "inspections_on_time": int(made is not None and not is_late),
                "inspections_late": int(is_late),
                "inspections_not_done": int(made is None),
                "units_checked": int(made is not None and place not in checked),
                "inspections_concluded": int(made is not None and seen.day(record, "conclusion_on") is not None),
            },
        )
        if made is not None:
            checked.add(place)
    for record in seen.of_period("findings", _day("found_on"), lambda record: seen.day(record, "closed_on")):
        closed, deadline = seen.day(record, "closed_on"), dt.date.fromisoformat(record["deadline_on"])
        is_carried = _day("found_on")(record) < seen.start
        yield (
            record["unit_id"],
            {
                "findings": 1,
                "findings_carried": int(is_carried),
                "findings_found": int(not is_carried),
                "findings_closed": int(closed is not None),
                "findings_closed_on_time": int(closed is not None and closed <= deadline),
                "findings_closed_late": int(closed is not None and closed > deadline),
                "findings_open": int(closed is None),
                "findings_overdue": int(closed is None and deadline < seen.end),
            },
        )


def _communicating(seen: Seen) -> Iterator[tuple[str, dict[str, int]]]:
    for record in seen.of_period("communications", _day("communicated_on"), _day("communicated_on")):
        items = int(record["item_count"] or 1)
        channel = record["channel"] if record["channel"] in CHANNELS else "other_channel"
        topic = record["topic"] if record["topic"] in TOPICS else "other_topic"
        by_kind = {f"{channel}_items": items, f"{topic}_items": items}
        yield record["unit_id"], {"communications": 1, "items": items, "reach": int(record["reach"] or 0), **by_kind}
    for record in seen.of_period("trainings", _day("trained_on"), _day("trained_on")):
        by_role = {f"{role}_participants": int(record[f"{role}_count"]) for role in ("focal", "one_stop", "other")}
        of_training = {"trainings": 1, "own_trainings": int(record["organiser"] == "own")}
        yield record["unit_id"], {**of_training, "participants": sum(by_role.values()), **by_role}


def _deaths(seen: Seen) -> Iterator[tuple[str, dict[str, int]]]:
    def over(record: Record) -> dt.date | None:
        if record["requested"] not in LINKED:
            return dt.date.fromisoformat(record["registered_on"])
        columns = ["residence_on"] if record["requested"] == "linked_two" else ["residence_on", "benefit_on"]
        days = [seen.day(record, column) for column in columns]
        return max(day for day in days if day) if all(days) else None

    for record in seen.of_period("death_cases", _day("registered_on"), over):
        is_linked, is_new = record["requested"] in LINKED, _day("registered_on")(record) >= seen.start
        counted = {"deaths_registered": int(is_new), "not_linked": int(is_new and not is_linked)}
        if is_linked:
            done = over(record)
            is_late = done is not None and done > dt.date.fromisoformat(record["due_on"])
            counted |= {"linked_total": int(is_new), record["requested"]: int(is_new), "carried": int(not is_new)}
            counted["pending" if done is None else "finished_overdue" if is_late else "finished_in_time"] = 1
        yield record["unit_id"], counted


TABLES: dict[str, Callable[[Seen], Iterator[tuple[str, dict[str, int]]]]] = {
    "form_directives": _direction,
    "form_inspections": _inspecting,
    "form_communications": _communicating,
    "form_death_group": _deaths,
}
