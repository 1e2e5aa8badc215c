"""One dead letter, read out of the message that the broker keeps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.messaging.failing import ATTEMPT, DEAD_AT

REPLAYED = "x-replayed"
NOTE, PARKED_BY, PARKED_AT = "x-note", "x-parked-by", "x-parked-at"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter; `queue` is where it belongs, `body` its bytes as they came.

    id         the message's, which is the event's; of a message without one, `body-` and a digest of its bytes
    service    whose dead letter it is
    attempts   handlings that counted, since it was replayed last
    died_at    when it came to the dead letters; None if nobody wrote it down
    replayed   how often an operator sent it back
    note       why an operator parked it; with `parked_by` and `parked_at` empty while it is not parked
    """

    id: str
    type: str
    queue: str
    reason: str
    attempts: int
    correlation_id: str
    body: bytes
    service: str = ""
    died_at: datetime | None = None
    replayed: int = 0
    note: str = ""
    parked_by: str = ""
    parked_at: str = ""

    def age(self, now: datetime) -> timedelta | None:
        """How long it has been dead; None if nobody knows. A clock that runs ahead gives no negative age."""
        return None if self.died_at is None else max(now - self.died_at, timedelta())

    def summary(self) -> dict[str, Any]:
        """Everything but the bytes."""
        found = {
            "id": self.id,
            "type": self.type,
            "service": self.service,
            "queue": self.queue,
            "reason": self.reason,
            "attempts": self.attempts,
            "correlation_id": self.correlation_id,
            "died_at": self.died_at.isoformat() if self.died_at else None,
            "replayed": self.replayed,
        }
        if self.parked_at:
            found |= {"note": self.note, "parked_by": self.parked_by, "parked_at": self.parked_at}
        return found


def letter_of(service: str, properties: Any, body: bytes) -> DeadLetter:
    """Read a message (pika's properties and bytes) that was found among the dead letters of `service`."""
    headers = properties.headers or {}
    death = _death(headers)
    return DeadLetter(
        id=properties.message_id or f"body-{hashlib.sha256(body).hexdigest()[:16]}",
        type=properties.type or "",
        # what the broker itself gave up carries the headers of an earlier retry, if any: its own word comes first
        queue=str(death.get("queue") or headers.get("x-queue") or ""),
        reason=str(death.get("reason") or headers.get("x-reason") or ""),
        attempts=_count(headers.get(ATTEMPT)),
        correlation_id=properties.correlation_id or "",
        body=body,
        service=service,
        died_at=_moment(headers.get(DEAD_AT)) or _moment(death.get("time")),
        replayed=_count(headers.get(REPLAYED)),
        note=str(headers.get(NOTE, "")),
        parked_by=str(headers.get(PARKED_BY, "")),
        parked_at=str(headers.get(PARKED_AT, "")),
    )


def _death(headers: dict[str, Any]) -> dict[str, Any]:
    """The broker's word about its own dead-lettering; nothing for what a worker dead-lettered."""
    deaths = headers.get("x-death")
    first = deaths[0] if isinstance(deaths, list) and deaths and DEAD_AT not in headers else {}
    return first if isinstance(first, dict) else {}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
