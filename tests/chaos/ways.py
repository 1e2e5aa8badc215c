"""Ways in which a process misbehaves all the time: what the environment's CHAOS_WAYS names, comma between.

    twice       each event is published twice, one copy behind the other
    backwards   what the relay publishes in one go leaves in reverse
    meeting     a handler waits, before its effect, until another process is at the same event
    stubborn    events of nine sources in ten fail, for a reason nobody declared, until the file CHAOS_GATE stands there
    newer       the producer has a newer version of its contract, with fields that nobody else knows

and saboteurs (CHAOS_SABOTAGE), which tests.chaos.test_judge expects to be caught:

    acks-first  a handler says that it is done and has its effect a moment later
    unguarded   an effect is written whether or not the event was heard before
    unordered   an effect is written whatever its place in the source's order

Each process also leaves, in CHAOS_CLOCK, the time that it believes in.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEETS_WITHIN = 0.5
LATE = 0.3


def take(service: str) -> None:
    """Take on every way that the environment names; CHAOS_SABOTAGE is for the registry's worker alone."""
    if clock := os.environ.get("CHAOS_CLOCK"):
        Path(clock).write_text(repr(time.time()))
    names = os.environ.get("CHAOS_WAYS", "").split(",")
    names += [os.environ.get("CHAOS_SABOTAGE", "")] if service == "registry" else []
    for name in filter(None, names):
        _WAYS[name]()


def _publishing(change: Callable[[Any, Any, list[Any]], list[bool]]) -> None:
    """Put `change` around the publishing of events; retries and dead letters go as they do."""
    from shared.messaging.publisher import Publisher

    publish = Publisher.publish

    def changed(self: Any, batch: Any) -> Any:
        batch = list(batch)
        if not batch or not batch[0].exchange.endswith(".events"):
            return publish(self, batch)
        return change(publish, self, batch)

    Publisher.publish = changed  # type: ignore[method-assign]


def _twice() -> None:
    def change(publish: Any, self: Any, batch: list[Any]) -> list[bool]:
        fates = publish(self, [each for one in batch for each in (one, one)])
        return [first and second for first, second in zip(fates[::2], fates[1::2], strict=True)]

    _publishing(change)


def _backwards() -> None:
    _publishing(lambda publish, self, batch: list(reversed(publish(self, list(reversed(batch))))))


def _meeting() -> None:
    from shared.storage import AggregateStore

    place, me = Path(os.environ["CHAOS_PLACE"]), os.environ["CHAOS_ME"]
    change, create = AggregateStore.change, AggregateStore.create

    def changing(self: Any, key: str, decide: Any, cause: Any, **kwargs: Any) -> Any:
        def deciding(state: Any) -> Any:
            decided = decide(state)
            _meet(place, me, cause.event_id)
            return decided

        return change(self, key, deciding, cause, **kwargs)

    def creating(self: Any, key: str, state: Any, events: Any, cause: Any, **kwargs: Any) -> Any:
        _meet(place, me, cause.event_id)
        return create(self, key, state, events, cause, **kwargs)

    AggregateStore.change, AggregateStore.create = changing, creating  # type: ignore[method-assign]


def _meet(place: Path, me: str, event: str) -> None:
    """Wait until the other process (one is called a, one b) stands at the same event, or give up after a while."""
    mine, others = place / f"{event}.{me}", place / f"{event}.{'b' if me == 'a' else 'a'}"
    if (place / f"{event}.met-{me}").exists():
        return
    mine.touch()
    end = time.monotonic() + MEETS_WITHIN
    while time.monotonic() < end:
        if others.exists():
            (place / f"{event}.met-{me}").touch()
            return
        time.sleep(0.001)
    mine.unlink()


def _stubborn() -> None:
    from tests.chaos import rooms

    gate, apply = Path(os.environ["CHAOS_GATE"]), rooms._apply

    def refusing(made: Any, event: Any, said: Any) -> None:
        if not event.subject.endswith("0") and not gate.exists():
            raise RuntimeError("the gate is shut")
        apply(made, event, said)

    rooms._apply = refusing


def _newer() -> None:
    from marshmallow import fields

    from shared.contracts import registry
    from shared.contracts.units import InstitutionRegistered
    from tests.chaos import rooms

    class Newer(InstitutionRegistered):
        established = fields.Integer(required=True)
        addresses = fields.List(fields.Dict(), required=True)

    old = registry.CONTRACTS["units.institution_registered"]
    registry.CONTRACTS[old.type] = registry.Contract(old.type, old.version + 1, Newer, old.consumers)  # type: ignore[index]
    rooms.additions |= {"established": 1945, "addresses": [{"city": "Jakarta"}]}


def _acks_first() -> None:
    import eventlet

    from tests.chaos import rooms

    apply = rooms._apply

    def acknowledging(*arguments: Any) -> None:
        eventlet.spawn_after(LATE, apply, *arguments)

    rooms._apply = acknowledging


def _unguarded() -> None:
    _write_anyway(in_order=True)


def _unordered() -> None:
    _write_anyway(in_order=False)


def _write_anyway(*, in_order: bool) -> None:
    """An effect that is one plain write, without the store's guards; `in_order` still waits for its turn."""
    from shared.failures import Early
    from tests.chaos import rooms

    def apply(made: Any, event: Any, said: Any) -> None:
        id, collection = f"{made.store.kind}:{event.subject.partition(':')[2]}", made.store.collection
        effect = {"event": event.id, "source": event.subject, "sequence": event.sequence}
        known = (collection.find_one({"_id": id}) or {}).get("state", {}).get("applied", [])
        if in_order and event.sequence > 1 + max([each["sequence"] for each in known], default=0):
            raise Early(("belum", "not yet"))
        if not in_order and effect in known:
            return
        change = {"$push": {"state.applied": effect}, "$setOnInsert": {"key": id, "outbox": [], "pending": False}}
        collection.update_one({"_id": id}, change, upsert=True)

    rooms._apply = apply


_WAYS: dict[str, Callable[[], None]] = {
    "twice": _twice,
    "backwards": _backwards,
    "meeting": _meeting,
    "stubborn": _stubborn,
    "newer": _newer,
    "acks-first": _acks_first,
    "unguarded": _unguarded,
    "unordered": _unordered,
}
