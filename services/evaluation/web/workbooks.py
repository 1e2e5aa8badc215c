"""Worksheets offline: download a workbook, upload it filled in, copy last year's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.evaluation import handlers, queries, workbook_queries
from services.evaluation.domain.worksheet import Layer
from services.evaluation.views import carried_view
from services.evaluation.web.answers import CarriedAnswer, WorkbookReport
from services.evaluation.web.schemas import CarryOverBody
from services.evaluation.workbooks import MIME, read_workbook
from shared.failures import InvalidInput
from shared.web import command_cause, current_actor, idempotent, requires, rooms

blueprint = Blueprint("workbooks", __name__, description="Worksheets as .xlsx files, and answers of other cycles")
LAYER = "/worksheets/<unit>/<cycle>/layers/<any(unit, tpi):layer>"
FILE = {MIME: {"schema": {"type": "string", "format": "binary"}}}


@blueprint.get(f"{LAYER}/workbook")
@blueprint.doc(responses={"200": {"description": "The workbook", "content": FILE}})
@requires()
def download_workbook(unit: str, cycle: str, layer: str) -> Response:
    """One layer as an .xlsx file in both languages: a sheet for each area, drop-downs, live scores and gates.

    It carries the instrument's hash and each answer's revision, so that an upload overwrites nobody.
    """
    content = workbook_queries.workbook(rooms(), current_actor(), unit, cycle, layer=Layer(layer), at=datetime.now(UTC))
    answer = Response(content, content_type=MIME)
    # Codes are letters, digits, dot, colon and hyphen; a colon is no part of a file's name everywhere.
    name = f"lke-{unit}-{cycle}-{layer}.xlsx".replace(":", "-")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post(f"{LAYER}/workbook")
@blueprint.doc(requestBody={"required": True, "content": FILE})
@blueprint.response(200, WorkbookReport)
@requires("unit_officer", "tpi")
@idempotent
def upload_workbook(unit: str, cycle: str, layer: str) -> dict[str, Any]:
    """Take the good cells of a downloaded workbook; name each bad one with sheet, address and what is allowed.

    A half-filled file is fine, and the same file twice changes nothing. What somebody else answered meanwhile is a
    conflict and stays. At most 1 MiB, 8 MiB unpacked; no macros, no external links. 422 for a file of another unit,
    cycle, layer or version of the instrument; 409 for a sealed worksheet.
    """
    if request.mimetype != MIME:
        raise InvalidInput(
            (f"Kirim berkas .xlsx dengan Content-Type: {MIME}.", f"Send the .xlsx file with Content-Type: {MIME}."),
            remedy=("Tambahkan header itu.", "Add that header."),
        )
    return handlers.take_workbook(
        rooms(),
        current_actor(),
        command_cause(),
        unit=unit,
        cycle=cycle,
        layer=Layer(layer),
        cells=read_workbook(request.get_data()),
    )


@blueprint.post(f"{LAYER}/carry-over")
@blueprint.arguments(CarryOverBody)
@blueprint.response(200, CarriedAnswer)
@requires("unit_officer", "tpi")
@idempotent
def carry_over(body: dict[str, Any], unit: str, cycle: str, layer: str) -> dict[str, Any]:
    """Copy the answers of another cycle to unanswered questions that are asked the same; tells what changed."""
    saved, before, carried = handlers.copy_answers(
        rooms(),
        current_actor(),
        command_cause(),
        unit=unit,
        cycle=cycle,
        layer=Layer(layer),
        from_cycle=body["from_cycle"],
        version=body["version"],
    )
    changes = queries.instrument_changes(saved.state.instrument, before)
    return {**carried_view(carried), "changes": changes, "version": saved.version}
