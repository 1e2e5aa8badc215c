"""Whether a journey lost or doubled anything, counted in what the services say themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shared.journey.judging import SETTLED
from shared.journey.reading import Card, Reading, read_back
from shared.journey.tour import Tour
from shared.journey.waiting import Look, NeverCame

DECREED = frozenset({"designated", "revoked"})
STANDING = {"designated": "active", "revoked": "revoked"}
"""What units calls a designation, and what the public list calls it."""
ANSWERING = {"qualified": DECREED | {"qualified"}}
"""What evaluation says of a proposal, and the states of units that agree; any other word is the same in both."""
RELEASED = frozenset({"withdrawn", "returned"})
UNDELIVERED = frozenset({"waiting_address", "queued", "sending", "failed"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The journey result of ``docs``: counts read back from the services.

    ``implied``: the proposals whose gates all hold and which were approved; as many must be published. ``findings``:
    each thing lost or doubled, in words.
    """

    proposals: int
    submitted: int
    assigned: int
    concluded: int
    designated: int
    published: int
    notified: int
    lost: int
    duplicated: int
    dead_lettered: int | None
    seconds: float
    log_verified: bool
    implied: int
    findings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What is printed last: the counts of the interface."""
        return {key: value for key, value in asdict(self).items() if key not in {"findings", "implied"}}

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled, dead-lettered, published otherwise than decided, or amiss in the log."""
        faultless = not (self.lost or self.duplicated or self.dead_lettered or self.findings)
        return faultless and self.published == self.designated == self.implied


def settled_reading(tour: Tour, mail_folder: Path | None) -> Reading:
    """Reads back until nothing is missing any more, or until patience ends: the last reading then speaks."""
    last: list[Reading] = []

    def look() -> Look[Reading]:
        last[:] = [read_back(tour, mail_folder)]
        missing = list(lost(tour, last[0]))
        return Look(not missing, last[0], f"{len(missing)} missing, such as: {'; '.join(missing[:3])}")

    try:
        tour.until("all messages to be sent", lambda: look_at_post(tour))
        return tour.until("nothing to be missing", look, seconds=tour.patience / 5)
    except NeverCame:
        return last[0] if last else read_back(tour, mail_folder)


def look_at_post(tour: Tour) -> Look[None]:
    """Whether no message waits to be sent."""
    counts = tour.company.admin.get("notifications", "/statistics")
    return Look(counts["queued"] == counts["waiting_address"] == 0, None, str(counts))


def outcome_of(
    tour: Tour,
    reading: Reading,
    *,
    dead_lettered: int | None,
    seconds: float,
    log_faults: Sequence[str] | None = None,
) -> Outcome:
    """The counts of a reading."""
    judged = reading.judged.values()
    missing, doubled = list(lost(tour, reading)), list(duplicated(tour, reading))
    return Outcome(
        proposals=len(tour.records),
        submitted=len(reading.filed),
        assigned=sum(bool(card["evaluators"]) for card in judged),
        concluded=sum(card["state"] == "concluded" for card in judged),
        designated=sum(card["state"] in DECREED for card in reading.filed.values()),
        published=len(reading.public),
        notified=len({(one["recipient"], one["event"]) for one in reading.messages if one["state"] == "sent"}),
        lost=len(missing),
        duplicated=len(doubled),
        dead_lettered=dead_lettered,
        seconds=round(seconds, 1),
        log_verified=log_faults is not None and not log_faults,
        implied=sum(is_qualified(card) for card in judged),
        findings=(*missing, *doubled, *(log_faults or ())),
    )


def is_qualified(card: Card) -> bool:
    """Whether the gates and the decision that evaluation shows mean a designation."""
    return card["outcome"] == "qualified" and all(gate["passed"] for gate in card["gates"])


def lost(tour: Tour, reading: Reading) -> Iterator[str]:
    """Everything that was accepted somewhere and has not arrived where it must, in words."""
    for proposal, card in reading.filed.items():
        yield from _unaccounted(proposal, card, reading)
    for proposal in reading.judged.keys() - reading.filed.keys():
        yield f"{proposal}: evaluation knows it, units does not"
    yield from _unpublished(reading)
    yield from _untold(tour, reading)


