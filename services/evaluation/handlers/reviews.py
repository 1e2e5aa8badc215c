"""The evaluators' scores and the survey: whichever comes last aggregates the proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.evaluation import access, events, instrument_files
from services.evaluation.domain import proposal as proposals
from services.evaluation.domain import review as reviews
from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.proposal import Proposal, Survey
from services.evaluation.domain.review import Review
from services.evaluation.domain.scoring import SurveyIndices, read_surveys
from services.evaluation.domain.verdict import final_score, verdict_of
from services.evaluation.errors import TooFewRespondents
from services.evaluation.handlers import places
from services.evaluation.rooms import Rooms
from services.evaluation.survey_rules import rule_on
from shared.contracts.received import Received
from shared.storage import Aggregate, Cause, Event

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor

Decided = tuple[Proposal, Sequence[Event]]


def open_reviews(rooms: Rooms, event: Received) -> None:
    """One open review for each evaluator; none for a proposal that was withdrawn meanwhile."""
    proposal = rooms.proposals.load(event.data["proposal"]).state
    for evaluator in event.data["evaluators"]:
        review = _opened(proposal, evaluator, event.cause.time)
        rooms.reviews.create(review.id, review, [], event.cause)
    # A withdrawal may have tidied up before the reviews were there: look again, now that they are.
    places.tidy(rooms, rooms.proposals.load(proposal.id).state, event.cause)


def submit_review(
    rooms: Rooms, actor: Actor, cause: Cause, *, review: str, answers: object, version: int | None = None
) -> Aggregate[Review]:
    """Close an open review with its answers, for good.

    Raises NotFound, NotYours, InvalidInput (every fault, /answers/<question>), ReviewNotOpen.
    """
    standing = rooms.reviews.load(review).state
    access.require_own_review(actor, standing)
    instrument = instrument_files.load(standing.instrument)
    read = read_answers(instrument, answers, questions=instrument.reviewed)

    def decide(state: Review) -> tuple[Review, Sequence[Event]]:
        submitted = reviews.submit(state, read, at=cause.time)
        return submitted, [events.review_submitted(submitted)]

    return rooms.reviews.change(review, decide, cause, version=version)


def take_scores(rooms: Rooms, event: Received) -> None:
    """Add an evaluator's scores to the proposal; raises AlreadyHeard, AlreadySettled, ReviewUnknown."""
    evaluator, answers = event.data["evaluator"], event.data["answers"]

    def decide(proposal: Proposal) -> Decided:
        return _aggregated(proposals.take_scores(proposal, evaluator, answers), event.cause.time)

    rooms.proposals.change(event.data["proposal"], decide, event.cause)


def record_survey(
    rooms: Rooms, actor: Actor, cause: Cause, *, proposal: str, survey: Mapping[str, Any], version: int | None = None
) -> Aggregate[Proposal]:
    """Keep the surveyed indices {ipak, ipkp, respondents, surveyor, fewer_respondents_reason}, once.

    Raises NotFound, InvalidInput (/ipak, /ipkp), TooFewRespondents, SurveyRecorded, MoveNotOpen, AlreadySettled.
    """
    standing = rooms.proposals.load(proposal).state
    indices = read_surveys(instrument_files.load(standing.instrument), survey["ipak"], survey["ipkp"])
    _check_respondents(survey, cause.time)
    recorded = Survey(
        **{**survey, "ipak": indices.ipak, "ipkp": indices.ipkp}, recorded_by=actor.id, recorded_at=cause.time
    )

    def decide(state: Proposal) -> Decided:
        return _aggregated(proposals.record_survey(state, recorded), cause.time)

    return rooms.proposals.change(proposal, decide, cause, version=version)


def _opened(proposal: Proposal, evaluator: str, at: datetime) -> Review:
    return Review(
        proposal=proposal.id,
        evaluator=evaluator,
        unit=proposal.card.unit,
        unit_name=proposal.card.unit_name,
        cycle=proposal.cycle,
        target=proposal.target,
        instrument=proposal.instrument,
        worksheet_hash=proposal.worksheet_hash,
        opened_at=at,
    )


def _aggregated(proposal: Proposal, at: datetime) -> Decided:
    """The final result, as soon as all scores and the survey are in."""
    if not proposal.complete or proposal.survey is None:
        return proposal, []
    instrument = instrument_files.load(proposal.instrument)
    layers = [proposal.reviews[evaluator] for evaluator in proposal.evaluators]
    score, _ = final_score(instrument, layers, SurveyIndices(proposal.survey.ipak, proposal.survey.ipkp))
    final = verdict_of(instrument, proposal.target, score)
    return proposals.aggregate(proposal, final, at=at), [events.scores_aggregated(proposal, final)]


def _check_respondents(survey: Mapping[str, Any], at: datetime) -> None:
    rule = rule_on(at.date())
    if survey["respondents"] >= rule.least_respondents or survey["fewer_respondents_reason"].strip():
        return
    least = rule.least_respondents
    messages = {
        "id": f"Paling sedikit {least} responden ({rule.article}).",
        "en": f"At least {least} respondents ({rule.article}).",
    }
    raise TooFewRespondents(
        (messages["id"], messages["en"]),
        remedy=(
            "Bila pengguna layanan memang kurang, tulis alasannya di `fewer_respondents_reason`.",
            "Where there are fewer users, state the reason in `fewer_respondents_reason`.",
        ),
        errors=[{"pointer": "/respondents", "code": "too_few_respondents", "messages": messages}],
    )
