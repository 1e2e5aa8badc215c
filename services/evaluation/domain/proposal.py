"""A proposal from its arrival to its conclusion: a function for each move of the table in `states`.

Scores and survey may come in any order and any number of times; whichever completes the proposal aggregates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from fractions import Fraction

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.known import UnitCard
from services.evaluation.domain.states import FINAL, MOVES, SURVEYED_IN, WAITING, ProposalState
from services.evaluation.domain.verdict import Verdict
from services.evaluation.errors import (
    AlreadySettled,
    GatesNotPassed,
    MoveNotOpen,
    PlacementMoved,
    ReviewUnknown,
    SurveyRecorded,
)
from shared.failures import Said


class Outcome(Enum):
    """How a proposal ends."""

    QUALIFIED = "qualified"
    FAILED = "failed"


class Stage(Enum):
    """Where it ended."""

    SCREENING = "screening"
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a proposal was returned or waits: a stable code and a sentence in both languages."""

    code: str
    said: Said


@dataclass(frozen=True, slots=True)
class Survey:
    """The two perception indices (0 to 4), the number of respondents and who held the survey."""

    ipak: Fraction
    ipkp: Fraction
    respondents: int
    surveyor: str
    recorded_by: str
    recorded_at: datetime
    fewer_respondents_reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The panel's word."""

    approved: bool
    reason: str
    decided_by: str
    decided_by_role: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """`round` numbers the placements tried (see `evaluator`); `reviews` are answers by evaluator.

    `bundle_sha256`: SHA-256 of the public bundle of its conclusion; None before it, and for those of old times.
    """

    id: str
    card: UnitCard
    cycle: str
    target: str
    instrument: str
    instrument_hash: str
    worksheet_hash: str
    submitted_at: datetime
    changed_at: datetime
    state: ProposalState = ProposalState.RECEIVED
    reason: Reason | None = None
    screening: Verdict | None = None
    round: int = 1
    evaluators: tuple[str, ...] = ()
    reviews: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    survey: Survey | None = None
    final: Verdict | None = None
    decision: Decision | None = None
    outcome: Outcome | None = None
    stage: Stage | None = None
    bundle_sha256: str | None = None

    @property
    def waits_for_evaluators(self) -> bool:
        """No evaluators yet, and wanted."""
        return self.state in WAITING

    @property
    def complete(self) -> bool:
        """Every evaluator's scores and the survey are in, and not yet aggregated."""
        return (
            self.state is ProposalState.ASSIGNED
            and self.survey is not None
            and all(evaluator in self.reviews for evaluator in self.evaluators)
        )

    @property
    def verdict(self) -> Verdict | None:
        """The result that counts: the final one, else that of the screening."""
        return self.final or self.screening


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A proposal's end with all that explains it."""

    verdict: Verdict
    outcome: Outcome
    stage: Stage


def conclusion_of(proposal: Proposal) -> Conclusion:
    """How a concluded proposal ended; raises MoveNotOpen, AlreadySettled for any other."""
    if proposal.verdict is None or proposal.outcome is None or proposal.stage is None:
        raise _refusal(proposal, "tell_conclusion")
    return Conclusion(proposal.verdict, proposal.outcome, proposal.stage)


def turn_back(proposal: Proposal, reason: Reason, *, at: datetime) -> Proposal:
    """The filing does not hold: give the proposal back with the reason."""
    return replace(_moved(proposal, "return", at), reason=reason)


def screen(proposal: Proposal, verdict: Verdict, *, at: datetime) -> Proposal:
    """Pass on to the evaluators, or end here with the explained gates."""
    if verdict.passed:
        return replace(_moved(proposal, "pass_screening", at), screening=verdict)
    ended = _moved(proposal, "fail_screening", at)
    return replace(ended, screening=verdict, outcome=Outcome.FAILED, stage=Stage.SCREENING)


def await_evaluators(proposal: Proposal, reason: Reason, *, round: int, at: datetime) -> Proposal:
    """Wait with the reason and begin the next round, so that places of older rounds can be given back.

    Raises PlacementMoved when another run did so meanwhile, AlreadySettled, MoveNotOpen.
    """
    _check_round(proposal, round)
    return replace(_moved(proposal, "await_evaluators", at), reason=reason, round=round + 1)


