"""Move a dead letter to another queue: confirmed there before it leaves here (pika)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pika.exceptions import NackError, UnroutableError

from shared.failures import Said
from shared.messaging.deadletter import NOTE, PARKED_AT, PARKED_BY, REPLAYED, DeadLetter
from shared.messaging.deadletter_walk import waiting
from shared.messaging.failing import ATTEMPT, DEAD_AT
from shared.messaging.topology import handler_queues, parked_queue

PERSISTENT = 2


@dataclass(frozen=True, slots=True)
class Parking:
    """Why, and by whom, letters are put aside."""

    note: str
    by: str


@dataclass(frozen=True, slots=True)
class Move:
    """One letter on its way to the queue `target`; `refused` says why it stays where it is."""

    letter: DeadLetter
    target: str
    refused: Said | None = None


class Mover:
    """Moves letters over one connection; remembers which queues there are."""

    def __init__(self, connection: Any, parking: Parking | None, *, execute: bool) -> None:
        self._connection, self._parking, self._execute = connection, parking, execute
        self._channel = connection.channel()
        self._channel.confirm_delivery()
        self._standing: dict[str, bool] = {}
        self._handlers = frozenset(handler_queues())

    def move(self, settle: Callable[[], object], letter: DeadLetter, properties: Any) -> Move:
        """Publish the letter to where it goes, then settle the original; the dry run only looks for obstacles."""
        target = letter.queue if self._parking is None else parked_queue(letter.service)
        refused = self._obstacle(letter, target)
        if refused is None and self._execute:
            try:
                self._publish(target, letter, properties)
            except (UnroutableError, NackError) as error:
                self._standing.pop(target, None)
                refused = _not_taken(target, type(error).__name__)
            else:
                settle()
        return Move(letter, target, refused)

    def _obstacle(self, letter: DeadLetter, target: str) -> Said | None:
        own = target in self._handlers and target.partition(".")[0] == letter.service
        if self._parking is None and not own:
            return _no_handler(target)
        if target not in self._standing:
            self._standing[target] = bool(waiting(self._connection, [target], absent_is_fine=True))
        return None if self._standing[target] else _missing(target)

    def _publish(self, target: str, letter: DeadLetter, properties: Any) -> None:
        headers = {name: value for name, value in (properties.headers or {}).items() if not name.startswith("x-")}
        properties.headers = headers | (_parked(letter, self._parking) if self._parking else _again(letter))
        properties.expiration, properties.delivery_mode = None, PERSISTENT
        self._channel.basic_publish("", target, letter.body, properties, mandatory=True)


def _again(letter: DeadLetter) -> dict[str, Any]:
    return {ATTEMPT: 0, REPLAYED: letter.replayed + 1}


def _parked(letter: DeadLetter, parking: Parking) -> dict[str, Any]:
    known = {DEAD_AT: letter.died_at.isoformat()} if letter.died_at else {}
    return known | {
        ATTEMPT: letter.attempts,
        REPLAYED: letter.replayed,
        "x-reason": letter.reason,
        "x-queue": letter.queue,
        NOTE: parking.note,
        PARKED_BY: parking.by,
        PARKED_AT: datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _no_handler(queue: str) -> Said:
    name = ascii(queue)[1:-1] or "?"
    return (
        f"tidak ada penerima {name} dalam versi ini: biarkan, atau kesampingkan dengan `zi dlq park`",
        f"no handler {name} in this version: leave it, or put it aside with `zi dlq park`",
    )


def _missing(queue: str) -> Said:
    return (
        f"antrean {queue} tidak ada: jalankan `zi topology apply`, lalu ulangi",
        f"there is no queue {queue}: run `zi topology apply`, then repeat",
    )


def _not_taken(queue: str, why: str) -> Said:
    return (
        f"antrean {queue} tidak menerimanya ({why}): ulangi nanti",
        f"the queue {queue} did not take it ({why}): repeat later",
    )
