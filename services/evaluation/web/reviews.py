"""The evaluators' reviews."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.evaluation import handlers, queries
from services.evaluation.views import review_view
from services.evaluation.web.answers import ReviewAnswer, ReviewRow, page
from services.evaluation.web.schemas import ReviewArguments, ReviewBody
from shared.web import after_of, command_cause, current_actor, idempotent, page_of, requires, rooms

blueprint = Blueprint("reviews", __name__, description="What evaluators score")


@blueprint.get("/reviews")
@blueprint.arguments(ReviewArguments, location="query")
@blueprint.response(200, page(ReviewRow))
@requires("evaluator", "admin")
def list_reviews(asked: dict[str, Any]) -> dict[str, Any]:
    """One's own reviews; everybody's for the admin without `mine`."""
    found = queries.reviews(
        rooms(),
        current_actor(),
        mine=asked["mine"],
        state=asked["state"].value if asked["state"] else None,
        after=after_of(asked["cursor"]),
        limit=asked["limit"] + 1,
    )
    return page_of(found, asked["limit"], lambda one: one["review"])


@blueprint.get("/reviews/<review>")
@blueprint.response(200, ReviewAnswer)
@requires("evaluator")
def get_review(review: str) -> dict[str, Any]:
    """One's own review, with the sealed answers of the unit and its internal evaluators."""
    return queries.review(rooms(), current_actor(), review)


@blueprint.post("/reviews/<review>/submission")
@blueprint.arguments(ReviewBody)
@blueprint.response(200, ReviewAnswer)
@requires("evaluator")
@idempotent
def submit_review(body: dict[str, Any], review: str) -> dict[str, Any]:
    """Submit one's scores, for good; an unanswered question counts 0."""
    submitted = handlers.submit_review(
        rooms(), current_actor(), command_cause(), review=review, answers=body["answers"], version=body["version"]
    )
    return review_view(submitted)
