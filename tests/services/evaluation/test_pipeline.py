"""From the arrival of a proposal to its conclusion, in any order and any number of deliveries, on a real database."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial

import pytest

from services.evaluation import handlers, proposal_queries, queries
from services.evaluation.domain.review import ReviewState
from services.evaluation.errors import (
    AlreadySettled,
    GatesNotPassed,
    MoveNotOpen,
    NotYours,
    ReviewNotOpen,
    SurveyRecorded,
    TooFewRespondents,
)
from services.evaluation.rooms import Rooms
from shared.failures import AlreadyHeard, Early, Failure, InvalidInput
from tests.services.evaluation.samples import (
    ADMIN,
    PANEL,
    PROPOSAL,
    SURVEY,
    SURVEYOR,
    Told,
    aggregated,
    answers_at,
    assigned,
    card,
    cause,
    cycle,
    know,
    outbox,
    person,
    received,
    reviewed,
    said,
    said_by_review,
    sealed,
    submission,
    submit,
    told,
)

WITHDRAWAL = {"proposal": PROPOSAL, "unit": "u", "institution": "i", "cycle": "2026", "reason": "x"}


def submitted(worksheet_hash: str = "0" * 64, **changes: str) -> Told:
    return told("units.proposal_submitted", {**submission(worksheet_hash), **changes})


def withdrawal() -> Told:
    return told("units.proposal_withdrawal_requested", WITHDRAWAL)


def state_of(rooms: Rooms) -> str:
    return rooms.proposals.load(PROPOSAL).state.state.value


def types_said(rooms: Rooms) -> list[str]:
    return [one["type"].partition(".")[2] for one in outbox(rooms, PROPOSAL)]


def test_a_submission_waits_for_its_unit_and_cycle(rooms: Rooms) -> None:
    with pytest.raises(Early):
        handlers.receive_proposal(rooms, submitted())
    handlers.learn_unit(rooms, told("units.unit_registered", card()))
    with pytest.raises(Early):
        handlers.receive_proposal(rooms, submitted())
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle()))
    handlers.receive_proposal(rooms, submitted())
    assert state_of(rooms) == "returned"


def test_a_proposal_without_a_sealed_worksheet_is_returned_with_the_reason(rooms: Rooms) -> None:
    know(rooms)
    handlers.receive_proposal(rooms, submitted())
    reason = said(rooms, PROPOSAL, "evaluation.proposal_returned").data["reason"]
    assert reason["code"] == "worksheet_not_sealed"
    assert all(reason[language] for language in ("id", "en"))


def test_a_proposal_with_another_hash_is_returned_with_the_reason(rooms: Rooms) -> None:
    know(rooms)
    sealed(rooms)
    handlers.receive_proposal(rooms, submitted("f" * 64))
    assert said(rooms, PROPOSAL, "evaluation.proposal_returned").data["reason"]["code"] == "worksheet_hash_differs"


def test_a_proposal_whose_worksheet_is_on_another_instrument_is_returned(rooms: Rooms) -> None:
    know(rooms)
    receipt = sealed(rooms)
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle(instrument="lke-2014"), sequence=2))
    handlers.receive_proposal(rooms, submitted(receipt))
    assert said(rooms, PROPOSAL, "evaluation.proposal_returned").data["reason"]["code"] == "instrument_differs"


def test_a_failed_screening_concludes_with_the_explained_gates(rooms: Rooms) -> None:
    know(rooms)
    received(rooms, level=Fraction(1, 3))
    assert types_said(rooms) == ["concluded"]
    data = said(rooms, PROPOSAL, "evaluation.concluded").data
    assert (data["outcome"], data["stage"], data["predicate"], data["decision"]) == ("failed", "screening", None, None)
    assert any(not gate["passed"] for gate in data["gates"])
    assert all(gate["article"] for gate in data["gates"])


def test_a_passed_screening_goes_on(rooms: Rooms) -> None:
    know(rooms)
    received(rooms)
    assert types_said(rooms) == ["proposal_screened"]
    assert rooms.proposals.load(PROPOSAL).state.screening is not None


def test_a_submission_delivered_twice_has_one_effect(rooms: Rooms) -> None:
    know(rooms)
    event = submitted(sealed(rooms))
    for _ in range(3):
        handlers.receive_proposal(rooms, event)
    assert types_said(rooms) == ["proposal_screened"]
    assert rooms.proposals.load(PROPOSAL).version == 1


def test_a_withdrawal_waits_for_its_submission(rooms: Rooms) -> None:
    know(rooms)
    with pytest.raises(Early):
        handlers.withdraw_proposal(rooms, withdrawal())
    received(rooms)
    handlers.withdraw_proposal(rooms, withdrawal())
    assert state_of(rooms) == "withdrawn"
    assert types_said(rooms) == ["proposal_screened", "proposal_withdrawn"]


def test_a_withdrawal_after_the_conclusion_changes_nothing(rooms: Rooms) -> None:
    know(rooms)
    received(rooms, level=Fraction(1, 3))
    with pytest.raises(AlreadySettled) as refusal:
        handlers.withdraw_proposal(rooms, withdrawal())
    assert refusal.value.failure is Failure.ALREADY_DONE
    assert state_of(rooms) == "concluded"


def test_a_withdrawal_closes_the_open_reviews_and_frees_the_evaluators(rooms: Rooms) -> None:
    assigned(rooms)
    handlers.withdraw_proposal(rooms, withdrawal())
    for _ in range(2):
        handlers.release_evaluators(rooms, said(rooms, PROPOSAL, "evaluation.proposal_withdrawn"))
    assert {review.state.state for review in rooms.reviews.select({})} == {ReviewState.CANCELLED}
    assert all(not one["reservations"] for one in queries.evaluators(rooms, after=None, limit=50))


def test_reviews_that_open_after_a_withdrawal_are_closed_again(rooms: Rooms) -> None:
    know(rooms)
    assigned(rooms)
    opening = said(rooms, PROPOSAL, "evaluation.evaluators_assigned")
    rooms.reviews.collection.delete_many({})
    handlers.withdraw_proposal(rooms, withdrawal())
    handlers.release_evaluators(rooms, said(rooms, PROPOSAL, "evaluation.proposal_withdrawn"))
    handlers.open_reviews(rooms, opening)
    assert {review.state.state for review in rooms.reviews.select({})} == {ReviewState.CANCELLED}


def test_scores_that_arrive_after_a_withdrawal_are_benign(rooms: Rooms) -> None:
    assigned(rooms)
    account = rooms.proposals.load(PROPOSAL).state.evaluators[0]
    submit(rooms, PROPOSAL, account, answers_at(Fraction(1)))
    handlers.withdraw_proposal(rooms, withdrawal())
    with pytest.raises(AlreadySettled):
        handlers.take_scores(rooms, said_by_review(rooms, PROPOSAL, account))


@pytest.mark.parametrize("order", list(itertools.permutations(["survey", 0, 1, 2])), ids=str)
def test_scores_and_survey_aggregate_in_any_order_with_every_event_twice(
    rooms: Rooms, order: tuple[object, ...]
) -> None:
    assigned(rooms)
    team = rooms.proposals.load(PROPOSAL).state.evaluators
    levels = (Fraction(1), Fraction(3, 4), Fraction(1))
    for part in order:
        assert state_of(rooms) == "assigned"
        if isinstance(part, int):
            submit(rooms, PROPOSAL, team[part], answers_at(levels[part]))
            event = said_by_review(rooms, PROPOSAL, team[part])
            handlers.take_scores(rooms, event)
            with pytest.raises(AlreadyHeard):
                handlers.take_scores(rooms, event)
        else:
            for _ in range(2):
                handlers.record_survey(rooms, SURVEYOR, cause(command="s"), proposal=PROPOSAL, survey=SURVEY)
    assert state_of(rooms) == "aggregated"
    assert types_said(rooms).count("scores_aggregated") == 1


def test_scores_and_survey_at_the_same_moment_aggregate_once(rooms: Rooms) -> None:
    assigned(rooms)
    team = rooms.proposals.load(PROPOSAL).state.evaluators
    for account in team:
        submit(rooms, PROPOSAL, account, answers_at(Fraction(1)))
    events = [said_by_review(rooms, PROPOSAL, account) for account in team]
    works = [partial(handlers.take_scores, rooms, event) for event in events]
    works += [partial(handlers.record_survey, rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey=SURVEY)]
    with ThreadPoolExecutor(4) as people:
        list(people.map(lambda work: work(), works))
    assert types_said(rooms).count("scores_aggregated") == 1
    assert state_of(rooms) == "aggregated"


def test_the_aggregate_is_exact_and_the_event_rounds_only_for_persons(rooms: Rooms) -> None:
    assigned(rooms)
    team = rooms.proposals.load(PROPOSAL).state.evaluators
    for account, level in zip(team, (Fraction(1), Fraction(1), Fraction(0)), strict=True):
        submit(rooms, PROPOSAL, account, answers_at(level))
        handlers.take_scores(rooms, said_by_review(rooms, PROPOSAL, account))
    handlers.record_survey(rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey=SURVEY)
    final = rooms.proposals.load(PROPOSAL).state.final
    assert final is not None
    # zero at the lowest level still gives points where a zero denominator counts in full
    assert final.total == final.pengungkit + final.hasil
    assert final.hasil == Fraction("3.9") / 4 * Fraction("17.5") + 5 * Fraction(2, 3) + Fraction("3.8") / 4 * Fraction(
        "17.5"
    )
    handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=False, reason="belum")
    data = said(rooms, PROPOSAL, "evaluation.concluded").data
    assert Fraction(data["exact"]["total"]) == final.total
    assert len(data["total"].partition(".")[2]) == 6


def test_the_panel_approves_what_passes_every_gate(rooms: Rooms) -> None:
    aggregated(rooms)
    handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=True, reason="Terpenuhi")
    data = said(rooms, PROPOSAL, "evaluation.concluded").data
    assert (data["outcome"], data["stage"], data["predicate"]) == ("qualified", "panel", "WBK")
    assert data["decision"]["decided_by_role"] == "panel"
    assert data["evaluators"] == sorted(data["evaluators"])
    assert len(data["evaluators"]) == 3


def test_the_panel_cannot_approve_against_a_gate_and_nothing_changes(rooms: Rooms) -> None:
    aggregated(rooms, level=Fraction(1, 3))
    with pytest.raises(GatesNotPassed):
        handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=True, reason="Coba")
    assert state_of(rooms) == "aggregated"
    handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=False, reason="Belum")
    assert said(rooms, PROPOSAL, "evaluation.concluded").data["outcome"] == "failed"


def test_the_panel_waits_for_the_scores(rooms: Rooms) -> None:
    assigned(rooms)
    with pytest.raises(MoveNotOpen):
        handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=True, reason="Coba")


def test_a_decision_is_taken_once(rooms: Rooms) -> None:
    aggregated(rooms)
    for _ in range(2):
        handlers.decide_proposal(rooms, PANEL, cause(command="d"), proposal=PROPOSAL, approved=True, reason="Baik")
    with pytest.raises(AlreadySettled):
        handlers.decide_proposal(rooms, PANEL, cause(command="e"), proposal=PROPOSAL, approved=False, reason="Tidak")
    assert types_said(rooms).count("concluded") == 1


def test_a_review_is_submitted_by_its_own_evaluator_and_once(rooms: Rooms) -> None:
    assigned(rooms)
    account = rooms.proposals.load(PROPOSAL).state.evaluators[0]
    review, answers = f"{PROPOSAL}:{account}", reviewed(answers_at(Fraction(1)))
    with pytest.raises(NotYours):
        handlers.submit_review(rooms, person("evaluator.9"), cause(), review=review, answers=answers)
    handlers.submit_review(rooms, person(account), cause(), review=review, answers=answers)
    with pytest.raises(ReviewNotOpen):
        handlers.submit_review(rooms, person(account), cause(), review=review, answers=answers)


def test_an_evaluator_does_not_answer_the_surveys_questions(rooms: Rooms) -> None:
    assigned(rooms)
    account = rooms.proposals.load(PROPOSAL).state.evaluators[0]
    with pytest.raises(InvalidInput) as refusal:
        handlers.submit_review(
            rooms, person(account), cause(), review=f"{PROPOSAL}:{account}", answers={"B.I.a": "4.00", "x": "A"}
        )
    assert [one["pointer"] for one in refusal.value.errors] == ["/answers/B.I.a", "/answers/x"]


def test_few_respondents_need_a_recorded_reason(rooms: Rooms) -> None:
    assigned(rooms)
    few = {**SURVEY, "respondents": 29}
    with pytest.raises(TooFewRespondents) as refusal:
        handlers.record_survey(rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey=few)
    assert refusal.value.errors[0]["pointer"] == "/respondents"
    few["fewer_respondents_reason"] = "Hanya 29 pengguna"
    handlers.record_survey(rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey=few)
    with pytest.raises(SurveyRecorded):
        handlers.record_survey(rooms, SURVEYOR, cause(command="again"), proposal=PROPOSAL, survey=SURVEY)


def test_an_index_outside_the_scale_is_refused(rooms: Rooms) -> None:
    assigned(rooms)
    with pytest.raises(InvalidInput) as refusal:
        handlers.record_survey(
            rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey={**SURVEY, "ipak": "4.01", "ipkp": "bagus"}
        )
    assert [one["pointer"] for one in refusal.value.errors] == ["/ipak", "/ipkp"]


def test_the_trace_adds_up_to_the_stored_result(rooms: Rooms) -> None:
    aggregated(rooms)
    final = rooms.proposals.load(PROPOSAL).state.final
    trace = proposal_queries.proposal_trace(rooms, ADMIN, PROPOSAL)
    assert final is not None
    assert (trace["stage"], Fraction(trace["total"]["exact"])) == ("final", final.total)


def test_the_trace_of_a_failed_screening_explains_the_sealed_answers(rooms: Rooms) -> None:
    know(rooms)
    received(rooms, level=Fraction(1, 3))
    screening = rooms.proposals.load(PROPOSAL).state.screening
    trace = proposal_queries.proposal_trace(rooms, ADMIN, PROPOSAL)
    assert screening is not None
    assert (trace["stage"], Fraction(trace["total"]["exact"])) == ("screening", screening.total)


def test_a_proposal_comes_back_from_the_database_as_it_was(rooms: Rooms) -> None:
    aggregated(rooms)
    handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=True, reason="Baik")
    state = rooms.proposals.load(PROPOSAL).state
    again = rooms.proposals.create("copy", replace(state, id="copy"), [], cause())
    assert replace(again.state, id=state.id) == state
