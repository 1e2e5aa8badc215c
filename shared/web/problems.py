"""Every refusal as problem details (RFC 9457), in both languages, nothing changed behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask, Response, request
from pymongo.errors import ConnectionFailure
from werkzeug.exceptions import HTTPException

from shared.failures import Away, InvalidInput, ZonaError, said
from shared.observability import correlation_id, logger
from shared.web.sentences import indonesian, status_title

MIME = "application/problem+json"


def problem_response(error: ZonaError) -> Response:
    """The answer that tells what happened, where and what to do."""
    language = 0 if request.accept_languages.best_match(["id", "en"], default="id") == "id" else 1
    body: dict[str, Any] = {
        "type": f"urn:zona:problem:{error.code}",
        "title": error.title[language],
        "status": error.status,
        "detail": error.said[language],
        "instance": request.path,
        "code": error.code,
        "correlation_id": correlation_id(),
        "messages": {
            name: {"title": error.title[nth], "detail": error.said[nth], "remedy": error.remedy[nth]}
            for nth, name in enumerate(("id", "en"))
        },
        **error.members,
    }
    if error.errors:
        body["errors"] = list(error.errors)
    response = Response(json.dumps(body, ensure_ascii=False, default=str), status=error.status, content_type=MIME)
    response.headers["Content-Language"] = ("id", "en")[language]
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if error.status in {429, 503}:
        response.headers["Retry-After"] = str(error.members.get("retry_after", 1))
    return response


def register_problems(app: Flask) -> None:
    """Answer every exception of this app as a problem."""
    app.register_error_handler(ZonaError, problem_response)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(ConnectionFailure, _database_away)
    app.register_error_handler(Exception, _defect)


def _http_problem(error: HTTPException) -> Response:
    messages = getattr(error, "data", {}).get("messages")
    if error.code == 422 and isinstance(messages, Mapping):
        return problem_response(_invalid(messages))
    response = problem_response(_plain(error))
    response.headers.extend(
        {name: value for name, value in error.get_headers() if name not in {"Content-Type", "Content-Length"}}
    )
    return response


def _plain(error: HTTPException) -> ZonaError:
    titles = status_title(error.code or 500)
    problem = ZonaError((titles[0], error.description or titles[1]))
    problem.title, problem.status, problem.code = titles, error.code or 500, f"http_{error.code}"  # type: ignore[misc]  # one instance's own face
    return problem


def _invalid(messages: Mapping[str, Any]) -> InvalidInput:
    errors = [
        {"pointer": pointer, "code": "invalid", "messages": said((indonesian(english), english))}
        for place, faults in messages.items()
        for pointer, english in _flat(faults, "" if place == "json" else f"/{place}")
    ]
    return InvalidInput(
        ("Ada isian yang tidak sah; tidak ada yang diubah.", "Some fields are not valid; nothing was changed."),
        remedy=("Perbaiki isian yang disebut di `errors`.", "Correct the fields named in `errors`."),
        errors=errors,
    )


def _flat(faults: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(faults, Mapping):
        for name, inner in faults.items():
            part = str(name).replace("~", "~0").replace("/", "~1")
            yield from _flat(inner, pointer if name == "_schema" else f"{pointer}/{part}")
    elif isinstance(faults, (list, tuple)):
        for inner in faults:
            yield from _flat(inner, pointer)
    else:
        yield pointer or "/", str(faults)


def _database_away(error: ConnectionFailure) -> Response:
    logger().warning("database_away", error=str(error)[:200])
    return problem_response(
        Away(
            ("Basis data sementara tidak menjawab; tidak ada yang hilang.", "The database does not answer for now."),
            remedy=(
                "Kirim ulang dengan Idempotency-Key yang sama.",
                "Send it again with the same Idempotency-Key; it takes effect once.",
            ),
        )
    )


def _defect(error: Exception) -> Response:
    logger().error("defect", exc_info=error)
    return problem_response(
        ZonaError(
            ("Terjadi kesalahan pada sistem.", "The system made a mistake."),
            remedy=(
                "Laporkan correlation_id ini kepada admin.",
                "Report this correlation_id to the operators.",
            ),
        )
    )
