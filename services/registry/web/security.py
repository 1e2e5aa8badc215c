"""What a browser is told about the pages: nothing from elsewhere, no script at all."""

from __future__ import annotations

from flask import Response

from services.registry.web.language import chosen

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def secured(response: Response) -> Response:
    """The page with its security headers and its language."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = chosen()
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
