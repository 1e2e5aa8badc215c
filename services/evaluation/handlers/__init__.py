"""What evaluation does: one plain function for each command and event, load → decide → save.

    command or event                         function
    units.unit_registered                    learn_unit
    units.cycle_changed                      learn_cycle
    POST  worksheets                         begin_worksheet
    PATCH worksheets/…/layers/…              answer_questions
    POST  worksheets/…/layers/…/workbook     take_workbook
    POST  worksheets/…/layers/…/carry-over   copy_answers
    POST  worksheets/…/seal                  seal_worksheet
    POST  worksheets/…/reopening             reopen_worksheet
    POST  worksheets/…/evidence              hand_in_evidence
    PUT   worksheets/…/evidence/…/questions  prove_questions
    DELETE worksheets/…/evidence/…           withdraw_evidence
    units.proposal_submitted                 receive_proposal
    units.proposal_withdrawal_requested      withdraw_proposal
    POST  evaluators                         register_evaluator
    evaluation.proposal_screened             assign_evaluators
    timer                                    retry_waiting, release_orphans, sweep_evidence, scan_quarantined
    evaluation.proposal_withdrawn            release_evaluators
    evaluation.evaluators_assigned           open_reviews
    POST  reviews/…/submission               submit_review
    evaluation.review_submitted              take_scores
    POST  proposals/…/survey                 record_survey
    POST  proposals/…/panel-decision         decide_proposal

An event may come twice, late or out of order; each function says which refusals that can raise.
"""

from services.evaluation.handlers.assignment import (
    assign_evaluators,
    register_evaluator,
    release_evaluators,
    release_orphans,
    retry_waiting,
)
from services.evaluation.handlers.bulk_answers import copy_answers, take_workbook
from services.evaluation.handlers.evidence import hand_in_evidence, prove_questions, withdraw_evidence
from services.evaluation.handlers.evidence_sweeping import scan_quarantined, sweep_evidence
from services.evaluation.handlers.learning import learn_cycle, learn_unit
from services.evaluation.handlers.proposals import decide_proposal, receive_proposal, withdraw_proposal
from services.evaluation.handlers.reviews import open_reviews, record_survey, submit_review, take_scores
from services.evaluation.handlers.worksheets import (
    answer_questions,
    begin_worksheet,
    reopen_worksheet,
    seal_worksheet,
)

__all__ = [
    "answer_questions",
    "assign_evaluators",
    "begin_worksheet",
    "copy_answers",
    "decide_proposal",
    "hand_in_evidence",
    "learn_cycle",
    "learn_unit",
    "open_reviews",
    "prove_questions",
    "receive_proposal",
    "record_survey",
    "register_evaluator",
    "release_evaluators",
    "release_orphans",
    "reopen_worksheet",
    "retry_waiting",
    "scan_quarantined",
    "seal_worksheet",
    "submit_review",
    "sweep_evidence",
    "take_scores",
    "take_workbook",
    "withdraw_evidence",
    "withdraw_proposal",
]
