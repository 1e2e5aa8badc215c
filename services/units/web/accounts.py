"""Sign-in and accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_smorest import Blueprint

from services.units import handlers, passwords
from services.units.domain.account import Account
from services.units.web.schemas import NewAccount, SignIn
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.web import command_cause, idempotent, requires, rooms

blueprint = Blueprint("accounts", __name__, description="Sign-in and accounts")


@blueprint.post("/sessions")
@blueprint.arguments(SignIn)
def create_session(body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Sign in: a token for five minutes at most, renewed by signing in again."""
    now = datetime.now(UTC)
    account = handlers.sign_in(rooms(), body["name"], body["password"], passwords.matches, now)
    actor = Actor(account.id, account.display_name, frozenset(account.roles), account.institution, account.unit)
    token, expires = issue(actor, _private_key(), now)
    answer = {"token": token, "expires_at": expires.isoformat(), "account": account_shown(account)}
    return answer, 200, {"Cache-Control": "no-store"}


@blueprint.post("/accounts")
@requires("admin")
@blueprint.arguments(NewAccount)
@idempotent
def create_account(body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make an account. What the roles are bound to must exist."""
    account = Account(
        id=body["name"],
        display_name=body["display_name"],
        password_hash=passwords.hashed(body["password"]),
        roles=tuple(sorted(set(body["roles"]))),
        institution=body["institution"],
        unit=body["unit"],
    )
    made = handlers.register_account(rooms(), account, command_cause())
    return account_shown(made.state), 201, {"Cache-Control": "no-store"}  # the body held a password


def account_shown(account: Account) -> dict[str, Any]:
    """An account as the API gives it; `id` is the sign-in name."""
    return {
        "id": account.id,
        "name": account.display_name,
        "roles": list(account.roles),
        "institution": account.institution,
        "unit": account.unit,
    }


def _private_key() -> Any:
    extensions = current_app.extensions
    if "signing_key" not in extensions:
        extensions["signing_key"] = load_key(extensions["settings"].token_private_key_file)
    return extensions["signing_key"]
