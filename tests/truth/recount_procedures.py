"""An independent recount of II.07b and of the posting table from the truth: plain Python, rules of domain/02 2.3 and 08.

Here: procedures in force by level, internal processes, posting checks of the sample. Not here: workbooks of units.
Invariant: nothing of `pipelines` or of the generator is used; a figure of the product is proved by counting again.

    from truth.recount_procedures import contribution, posting        (tests/ is on the path of pytest)
    contribution("2021-Q1")["c14"]; posting("2021-Q1")["p03"]["c12"]
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter, defaultdict
from pathlib import Path

from truth.recount import LAST_SEEN, PERIODS

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "sample_office" / "reference"
LEVELS = {"city": {"district"}, "ward": {"commune"}, "both": {"district", "commune"}}
UNITS = ("tp-st-bpmc", *(f"p{number:02d}" for number in range(1, 11)))
Row = dict[str, str]
Cells = dict[str, int]


def contribution(period: str) -> Cells:
    """Return the columns of II.07b the city fills, and what is printed below it."""
    end = PERIODS[period][1].isoformat()
    listed = {level: in_force(level, end) for level in ("district", "commune")}
    excluded = {row["procedure_code"] for row in _csv(REFERENCE / "one_stop_exclusions.csv")}
    at_desk = {level: {name for name in names if name not in excluded} for level, names in listed.items()}
    processes = [
        row for row in _truth("internal_processes") if row["decided_on"] <= end and (row["valid_to"] or "9999") >= end
    ]
    of_level = {level: [row for row in processes if row["process_level"] == level] for level in listed}
    # A name that two procedures in force share says of neither that it has a process; a code of the catalogue does.
    names = Counter(row["procedure_name"] for row in _csv(REFERENCE / "procedures.csv") if _is_in_force(row, end))
    covered = {
        level: {
            code
            for row in rows
            if row["procedure_code"] in listed[level] or names[row["procedure_name"]] < 2
            for code in (row["procedure_code"], row["procedure_id"])
        }
        for level, rows in of_level.items()
    }
    cells = {
        "c5": len(listed["district"]), "c6": len(listed["commune"]),
        "c9": len(at_desk["district"]), "c10": len(at_desk["commune"]),
        "c13": len(of_level["district"]), "c14": len(of_level["commune"]),
        "missing_district": len(at_desk["district"] - covered["district"]),
        "missing_commune": len(at_desk["commune"] - covered["commune"]),
        "electronic": sum(row["is_electronic"] == "yes" for row in processes),
    }  # fmt: skip
    return {**cells, "c3": cells["c5"] + cells["c6"], "c7": cells["c9"] + cells["c10"], "c11": len(processes)}


def in_force(level: str, day: str) -> set[str]:
    """Return the procedures of a level in force on a day, by code, else by id."""
    return {
        row["procedure_code"] or row["procedure_id"]
        for row in _csv(REFERENCE / "procedures.csv")
        if level in LEVELS.get(row["competent_level"], set()) and _is_in_force(row, day)
    }


def _is_in_force(row: Row, day: str) -> bool:
    return (row["valid_from"] or "0000") <= day <= (row["valid_to"] or "9999")


def posting(period: str) -> dict[str, Cells]:
    """Return the counts of the posting table (percentages left out) by unit, and their sum under ""."""
    start, end = PERIODS[period]
    last_seen = LAST_SEEN.get(period, {})
    last: dict[tuple[str, str, str], Row] = {}
    for row in sorted(_truth("posting_checks"), key=lambda row: row["checked_on"]):
        day = dt.date.fromisoformat(row["checked_on"])
        if start <= day <= min(end, last_seen.get(row["unit_id"], end)):
            last[row["unit_id"], row["posting_kind"], row["posting_place"]] = row
    table: dict[str, Cells] = {}
    for unit in UNITS:
        ours = len(in_force("district" if unit == "tp-st-bpmc" else "commune", end.isoformat()))
        wall, portal = (last.get((unit, "procedures", place), {}) for place in ("wall", "portal"))
        addresses = [row for (owner, kind, _), row in last.items() if (owner, kind) == (unit, "feedback_address")]
        table[unit] = {
            "c3": ours,
            "c4": _count(wall, "in_force"), "c5": _count(wall, "posted"),
            "c8": _count(portal, "in_force"), "c9": _count(portal, "posted"),
            "c12": _count(wall, "expired_posted") + _count(portal, "expired_posted"),
            "c13": 1,
            "c14": int(bool(wall or portal)),
            "c15": int(bool(addresses) and all(row["posted"] == row["in_force"] for row in addresses)),
            "places_differing": sum(int(row["in_force"]) != ours for row in (wall, portal) if row),
        }  # fmt: skip
    total: defaultdict[str, int] = defaultdict(int)
    for cells in table.values():
        for name, value in cells.items():
            total[name] += value
    return {**table, "": dict(total)}


def _count(row: Row, name: str) -> int:
    return int(row[name]) if row else 0


def _truth(name: str) -> list[Row]:
    with gzip.open(HERE / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
