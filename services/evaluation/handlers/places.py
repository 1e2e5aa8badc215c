"""Places on the evaluators' own documents: looking, reserving, giving back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from services.evaluation.domain import assignment
from services.evaluation.domain import evaluator as evaluators
from services.evaluation.domain.evaluator import Evaluator, Reservation
from services.evaluation.domain.known import Cycle
from services.evaluation.domain.placement import not_enough_evaluators
from services.evaluation.domain.proposal import Proposal, Reason
from services.evaluation.domain.review import cancel, review_key
from services.evaluation.domain.states import FREEING
from services.evaluation.rooms import Rooms
from services.evaluation.store import every_row
from shared.failures import NotFound
from shared.storage import Cause


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a look found: `held` places there already are, `evaluators` the full team, or `reason` why there is none."""

    cycle: Cycle
    held: tuple[str, ...]
    evaluators: tuple[str, ...]
    reason: Reason | None


def look(rooms: Rooms, proposal: Proposal) -> Found:
    """Who would evaluate `proposal` as things stand; changes nothing. Raises Early for an unheard-of cycle."""
    cycle = rooms.known.cycle(proposal.cycle)
    held = tuple(one.id for one in holding(rooms, proposal.id))
    kept = held[: cycle.evaluators_per_proposal]
    wanted = cycle.evaluators_per_proposal - len(kept)
    subject = _subject(rooms, proposal)
    chosen = _choose(rooms, subject, cycle, held, wanted)
    if chosen.missing:  # only fresh rows refuse: somebody may have been registered, or a place given back
        chosen = _choose(rooms, subject, cycle, held, wanted, fresh=True)
    if chosen.missing:
        excluded, there = chosen.exclusions.values(), len(rooms.roster.rows())
        return Found(cycle, held, (), not_enough_evaluators(chosen.missing, excluded, there))
    rooms.roster.expect(chosen.chosen, cycle.cycle)
    return Found(cycle, held, tuple(sorted((*kept, *chosen.chosen))), None)


def _choose(
    rooms: Rooms,
    subject: assignment.Proposal,
    cycle: Cycle,
    held: Collection[str],
    count: int,
    *,
    fresh: bool = False,
) -> assignment.Assignment:
    rows = [row for row in rooms.roster.rows(fresh=fresh) if row["id"] not in held]
    candidates = [_candidate(row, cycle.cycle) for row in rows]
    return assignment.choose_evaluators(subject, candidates, count=count, max_load=cycle.max_load)


def holding(rooms: Rooms, proposal: str) -> list[Evaluator]:
    """The evaluators who hold a place for a proposal, by id."""
    return [found.state for found in rooms.evaluators.select({"state.reservations.proposal": proposal})]


def reserve(rooms: Rooms, evaluator: str, proposal: Proposal, cycle: Cycle, cause: Cause) -> None:
    """Hold a place in this round; raises EvaluatorFull."""
    wanted = Reservation(proposal.id, cycle.cycle, proposal.round, cause.time)
    reserved = rooms.evaluators.change(
        evaluator,
        lambda state: (evaluators.reserve(state, wanted, max_load=cycle.max_load), []),
        unheard(cause),
    )
    rooms.roster.keep(reserved.state)


def release(rooms: Rooms, evaluator: str, proposal: str, cause: Cause, *, up_to_round: int | None = None) -> None:
    """Give a place back, unless a newer round holds it."""
    released = rooms.evaluators.change(
        evaluator, lambda state: (evaluators.release(state, proposal, up_to_round=up_to_round), []), unheard(cause)
    )
    rooms.roster.keep(released.state)


def tidy(rooms: Rooms, proposal: Proposal, cause: Cause) -> int:
    """Give back what a proposal that no longer waits does not account for; gives how many places.

    Safe at any time: such a proposal never waits again. A withdrawn one accounts for nothing, and its open reviews
    are closed.
    """
    gone = proposal.state in FREEING
    spare = [one.id for one in holding(rooms, proposal.id) if gone or one.id not in proposal.evaluators]
    for evaluator in spare:
        release(rooms, evaluator, proposal.id, cause)
    if gone:
        _cancel_reviews(rooms, proposal, cause)
    return len(spare)


def unheard(cause: Cause) -> Cause:
    """The cause without its ids: the places' own state makes repetition harmless, so nothing is noted as heard."""
    return replace(cause, event_id=None, command_id=None)


def _cancel_reviews(rooms: Rooms, proposal: Proposal, cause: Cause) -> None:
    for evaluator in proposal.evaluators:
        try:
            rooms.reviews.change(
                review_key(proposal.id, evaluator), lambda review: (cancel(review), []), unheard(cause)
            )
        except NotFound:
            # Not opened yet: `open_reviews` looks at the proposal again after it has opened them.
            continue


def _subject(rooms: Rooms, proposal: Proposal) -> assignment.Proposal:
    return assignment.Proposal(
        proposal.id,
        proposal.card.institution,
        proposal.card.province,
        proposal.card.field,
        previous_evaluators=_evaluators_before(rooms, proposal),
    )


def _evaluators_before(rooms: Rooms, proposal: Proposal) -> frozenset[str]:
    """Who scored the unit in the cycle before."""
    before = rooms.known.cycle_before(proposal.cycle)
    filter = {"summary.unit": proposal.card.unit, "summary.cycle": before}
    rows = every_row(rooms.proposals, filter, "proposal") if before else ()
    return frozenset(evaluator for row in rows for evaluator in row["evaluators"])


def _candidate(row: dict[str, Any], cycle: str) -> assignment.Evaluator:
    return assignment.Evaluator(
        row["id"],
        row["institution"],
        load=row["loads"].get(cycle, 0),
        max_load=row["max_load"],
        province=row["province"],
        expertise=frozenset(row["expertise"]),
        conflicts=frozenset(row["conflicts"]),
    )
