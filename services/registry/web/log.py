"""The transparency log as static files: C2SP tlog-tiles under /log, for every client that reads such logs."""

from __future__ import annotations

import gzip

from flask import Blueprint, Response, abort, request

from services.registry.errors import NotLogged
from services.registry.web.freshness import conditional
from shared.failures import ZonaError
from shared.observability import logger
from shared.tlog.tiles import parse
from shared.web import problem_response, rooms

log = Blueprint("log", __name__, url_prefix="/log")
FOR_EVER = "public, max-age=31536000, immutable"


@log.errorhandler(ZonaError)
def refused(error: ZonaError) -> Response:
    """Programs read these addresses: a problem, never a page."""
    return problem_response(error)


@log.get("/checkpoint")
def checkpoint() -> Response:
    """The newest checkpoint, a signed note."""
    head = rooms().public_log.head()
    if head is None:
        raise not_logged("checkpoint")
    return conditional(Response(head.note, content_type="text/plain; charset=utf-8"))


@log.get("/key")
def key() -> Response:
    """The verifier key of the log; while it is being replaced both, the one in use longest first."""
    head = rooms().public_log.head()
    if head is None:
        raise not_logged("key")
    return conditional(Response("".join(f"{each}\n" for each in head.keys), content_type="text/plain; charset=utf-8"))


@log.get("/tile/<path:name>")
def tile(name: str) -> Response:
    """A tile or an entry bundle, within the newest checkpoint; it never changes."""
    wanted = parse(name)
    served = rooms().public_log.tile(wanted) if wanted else None
    if wanted is None or served is None:
        raise not_logged(f"tile/{name}")
    if not served.whole:
        logger().error("log_incomplete", tile=wanted.path)
        if not served.content:
            abort(404)
    response = Response(served.content, content_type="application/octet-stream")
    response.headers["Cache-Control"] = FOR_EVER if served.whole else "no-store"
    return _zipped(response) if wanted.level is None else response


def not_logged(name: str) -> NotLogged:
    """The answer for everything that the newest checkpoint does not cover."""
    return NotLogged(
        (f"Log publik tidak mempunyai {name[:100]}", f"The public log has no {name[:100]}"),
        remedy=(
            "Baca /log/checkpoint dulu; hanya yang dicakupnya tersedia (c2sp.org/tlog-tiles).",
            "Read /log/checkpoint first; only what it covers is served (c2sp.org/tlog-tiles).",
        ),
    )


def _zipped(response: Response) -> Response:
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
