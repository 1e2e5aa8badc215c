"""A proposal's arrival, its screening on the TPI scores, its withdrawal and the panel's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.evaluation import events, instrument_files
from services.evaluation.domain import proposal as proposals
from services.evaluation.domain.filing import check_filing
from services.evaluation.domain.known import UnitCard
from services.evaluation.domain.proposal import Decision, Proposal, Reason
from services.evaluation.domain.states import ProposalState
from services.evaluation.domain.verdict import screening_score, verdict_of
from services.evaluation.domain.worksheet import Layer, Worksheet, worksheet_key
from services.evaluation.handlers import concluding
from services.evaluation.handlers.learning import CARD
from services.evaluation.rooms import Rooms
from shared.contracts.received import Received
from shared.failures import Early, NotFound
from shared.storage import Aggregate, Cause, Event

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor


def receive_proposal(rooms: Rooms, event: Received) -> None:
    """Take a proposal in: return it, end it at the screening, or pass it on; one insert under its own id.

    Raises Early (unit or cycle not heard of yet), AlreadyExists (received before).
    """
    data = event.data
    rooms.known.unit(data["unit"])
    proposal = _arrived(rooms, event)
    filed = rooms.worksheets.find(worksheet_key(data["unit"], data["cycle"]))
    judged, said = _judged(rooms, proposal, filed.state if filed else None, event.cause)
    rooms.proposals.create(proposal.id, judged, said, event.cause)


def withdraw_proposal(rooms: Rooms, event: Received) -> None:
    """Take a proposal out; raises Early before its submission is heard, AlreadySettled after its end."""

    def decide(proposal: Proposal) -> tuple[Proposal, Sequence[Event]]:
        withdrawn = proposals.withdraw(proposal, at=event.cause.time)
        return withdrawn, [events.proposal_withdrawn(withdrawn)]

    key = event.data["proposal"]
    try:
        rooms.proposals.change(key, decide, event.cause)
    except NotFound as error:
        raise Early(
            (f"Usulan {key} belum diterima.", f"The proposal {key} has not been received yet."),
            remedy=("Penarikan menunggu usulannya.", "The withdrawal waits for its proposal."),
        ) from error


def decide_proposal(
    rooms: Rooms, actor: Actor, cause: Cause, *, proposal: str, approved: bool, reason: str, version: int | None = None
) -> Aggregate[Proposal]:
    """The panel concludes an aggregated proposal.

    Raises NotFound, GatesNotPassed, MoveNotOpen, AlreadySettled, StaleVersion.
    """
    decision = Decision(approved, reason, actor.id, "panel", cause.time)

    def decide(proposal: Proposal) -> tuple[Proposal, Sequence[Event]]:
        return concluding.at_the_panel(rooms, proposals.decide(proposal, decision), cause)

    return rooms.proposals.change(proposal, decide, cause, version=version)


def _arrived(rooms: Rooms, event: Received) -> Proposal:
    data = event.data
    instrument = instrument_files.load(rooms.known.cycle(data["cycle"]).instrument)
    return Proposal(
        id=data["proposal"],
        card=_card(data),
        cycle=data["cycle"],
        target=data["target"],
        instrument=instrument.id,
        instrument_hash=instrument.content_hash,
        worksheet_hash=data["worksheet_hash"],
        submitted_at=datetime.fromisoformat(data["submitted_at"]),
        changed_at=event.cause.time,
    )


def _judged(
    rooms: Rooms, proposal: Proposal, sheet: Worksheet | None, cause: Cause
) -> tuple[Proposal, Sequence[Event]]:
    """The proposal after its screening, and what is said about it."""
    instrument = instrument_files.load(proposal.instrument)
    filed = check_filing(sheet, instrument=instrument, target=proposal.target, named=proposal.worksheet_hash)
    if isinstance(filed, Reason):
        back = proposals.turn_back(proposal, filed, at=cause.time)
        return back, [events.proposal_returned(back, filed)]
    score = screening_score(instrument, filed.values_of(Layer.TPI))
    judged = proposals.screen(proposal, verdict_of(instrument, proposal.target, score), at=cause.time)
    if judged.state is ProposalState.CONCLUDED:
        return concluding.at_the_screening(rooms, judged, filed, cause)
    return judged, [events.proposal_screened(judged)]


def _card(data: Any) -> UnitCard:
    return UnitCard(**{name: data[name] for name in CARD})
