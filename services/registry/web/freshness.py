"""Answers that a cache may keep but must ask about: a publication shows at once, an unchanged page is a 304."""

from __future__ import annotations

from flask import Response, request


def conditional(response: Response) -> Response:
    """The answer with an ETag of its bytes; 304 when the visitor has them already (RFC 9110, 13)."""
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
