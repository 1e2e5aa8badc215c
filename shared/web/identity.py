"""Who asks: the bearer token of the request (RFC 6750), verified once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, request

from shared.failures import Forbidden, Unauthenticated
from shared.security.actors import Actor
from shared.security.tokens import load_key, verify

View = TypeVar("View", bound=Callable[..., Any])


def optional_actor() -> Actor | None:
    """The signed-in person, or None for a visitor. Raises Unauthenticated for a token that does not hold."""
    if "actor" not in g:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        g.actor = _verified(token) if kind.lower() == "bearer" else None
    return g.actor  # type: ignore[no-any-return]  # flask's g is untyped


def current_actor() -> Actor:
    """The signed-in person; raises Unauthenticated."""
    actor = optional_actor()
    if actor is None:
        raise Unauthenticated(
            ("Langkah ini meminta Anda masuk.", "This step asks you to sign in."),
            remedy=("Masuk di /units/api/v1/sessions.", "Sign in at /units/api/v1/sessions."),
        )
    return actor


def requires(*roles: str) -> Callable[[View], View]:
    """Refuse a visitor (401) and an account without any of `roles` (403); no roles: any account."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if roles and not actor.has(*roles):
                raise Forbidden(
                    (
                        f"Peran yang diperlukan: {', '.join(roles)}.",
                        f"This needs one of the roles: {', '.join(roles)}.",
                    ),
                    remedy=("Minta peran itu kepada admin.", "Ask the admin for that role."),
                )
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]  # wraps keeps the view's face

    return decorate


def _verified(token: str) -> Actor:
    extensions = current_app.extensions
    if "token_key" not in extensions:
        extensions["token_key"] = load_key(extensions["settings"].token_public_key_file)
    return verify(token, extensions["token_key"], datetime.now(UTC))
