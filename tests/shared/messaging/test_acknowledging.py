"""Acknowledgements of several messages at once: what is not settled is never told to be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from shared.messaging.acknowledging import Acknowledgements
from shared.messaging.consumer import PausingConsumer


class Broker:
    """The broker's side of one channel: what it has handed out, what it forgets, what it takes back."""

    def __init__(self) -> None:
        self.connection: object | None = self
        self.handed_out: set[int] = set()
        self.forgotten: set[int] = set()

    def basic_ack(self, tag: int, multiple: bool) -> None:
        told = {each for each in self.handed_out if each == tag or (multiple and each <= tag)}
        assert tag in told, f"tag {tag} is unknown: RabbitMQ would close the channel"
        self.forgotten |= told
        self.handed_out -= told

    def basic_reject(self, tag: int) -> None:
        self.handed_out.remove(tag)


class Settling(RuleBasedStateMachine):
    """Deliveries that are settled, given back, and told about in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.broker = Broker()
        self.acks = Acknowledgements(self.broker)
        self.acks._flushing = True  # told when the machine says so, and not in a green thread
        self.last = 0
        self.settled: set[int] = set()

    @rule(many=st.integers(1, 5))
    def deliver(self, many: int) -> None:
        for _ in range(many):
            self.last += 1
            self.broker.handed_out.add(self.last)
            self.acks.delivered(self.last)

    @precondition(lambda self: self.open)
    @rule(nth=st.integers(0, 20))
    def settle(self, nth: int) -> None:
        tag = self.open[nth % len(self.open)]
        self.settled.add(tag)
        self.acks.settled(tag)

    @precondition(lambda self: self.open)
    @rule(nth=st.integers(0, 20), told_between=st.booleans())
    def give_back(self, nth: int, told_between: bool) -> None:
        tag = self.open[nth % len(self.open)]
        self.broker.basic_reject(tag)
        if told_between:
            self.tell()
        self.acks.given_back(tag)

    @rule()
    def tell(self) -> None:
        self.acks._flush()
        self.acks._flushing = True
        assert self.broker.forgotten >= self.settled, "settled, and nobody told the broker"

    @property
    def open(self) -> list[int]:
        return sorted(self.broker.handed_out - self.settled)

    @invariant()
    def only_what_is_settled_is_forgotten(self) -> None:
        assert self.broker.forgotten <= self.settled

    def teardown(self) -> None:
        self.tell()
        assert len(self.acks) == len(self.open)


def test_acknowledgements_of_several_never_reach_one_that_is_not_settled() -> None:
    bounds = settings(max_examples=200, stateful_step_count=30, derandomize=True, database=None, deadline=None)
    run_state_machine_as_test(Settling, settings=bounds)


class Message:
    """A delivery; while it is being given back, others tell what they have settled."""

    def __init__(self, broker: Broker, tag: int, meanwhile: Any) -> None:
        self.channel, self.delivery_tag, self._meanwhile = broker, tag, meanwhile

    def requeue(self) -> None:
        self._meanwhile()
        self.channel.basic_reject(self.delivery_tag)


def test_a_message_that_is_being_given_back_is_not_acknowledged_with_later_ones() -> None:
    broker, consumer = Broker(), PausingConsumer()
    consumer._acks = acks = Acknowledgements(broker)
    acks._flushing = True
    for tag in (1, 2):
        broker.handed_out.add(tag)
        acks.delivered(tag)
    acks.settled(2)
    consumer.requeue_message(Message(broker, 1, acks._flush))
    assert broker.forgotten == {2}
    assert len(acks) == 0


def test_acknowledgements_end_with_their_connection() -> None:
    broker = Broker()
    acks = Acknowledgements(broker)
    acks._flushing = True
    broker.handed_out.add(1)
    acks.delivered(1)
    acks.settled(1)
    broker.connection = None
    acks._flush()
    assert (broker.forgotten, len(acks)) == (set(), 0)


@pytest.mark.parametrize("tag", [7, 0])
def test_a_message_of_an_earlier_connection_is_not_acknowledged_on_this_one(tag: int) -> None:
    earlier, broker, consumer = Broker(), Broker(), PausingConsumer()
    consumer._acks = acks = Acknowledgements(broker)
    acks.delivered(7)
    consumer.ack_message(Message(earlier, tag, lambda: None))
    assert acks._done == {7: False}
