"""Estimates of the rest of an unfinished period counted again: run rate and the officer's own.

Here: quotas as exact fractions, whole numbers by the largest remainder, the declared figures of each unit and field
(domain/04 4.2, switch estimate_method). Not here: forms, cells, dossiers.
Invariant: written from the domain chapter, sharing nothing with the dbt models; nothing is below 0 in a printed cell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from math import floor

from pipelines.recount.declared import declaring_units
from pipelines.recount.dossiers import counted_dossiers
from pipelines.recount.landed import UNKNOWN, Counted, Landed, Row, unit_scopes

# Columns 4, 5 and 8 to 10 by their parts, in the order that decides between equal remainders; the rest follows.
GROUPS = {
    "received": ("received_online", "received_direct", "received_postal", "received_unknown_channel"),
    "resolved": ("resolved_early", "resolved_on_time", "resolved_overdue", "resolved_without_result"),
}
_KEYS = (
    "receiving_unit_id",
    "department_unit_id",
    "level_section_code",
    "unit_section_code",
    "row_unit_id",
    "field_code",
)
_Place = tuple[str | None, ...]
_Quotas = dict[_Place, dict[str, Fraction]]


def counted_estimates(landed: Landed) -> list[Counted]:
    """Return the figures the rest of an unfinished period is expected to add, one a unit and field."""
    method = landed.question.get("estimate_method", "none")
    if not landed.question["is_provisional"] or method not in ("run_rate", "manual"):
        return []
    dossiers = landed.once(counted_dossiers)
    quotas = quotas_by_rate(landed, dossiers) if method == "run_rate" else quotas_by_officer(landed)
    in_time: Counter[_Place] = Counter()
    for dossier in dossiers:
        in_time[_place(dossier.keys)] += dossier.measures["pending_in_time"]
    received = whole_numbers(_of_group(quotas, "received"))
    # No more is resolved than waits in time or is received: no printed cell falls below 0.
    wanted = _of_group(quotas, "resolved")
    limited = {place: min(quota, Fraction(in_time[place] + received.get(place, 0))) for place, quota in wanted.items()}
    resolved = whole_numbers(limited)
    found = []
    for place in quotas:
        added = {
            **shared_out(quotas[place], "received", received.get(place, 0)),
            **shared_out(quotas[place], "resolved", resolved.get(place, 0)),
        }
        if any(added.values()):
            found.append(_declared(landed, place, added))
    return found


def quotas_by_rate(landed: Landed, dossiers: list[Counted]) -> _Quotas:
    """Return what each unit and field adds at the daily rate so far; late data of an earlier period set no rate."""
    question = landed.question
    start, until, end = (question[name] for name in ("period_start", "until_on", "period_end"))
    days = landed.working_days.days
    gone = sum(start <= day <= until for day in days)
    left = sum(until < day <= end for day in days)
    if not gone:
        return {}
    counts: defaultdict[_Place, Counter[str]] = defaultdict(Counter)
    for dossier in dossiers:
        if not dossier.is_late:
            counts[_place(dossier.keys)].update(dossier.measures)
    measures = [measure for parts in GROUPS.values() for measure in parts]
    quotas = {
        place: {measure: Fraction(of[measure] * left, gone) for measure in measures if of[measure]}
        for place, of in counts.items()
    }
    return {place: of for place, of in quotas.items() if of}


def quotas_by_officer(landed: Landed) -> _Quotas:
    """Return what the officer states per unit and field (reference/estimates.csv)."""
    quotas: defaultdict[_Place, dict[str, Fraction]] = defaultdict(dict)
    declaring = declaring_units(landed)  # they have said what the period brings
    for row in landed.table("estimate"):
        is_asked = row["period_id"] == landed.question["period_id"] and row["unit_id"] not in declaring
        if is_asked and row["value"] > 0:
            # Column 5 is one number on the form: it is kept as received directly.
            measure = "received_direct" if row["measure"] == "received_direct_postal" else row["measure"]
            of = quotas[_stated_place(landed, row)]
            of[measure] = of.get(measure, Fraction()) + Fraction(row["value"])
    return dict(quotas)


def _stated_place(landed: Landed, row: Row) -> _Place:
    """Department and section follow from unit and field, as for the dossiers the unit itself decides."""
    unit_id, field_code = row["unit_id"], row["field_code"]
    kind = landed.units[unit_id]["unit_kind"] if unit_id in landed.units else UNKNOWN
    is_ward = kind == "ward"
    department: str | None = None
    if kind in ("department", "vertical_agency"):
        department = unit_id
    elif not is_ward:
        field = landed.fields.get(field_code)
        department = (field["department_unit_id"] if field else None) or UNKNOWN
    sections = landed.section("level", is_ward), landed.section("unit", is_ward)
    return unit_id, department, *sections, department or unit_id, field_code


def whole_numbers(quotas: dict[_Place, Fraction]) -> dict[_Place, int]:
    """Return whole numbers whose sum is the rounded sum of the quotas (half up), by the largest remainder."""
    whole = {place: floor(quota) for place, quota in quotas.items()}
    left_over = floor(sum(quotas.values(), Fraction()) - sum(whole.values()) + Fraction(1, 2))
    order = sorted(quotas, key=lambda place: (whole[place] - quotas[place], _text(place)))
    for place in order[:left_over]:
        whole[place] += 1
    return whole


def shared_out(quotas: dict[str, Fraction], group: str, added: int) -> dict[str, int]:
    """Return the measures of a group that make up `added`, as the quotas are to each other."""
    parts = {measure: quotas.get(measure, Fraction()) for measure in GROUPS[group]}
    total = sum(parts.values(), Fraction())
    if not total:
        return dict.fromkeys(parts, 0)
    shares = {measure: quota * added / total for measure, quota in parts.items()}
    whole = {measure: floor(share) for measure, share in shares.items()}
    order = sorted(parts, key=lambda measure: whole[measure] - shares[measure])  # stable: order of the form
    for measure in order[: added - sum(whole.values())]:
        whole[measure] += 1
    return whole


def _declared(landed: Landed, place: _Place, added: dict[str, int]) -> Counted:
    keys = dict(zip(_KEYS, place, strict=True))
    received, resolved = (sum(added[measure] for measure in GROUPS[group]) for group in ("received", "resolved"))
    own = unit_scopes(landed, keys["receiving_unit_id"], ("ward", "one_stop_desk"))
    return Counted(
        record=f"estimated|{_text(place)}",
        row_id="",
        scopes=frozenset(own | unit_scopes(landed, keys["department_unit_id"], ("department",))),
        keys=keys,
        measures={
            **added,
            "received_total": received,
            "received_direct_postal": added["received_direct"] + added["received_postal"],
            "carried_in": 0,
            "resolved_total": resolved,
            # An estimate is made of dossiers that are promised for a day.
            "resolved_with_due": resolved,
            "resolved_in_time_with_due": added["resolved_early"] + added["resolved_on_time"],
            # What is received and not resolved waits, in time: overdue dossiers are counted, not estimated.
            "pending_total": received - resolved,
            "pending_in_time": received - resolved,
            "pending_overdue": 0,
            # Of what level an online dossier will be, no estimate says.
            "received_in_period": received,
            "received_online_other": added["received_online"],
        },
    )


def _of_group(quotas: _Quotas, group: str) -> dict[_Place, Fraction]:
    sums = {
        place: sum((of.get(name, Fraction()) for name in GROUPS[group]), Fraction()) for place, of in quotas.items()
    }
    return {place: quota for place, quota in sums.items() if quota}


def _place(keys: dict[str, str | None]) -> _Place:
    return tuple(keys[name] for name in _KEYS)


def _text(place: _Place) -> str:
    return "|".join(value or "" for value in place)
