"""Which delivered files count, wholly or in part: the register, what was read, and what the files say of themselves.

Here: refusals and doubts of claims laid over the readings, chains of replacements. Not here: each verdict (claims),
reading (typed).
Invariant: a file that is refused or waits takes nothing out; a record leaves with its file only when the replacement
has it or somebody accepted that it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipelines.office import journal
from pipelines.office.settings import Office
from pipelines.warehouse.acceptance import Acceptances
from pipelines.warehouse.claims import Claim, Claims
from pipelines.warehouse.issued_claims import of_left_out
from pipelines.warehouse.own_claims import OwnClaims
from pipelines.warehouse.register import DELIVERY_ACTS, Cut, Delivery
from pipelines.warehouse.said import Said
from pipelines.warehouse.typed import TypedDelivery, type_deliveries
from pipelines.warehouse.version_files import beside_each_other


def standing(
    office: Office,
    deliveries: list[Delivery],
    say: Callable[[str], None] = lambda _: None,
    cut: Cut | None = None,
) -> list[TypedDelivery]:
    """Return every delivery that is not withdrawn and not wholly replaced, read and judged, in the order received.

    A replacement that is refused takes nothing out: the file it was to replace counts until a good one comes. One that
    lacks records leaves those of the file before it counting (`remaining`) until they are accepted as gone.

    Args:
        office: the office.
        deliveries: the register, or those of one stream or period of it.
        say: called with a line of progress before files are read.
        cut: up to which act people's words are known; all of them without one.
    """
    known = judged(office, deliveries, say, cut)
    judge = _Judge(office, cut)
    found = {item.delivery.delivery_id: item for item in judge.chains(known)}
    judge.said.save()
    standing_now = [found[item.delivery_id] for item in deliveries if item.delivery_id in found]
    return beside_each_other(judge.claims, judge.words, standing_now)


def judged(
    office: Office,
    deliveries: list[Delivery],
    say: Callable[[str], None] = lambda _: None,
    cut: Cut | None = None,
) -> list[TypedDelivery]:
    """Return every delivery that is not withdrawn, those replaced too, read and held against what it says of itself.

    Arguments are those of `standing`.
    """
    sent = tuple(item for item in deliveries if not item.withdrawn)
    acts = journal.acts(office, *DELIVERY_ACTS)
    key = (office.data, office.reference_hash, office.corrections, sent, cut, acts[-1].sha256 if acts else "")
    before = _known[0] if _known else None
    if before is None or before[0] != key or not all(item.folder.is_dir() for item in before[1]):
        judge = _Judge(office, cut)
        found = judge.all(type_deliveries(office, sent, say))
        judge.said.save()
        _known.clear()  # one at a time: the steps of a run ask for the same deliveries again and again
        _known.append((key, found))
    return list(_known[0][1])


# What was judged last in this process, under everything it depends on.
_known: list[tuple[tuple[object, ...], list[TypedDelivery]]] = []


class _Judge:
    """One pass over deliveries in the order received."""

    def __init__(self, office: Office, cut: Cut | None) -> None:
        self.office, self.cut = office, cut
        self.claims, self.said, self.words = Claims(office), Said.of(office), Acceptances.of(office, cut)

    def all(self, typed: list[TypedDelivery]) -> list[TypedDelivery]:
        """Lay over each reading what its file says of itself."""
        own = OwnClaims(self.office, self.claims, self.said, self.words, self.cut)
        return [_with(item, claims) for item, claims in zip(typed, own.of(typed), strict=True)]

    def chains(self, judged: list[TypedDelivery]) -> Iterator[TypedDelivery]:
        """Yield what counts of every chain of replacements, and the refused files since the last good one."""
        before = {item.delivery.replaced_by: item.delivery.delivery_id for item in judged if item.delivery.replaced_by}
        chains: dict[str, list[TypedDelivery]] = {}
        for item in judged:
            name = item.delivery.delivery_id
            chain = chains.pop(before.get(name, ""), [])
            chain.append(item)
            chains[name] = chain
        for chain in chains.values():
            yield from self._of_chain([_unreplaced(item) for item in chain])

    def _of_chain(self, chain: list[TypedDelivery]) -> list[TypedDelivery]:
        """Return what counts once each file came to replace those before it: all of them while it is refused."""
        good = [at for at, item in enumerate(chain) if item.verdict["status"] == "accepted"]
        if not good:
            return chain
        newest, kept = chain[good[-1]], []
        for old, records in self._left([chain[at] for at in good]):
            claim = self._of_lacking(newest, old, tuple(sorted(records)))
            newest = replace(newest, claims=(*newest.claims, claim))
            if not claim.accepted:
                kept.append(_rest_of(old, newest, records))
        return [*kept, newest, *chain[good[-1] + 1 :]]

    def _left(self, good: list[TypedDelivery]) -> list[tuple[TypedDelivery, frozenset[str]]]:
        """Return the files of a chain that have records the newest lacks, with those; without what a word took out."""
        if len(good) == 1:
            return []
        if any(map(self._has_words, good)):
            return self._left_anew(good)
        folders = [item.folder for item in good]
        known = self.said.of_chain(folders)
        if known is None:
            places = {item.delivery.delivery_id: at for at, item in enumerate(good)}
            found = self._left_anew(good)
            self.said.keep_chain(folders, [(places[item.delivery.delivery_id], records) for item, records in found])
            return found
        return [(good[at], records) for at, records in known]

    def _left_anew(self, good: list[TypedDelivery]) -> list[tuple[TypedDelivery, frozenset[str]]]:
        stream, records = str(good[0].delivery.stream), self.said.records
        older: list[tuple[TypedDelivery, frozenset[str] | None]] = []
        left: list[tuple[TypedDelivery, frozenset[str]]] = []
        for new in good:
            asked = [(old, records.lacking(stream, new.folder, old.folder, of)) for old, of in older]
            left = [(old, lacking) for old, lacking in asked if lacking]
            may_be_gone = self._has_words(new)
            older = [item for item in left if not (may_be_gone and self._is_gone(new, *item))] + [(new, None)]
        return left

    def _has_words(self, new: TypedDelivery) -> bool:
        """Return whether somebody may have said that what a file lacks is gone: a person, or the office it is of."""
        return bool(new.verdict.get("issued")) or self.words.has(new.delivery.delivery_id, "records_gone")

    def _is_gone(self, new: TypedDelivery, old: TypedDelivery, records: frozenset[str]) -> bool:
        return bool(self._of_lacking(new, old, tuple(sorted(records))).accepted)

    def _of_lacking(self, new: TypedDelivery, old: TypedDelivery, records: tuple[str, ...]) -> Claim:
        """Return what is said of records a replacement lacks; a version its office issued is whole, by its seal."""
        if version := new.verdict.get("issued"):
            return of_left_out(self.claims, new.delivery, version, records)
        return self.words.settle(self.claims.of_missing(new.delivery, old.delivery, records))


def _unreplaced(item: TypedDelivery) -> TypedDelivery:
    if item.delivery.replaced_by is None:
        return item
    return replace(item, delivery=replace(item.delivery, replaced_by=None))


def _rest_of(item: TypedDelivery, new: TypedDelivery, left: frozenset[str]) -> TypedDelivery:
    """Return a replaced file of which only some records still count; what it claimed is its replacement's to say."""
    delivery = replace(item.delivery, replaced_by=new.delivery.delivery_id)
    return replace(item, delivery=delivery, remaining=left, claims=())


def _with(item: TypedDelivery, claims: list[Claim]) -> TypedDelivery:
    """Return the reading with its claims; a file that is another's, or waits, is not counted and says why."""
    if not claims:
        return item
    barred = next((claim for claim in claims if claim.effect in ("refuses", "waits") and not claim.accepted), None)
    verdict = item.verdict
    if barred:
        verdict = {**verdict, "status": "refused", "refused_reason": barred.reason, "refused_mend": barred.mend}
    return replace(item, verdict=verdict, claims=tuple(claims))
