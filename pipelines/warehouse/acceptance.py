"""What people have accepted: words about single deliveries, from the journal.

Here: which claims an act `accept` settles. Not here: writing the act (accept), what a claim is (claims).
Invariant: a word settles the claims it was given for and no later one; acts count by their place in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.office import journal
from pipelines.office.journal import Act
from pipelines.office.settings import Office
from pipelines.warehouse.claims import Claim, accepted
from pipelines.warehouse.register import Cut


@dataclass(frozen=True)
class Acceptances:
    """The acts `accept` known at a cut, by delivery and kind of claim."""

    acts: dict[tuple[str, str], list[Act]]

    @classmethod
    def of(cls, office: Office, cut: Cut | None = None) -> Acceptances:
        """Read the acts from the journal."""
        found: dict[tuple[str, str], list[Act]] = {}
        for act in journal.acts(office, "accept"):
            if cut is None or act.n <= cut.act_no:
                for claim in act.details["claims"]:
                    found.setdefault((claim["delivery_id"], claim["kind"]), []).append(act)
        return cls(found)

    def has(self, delivery_id: str, kind: str) -> bool:
        """Return whether any act is about a claim of one kind on a delivery."""
        return (delivery_id, kind) in self.acts

    def settle(self, claim: Claim) -> Claim:
        """Return the claim as it is after people's words: accepted where an act named it and all its records."""
        if not claim.can_be_accepted:
            return claim
        for act in self.acts.get((claim.delivery_id, claim.kind), ()):
            named = {record for item in act.details["claims"] if _is_of(item, claim) for record in item["records"]}
            if set(claim.records) <= named:
                return accepted(claim, f"{act.by}: {act.why}")
        return claim


def _is_of(item: dict, claim: Claim) -> bool:
    return (item["delivery_id"], item["kind"]) == (claim.delivery_id, claim.kind)
