"""From an exception to what becomes of the message: pure decisions, no broker."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import ConnectionFailure, OperationFailure, WTimeoutError

from shared.failures import Failure, ZonaError
from shared.messaging.publisher import BrokerAway, Outgoing
from shared.messaging.topology import TIERS_MS, retry_tier

ATTEMPT = "x-attempt"
DELIVERIES = "x-delivery-count"
"""How often a quorum queue has handed the message out before; the broker's own, counted against its delivery limit."""
DEAD_AT = "x-dead-at"
LONGEST_REASON = 500
GIVEN_BACK = 5
"""Times that a message is given back to its queue for a transient cause. From then on it waits in a retry tier, which
begins the broker's count anew: a database that answers and takes no writes must not use up the delivery limit."""
PATIENT_TIER = 2
UNABLE = frozenset({50, 262, 14031})
"""MaxTimeMSExpired, ExceededTimeLimit, OutOfDiskSpace: the database is there and can't, which is no event's fault."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery.

    attempt   attempts so far, this one included if it counts
    delay_ms  the retry tier to wait in, or None
    dead      goes to the dead letters
    defect    an exception that nobody declared
    """

    name: str
    failure: Failure | None
    attempt: int
    delay_ms: int | None = None
    dead: bool = False
    defect: bool = False
    reason: str = ""


def classify(error: BaseException | None, headers: dict[str, Any], max_attempts: int) -> Outcome:
    """The outcome of a delivery whose handler ended with `error` (None: it had its effect)."""
    attempts = _count(headers.get(ATTEMPT))
    if error is None:
        return Outcome("done", None, attempts + 1)
    reason = f"{getattr(error, 'code', type(error).__name__)}: {error}"[:LONGEST_REASON]
    failure = failure_of(error)
    if failure is Failure.ALREADY_DONE:
        return Outcome(failure.value, failure, attempts, reason=reason)
    if failure is Failure.TRANSIENT:
        tired = _count(headers.get(DELIVERIES)) >= GIVEN_BACK
        return Outcome(failure.value, failure, attempts, TIERS_MS[PATIENT_TIER] if tired else None, reason=reason)
    if failure is Failure.EARLY:
        return Outcome(failure.value, failure, attempts, delay_ms=TIERS_MS[0], reason=reason)
    if failure is Failure.PERMANENT or attempts + 1 >= max_attempts:
        return Outcome("dead", failure, attempts + 1, dead=True, defect=failure is None, reason=reason)
    delay = TIERS_MS[min(attempts, len(TIERS_MS) - 1)]
    return Outcome("retry", None, attempts + 1, delay_ms=delay, defect=True, reason=reason)


def failure_of(error: BaseException) -> Failure | None:
    """The failure class of an exception; None when nobody declared one."""
    if isinstance(error, ZonaError):
        return error.failure
    if isinstance(error, (ConnectionFailure, WTimeoutError, BrokerAway)):
        return Failure.TRANSIENT
    if isinstance(error, OperationFailure) and error.code in UNABLE:
        return Failure.TRANSIENT
    return None


def _count(value: Any) -> int:
    """A header's number; nought for what anybody may have written there instead."""
    return value if isinstance(value, int) and value > 0 else 0


def forwarded(queue: str, message: Any, outcome: Outcome) -> Outgoing | None:
    """The copy that goes to a retry tier or to the dead letters, byte for byte; None when there is none."""
    service = queue.partition(".")[0]
    if outcome.dead:
        exchange, expiration = f"{service}.dead", None
    elif outcome.delay_ms is not None:
        exchange = retry_tier(service, outcome.delay_ms)
        # jitter below the tier's delay, so that what failed together does not come back together
        expiration = int(outcome.delay_ms * random.uniform(0.7, 1.0))  # noqa: S311 - spreads, guards nothing
    else:
        return None
    properties = message.properties
    headers = {
        name: value for name, value in dict(message.headers or {}).items() if name not in {"x-death", DELIVERIES}
    }
    headers |= {ATTEMPT: outcome.attempt, "x-reason": outcome.reason, "x-queue": queue}
    if outcome.dead:
        headers[DEAD_AT] = datetime.now(UTC).isoformat(timespec="milliseconds")
    body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
    return Outgoing(
        exchange=exchange,
        routing_key=queue,
        body=body,
        message_id=str(properties.get("message_id", "")),
        content_type=message.content_type or "application/octet-stream",
        headers=headers,
        expiration_ms=expiration,
        correlation_id=str(properties.get("correlation_id", "")),
        type=str(properties.get("type", "")),
    )
