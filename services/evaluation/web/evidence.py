"""Evidence: hand in, list, link, withdraw; files as attachments, for evaluators in a copy without their authors."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.evaluation import evidence_queries, handlers
from services.evaluation.evidence_queries import Download
from services.evaluation.views import evidence_view
from services.evaluation.web.evidence_schemas import (
    EvidenceList,
    ProofBody,
    SealedEvidenceList,
    TakenAnswer,
    UploadArguments,
)
from shared.failures import ZonaError
from shared.web import (
    attachment,
    body_pieces,
    command_cause,
    current_actor,
    discard_body,
    idempotent,
    requires,
    rooms,
    streams_body,
)

blueprint = Blueprint("evidence", __name__, description="Files that prove answers")
EVIDENCE = "/worksheets/<unit>/<cycle>/evidence"
FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
DOWNLOAD = {"200": {"description": "The file, as an attachment.", "content": FILE}}


@blueprint.post(EVIDENCE)
@blueprint.arguments(UploadArguments, location="query")
@blueprint.response(201, TakenAnswer)
@blueprint.doc(requestBody={"required": True, "description": "The bytes of the file.", "content": FILE})
@requires("unit_officer")
@streams_body
def hand_in_evidence(asked: dict[str, Any], unit: str, cycle: str) -> dict[str, Any]:
    """Hand in a file for the questions that it proves, or as the next version of the evidence that it replaces.

    The body is the file itself. Sending the same bytes again changes nothing, so a broken upload is simply sent again.
    A refusal names its reason in `reason` and the place inside the file in `errors`; nothing of the file is kept.
    """
    try:
        taken = handlers.hand_in_evidence(
            rooms(),
            current_actor(),
            command_cause(),
            unit=unit,
            cycle=cycle,
            name=asked["name"],
            questions=asked["question"],
            replaces=asked["replaces"],
            length=request.content_length,
            chunks=body_pieces(),
        )
    except ZonaError:
        discard_body()
        raise
    return {**evidence_view(taken.evidence, taken.state.value), "version": taken.version}


@blueprint.get(EVIDENCE)
@blueprint.response(200, EvidenceList)
@requires()
def list_evidence(unit: str, cycle: str) -> dict[str, Any]:
    """The worksheet's evidence, what kinds and sizes are taken, and the room that is left."""
    return evidence_queries.evidence(rooms(), current_actor(), unit, cycle)


@blueprint.put(f"{EVIDENCE}/<id>/questions")
@blueprint.arguments(ProofBody)
@blueprint.response(200, EvidenceList)
@requires("unit_officer")
@idempotent
def prove_questions(body: dict[str, Any], unit: str, cycle: str, id: str) -> dict[str, Any]:
    """Say anew which questions the evidence proves."""
    cause, actor = command_cause(), current_actor()
    handlers.prove_questions(
        rooms(), actor, cause, unit=unit, cycle=cycle, id=id, questions=body["questions"], version=body["version"]
    )
    return evidence_queries.evidence(rooms(), actor, unit, cycle)


@blueprint.delete(f"{EVIDENCE}/<id>")
@blueprint.response(204)
@requires("unit_officer")
def withdraw_evidence(unit: str, cycle: str, id: str) -> None:
    """Withdraw evidence with all its versions; its bytes go within the hour unless a seal holds them."""
    handlers.withdraw_evidence(rooms(), current_actor(), command_cause(), unit=unit, cycle=cycle, id=id)


@blueprint.get(f"{EVIDENCE}/files/<sha256>")
@blueprint.doc(responses=DOWNLOAD)
@requires()
def get_file(unit: str, cycle: str, sha256: str) -> Response:
    """A file as it was handed in, its hash checked again."""
    return _attached(evidence_queries.evidence_file(rooms(), current_actor(), unit, cycle, sha256))


@blueprint.get("/reviews/<review>/evidence")
@blueprint.response(200, SealedEvidenceList)
@requires("evaluator")
def list_review_evidence(review: str) -> dict[str, Any]:
    """The sealed evidence that a review judges."""
    return {"items": evidence_queries.review_evidence(rooms(), current_actor(), review)}


@blueprint.get("/reviews/<review>/evidence/<sha256>")
@blueprint.doc(responses=DOWNLOAD)
@requires("evaluator")
def get_review_file(review: str, sha256: str) -> Response:
    """A file of the sealed evidence in a copy without its author's names, programs, places and times."""
    return _attached(evidence_queries.review_file(rooms(), current_actor(), review, sha256))


def _attached(file: Download) -> Response:
    return attachment(file.pieces, name=file.name, size=file.size, media_type=file.media_type)
