"""The JSON API of notifications."""

from __future__ import annotations

import re
from typing import Any

from flask_smorest import Blueprint

from services.notifications import handlers, queries
from services.notifications.domain.contact import Contact
from services.notifications.errors import NotYourContact
from services.notifications.web.schemas import (
    ContactAnswer,
    ContactSchema,
    Inbox,
    MessageArguments,
    Messages,
    Statistics,
)
from shared.failures import InvalidInput, said
from shared.storage import Aggregate
from shared.web import PageArguments, after_of, command_cause, current_actor, idempotent, page_of, requires, rooms

ACCOUNT = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
blueprint = Blueprint("notifications", __name__, description="Who was told what, and where people are reached")


@blueprint.put("/contacts/<account>")
@blueprint.arguments(ContactSchema)
@blueprint.response(200, ContactAnswer)
@requires()
@idempotent
def put_contact(body: dict[str, Any], account: str) -> Aggregate[Contact]:
    """Save where an account is reached: the account itself or an admin. Messages that waited follow by mail."""
    _own_or_admin(account)
    return handlers.put_contact(
        rooms(), account, body["email"], body["language"], command_cause(), version=body["version"]
    )


@blueprint.get("/contacts/<account>")
@blueprint.response(200, ContactAnswer)
@requires()
def get_contact(account: str) -> Aggregate[Contact]:
    """Where an account is reached: for the account itself or an admin."""
    _own_or_admin(account)
    return queries.contact(rooms(), account)


@blueprint.get("/inbox")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, Inbox)
@requires()
def inbox(page: dict[str, Any]) -> dict[str, Any]:
    """What the signed-in person was told, newest first, mailed or not."""
    found = queries.inbox(rooms(), current_actor().id, after_of(page["cursor"]), page["limit"] + 1)
    return page_of(found, page["limit"], queries.place_of)


@blueprint.get("/messages")
@blueprint.arguments(MessageArguments, location="query")
@blueprint.response(200, Messages)
@requires("admin")
def messages(page: dict[str, Any]) -> dict[str, Any]:
    """Every message and how far it is, newest first."""
    found = queries.messages(rooms(), page["state"], after_of(page["cursor"]), page["limit"] + 1)
    return page_of(found, page["limit"], queries.place_of)


@blueprint.get("/statistics")
@blueprint.response(200, Statistics)
@requires("admin")
def statistics() -> dict[str, int]:
    """How many messages were sent, are queued, failed or wait for an address."""
    return queries.statistics(rooms())


def _own_or_admin(account: str) -> None:
    actor = current_actor()
    if actor.id != account and not actor.has("admin"):
        raise NotYourContact(
            ("Kontak hanya dapat dilihat dan diubah pemiliknya.", "Only its owner may see and change a contact."),
            remedy=("Buka kontak akun Anda sendiri.", "Open the contact of your own account."),
        )
    if not ACCOUNT.fullmatch(account):
        fault = said(("Nama akun: huruf kecil, angka, titik, tanda hubung.", "Account: a-z, 0-9, dot and hyphen."))
        raise InvalidInput(
            ("Nama akun tidak sah.", "The account's name is not valid."),
            errors=[{"pointer": "/account", "code": "invalid", "messages": fault}],
        )
