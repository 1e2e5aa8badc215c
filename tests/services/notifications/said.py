"""Events as the worker hands them over, and a clock that a test moves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifications import handlers
from services.notifications.domain.contact import Language
from services.notifications.rooms import Rooms
from shared.messaging import Received
from shared.storage import Cause
from tests.services.notifications.samples import SAMPLES

NOON = datetime(2026, 6, 1, 5, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


def heard(type: str, data: dict[str, Any], *, number: int = 1, time: datetime = NOON, subject: str = "x:1") -> Received:
    """The `number`-th event of `subject`, as read from the wire."""
    id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{type}/{subject}/{number}"))
    return Received(id, type, subject, number, time, data, Cause(time, f"corr-{number}", event_id=id))


def sample(name: str, **kwargs: Any) -> Received:
    """A sample event, as read from the wire."""
    return heard(*SAMPLES[name], **kwargs)


def account(
    name: str,
    *roles: str,
    institution: str | None = None,
    unit: str | None = None,
    number: int = 1,
    time: datetime = NOON,
) -> Received:
    """units tells of an account."""
    data = {"account": name, "roles": list(roles), "institution": institution, "unit": unit}
    return heard("units.account_registered", data, number=number, time=time, subject=f"account:{name}")


def reach(rooms: Rooms, name: str, language: Language = Language.INDONESIAN, email: str = "") -> None:
    """Save a contact, and let the timer queue what waited for it."""
    handlers.put_contact(rooms, name, email or f"{name}@example.go.id", language, Cause(NOON, "corr-contact"))
    handlers.settle_contacts(rooms, NOON)
