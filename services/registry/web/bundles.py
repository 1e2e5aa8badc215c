"""What a stranger needs to recompute a score: its bundle, and the program, each as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, url_for

from services.registry import queries
from services.registry.web.freshness import conditional
from shared.recomputing import recompute as program
from shared.web import rooms

PROGRAM = Path(program.__file__)
PROGRAM_PATH = "/recompute.py"

bundles = Blueprint("bundles", __name__)


@bundles.get("/designations/<string:number>/bundle.json")
def bundle(number: str) -> Response:
    """The public bundle, byte for byte what its SHA-256 was told of; 404 for what is not public or has none."""
    found = queries.public_bundle(rooms(), number)
    response = Response(found.text.encode(), content_type="application/json")
    response.headers["Content-Disposition"] = f'inline; filename="bundle-{number}.json"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return conditional(response)


def commands_for(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """What recomputes the record's score: with `zi`, and with Python alone; None when it has no bundle."""
    if record["bundle_sha256"] is None:
        return None
    base = current_app.extensions["settings"].base_url.rstrip("/")
    bundle, program = (base + path for path in (url_for("bundles.bundle", number=record["number"]), PROGRAM_PATH))
    checked = f"--sha256 {record['bundle_sha256']}"
    alone = f"curl -O {program}\ncurl -o bundle.json {bundle}\npython3 recompute.py bundle.json {checked}"
    return f"zi recompute {bundle} {checked}", alone


@bundles.get(PROGRAM_PATH)
def recompute() -> Response:
    """The program that recomputes a bundle; it needs nothing but Python."""
    response = Response(PROGRAM.read_bytes(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="recompute.py"'
    return conditional(response)