def next_round(proposal: Proposal, *, round: int) -> Proposal:
    """Make places of this round and older ones free to be given back; raises PlacementMoved, MoveNotOpen."""
    _check_round(proposal, round)
    _check_open(proposal, "await_evaluators")
    return replace(proposal, round=round + 1)


def assign(proposal: Proposal, evaluators: tuple[str, ...], *, round: int, at: datetime) -> Proposal:
    """Write the evaluators whose places are held in this round.

    Raises PlacementMoved when the places were given back meanwhile, AlreadySettled, MoveNotOpen.
    """
    _check_round(proposal, round)
    return replace(_moved(proposal, "assign", at), evaluators=evaluators, reason=None)


def take_scores(proposal: Proposal, evaluator: str, answers: Mapping[str, Answer]) -> Proposal:
    """Add an evaluator's answers; raises ReviewUnknown, AlreadySettled, MoveNotOpen."""
    _check_open(proposal, "aggregate")
    if evaluator not in proposal.evaluators:
        raise ReviewUnknown(
            (f"{evaluator} tidak menilai {proposal.id}.", f"{evaluator} does not review {proposal.id}."),
            remedy=("Periksa penempatannya.", "Check the assignment."),
        )
    return replace(proposal, reviews={**proposal.reviews, evaluator: dict(answers)})


def record_survey(proposal: Proposal, survey: Survey) -> Proposal:
    """Keep the surveyed indices, once; raises SurveyRecorded, AlreadySettled, MoveNotOpen."""
    if proposal.survey is not None:
        raise SurveyRecorded(
            (f"Survei {proposal.id} sudah dicatat.", f"The survey of {proposal.id} is recorded already."),
            remedy=("Hasil survei tidak diubah lagi.", "A recorded survey does not change any more."),
        )
    if proposal.state not in SURVEYED_IN:
        raise _refusal(proposal, "record_survey")
    return replace(proposal, survey=survey)


def aggregate(proposal: Proposal, final: Verdict, *, at: datetime) -> Proposal:
    """Fix the final result of a complete proposal; raises MoveNotOpen, AlreadySettled."""
    return replace(_moved(proposal, "aggregate", at), final=final)


def decide(proposal: Proposal, decision: Decision) -> Proposal:
    """The panel concludes; approval needs every gate. Raises GatesNotPassed, AlreadySettled, MoveNotOpen."""
    ended = _moved(proposal, "decide", decision.decided_at)
    if decision.approved and (ended.final is None or not ended.final.passed):
        raise _gates_not_passed(ended)
    outcome = Outcome.QUALIFIED if decision.approved else Outcome.FAILED
    return replace(ended, decision=decision, outcome=outcome, stage=Stage.PANEL)


def withdraw(proposal: Proposal, *, at: datetime) -> Proposal:
    """Take the proposal out of the cycle; raises AlreadySettled when it has come to its end before."""
    return _moved(proposal, "withdraw", at)


def _moved(proposal: Proposal, name: str, at: datetime) -> Proposal:
    _check_open(proposal, name)
    return replace(proposal, state=MOVES[name].target, changed_at=at)


def _check_open(proposal: Proposal, name: str) -> None:
    if proposal.state not in MOVES[name].sources:
        raise _refusal(proposal, name)


def _refusal(proposal: Proposal, name: str) -> AlreadySettled | MoveNotOpen:
    state = proposal.state.value
    return (AlreadySettled if proposal.state in FINAL else MoveNotOpen)(
        (f"Usulan {proposal.id} berstatus {state}.", f"Proposal {proposal.id} is {state}."),
        remedy=("Lihat statusnya sebelum mengulang.", "Look at its state before you try again."),
        state=state,
        move=name,
    )


def _check_round(proposal: Proposal, round: int) -> None:
    if proposal.waits_for_evaluators and proposal.round != round:
        raise PlacementMoved(
            (f"Penempatan {proposal.id} sudah diulang.", f"The placement of {proposal.id} began again meanwhile."),
            remedy=("Ulangi penempatan.", "Place again."),
        )


def _gates_not_passed(proposal: Proposal) -> GatesNotPassed:
    failed = [gate.gate for gate in proposal.final.gates if not gate.passed] if proposal.final else []
    return GatesNotPassed(
        (f"Syarat yang tidak terpenuhi: {', '.join(failed)}.", f"Gates not passed: {', '.join(failed)}."),
        remedy=("Usulan ini hanya dapat ditolak.", "This proposal can only be rejected."),
        gates=failed,
    )
