"""What makes a write happen, and what the write has to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the past tense: a contract's type and JSON-able data.

    Fractions stand as "n/d" strings, times as ISO 8601 in UTC. At most 256 KiB.
    """

    type: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a write happens: a command from a person or an event that was heard.

    time            when the effect counts as made, UTC
    correlation_id  the thread from the first request to the last e-mail
    event_id        the event that was heard; kept in the document, so a second delivery changes nothing
    source          the aggregate that said it, "kind:key" in its own service
    sequence        which of that aggregate's events it is, from 1 without gaps
    command_id      the repeated-request key of a command; kept likewise
    actor           account that asked for it
    traceparent     W3C trace context, when there is one
    """

    time: datetime
    correlation_id: str
    event_id: str | None = None
    command_id: str | None = None
    actor: str | None = None
    traceparent: str | None = None
    source: str | None = None
    sequence: int | None = None
