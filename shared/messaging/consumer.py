"""The connection that all subscriptions of a process share; it can pause and go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import eventlet
from amqp.exceptions import NotFound as AmqpNotFound
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.messaging import QueueConsumer
from pymongo.errors import PyMongoError

from shared.messaging.acknowledging import Acknowledgements
from shared.messaging.extensions import rooms_of, settings_of
from shared.messaging.publisher import Outgoing, Publisher
from shared.observability import logger
from shared.observability.metrics import PAUSED
from shared.storage.connection import ping

LOOK_EVERY = 0.25
"""Seconds between two looks for requests to pause, to go on or to stop."""
ANSWERS_WITHIN = 2.0
"""Seconds for a database's sign of life when a handler has waited for something too long."""


class PausingConsumer(QueueConsumer):  # type: ignore[misc]  # nameko is untyped
    """Nameko's queue consumer, with raw messages, without declaring anything, and with a pause.

    While the database is away a message can't have its effect. Then nothing is consumed: what was
    prefetched goes back once, no attempt is counted, and consuming goes on after a ping.

    When it is asked to stop it takes nothing more, and keeps its connection until what it has is settled.
    """

    def __init__(self) -> None:
        super().__init__()
        self.paused: Event | None = None
        self._resume = False
        self._publisher: Publisher | None = None
        self._acks: Acknowledgements | None = None
        self._one_at_a_time = Semaphore()

    def run(self, **kwargs: Any) -> None:
        super().run(safety_interval=LOOK_EVERY, **kwargs)

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """Kombu's, without a farewell after a failure: a broker that is silent would not answer that either."""
        connection = self.create_connection()
        try:
            connection.ensure_connection(self.on_connection_error, self.connect_max_retries)
            yield connection
        except BaseException:
            connection.collect()
            raise
        connection.release()

    @property
    def ready(self) -> bool:
        """True while messages may come."""
        return bool(self._consumers_ready.ready()) and self.paused is None

    @property
    def prefetch_count(self) -> int:
        """Of each queue; `max_workers` is for all of them."""
        return settings_of(self.container).prefetch

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        self._acks = Acknowledgements(channel)
        channel.auto_decode = False  # a body is bytes and stays so, whatever its sender says of its encoding
        if self.paused is not None and self.paused.ready():  # a new connection would consume again
            logger().warning("consumers_stay_paused")
            self.paused = Event()
        for provider in self._providers:
            _must_exist(provider.queue.name, channel)
            consumer = consumer_cls(
                queues=[provider.queue(channel)],
                on_message=partial(self._take, provider),
                auto_declare=False,
            )
            consumer.qos(prefetch_count=self.prefetch_count)
            self._consumers[provider] = consumer
        return self._consumers.values()

    def _take(self, provider: Any, message: Any) -> None:
        """Hand a message to its provider, which starts a handler and returns at once."""
        if self._acks is not None:
            self._acks.delivered(message.delivery_tag)
        provider.handle_message(message)

    def ack_message(self, message: Any) -> None:
        """Acknowledge, unless its channel is gone and the broker has it back."""
        if self._acks is not None and message.channel is self._acks.channel:
            self._acks.settled(message.delivery_tag)

    def requeue_message(self, message: Any) -> None:
        """Give back."""
        if self._acks is not None and message.channel is self._acks.channel:
            try:
                super().requeue_message(message)
            finally:  # not before: while it is ours, no acknowledgement of several reaches over it
                self._acks.given_back(message.delivery_tag)

    def holds(self, message: Any) -> bool:
        """Whether the message is still ours to settle; gives it back if we are to stop."""
        if message.channel.connection is None:
            return False  # the broker has taken it back
        if not self._consumers:
            self.requeue_message(message)
            return False
        return True

    def on_iteration(self) -> None:
        if self.paused is not None and not self.paused.ready():
            for consumer in self._consumers.values():
                consumer.cancel()
            self.paused.send(None)
        if self._resume:
            self._resume, self.paused = False, None
            for consumer in self._consumers.values():
                consumer.consume()
        if self._publisher is not None and self._one_at_a_time.acquire(blocking=False):
            try:
                self._publisher.beat()
            finally:
                self._one_at_a_time.release()
        self._cancel_consumers_if_requested()
        if not self._consumers and not self._acks:
            self.should_stop = True

    def pause(self) -> None:
        """Stop consuming; returns once the broker sends nothing more, so that what is given back stays there."""
        if self.paused is None:
            self.paused = Event()
            PAUSED.labels(self.container.service_name).set(1)
            logger().warning("consumers_paused", why="the database does not answer")
            self.container.spawn_managed_thread(self._wait_for_database)
        paused = self.paused
        with eventlet.Timeout(4 * LOOK_EVERY + 5, exception=False):
            paused.wait()

    def database_answers(self) -> bool:
        """Whether it gives a sign of life now."""
        with eventlet.Timeout(ANSWERS_WITHIN, exception=False):
            try:
                ping(rooms_of(self.container).database)
            except PyMongoError:
                return False
            return True
        return False

    def publish(self, outgoing: Outgoing) -> bool:
        """Publish a retry or a dead letter; True when confirmed. Raises publisher.BrokerAway."""
        with self._one_at_a_time:
            if self._publisher is None:
                self._publisher = Publisher(settings_of(self.container).amqp_uri)
            return self._publisher.publish([outgoing])[0]

    def _wait_for_database(self) -> None:
        database = rooms_of(self.container).database
        while not self.should_stop:
            eventlet.sleep(2 * LOOK_EVERY)
            try:
                ping(database)
            except PyMongoError:
                continue
            PAUSED.labels(self.container.service_name).set(0)
            logger().info("consumers_resumed")
            self._resume = True
            return


def _must_exist(queue: str, channel: Any) -> None:
    try:
        channel.queue_declare(queue=queue, passive=True)
    except AmqpNotFound:
        logger().error("topology", fault=f"queue {queue} is missing: run `zi topology apply` of this version")
        raise
