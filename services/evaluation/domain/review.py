"""One evaluator's scoring of one proposal: open, then submitted once, or cancelled with its proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from services.evaluation.domain.answers import Answer
from services.evaluation.errors import ReviewNotOpen


class ReviewState(Enum):
    """`submitted` and `cancelled` are final."""

    OPEN = "open"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Review:
    """`worksheet_hash` names the sealed filing that is reviewed; `answers` are empty until the submission."""

    proposal: str
    evaluator: str
    unit: str
    unit_name: str
    cycle: str
    target: str
    instrument: str
    worksheet_hash: str
    opened_at: datetime
    state: ReviewState = ReviewState.OPEN
    answers: Mapping[str, Answer] = field(default_factory=dict)
    submitted_at: datetime | None = None

    @property
    def id(self) -> str:
        """The review's key."""
        return review_key(self.proposal, self.evaluator)


def review_key(proposal: str, evaluator: str) -> str:
    """The one key of an evaluator's review of a proposal."""
    return f"{proposal}:{evaluator}"


def submit(review: Review, answers: Mapping[str, Answer], *, at: datetime) -> Review:
    """Close the review with its answers; raises ReviewNotOpen."""
    if review.state is not ReviewState.OPEN:
        raise ReviewNotOpen(
            (f"Penilaian ini berstatus {review.state.value}.", f"This review is {review.state.value}."),
            remedy=("Penilaian yang sudah tertutup tidak diubah lagi.", "A closed review does not change any more."),
            state=review.state.value,
        )
    return replace(review, state=ReviewState.SUBMITTED, answers=dict(answers), submitted_at=at)


def cancel(review: Review) -> Review:
    """Close an open review without answers; a closed one stays as it is."""
    return replace(review, state=ReviewState.CANCELLED) if review.state is ReviewState.OPEN else review
