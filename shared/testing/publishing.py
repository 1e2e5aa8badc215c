"""A publisher that does as a test says, where the broker's moods are the point and not the broker.

What it shares with `shared.messaging.publisher.Publisher` is tested on both (tests/shared/testing/test_publishing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shared.messaging.publisher import BrokerAway, Outgoing


class Killed(BaseException):
    """The process ends here: nothing that catches exceptions goes on, as after `kill -9`."""


class FakePublisher:
    """Keeps in `taken` what it took, in order.

    refuses    messages that it neither takes nor confirms
    meanwhile  called when the messages are taken and not confirmed yet: what others do at that moment
    away       "before": the connection breaks before anything is taken; "after": all is taken, no confirm comes
    killed     the process is killed, likewise before or after
    """

    def __init__(
        self,
        *,
        refuses: Callable[[Outgoing], bool] = lambda _: False,
        meanwhile: Callable[[], object] = lambda: None,
        away: str = "",
        killed: str = "",
    ) -> None:
        self.taken: list[Outgoing] = []
        self.away = away
        self.refuses = refuses
        self._meanwhile = meanwhile
        self._killed = killed

    def publish(self, batch: Iterable[Outgoing]) -> list[bool]:
        """For each message True when it was taken; raises BrokerAway, or Killed, as it was told."""
        self._break("before")
        batch = list(batch)
        fates = [not self.refuses(outgoing) for outgoing in batch]
        self.taken += [outgoing for outgoing, taken in zip(batch, fates, strict=True) if taken]
        self._meanwhile()
        self._break("after")
        return fates

    def beat(self) -> None:
        """There is no connection to keep alive."""

    def close(self) -> None:
        """There is no connection to drop."""

    def _break(self, when: str) -> None:
        if self._killed == when:
            raise Killed(f"{when} publishing")
        if self.away == when:
            raise BrokerAway(f"the connection broke {when} publishing")
