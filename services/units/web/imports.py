"""Imports: a CSV becomes a job; the job tells how far it is and what is wrong with the file."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_smorest import Blueprint

from services.units import queries
from services.units.web.schemas import ImportArguments
from shared import jobs
from shared.failures import InvalidInput, NotFound
from shared.web import command_cause, idempotent, requires, rooms

blueprint = Blueprint("imports", __name__, url_prefix="/imports", description="Bulk import from CSV")
TYPES = ("text/csv", "application/csv")


@blueprint.post("")
@requires("admin")
@blueprint.arguments(ImportArguments, location="query")
@idempotent
def create_import(arguments: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Queue an import. Nothing is written unless every row is valid; `dry_run` never writes."""
    if request.mimetype not in TYPES:
        raise InvalidInput(
            ("Kirim CSV dengan Content-Type: text/csv.", "Send a CSV with Content-Type: text/csv."),
            remedy=("Tambahkan header itu.", "Add that header."),
        )
    id = jobs.submit(rooms().jobs, "import", dict(arguments), command_cause(), body=request.get_data())
    job = rooms().jobs.load(id).state
    return queries.import_shown(id, job), 202, {"Location": f"{request.path}/{id}"}


@blueprint.get("/<id>")
@requires("admin")
def show_import(id: str) -> dict[str, Any]:
    """How far an import is."""
    found = rooms().jobs.find(id)
    if found is None or found.state.name != "import":
        raise NotFound(
            (f"Tidak ada impor {id}.", f"There is no import {id}."), remedy=("Periksa nomornya.", "Check its id.")
        )
    return queries.import_shown(id, found.state)
