"""The reliable event entrypoint.

Nameko acknowledges an event whose handler raised, and loses one that it can't decode. Here the effect
comes first and the acknowledgement after it; a failure goes where its class says (shared.failures):

    already done  acknowledge
    early         shortest retry tier; no attempt counted
    transient     pause all consumers of the process, give the message back, go on when the database answers;
                  after GIVEN_BACK times a retry tier instead, or the broker's delivery limit would be used up
    permanent     dead letter, with reason, attempts and correlation id
    unknown       retry tiers with growing delay and jitter; dead letter after MAX_ATTEMPTS

A copy is confirmed by the broker before the original is acknowledged, so a crash doubles and never loses.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import eventlet
from kombu.entity import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.messaging import Consumer

from shared.contracts.received import Received, read
from shared.failures import Away, Failure
from shared.messaging import topology
from shared.messaging.consumer import PausingConsumer
from shared.messaging.extensions import settings_of
from shared.messaging.failing import Outcome, classify, forwarded
from shared.messaging.publisher import BrokerAway
from shared.observability import bind_correlation, logger, note
from shared.observability.metrics import EARLY_SECONDS, EVENT_SECONDS, EVENTS

LIMIT = "limit"
FORWARD_AGAIN = 1.0
"""Seconds between two offers of a retry or a dead letter that the broker did not take."""


class TookTooLong(Exception):
    """A handler did not end in time; it is tried again as after any failure that nobody declared.

    Unless the database does not answer at that moment: then it was waited for, which is no fault of the event's.
    """


class Subscription(Consumer):  # type: ignore[misc]  # nameko is untyped
    """Events of one or several types, on the queue "<service>.<method>"."""

    queue_consumer = PausingConsumer()

    def __init__(self, *types: str) -> None:
        super().__init__(queue=None, expected_exceptions=(Exception,))
        self.types = types

    def setup(self) -> None:
        name = f"{self.container.service_name}.{self.method_name}"
        declared = topology.handler_queue(name)
        heard = {key for _, key in declared.bindings}
        if heard != set(self.types):
            raise LookupError(f"{name} subscribes to {sorted(self.types)}, the contracts say {sorted(heard)}")
        self.queue = Queue(  # type: ignore[no-untyped-call]  # kombu is untyped
            name,
            durable=True,
            queue_arguments=declared.arguments,
        )
        labels = (self.container.service_name, self.method_name)
        self._seconds, self._early = EVENT_SECONDS.labels(*labels), EARLY_SECONDS.labels(*labels)
        self._counted: dict[str, Any] = {}
        self._log = logger().bind(handler=self.queue.name)
        self._had_early = False
        super().setup()

    def handle_message(self, message: Any) -> None:
        """Read the message and start its handler; nobody has decoded its body before."""
        began = time.perf_counter()
        try:
            received = read(message.body)
        except Exception as error:  # whatever a message is, the worker must not die of it
            bind_correlation(message.properties.get("correlation_id"))
            self.container.spawn_managed_thread(partial(self._settle, message, None, error, began))
            return

        def done(worker_ctx: Any, result: Any = None, exc_info: Any = None) -> Any:
            worker_ctx.data[LIMIT].cancel()
            self._settle(message, received, exc_info[1] if exc_info else None, began)
            return result, exc_info

        try:
            self.container.spawn_worker(self, (received,), {}, handle_result=done)
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def begin(self, worker_ctx: Any) -> None:
        """In the handler's own thread, right before it: from here on it has `HANDLER_SECONDS`."""
        seconds = settings_of(self.container).handler_seconds
        worker_ctx.data[LIMIT] = eventlet.Timeout(seconds, TookTooLong(f"no end within {seconds} s"))

    def _settle(self, message: Any, received: Received | None, error: BaseException | None, began: float) -> None:
        """Do with the message what the outcome asks for, and write the one line about it."""
        settings = settings_of(self.container)
        if isinstance(error, TookTooLong) and not self.queue_consumer.database_answers():
            error = Away(("Basis data tidak menjawab.", "The database does not answer."))
        outcome = classify(error, message.headers or {}, settings.max_attempts)
        if outcome.failure is Failure.TRANSIENT:
            self.queue_consumer.pause()
        if outcome.failure is Failure.TRANSIENT and outcome.delay_ms is None:
            self.queue_consumer.requeue_message(message)
        else:
            self._forward(message, outcome)
        note(
            "delivered",
            queue=self.queue.name,
            event=received.id if received else None,
            attempt=outcome.attempt,
            redelivered=bool(message.delivery_info.get("redelivered")),
            outcome=outcome.name,
        )
        self._tell(message, received, outcome, error, began)

    def _forward(self, message: Any, outcome: Outcome) -> None:
        """Hand a copy on if the outcome asks for it; acknowledge only after the broker has it.

        What the broker does not take is offered again while we hold the message: to give it back would bring it here
        again at once, and each time would count against its delivery limit. Given back it is when we are to stop, or
        its channel has gone.
        """
        copy = forwarded(self.queue.name, message, outcome)
        while copy is not None:
            try:
                if self.queue_consumer.publish(copy):
                    break
                fault = f"{copy.exchange} did not take the message"
            except BrokerAway as away:
                fault = str(away)
            logger().warning("forwarding_waits", queue=self.queue.name, error=fault)
            if not self.queue_consumer.holds(message):
                return
            eventlet.sleep(FORWARD_AGAIN)
        self.queue_consumer.ack_message(message)

    def _tell(
        self, message: Any, received: Received | None, outcome: Outcome, error: BaseException | None, began: float
    ) -> None:
        seconds = time.perf_counter() - began
        self._count(outcome, received, seconds)
        if received is not None:
            bind_correlation(received.cause.correlation_id)
        say = self._log.error if outcome.dead else self._log.info
        say(
            "event",
            outcome=outcome.name,
            event_type=received.type if received else message.delivery_info.get("routing_key"),
            event_id=received.id if received else message.properties.get("message_id"),
            subject=received.subject if received else None,
            sequence=received.sequence if received else None,
            attempt=outcome.attempt,
            ms=int(seconds * 1000),
            reason=str(error)[:300] if error else None,
            exc_info=error if outcome.defect else None,
        )

    def _count(self, outcome: Outcome, received: Received | None, seconds: float) -> None:
        """The metrics; each label is looked up once, which costs more than to count."""
        counted = self._counted.get(outcome.name)
        if counted is None:
            counted = EVENTS.labels(self.container.service_name, self.method_name, outcome.name)
            self._counted[outcome.name] = counted
        counted.inc()
        self._seconds.observe(seconds)
        if outcome.failure is Failure.EARLY and received is not None:
            self._early.set((received.cause.time - received.time).total_seconds())
            self._had_early = True
        elif self._had_early:  # somebody waited, and somebody came through: the next early one tells anew
            self._early.set(0)
            self._had_early = False


subscribe = Subscription.decorator
