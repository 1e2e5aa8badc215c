"""What a handler gets: one event, read and checked against its contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError

from shared.contracts.envelope import decode
from shared.contracts.registry import ContractBroken, contract_of
from shared.failures import ZonaError
from shared.storage.causes import Cause


class Undecodable(ZonaError):
    """A message that is not an event of this house: dead-lettered with its bytes."""

    code = "undecodable"
    title = ("Pesan tidak terbaca", "Undecodable message")


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it was heard; `cause` is what its effect is written under."""

    id: str
    type: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    cause: Cause


def read(body: bytes | str) -> Received:
    """Read a message's bytes; raises Undecodable with the reason."""
    try:
        wrapped = decode(body)
        data = contract_of(wrapped["type"]).read(wrapped["data"])
    except (ValueError, ContractBroken, ValidationError) as error:
        raise Undecodable((f"pesan tidak terbaca: {error}", f"undecodable message: {error}")) from error
    traceparent = wrapped.get("traceparent")
    return Received(
        id=wrapped["id"],
        type=wrapped["type"],
        subject=wrapped["subject"],
        sequence=wrapped["sequence"],
        time=datetime.fromisoformat(wrapped["time"]),
        data=data,
        cause=Cause(
            time=datetime.now(UTC),
            correlation_id=wrapped["correlationid"],
            event_id=wrapped["id"],
            traceparent=traceparent if isinstance(traceparent, str) else None,
            source=wrapped["subject"],
            sequence=wrapped["sequence"],
        ),
    )
