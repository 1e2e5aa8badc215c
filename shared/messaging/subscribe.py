"""The reliable event entrypoint.

Nameko acknowledges an event whose handler raised, and loses one that it can't decode. Here the effect
comes first and the acknowledgement after it; a failure goes where its class says (shared.failures):

    already done  acknowledge
    early         shortest retry tier; no attempt counted
    transient     pause all consumers of the process, give the message back, go on when the database answers
    permanent     dead letter, with reason, attempts and correlation id
    unknown       retry tiers with growing delay and jitter; dead letter after MAX_ATTEMPTS

A copy is confirmed by the broker before the original is acknowledged, so a crash doubles and never loses.
"""

from __future__ import annotations

import time
from typing import Any

from kombu.entity import Queue
from nameko.exceptions import ContainerBeingKilled
from nameko.messaging import Consumer

from shared.contracts.received import Received, Undecodable, read
from shared.failures import Failure
from shared.messaging import topology
from shared.messaging.consumer import PausingConsumer
from shared.messaging.extensions import settings_of
from shared.messaging.failing import Outcome, classify, forwarded
from shared.messaging.publisher import BrokerAway
from shared.observability import bind_correlation, logger
from shared.observability.metrics import EARLY_SECONDS, EVENT_SECONDS, EVENTS


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
        super().setup()

    def handle_message(self, body: Any, message: Any) -> None:
        """Read the message and spawn the handler; `body` is not decoded by anybody else before."""
        began = time.perf_counter()
        try:
            received = read(message.body)
        except Undecodable as error:
            bind_correlation(message.properties.get("correlation_id"))
            self._settle(message, None, error, began)
            return

        def done(worker_ctx: Any, result: Any = None, exc_info: Any = None) -> Any:
            self._settle(message, received, exc_info[1] if exc_info else None, began)
            return result, exc_info

        try:
            self.container.spawn_worker(self, (received,), {}, handle_result=done)
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def _settle(self, message: Any, received: Received | None, error: BaseException | None, began: float) -> None:
        """Do with the message what the outcome asks for, and write the one line about it."""
        settings = settings_of(self.container)
        outcome = classify(error, dict(message.headers or {}), settings.max_attempts)
        if outcome.failure is Failure.TRANSIENT:
            self.queue_consumer.pause()
            self.queue_consumer.requeue_message(message)
        else:
            self._forward(message, outcome)
        self._tell(message, received, outcome, error, began)

    def _forward(self, message: Any, outcome: Outcome) -> None:
        """Hand a copy on if the outcome asks for it; acknowledge only after the broker has it."""
        copy = forwarded(self.queue.name, message, outcome)
        try:
            if copy is not None and not self.queue_consumer.publish(copy):
                raise BrokerAway(f"{copy.exchange} did not take the message")
        except BrokerAway as away:
            logger().warning("forwarding_waits", queue=self.queue.name, error=str(away))
            self.queue_consumer.requeue_message(message)
            return
        self.queue_consumer.ack_message(message)

    def _tell(
        self, message: Any, received: Received | None, outcome: Outcome, error: BaseException | None, began: float
    ) -> None:
        seconds = time.perf_counter() - began
        service = self.container.service_name
        EVENTS.labels(service, self.method_name, outcome.name).inc()
        EVENT_SECONDS.labels(service, self.method_name).observe(seconds)
        if received is not None:
            bind_correlation(received.cause.correlation_id)
            if outcome.failure is Failure.EARLY:
                EARLY_SECONDS.labels(service, self.method_name).set(
                    (received.cause.time - received.time).total_seconds()
                )
        say = logger().error if outcome.dead else logger().info
        say(
            "event",
            handler=self.queue.name,
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


subscribe = Subscription.decorator
