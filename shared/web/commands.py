"""Commands: their cause, their version, and the same answer to the same request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Response, current_app, g, request
from marshmallow import RAISE, Schema, fields, validate
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.failures import InvalidInput
from shared.observability import correlation_id, logger
from shared.storage.causes import Cause
from shared.web.identity import optional_actor
from shared.web.streaming import is_streamed

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
LARGEST_ANSWER = 64 * 1024
View = TypeVar("View", bound=Callable[..., Any])


class CommandSchema(Schema):
    """The body of a command on something that exists: unknown fields are refused.

    `version` is optional: when given, the command is refused with 409 if the state has moved on.
    """

    class Meta:
        unknown = RAISE

    version = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1))


def idempotent(view: View) -> View:
    """Mark a command for the API's description; every POST, PUT and PATCH honours the header."""
    view.__dict__.setdefault("_apidoc", {}).setdefault("manual_doc", {}).setdefault("parameters", []).append(
        {"in": "header", "name": HEADER, "schema": {"type": "string", "maxLength": LONGEST_KEY}}
    )
    return view


def command_cause() -> Cause:
    """The cause of the command that this request carries."""
    actor = optional_actor()
    return Cause(
        time=datetime.now(UTC),
        correlation_id=correlation_id(),
        command_id=_command_id(),
        actor=actor.id if actor else None,
        traceparent=request.headers.get("traceparent"),
    )


def replay() -> Response | None:
    """The first answer to this very command, if it was given before; before any view runs.

    Raises InvalidInput when the key was used for another body.
    """
    id = _command_id()
    if id is None:
        return None
    known = _answers().find_one({"_id": id})
    if known is None:
        return None
    if known["fingerprint"] != _fingerprint():
        raise InvalidInput(
            (f"{HEADER} ini sudah dipakai untuk isi lain.", f"This {HEADER} was used for another body."),
            remedy=("Pakai kunci baru untuk perintah baru.", "Use a new key for a new command."),
        )
    answer = Response(known["body"], status=known["status"], content_type=known["content_type"])
    answer.headers["Idempotent-Replayed"] = "true"
    if known.get("location"):
        answer.headers["Location"] = known["location"]
    g.replayed = True
    return answer


def remember(response: Response) -> Response:
    """Keep a command's good answer for its repetition.

    Not a second write that matters: a crash before it leaves the command's id in the aggregate, and the
    repetition is answered from the state. What must not be stored (a token, a body with a password) says
    `Cache-Control: no-store` and is left out.
    """
    kept = 200 <= response.status_code < 300 and not response.cache_control.no_store and not g.get("replayed")
    id = _command_id() if kept else None
    body = response.get_data(as_text=True) if id else ""
    if id and len(body) <= LARGEST_ANSWER:
        try:
            _answers().insert_one(
                {
                    "_id": id,
                    "fingerprint": _fingerprint(),
                    "status": response.status_code,
                    "body": body,
                    "content_type": response.content_type,
                    "location": response.headers.get("Location"),
                    "created_at": datetime.now(UTC),
                }
            )
        except DuplicateKeyError:
            current_app.logger.debug("the same command was answered by another process at the same time")
        except PyMongoError as error:
            # The command was obeyed: that its answer can't be kept must not turn it into a fault.
            logger().warning("answer_not_kept", error=str(error)[:200])
    return response


def _command_id() -> str | None:
    key = request.headers.get(HEADER)
    if not key or request.method not in {"POST", "PUT", "PATCH"} or is_streamed():
        return None
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidInput(
            (f"{HEADER} paling panjang {LONGEST_KEY} karakter.", f"{HEADER} has at most {LONGEST_KEY} characters."),
            remedy=("Pakai UUID.", "Use a UUID."),
        )
    actor = optional_actor()
    parts = (actor.id if actor else "", request.method, request.path, key)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _fingerprint() -> str:
    return hashlib.sha256(request.query_string + b"\n" + request.get_data(cache=True)).hexdigest()


def _answers() -> Any:
    return current_app.extensions["rooms"].database["answers"]
