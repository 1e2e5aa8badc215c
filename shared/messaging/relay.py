"""The outbox relay of a service as a Nameko extension: several may run, duplicates are allowed, losses are not."""

from __future__ import annotations

import contextlib
from dataclasses import fields
from typing import Any

import eventlet
from eventlet.event import Event
from nameko.extensions import DependencyProvider
from pymongo.errors import PyMongoError

from shared.messaging.extensions import rooms_of, settings_of
from shared.messaging.leading import BEAT, Lead
from shared.messaging.outbox import Outboxes
from shared.messaging.publisher import BrokerAway, Publisher
from shared.messaging.waking import Watcher
from shared.observability import logger
from shared.storage.aggregates import AggregateStore

EVERY_STORE = None
LONGEST_PAUSE = 2.0
"""Seconds between two looks while the broker or the database is away."""


class Relay(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Publishes what the aggregates of this service have to say.

    The database's change stream wakes it and names the collection, where the server has one; elsewhere a handler of the
    same process does, and it looks every `RELAY_INTERVAL` seconds. While the broker or the database is away it looks
    less and less often, up to two seconds. Of several workers of the service one relays, and the others stand by.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopping = False
        self._woken = Event()
        self._changed: set[str | None] = {EVERY_STORE}
        self._lead: Lead | None = None
        self._watcher: Watcher | None = None
        self._threads: list[Any] = []

    def start(self) -> None:
        database = rooms_of(self.container).database
        self._lead = Lead(database)
        self._watcher = Watcher(self.container.service_name, database, self.wake, wanted=lambda: self._leading)
        self._threads = [self.container.spawn_managed_thread(each) for each in (self._watcher.run, self._run)]

    def stop(self) -> None:
        self._stopping = True
        if self._watcher is not None:
            self._watcher.stop()
        self.wake(EVERY_STORE)
        for thread in self._threads:
            thread.wait()
        if self._lead is not None:
            with contextlib.suppress(PyMongoError):  # then it is taken over a little later
                self._lead.give_up()

    def wake(self, collection: str | None) -> None:
        """There may be something to say in `collection`, or in any if it is None; the relay looks at once."""
        self._changed.add(collection)
        if not self._woken.ready():
            self._woken.send(None)

    def worker_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> None:
        if self._watcher is None or not self._watcher.watching:
            self.wake(EVERY_STORE)

    @property
    def _leading(self) -> bool:
        return self._lead is not None and self._lead.held

    def _run(self) -> None:
        settings, rooms = settings_of(self.container), rooms_of(self.container)
        publisher = Publisher(settings.amqp_uri)
        service, stores = self.container.service_name, stores_of(rooms)
        outboxes = Outboxes(service, rooms.database, stores, publisher, settings.relay_batch)
        trouble = 0.0
        while not self._stopping:
            try:
                self._turn(outboxes, settings.relay_interval)
                trouble = 0.0
            except (BrokerAway, PyMongoError) as error:
                trouble = min(max(2 * trouble, settings.relay_interval), LONGEST_PAUSE)
                logger().warning("relay_waits", seconds=trouble, error=str(error)[:300])
                self._changed.add(EVERY_STORE)
                eventlet.sleep(trouble)
            publisher.beat()
        publisher.close()

    def _turn(self, outboxes: Outboxes, interval: float) -> None:
        """One round if it is ours to relay, and the rest after it."""
        lead: Any = self._lead
        if not lead.hold():
            self._changed.add(EVERY_STORE)
            eventlet.sleep(BEAT)
            return
        changed, self._changed, self._woken = self._changed, set(), Event()
        said = outboxes.relay(only=_names(changed), stopped=lambda: self._stopping or not lead.hold())
        if said:  # what joined an outbox meanwhile woke nobody: it was pending already
            self._changed |= changed
        else:
            self._rest(interval)

    def _rest(self, interval: float) -> None:
        """Until somebody wakes us, or it is time to look into every store."""
        watched = self._watcher is not None and self._watcher.watching
        with eventlet.Timeout(BEAT if watched else interval) as late:
            try:
                self._woken.wait()
            except eventlet.Timeout as timeout:
                if timeout is not late:
                    raise
                self._changed.add(EVERY_STORE)


def _names(changed: set[str | None]) -> set[str] | None:
    return None if EVERY_STORE in changed else {name for name in changed if name is not None}


def stores_of(rooms: Any) -> list[AggregateStore[Any]]:
    """The aggregate stores among a service's rooms."""
    return [value for each in fields(rooms) if isinstance(value := getattr(rooms, each.name), AggregateStore)]
