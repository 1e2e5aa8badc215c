"""Worksheets: begin, answer, score, seal, reopen, look back."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.evaluation import handlers, queries
from services.evaluation.domain.worksheet import Layer
from services.evaluation.views import seal_view, worksheet_view
from services.evaluation.web.answers import PreviewAnswer, Receipt, SupersededAnswer, WorksheetAnswer, page
from services.evaluation.web.schemas import AnswersBody, HistoryArguments, ScoreArguments, WorksheetBody
from shared.web import CommandSchema, after_of, command_cause, current_actor, idempotent, page_of, requires, rooms

blueprint = Blueprint("worksheets", __name__, description="Worksheets and their seals")
SHEET = "/worksheets/<unit>/<cycle>"


@blueprint.post("/worksheets")
@blueprint.arguments(WorksheetBody)
@blueprint.response(201, WorksheetAnswer)
@requires("unit_officer")
@idempotent
def begin_worksheet(body: dict[str, Any]) -> dict[str, Any]:
    """Begin the unit's worksheet of a cycle; 503 while its unit or cycle is still on the way here."""
    made = handlers.begin_worksheet(rooms(), current_actor(), command_cause(), unit=body["unit"], cycle=body["cycle"])
    return worksheet_view(made)


@blueprint.get(SHEET)
@blueprint.response(200, WorksheetAnswer)
@requires()
def get_worksheet(unit: str, cycle: str) -> dict[str, Any]:
    """Both layers with each question's revision, and the seals."""
    return queries.worksheet(rooms(), current_actor(), unit, cycle)


@blueprint.patch(f"{SHEET}/layers/<any(unit, tpi):layer>")
@blueprint.arguments(AnswersBody)
@blueprint.response(200, WorksheetAnswer)
@requires("unit_officer", "tpi")
@idempotent
def answer_questions(body: dict[str, Any], unit: str, cycle: str, layer: str) -> dict[str, Any]:
    """Answer questions, all or nothing; `revision` is the question's that was read, 0 if it was never answered."""
    answered = handlers.answer_questions(
        rooms(),
        current_actor(),
        command_cause(),
        unit=unit,
        cycle=cycle,
        layer=Layer(layer),
        answers=body["answers"],
        version=body["version"],
    )
    return worksheet_view(answered)


@blueprint.get(f"{SHEET}/score")
@blueprint.arguments(ScoreArguments, location="query")
@blueprint.response(200)
@requires()
def get_score(asked: dict[str, Any], unit: str, cycle: str) -> dict[str, Any]:
    """The score of a layer as it stands, as `zi score` gives it."""
    return queries.worksheet_score(rooms(), current_actor(), unit, cycle, layer=asked["layer"], target=asked["target"])


@blueprint.get(f"{SHEET}/preview")
@blueprint.arguments(ScoreArguments, location="query")
@blueprint.response(200, PreviewAnswer)
@requires()
def get_preview(asked: dict[str, Any], unit: str, cycle: str) -> dict[str, Any]:
    """Where a layer stands as it is: gates, weakest area, and what each question's next option would bring."""
    layer, target = asked["layer"], asked["target"]
    return queries.worksheet_preview(rooms(), current_actor(), unit, cycle, layer=layer, target=target)


@blueprint.post(f"{SHEET}/seal")
@blueprint.arguments(CommandSchema)
@blueprint.response(200, Receipt)
@requires("tpi")
@idempotent
def seal_worksheet(body: dict[str, Any], unit: str, cycle: str) -> dict[str, Any]:
    """Close the revision; the hash is the receipt that the proposal names."""
    sealed = handlers.seal_worksheet(
        rooms(), current_actor(), command_cause(), unit=unit, cycle=cycle, version=body["version"]
    )
    return seal_view(sealed.state.seals[-1])


@blueprint.post(f"{SHEET}/reopening")
@blueprint.arguments(CommandSchema)
@blueprint.response(200, WorksheetAnswer)
@requires("tpi")
@idempotent
def reopen_worksheet(body: dict[str, Any], unit: str, cycle: str) -> dict[str, Any]:
    """Open the next revision after the proposal was returned or withdrawn."""
    reopened = handlers.reopen_worksheet(
        rooms(), current_actor(), command_cause(), unit=unit, cycle=cycle, version=body["version"]
    )
    return worksheet_view(reopened)


@blueprint.get(f"{SHEET}/seals/<int:revision>")
@requires()
def get_manifest(unit: str, cycle: str, revision: int) -> Response:
    """The sealed manifest of a revision, byte for byte: its SHA-256 is the receipt."""
    text = queries.sealed_manifest(rooms(), current_actor(), unit, cycle, revision)
    return Response(text.encode(), content_type="application/json")


@blueprint.get(f"{SHEET}/history")
@blueprint.arguments(HistoryArguments, location="query")
@blueprint.response(200, page(SupersededAnswer))
@requires()
def get_history(asked: dict[str, Any], unit: str, cycle: str) -> dict[str, Any]:
    """Every answer of a layer that another replaced."""
    found = queries.superseded_answers(
        rooms(),
        current_actor(),
        unit,
        cycle,
        layer=asked["layer"],
        after=after_of(asked["cursor"]),
        limit=asked["limit"] + 1,
    )
    return page_of(found, asked["limit"], lambda one: one["place"])
