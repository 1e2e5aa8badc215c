"""Evaluators and their placement: reserve on each evaluator's own document, then write the proposal.

Who reserves and crashes is found by `release_orphans`; how rounds keep slow and doubled runs apart is told in
`domain.evaluator`. Never more evaluators than the cycle says, never a load above the limit, in any interleaving.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.evaluation import events
from services.evaluation.domain import proposal as proposals
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.proposal import Proposal, Reason
from services.evaluation.domain.states import WAITING, ProposalState
from services.evaluation.errors import AlreadySettled, EvaluatorFull, MoveNotOpen, PlacementContended, PlacementMoved
from services.evaluation.handlers import places
from services.evaluation.rooms import Rooms
from services.evaluation.store import every_row
from shared.contracts.received import Received
from shared.failures import AlreadyHeard, Contended, Failure, ZonaError
from shared.storage import Aggregate, Cause, Event

ROUNDS = 8
"""Times a placement begins again before it waits for its next turn."""
SWEEP = "orphans"


def register_evaluator(rooms: Rooms, cause: Cause, evaluator: Evaluator) -> Aggregate[Evaluator]:
    """Make an account a national evaluator; raises AlreadyExists. The timer tries the waiting proposals again."""
    registered = rooms.evaluators.create(evaluator.id, evaluator, [], cause)
    rooms.roster.forget()
    return registered


def assign_evaluators(rooms: Rooms, event: Received) -> None:
    """Give a screened proposal its evaluators; only tidies up after one that has them. Raises PlacementContended."""
    place(rooms, event.data["proposal"], event.cause)


def retry_waiting(rooms: Rooms, cause: Cause) -> int:
    """Try the waiting proposals again; gives how many got their evaluators."""
    waiting = {"summary.state": ProposalState.AWAITING_EVALUATORS.value}
    keys = [row["proposal"] for row in every_row(rooms.proposals, waiting, "proposal")]
    return sum(_placed(rooms, key, cause) for key in keys)


def release_evaluators(rooms: Rooms, event: Received) -> None:
    """Give back the places of a withdrawn proposal and close its open reviews."""
    places.tidy(rooms, rooms.proposals.load(event.data["proposal"]).state, event.cause)


def release_orphans(rooms: Rooms, cause: Cause) -> int:
    """Give back reservations without their proposal, older than `rooms.orphan_age`; gives how many.

    Looks at every waiting proposal, and once at each other after its last change has become that old.
    """
    before = (cause.time - rooms.orphan_age).isoformat()
    waiting = {"summary.state": {"$in": [state.value for state in WAITING]}}
    settled = {"summary.changed_at": {"$gte": rooms.sweeps.swept_until(SWEEP), "$lt": before}}
    keys = {row["proposal"] for filter in (waiting, settled) for row in every_row(rooms.proposals, filter, "proposal")}
    released = sum(_release_orphans_of(rooms, key, cause) for key in sorted(keys))
    rooms.sweeps.advance(SWEEP, before)
    return released


def place(rooms: Rooms, key: str, cause: Cause) -> None:
    """Place one proposal, or let it wait with the reason; raises NotFound, PlacementContended."""
    for _ in range(ROUNDS):
        current = rooms.proposals.load(key)
        if not current.state.waits_for_evaluators:
            places.tidy(rooms, current.state, cause)
            return
        # An event that made the proposal wait may be delivered again: then the state decides, not what was heard.
        known = cause.event_id in current.heard
        try:
            _try_to_place(rooms, current.state, places.unheard(cause) if known else cause)
            return
        except (EvaluatorFull, PlacementMoved, MoveNotOpen, AlreadySettled, AlreadyHeard, Contended):
            # Somebody was faster (Contended: many were, on one evaluator).
            # Look again: what this run holds counts as held then, or is given back.
            rooms.roster.doubt()
            continue
    raise PlacementContended(
        (f"Penempatan {key} tertunda.", f"The placement of {key} has to wait its turn."),
        remedy=("Dicoba lagi dengan sendirinya.", "It is tried again by itself."),
    )


def _try_to_place(rooms: Rooms, proposal: Proposal, cause: Cause) -> None:
    found = places.look(rooms, proposal)
    if found.reason is not None:
        _let_wait(rooms, proposal, found.held, found.reason, cause)
        return
    for evaluator in found.evaluators:
        places.reserve(rooms, evaluator, proposal, found.cycle, cause)

    def decide(state: Proposal) -> tuple[Proposal, Sequence[Event]]:
        assigned = proposals.assign(state, found.evaluators, round=proposal.round, at=cause.time)
        return assigned, [events.evaluators_assigned(assigned)]

    assigned = rooms.proposals.change(proposal.id, decide, cause).state
    if set(found.held) - set(found.evaluators):
        places.tidy(rooms, assigned, cause)


def _let_wait(rooms: Rooms, proposal: Proposal, held: Sequence[str], reason: Reason, cause: Cause) -> None:
    """Wait with the reason: first the next round, and only then back with the places of this one."""
    if proposal.reason == reason and not held:
        return

    def decide(state: Proposal) -> tuple[Proposal, Sequence[Event]]:
        return proposals.await_evaluators(state, reason, round=proposal.round, at=cause.time), []

    rooms.proposals.change(proposal.id, decide, cause)
    _release_round(rooms, proposal, held, cause)


def _release_orphans_of(rooms: Rooms, key: str, cause: Cause) -> int:
    proposal = rooms.proposals.load(key).state
    if not proposal.waits_for_evaluators:
        return places.tidy(rooms, proposal, cause)
    old = [one.id for one in places.holding(rooms, key) if _is_old(one, key, rooms, cause)]
    if not old:
        return 0
    try:
        rooms.proposals.change(
            key, lambda state: (proposals.next_round(state, round=proposal.round), []), places.unheard(cause)
        )
    except (PlacementMoved, MoveNotOpen, AlreadySettled):
        return 0  # a placement went on meanwhile and looks after its places itself
    _release_round(rooms, proposal, old, cause)
    return len(old)


def _is_old(evaluator: Evaluator, proposal: str, rooms: Rooms, cause: Cause) -> bool:
    held = evaluator.reservation_of(proposal)
    return held is not None and held.at < cause.time - rooms.orphan_age


def _release_round(rooms: Rooms, proposal: Proposal, held: Sequence[str], cause: Cause) -> None:
    for evaluator in held:
        places.release(rooms, evaluator, proposal.id, cause, up_to_round=proposal.round)


def _placed(rooms: Rooms, key: str, cause: Cause) -> bool:
    try:
        place(rooms, key, cause)
    except ZonaError as error:
        if error.failure is Failure.TRANSIENT:
            raise
        return False  # contended: its next turn comes with the next tick
    return rooms.proposals.load(key).state.state is ProposalState.ASSIGNED
