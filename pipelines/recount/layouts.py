"""Dossiers counted again for layouts other than II.06a: paused, withdrawn and stopped ones apart, levels, payments.

Here: what those layouts make of a recounted dossier (domain/02 2.7, domain/13 13.2). Not here: counting it
(dossiers). Invariant: written from the domain's form files, sharing nothing with the dbt models.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.recount.dossiers import counted_dossiers
from pipelines.recount.issued import issued_rows
from pipelines.recount.known import known_dossiers
from pipelines.recount.landed import Counted, Landed

WITHOUT_BOUNDARY = "phi địa giới"


def counted_for_other_layouts(landed: Landed) -> list[Counted]:
    """Return every dossier of the population of the period with its measures for the other layouts."""
    anywhere = {
        dossier.code
        for dossier in landed.once(known_dossiers)
        if WITHOUT_BOUNDARY in (dossier.newest["channel_label"] or "").casefold()
    }
    issued = issued_rows(landed)
    anywhere -= issued.keys()
    anywhere |= {code for code, row in issued.items() if row["received_non_boundary"]}
    return [
        replace(item, measures=_measures(item.measures, item.record in anywhere))
        for item in landed.once(counted_dossiers)
    ]


def _measures(of: dict[str, int], is_anywhere: bool) -> dict[str, int]:
    is_new, is_paused = not of["carried_in"], of["paused_in_time"] or of["paused_overdue"]
    is_closed, is_open = bool(of["resolved_total"]), bool(of["pending_total"])
    in_time = is_closed and not of["resolved_overdue"]
    noted = {
        "received_in_period": is_new,
        "received_online_not_full": of["received_online"] and not of["received_online_full"],
        "received_non_boundary": is_new and is_anywhere,
        "resolved_not_withdrawn": is_closed and not of["withdrawn"],
        "resolved_in_time_not_withdrawn": in_time and not of["withdrawn"],
        "resolved_overdue_apologised_at_all": of["resolved_overdue_apologised"]
        or of["resolved_overdue_apologised_late"],
        "paused_total": is_paused,
        "pending_not_paused": is_open and not is_paused,
        "pending_in_time_not_paused": of["pending_in_time"] and not is_paused,
        "pending_not_suspended": is_open and not of["suspended"],
        "pending_in_time_not_suspended": of["pending_in_time"] and not of["suspended"],
        "pending_overdue_apologised_at_all": of["pending_overdue_apologised"] or of["pending_overdue_apologised_late"],
        "paid_directly": of["paid"] and not of["paid_online"] and not of["paid_unreported"],
    }
    return of | {name: int(bool(counts)) for name, counts in noted.items()}