def _unaccounted(proposal: str, card: Card, reading: Reading) -> Iterator[str]:
    """A filing whose state in units is not what evaluation and the registry say of it."""
    judged = reading.judged.get(proposal)
    if judged is None:
        yield f"{proposal}: filed, but evaluation has not heard of it"
        return
    if judged["state"] not in SETTLED:
        yield f"{proposal}: accepted, and stands at {judged['state']} in evaluation"
        return
    said = judged["outcome"] if judged["state"] == "concluded" else judged["state"]
    if card["state"] not in ANSWERING.get(said, {said}):
        yield f"{proposal}: {said} in evaluation, {card['state']} in units"


def _unpublished(reading: Reading) -> Iterator[str]:
    """Qualified without draft or designation; a decree that the public does not see as it stands."""
    public = {card["proposal"]: card["status"] for card in reading.public}
    drafted = {card["proposal"] for card in reading.drafts}
    for proposal, card in reading.judged.items():
        if card.get("outcome") == "qualified" and proposal not in public and proposal not in drafted:
            yield f"{proposal}: qualified, but there is neither a draft nor a designation"
    for proposal, card in reading.filed.items():
        if card["state"] in DECREED and public.get(proposal) != STANDING[card["state"]]:
            yield f"{proposal}: {card['state']} in units, {public.get(proposal, 'absent')} in the public list"


def _untold(tour: Tour, reading: Reading) -> Iterator[str]:
    """Messages that stay behind, and persons who should have been told of a conclusion and were not."""
    for one in reading.messages:
        if one["state"] in UNDELIVERED:
            yield f"message {one['id']} to {one['recipient']} about {one['event_type']} is {one['state']}"
    sent = Counter(one["recipient"] for one in reading.messages if one["event_type"] == "evaluation.concluded")
    due: Counter[str] = Counter()
    for card in reading.judged.values():
        if card["state"] == "concluded":
            due.update(_concerned(tour, card))
    for account, count in due.items():
        if sent[account] < count:
            yield f"{account} should have been told of {count} conclusions and was told of {sent[account]}"


def _concerned(tour: Tour, card: Card) -> list[str]:
    """The accounts that hear of a conclusion: the unit, its institution, its TPI, the evaluators."""
    institution = card["institution"]
    return [
        tour.nation.account("unit_officer", unit=card["unit"]).id,
        tour.nation.account("institution_officer", institution=institution).id,
        tour.nation.account("tpi", institution=institution).id,
        *card["evaluators"],
    ]


def duplicated(tour: Tour, reading: Reading) -> Iterator[str]:
    """Everything that is there twice, or that is held for nobody, in words."""
    cycle = tour.company.admin.get("units", f"/cycles/{tour.cycles[1]}")
    for proposal, card in reading.judged.items():
        if len(card["evaluators"]) > cycle["evaluators_per_proposal"] or _repeats(card["evaluators"], str):
            yield f"{proposal} holds the evaluators {card['evaluators']}"
    yield from _held_for_nobody(tour, reading)
    for proposal in _repeats((*reading.public, *reading.drafts), lambda card: card["proposal"]):
        yield f"{proposal} has more than one draft or designation"
    for told in _repeats(reading.messages, lambda one: f"{one['recipient']} {one['event']}"):
        yield f"two messages for {told}"
    for mail in _repeats(reading.mails or (), lambda mail: f"{mail[0]} {mail[1]}"):
        yield f"two mails {mail}"


def _held_for_nobody(tour: Tour, reading: Reading) -> Iterator[str]:
    """Places of evaluators that no proposal of theirs accounts for."""
    for evaluator in reading.evaluators:
        for proposal in filter(tour.is_ours, evaluator["reservations"]):
            card = reading.judged.get(proposal, {"state": "unknown", "evaluators": ()})
            if card["state"] in RELEASED or evaluator["id"] not in card["evaluators"]:
                yield f"{evaluator['id']} holds a place for {proposal}, which is {card['state']} or not theirs"


def _repeats(items: Any, key: Callable[[Any], str]) -> list[str]:
    return [name for name, count in Counter(key(item) for item in items).items() if count > 1]
