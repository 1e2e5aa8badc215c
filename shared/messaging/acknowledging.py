"""Acknowledgements of one channel: those of one moment leave in as few frames as there can be.

A frame for each message would cost the broker more than the message. Nothing waits for company: what is settled
while the process does something else is told at its next turn.
"""

from __future__ import annotations

from typing import Any

import eventlet
from amqp.exceptions import ConnectionError as ChannelGone


class Acknowledgements:
    """The deliveries of `channel` that nobody has settled yet, in the order in which they came."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self._done: dict[int, bool] = {}
        self._flushing = False

    def __len__(self) -> int:
        return len(self._done)

    def delivered(self, tag: int) -> None:
        """A message came; delivery tags only grow."""
        self._done[tag] = False

    def given_back(self, tag: int) -> None:
        """It is not ours any more."""
        self._done.pop(tag, None)

    def settled(self, tag: int) -> None:
        """Its effect stands: the broker may forget it."""
        if tag in self._done:
            self._done[tag] = True
            if not self._flushing:
                self._flushing = True
                eventlet.spawn_n(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if self.channel.connection is None:  # the broker has taken all of it back
            self._done.clear()
            return
        try:
            for tag, multiple in self._take():
                self.channel.basic_ack(tag, multiple=multiple)
        except (ChannelGone, OSError):  # likewise; whoever drains the connection notices too
            self._done.clear()

    def _take(self) -> list[tuple[int, bool]]:
        """The frames that tell everything that is settled: one for all up to the first open one, one for each other."""
        head = 0
        for tag, done in self._done.items():
            if not done:
                break
            head = tag
        rest = [tag for tag, done in self._done.items() if done and tag > head]
        self._done = {tag: done for tag, done in self._done.items() if not done}
        return [(head, True)] * bool(head) + [(tag, False) for tag in rest]
