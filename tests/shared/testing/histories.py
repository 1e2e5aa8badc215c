"""Histories for the tests of the checker: a right one as lines, and one drawn at random."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import strategies as st

from shared.testing.history import Consumer, Order, everything, of_kinds

Line = dict[str, Any]
CONSUMERS = {
    "follow": Consumer(of_kinds("thing"), Order.EVERY),
    "board": Consumer(everything, Order.NEWEST),
    "mail": Consumer(of_kinds("thing"), Order.ANY),
}


def submitted(command: str, aggregate: str, sequence: int | None) -> Line:
    return {"step": "submitted", "command": command, "aggregate": aggregate, "sequence": sequence}


def saved(aggregate: str, version: int, events: list[str], cause: str | None = None) -> Line:
    return {"step": "saved", "aggregate": aggregate, "version": version, "events": events, "cause": cause}


def published(event: str, aggregate: str, sequence: int) -> Line:
    return {"step": "published", "event": event, "aggregate": aggregate, "sequence": sequence}


def recorded(event: str, aggregate: str, sequence: int, cause: str = "") -> Line:
    return {"step": "recorded", "event": event, "aggregate": aggregate, "sequence": sequence, "cause": cause}


def delivered(queue: str, event: str | None, outcome: str = "done", again: bool = False) -> Line:
    return {
        "step": "delivered",
        "queue": queue,
        "event": event,
        "attempt": 1,
        "redelivered": again,
        "outcome": outcome,
    }


def effect(consumer: str, event: str, source: str, sequence: int) -> Line:
    return {
        "step": "effect",
        "consumer": consumer,
        "event": event,
        "aggregate": f"{consumer}:{source}",
        "source": source,
        "sequence": sequence,
    }


def right() -> list[Line]:
    """thing:a says a1 a2 a3 in two saves and saves once more in silence; thing:b says b1, other:c says c1 c2."""
    places = [("a1", "thing:a", 1), ("a2", "thing:a", 2), ("a3", "thing:a", 3), ("b1", "thing:b", 1)]
    others = [("c1", "other:c", 1), ("c2", "other:c", 2)]
    lines = [
        saved("thing:a", 2, ["a2", "a3"], "k2"),  # noted before version 1: another process
        saved("thing:a", 1, ["a1"], "k1"),
        saved("thing:a", 3, [], "k3"),
        saved("thing:b", 1, ["b1"], "a1"),
        saved("other:c", 1, ["c1", "c2"], None),
        submitted("k1", "thing:a", 1),
        submitted("k2", "thing:a", 3),
        submitted("k3", "thing:a", None),
    ]
    lines += [published(*place) for place in places + others] + [published("a2", "thing:a", 2)]
    for place in places:
        lines += [delivered("follow", place[0]), effect("follow", *place), effect("board", *place)]
    lines += [effect("mail", *place) for place in reversed(places)]
    lines += [delivered("follow", "a1", again=True), delivered("follow", "a3", "early"), effect("board", *others[1])]
    return lines


@st.composite
def histories(draw: st.DrawFn) -> list[Line]:
    """A right history: what is said, how often and in what order it is noted, is drawn."""
    said: list[tuple[str, str, int]] = []
    groups: list[list[Line]] = []
    for name in draw(st.lists(st.sampled_from(["thing:a", "thing:b", "thing:c", "other:d"]), min_size=1, unique=True)):
        own, sequence = [], 0
        sizes = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4).filter(any))
        for version, size in enumerate(sizes, start=1):
            events = [f"{name}-{sequence + nth}" for nth in range(1, size + 1)]
            said += [(event, name, sequence + nth) for nth, event in enumerate(events, start=1)]
            sequence += size
            own += [saved(name, version, events, f"k-{name}-{version}")]
            own += [submitted(f"k-{name}-{version}", name, sequence)] * draw(st.integers(0, 2))
        groups.append(draw(st.permutations(own)))
    for place in said:
        groups.append([published(*place)] * draw(st.integers(1, 3)))
        groups.append([delivered("follow", place[0], again=nth > 0) for nth in range(draw(st.integers(1, 3)))])
    groups += _effects(draw, said)
    return _interleaved(draw, groups)


def _effects(draw: st.DrawFn, said: list[tuple[str, str, int]]) -> list[list[Line]]:
    """The effects of each consumer and source in their order; what the newest may skip is left out by chance."""
    chains: dict[tuple[str, str], list[Line]] = defaultdict(list)
    last = {aggregate: sequence for _, aggregate, sequence in said}
    for event, aggregate, sequence in said:
        if aggregate.startswith("thing"):
            chains["follow", aggregate].append(effect("follow", event, aggregate, sequence))
            chains["mail", event].append(effect("mail", event, aggregate, sequence))
        if sequence == last[aggregate] or draw(st.booleans()):
            chains["board", aggregate].append(effect("board", event, aggregate, sequence))
    return list(chains.values())


def _interleaved(draw: st.DrawFn, groups: list[list[Line]]) -> list[Line]:
    """All lines in one, each group in its own order."""
    turns = draw(st.permutations([nth for nth, group in enumerate(groups) for _ in group]))
    queues = [iter(group) for group in groups]
    return [next(queues[turn]) for turn in turns]
