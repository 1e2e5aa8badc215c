"""The outbox relay of a service as a Nameko extension: several may run, duplicates are allowed, losses are not."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider
from pymongo.errors import PyMongoError

from shared.messaging.extensions import rooms_of, settings_of
from shared.messaging.outbox import relay_once
from shared.messaging.publisher import BrokerAway, Publisher
from shared.observability import logger
from shared.storage.aggregates import AggregateStore

SLICE = 0.02
LONGEST_PAUSE = 2.0


class Relay(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Publishes what the aggregates of this service have to say.

    A handler of the same process nudges it; otherwise it looks every `RELAY_INTERVAL` seconds. While the
    broker or the database is away it looks less and less often, up to two seconds.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopping = False
        self._nudged = False
        self._thread: Any = None

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        self._stopping = True
        if self._thread is not None:
            self._thread.wait()

    def worker_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> None:
        self._nudged = True

    def _run(self) -> None:
        settings, rooms = settings_of(self.container), rooms_of(self.container)
        stores = stores_of(rooms)
        publisher = Publisher(settings.amqp_uri)
        pause = settings.relay_interval
        while not self._stopping:
            try:
                said = relay_once(self.container.service_name, rooms.database, stores, publisher, settings.relay_batch)
                pause = settings.relay_interval if not said else 0
            except (BrokerAway, PyMongoError) as error:
                pause = min(max(pause, settings.relay_interval) * 2, LONGEST_PAUSE)
                logger().warning("relay_waits", seconds=pause, error=str(error)[:300])
            self._rest(pause)
            publisher.beat()
        publisher.close()

    def _rest(self, seconds: float) -> None:
        self._nudged = False
        waited = 0.0
        eventlet.sleep(0)
        while waited < seconds and not self._stopping and not (self._nudged and seconds <= LONGEST_PAUSE / 4):
            eventlet.sleep(SLICE)
            waited += SLICE


def stores_of(rooms: Any) -> list[AggregateStore[Any]]:
    """The aggregate stores among a service's rooms."""
    return [value for each in fields(rooms) if isinstance(value := getattr(rooms, each.name), AggregateStore)]
