"""A review closes once."""

from __future__ import annotations

import pytest

from services.evaluation.domain.review import Review, ReviewState, cancel, submit
from services.evaluation.errors import ReviewNotOpen
from tests.services.evaluation.samples import CYCLE, INSTRUMENT, NOW, PROPOSAL, UNIT


def opened() -> Review:
    return Review(PROPOSAL, "evaluator.1", UNIT, "RSUD", CYCLE, "WBK", INSTRUMENT, "h", NOW)


def test_a_submitted_review_does_not_change() -> None:
    submitted = submit(opened(), {"A.I.MP.i.a": "Ya"}, at=NOW)
    with pytest.raises(ReviewNotOpen):
        submit(submitted, {}, at=NOW)
    assert cancel(submitted) == submitted


def test_a_cancelled_review_takes_no_answers() -> None:
    cancelled = cancel(opened())
    assert cancelled.state is ReviewState.CANCELLED
    with pytest.raises(ReviewNotOpen):
        submit(cancelled, {"A.I.MP.i.a": "Ya"}, at=NOW)


def test_a_review_is_known_by_proposal_and_evaluator() -> None:
    assert opened().id == f"{PROPOSAL}:evaluator.1"
