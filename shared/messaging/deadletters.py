"""Dead letters: read without taking, send back to their queues, put aside (pika).

A letter that moves is confirmed in its new queue before it leaves the old one: a crash, or a second operator,
doubles and never loses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from shared.messaging.deadletter import DeadLetter
from shared.messaging.deadletter_moves import Move, Mover, Parking
from shared.messaging.deadletter_walk import connected, queue_of, waiting, walk
from shared.messaging.selection import EVERYTHING, Selection

Tell = Callable[[Move], object]


class DeadLetters:
    """The dead letters of some services. Raises BrokerUnreachable, QueueMissing, pika's AMQPError."""

    def __init__(self, amqp_uri: str, services: Sequence[str]) -> None:
        self._uri = amqp_uri
        self._services = services

    def count(self, *, parked: bool = False) -> int:
        """How many wait, without looking at any; those that somebody looks at now are not counted."""
        names = [queue_of(service, parked) for service in self._services]
        with connected(self._uri) as connection:
            return sum(waiting(connection, names).values())

    def read(
        self,
        selection: Selection = EVERYTHING,
        *,
        parked: bool = False,
        limit: int | None = None,
        bodies: bool = True,
        within: int | None = None,
    ) -> list[DeadLetter]:
        """At most `limit` of the selected ones, out of the first `within` of each queue; left where they are."""
        found: list[DeadLetter] = []
        with connected(self._uri) as connection:
            for service in self._services:
                for _, letter, _ in walk(connection, service, parked=parked, within=within):
                    if len(found) == limit:
                        return found
                    if selection.takes(letter):
                        found.append(letter if bodies else replace(letter, body=b""))
        return found

    def replay(
        self,
        selection: Selection | None = EVERYTHING,
        *,
        execute: bool,
        parked: bool = False,
        limit: int | None = None,
        tell: Tell | None = None,
    ) -> Counter[str]:
        """Send the selected letters to their queues with a fresh count of attempts; None selects every one.

        `tell` hears of each letter as it is dealt with. Gives the counts of `moved` and `refused`.
        """
        return self._move(selection or EVERYTHING, None, execute=execute, parked=parked, limit=limit, tell=tell)

    def park(
        self,
        selection: Selection,
        parking: Parking,
        *,
        execute: bool,
        limit: int | None = None,
        tell: Tell | None = None,
    ) -> Counter[str]:
        """Put the selected letters aside with the note; otherwise as `replay`."""
        return self._move(selection, parking, execute=execute, parked=False, limit=limit, tell=tell)

    def _move(
        self,
        selection: Selection,
        parking: Parking | None,
        *,
        execute: bool,
        parked: bool,
        limit: int | None,
        tell: Tell | None,
    ) -> Counter[str]:
        tally: Counter[str] = Counter(moved=0, refused=0)
        with connected(self._uri) as connection:
            mover = Mover(connection, parking, execute=execute)
            for service in self._services:
                for settle, letter, properties in walk(connection, service, parked=parked):
                    if limit is not None and tally.total() >= limit:
                        return tally
                    if selection.takes(letter):
                        move = mover.move(settle, letter, properties)
                        tally["refused" if move.refused else "moved"] += 1
                        if tell is not None:
                            tell(move)
        return tally
