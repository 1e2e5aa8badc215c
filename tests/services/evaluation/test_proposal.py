"""The proposal's table of states and moves, and what each move asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from services.evaluation import instrument_files
from services.evaluation.domain import proposal as proposals
from services.evaluation.domain.filing import check_filing
from services.evaluation.domain.known import UnitCard
from services.evaluation.domain.placement import not_enough_evaluators
from services.evaluation.domain.proposal import Decision, Outcome, Proposal, Reason, Stage, Survey
from services.evaluation.domain.scoring import SurveyIndices, read_surveys
from services.evaluation.domain.states import FINAL, MOVES, TABLE, ProposalState, frees_worksheet
from services.evaluation.domain.verdict import Verdict, final_score, screening_score, verdict_of
from services.evaluation.domain.worksheet import Seal, Worksheet
from services.evaluation.errors import (
    AlreadySettled,
    GatesNotPassed,
    MoveNotOpen,
    PlacementMoved,
    ReviewUnknown,
    SurveyRecorded,
)
from tests.services.evaluation.samples import CYCLE, INSTRUMENT, NOW, PROPOSAL, UNIT, answers_at, card, reviewed

S = ProposalState
TEAM = ("e1", "e2", "e3")
REASON = Reason("worksheet_not_sealed", ("belum", "not yet"))
DECISION = Decision(True, "baik", "panel.1", "panel", NOW)


def verdict(*, passes: bool) -> Verdict:
    instrument = instrument_files.load(INSTRUMENT)
    answers = answers_at(Fraction(1 if passes else 0))
    return verdict_of(instrument, "WBK", screening_score(instrument, answers))


def standing(state: ProposalState = S.RECEIVED, **changes: object) -> Proposal:
    made = Proposal(PROPOSAL, UnitCard(**card()), CYCLE, "WBK", INSTRUMENT, "ih", "wh", NOW, NOW, state=state)
    return replace(made, **changes)  # type: ignore[arg-type]  # a test's own short cut


def survey() -> Survey:
    return Survey(Fraction("3.9"), Fraction("3.8"), 45, "Lembaga", "surveyor.1", NOW)


MADE: dict[str, Callable[[Proposal], Proposal]] = {
    "return": lambda one: proposals.turn_back(one, REASON, at=NOW),
    "pass_screening": lambda one: proposals.screen(one, verdict(passes=True), at=NOW),
    "fail_screening": lambda one: proposals.screen(one, verdict(passes=False), at=NOW),
    "await_evaluators": lambda one: proposals.await_evaluators(one, REASON, round=1, at=NOW),
    "assign": lambda one: proposals.assign(one, TEAM, round=1, at=NOW),
    "aggregate": lambda one: proposals.aggregate(one, verdict(passes=True), at=NOW),
    "decide": lambda one: proposals.decide(replace(one, final=verdict(passes=True)), DECISION),
    "withdraw": lambda one: proposals.withdraw(one, at=NOW),
}


@pytest.mark.parametrize("name", list(MOVES))
@pytest.mark.parametrize("state", list(ProposalState))
def test_each_move_is_open_exactly_in_its_states(name: str, state: ProposalState) -> None:
    if state in MOVES[name].sources:
        assert MADE[name](standing(state)).state is MOVES[name].target
    else:
        with pytest.raises(AlreadySettled if state in FINAL else MoveNotOpen):
            MADE[name](standing(state))


def test_the_table_names_each_move_once_and_leaves_no_final_state() -> None:
    assert len(MOVES) == len(TABLE)
    assert not any(move.sources & FINAL for move in TABLE)


def test_a_failed_screening_concludes_with_its_gates() -> None:
    ended = proposals.screen(standing(), verdict(passes=False), at=NOW)
    assert (ended.outcome, ended.stage) == (Outcome.FAILED, Stage.SCREENING)
    assert not proposals.conclusion_of(ended).verdict.passed


def test_a_proposal_under_way_has_no_conclusion() -> None:
    with pytest.raises(MoveNotOpen):
        proposals.conclusion_of(standing(S.ASSIGNED))


def test_a_slow_placement_does_not_assign_places_that_were_given_back() -> None:
    waiting = proposals.await_evaluators(standing(S.SCREENED), REASON, round=1, at=NOW)
    with pytest.raises(PlacementMoved):
        proposals.assign(waiting, TEAM, round=1, at=NOW)
    with pytest.raises(PlacementMoved):
        proposals.next_round(waiting, round=1)
    assert proposals.assign(waiting, TEAM, round=2, at=NOW).evaluators == TEAM


def test_a_proposal_with_evaluators_has_no_next_round() -> None:
    with pytest.raises(MoveNotOpen):
        proposals.next_round(standing(S.ASSIGNED), round=1)


def test_an_assigned_proposal_waits_no_more() -> None:
    assigned = proposals.assign(standing(S.AWAITING_EVALUATORS, reason=REASON), TEAM, round=1, at=NOW)
    assert assigned.reason is None
    assert not assigned.waits_for_evaluators


@pytest.mark.parametrize("last", ["survey", "e1", "e2", "e3"])
def test_whatever_comes_last_completes_the_proposal(last: str) -> None:
    proposal = standing(S.ASSIGNED, evaluators=TEAM)
    for part in (*[one for one in ("survey", *TEAM) if one != last], last):
        assert not proposal.complete
        if part == "survey":
            proposal = proposals.record_survey(proposal, survey())
        else:
            proposal = proposals.take_scores(proposal, part, {"A.I.MP.i.a": "Ya"})
    assert proposal.complete


def test_scores_of_somebody_else_are_refused() -> None:
    with pytest.raises(ReviewUnknown):
        proposals.take_scores(standing(S.ASSIGNED, evaluators=TEAM), "e9", {})


def test_scores_after_a_withdrawal_change_nothing() -> None:
    with pytest.raises(AlreadySettled):
        proposals.take_scores(standing(S.WITHDRAWN, evaluators=TEAM), "e1", {})


def test_a_survey_is_recorded_once() -> None:
    with pytest.raises(SurveyRecorded):
        proposals.record_survey(standing(S.ASSIGNED, survey=survey()), survey())


def test_a_survey_need_not_wait_for_the_evaluators_but_comes_in_time() -> None:
    assert proposals.record_survey(standing(S.SCREENED), survey()).survey == survey()
    with pytest.raises(MoveNotOpen):
        proposals.record_survey(standing(S.AGGREGATED), survey())
    with pytest.raises(AlreadySettled):
        proposals.record_survey(standing(S.CONCLUDED), survey())


def test_the_panel_cannot_approve_against_a_gate() -> None:
    aggregated = standing(S.AGGREGATED, final=verdict(passes=False))
    with pytest.raises(GatesNotPassed) as refusal:
        proposals.decide(aggregated, DECISION)
    assert "total" in refusal.value.members["gates"]
    rejected = proposals.decide(aggregated, replace(DECISION, approved=False))
    assert (rejected.outcome, rejected.stage) == (Outcome.FAILED, Stage.PANEL)


def test_the_panel_cannot_approve_what_has_no_result() -> None:
    with pytest.raises(GatesNotPassed):
        proposals.decide(standing(S.AGGREGATED), DECISION)


def test_the_panel_may_reject_what_passes_every_gate() -> None:
    aggregated = standing(S.AGGREGATED, final=verdict(passes=True))
    assert proposals.decide(aggregated, DECISION).outcome is Outcome.QUALIFIED
    assert proposals.decide(aggregated, replace(DECISION, approved=False)).outcome is Outcome.FAILED


def test_a_worksheet_is_freed_only_when_every_proposal_came_back() -> None:
    assert not frees_worksheet([])
    assert frees_worksheet([S.RETURNED, S.WITHDRAWN])
    assert not frees_worksheet([S.RETURNED, S.SCREENED])


def test_the_final_value_of_a_question_is_the_exact_mean_of_the_evaluators() -> None:
    instrument = instrument_files.load(INSTRUMENT)
    best, worst = reviewed(answers_at(Fraction(1))), reviewed(answers_at(Fraction(0)))
    surveys = read_surveys(instrument, "4", "4")
    score, layers = final_score(instrument, [best, best, worst], surveys)
    assert len(layers) == 3
    assert score.values["A.I.MP.i.a"] == Fraction(2, 3)


def test_the_survey_replaces_what_the_filing_said_of_itself() -> None:
    instrument = instrument_files.load(INSTRUMENT)
    score, _ = final_score(instrument, [answers_at(Fraction(1))], SurveyIndices(Fraction(2), Fraction(1)))
    assert (score.values["B.I.a"], score.values["B.II.a"]) == (Fraction(1, 2), Fraction(1, 4))


def test_a_filing_without_a_worksheet_is_not_sealed() -> None:
    instrument = instrument_files.load(INSTRUMENT)
    fault = check_filing(None, instrument=instrument, target="WBK", named="wh")
    assert isinstance(fault, Reason)
    assert fault.code == "worksheet_not_sealed"


def test_a_filing_for_a_target_that_the_instrument_does_not_know_is_returned() -> None:
    sheet = Worksheet(UNIT, "L3171", CYCLE, INSTRUMENT, sealed=True, seals=(Seal("wh", 1, "ann", NOW),))
    instrument = instrument_files.load(INSTRUMENT)
    assert check_filing(sheet, instrument=instrument, target="WBK", named="wh") == sheet
    fault = check_filing(sheet, instrument=instrument, target="KAWASAN", named="wh")
    assert isinstance(fault, Reason)
    assert fault.code == "target_unknown"


def test_waiting_is_explained_in_words() -> None:
    reason = not_enough_evaluators(2, ["institution", "institution", "full"], 4)
    assert reason.said[1] == (
        "2 evaluators are missing; 4 are registered. Not to be chosen: 2 of the same institution; 1 with a full load."
    )
    assert "2 dari instansi yang sama" in reason.said[0]
    assert not_enough_evaluators(3, [], 0).said[1] == "3 evaluators are missing; 0 are registered."
