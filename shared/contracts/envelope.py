"""The envelope of every event: CloudEvents 1.0, structured JSON.

<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>; `correlationid`, `causationid`,
`sequence` and `traceparent` are extension attributes.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.contracts.registry import contract_of

if TYPE_CHECKING:
    from shared.storage.causes import Cause, Event

CONTENT_TYPE = "application/cloudevents+json"
NAMESPACE = uuid.UUID("6f1b1f6e-6d0c-5b8e-9a55-3d1f0a2c7e41")
"""Of every event id: changing it would make each event that was ever said a new one."""
MAX_BYTES = 256 * 1024
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""Made once: `json.dumps` makes one for each event."""


def event_id(service: str, aggregate_id: str, sequence: int) -> str:
    """The id of an aggregate's `sequence`-th event: a second run says the same words."""
    return str(uuid.uuid5(NAMESPACE, f"{service}/{aggregate_id}/{sequence}"))


def envelope(service: str, aggregate_id: str, sequence: int, event: Event, cause: Cause) -> dict[str, Any]:
    """Wrap `event` for the wire. Raises ContractBroken when its data is not what its contract says."""
    contract = contract_of(event.type)
    contract.check(event.data)
    wrapped: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id(service, aggregate_id, sequence),
        "source": f"/zona/{service}",
        "type": event.type,
        "subject": aggregate_id,
        "time": cause.time.isoformat(),
        "datacontenttype": "application/json",
        "dataschema": f"urn:zona:contract:{event.type}:{contract.version}",
        "sequence": sequence,
        "correlationid": cause.correlation_id,
        "causationid": cause.event_id or cause.command_id or cause.correlation_id,
        "data": event.data,
    }
    if cause.traceparent:
        wrapped["traceparent"] = cause.traceparent
    return wrapped


def encode(wrapped: dict[str, Any]) -> bytes:
    """The bytes on the wire."""
    return _ENCODER.encode(wrapped).encode()


def decode(body: bytes | str) -> dict[str, Any]:
    """Read an envelope; raises ValueError with what is missing or wrong, whatever the bytes are."""
    try:
        wrapped = json.loads(body)
    except RecursionError as error:
        raise ValueError("the body is nested too deeply") from error
    if not isinstance(wrapped, dict):
        raise ValueError("the body is not a JSON object")
    required = ("specversion", "id", "source", "type", "subject", "time", "sequence", "correlationid", "data")
    missing = [name for name in required if name not in wrapped]
    if missing:
        raise ValueError(f"not a CloudEvents envelope of this house: {', '.join(missing)} missing")
    strange = [name for name in required[:-1] if type(wrapped[name]) is not (int if name == "sequence" else str)]
    if strange or wrapped["sequence"] < 1:
        raise ValueError(f"not a CloudEvents envelope of this house: {', '.join(strange or ['sequence'])} is malformed")
    if wrapped["specversion"] != "1.0":
        raise ValueError(f"specversion {wrapped['specversion']!r} is not 1.0")
    datetime.fromisoformat(wrapped["time"])
    return wrapped
