"""Points at which a process stops dead, to be killed there by the harness.

`arm` wraps functions of the shared code in this process alone. At the n-th event the process writes a marker (a JSON
object with its pid and what it was about to do, or had just done) and stops itself with SIGSTOP: none of its threads
goes one step further. What then stands in the database and at the broker can be looked at in peace before the SIGKILL.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

BEFORE_PUBLISH = "before-publish"
BEFORE_RECORD = "before-record"
BEFORE_TAKE_OUT = "before-take-out"
BEFORE_EFFECT = "before-effect"
AFTER_EFFECT = "after-effect"


class Point:
    """Counts, and stops the process at the n-th time."""

    def __init__(self, nth: int, marker: Path) -> None:
        self._left, self._marker = nth, marker
        self._lock = threading.Lock()

    def pass_by(self, count: int = 1, **facts: Any) -> None:
        """So many events more; the n-th one never returns."""
        with self._lock:
            before, self._left = self._left, self._left - count
            if self._left > 0 or before <= 0:
                return
            written = self._marker.with_suffix(".part")
            written.write_text(json.dumps({"pid": os.getpid(), **facts}))
            written.rename(self._marker)
            # to this very thread, which so takes no further step; it stops all the others too
            signal.raise_signal(signal.SIGSTOP)


def arm() -> None:
    """Set the point that the environment names (CHAOS_POINT, CHAOS_NTH, CHAOS_MARKER), if it names one."""
    if name := os.environ.get("CHAOS_POINT"):
        point = Point(int(os.environ["CHAOS_NTH"]), Path(os.environ["CHAOS_MARKER"]))
        _POINTS[name](point)


def _before_publish(point: Point) -> None:
    from shared.messaging.publisher import Publisher

    publish = Publisher.publish

    def stopping(self: Any, batch: Any) -> Any:
        batch = list(batch)
        events = [each.message_id for each in batch if each.exchange.endswith(".events")]
        point.pass_by(len(events), events=events)
        return publish(self, batch)

    Publisher.publish = stopping  # type: ignore[method-assign]


def _before(step: str, point: Point) -> None:
    """Before a step of the relay that follows the publishing: `record` or `take_out`."""
    from shared.messaging import outbox

    proceed = getattr(outbox, step)

    @functools.wraps(proceed)
    def stopping(*arguments: Any) -> Any:
        said = next(each for each in arguments if isinstance(each, list))
        events = sorted(event["id"] for each in said for event in each.events)
        point.pass_by(len(events), step=step, events=events)
        return proceed(*arguments)

    setattr(outbox, step, stopping)


def _around_effect(before: bool, point: Point) -> None:
    from shared.storage import AggregateStore

    change, create = AggregateStore.change, AggregateStore.create

    def pass_by(now: bool, store: Any, key: str, cause: Any) -> None:
        if now:
            point.pass_by(aggregate=f"{store.kind}:{key}", cause=cause.event_id or cause.command_id)

    def changing(self: Any, key: str, decide: Any, cause: Any, **kwargs: Any) -> Any:
        def deciding(state: Any) -> Any:
            decided = decide(state)
            pass_by(before, self, key, cause)
            return decided

        changed = change(self, key, deciding, cause, **kwargs)
        pass_by(not before, self, key, cause)
        return changed

    def creating(self: Any, key: str, state: Any, events: Any, cause: Any, **kwargs: Any) -> Any:
        pass_by(before, self, key, cause)
        created = create(self, key, state, events, cause, **kwargs)
        pass_by(not before, self, key, cause)
        return created

    AggregateStore.change, AggregateStore.create = changing, creating  # type: ignore[method-assign]


_POINTS: dict[str, Callable[[Point], None]] = {
    BEFORE_PUBLISH: _before_publish,
    BEFORE_RECORD: functools.partial(_before, "record"),
    BEFORE_TAKE_OUT: functools.partial(_before, "take_out"),
    BEFORE_EFFECT: functools.partial(_around_effect, True),
    AFTER_EFFECT: functools.partial(_around_effect, False),
}
