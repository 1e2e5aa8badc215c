"""The journal's lines, read back (`shared.observability.journal` writes them)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any


class MalformedJournal(ValueError):
    """A line that is no step of a history: names the file, the line's number, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A client got its yes; `sequence` of the aggregate as the answer gave it, or None."""

    command: str
    aggregate: str
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A guarded write of a store went through; `cause` is the id of the command or event, or None."""

    aggregate: str
    version: int
    events: tuple[str, ...]
    cause: str | None
    service: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An event of an aggregate, as the broker confirmed it or as a database keeps it; `cause` as for a save."""

    event: str
    aggregate: str
    sequence: int
    type: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery was settled; `event` is None for a message that nobody could read."""

    queue: str
    event: str | None
    attempt: int
    redelivered: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect as it stands in the consumer's database; `source` is the aggregate that said the event."""

    consumer: str
    event: str
    aggregate: str
    source: str
    sequence: int


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was noted, by step, each in the order of the file; `torn` counts lines cut off at the end."""

    submitted: tuple[Submitted, ...] = ()
    saved: tuple[Saved, ...] = ()
    published: tuple[Said, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    effects: tuple[Effect, ...] = ()
    recorded: tuple[Said, ...] = ()
    torn: int = 0


def read(path: str | PathLike[str]) -> History:
    """Read the journal at `path`.

    A last line without its end is what a killed writer leaves, and is left out; any other line that is no step
    raises MalformedJournal. Raises OSError when there is no such file.
    """
    whole, _, rest = Path(path).read_bytes().rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    found: dict[str, list[Any]] = {name: [] for name, _ in _STEPS.values()}
    for number, line in enumerate(lines, start=1):
        try:
            name, step = _step(line)
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedJournal(f"{path}, line {number}: {_fault(error)}: {line[:120]!r}") from error
        found[name].append(step)
    return _history(found, torn=1 if rest else 0)


def _step(line: bytes) -> tuple[str, Any]:
    facts = json.loads(line)
    if not isinstance(facts, dict):
        raise TypeError("not a JSON object")
    if facts.get("step") not in _STEPS:
        raise ValueError(f"there is no step {facts.get('step')!r}")
    name, make = _STEPS[facts["step"]]
    return name, make(facts)


def _fault(error: Exception) -> str:
    return f"the fact {error} is missing" if isinstance(error, KeyError) else str(error)


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts[name]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} must be a text that is not empty, not {value!r}")
    return value


def _number(facts: Mapping[str, Any], name: str, least: int = 1) -> int:
    value = facts[name]
    if type(value) is not int or value < least:
        raise TypeError(f"{name} must be a whole number from {least} on, not {value!r}")
    return value


def _ids(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise TypeError(f"events must be a list of ids, not {values!r}")
    return tuple(values)


def _submitted(facts: Mapping[str, Any]) -> Submitted:
    sequence = None if facts["sequence"] is None else _number(facts, "sequence", 0)
    return Submitted(_text(facts, "command"), _text(facts, "aggregate"), sequence)


def _saved(facts: Mapping[str, Any]) -> Saved:
    cause = None if facts["cause"] is None else _text(facts, "cause")
    return Saved(
        _text(facts, "aggregate"), _number(facts, "version"), _ids(facts["events"]), cause, facts.get("service") or ""
    )


def _said(facts: Mapping[str, Any]) -> Said:
    event, aggregate, sequence = _text(facts, "event"), _text(facts, "aggregate"), _number(facts, "sequence")
    return Said(event, aggregate, sequence, facts.get("type") or "", facts.get("cause") or "")


def _delivered(facts: Mapping[str, Any]) -> Delivered:
    event = None if not facts["event"] else _text(facts, "event")
    attempt = _number(facts, "attempt", 0)
    return Delivered(_text(facts, "queue"), event, attempt, bool(facts["redelivered"]), _text(facts, "outcome"))


def _effect(facts: Mapping[str, Any]) -> Effect:
    consumer, event, aggregate = (_text(facts, name) for name in ("consumer", "event", "aggregate"))
    return Effect(consumer, event, aggregate, _text(facts, "source"), _number(facts, "sequence"))


_STEPS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    "submitted": ("submitted", _submitted),
    "saved": ("saved", _saved),
    "published": ("published", _said),
    "delivered": ("delivered", _delivered),
    "effect": ("effects", _effect),
    "recorded": ("recorded", _said),
}


def steps(lines: Iterable[Mapping[str, Any]]) -> History:
    """A history from facts that are at hand already, as `note` would have got them; for tests without a file."""
    found: dict[str, list[Any]] = {name: [] for name, _ in _STEPS.values()}
    for facts in lines:
        name, make = _STEPS[facts["step"]]
        found[name].append(make(facts))
    return _history(found)


def _history(found: Mapping[str, list[Any]], torn: int = 0) -> History:
    facts: dict[str, Any] = {name: tuple(made) for name, made in found.items()}
    return History(**facts, torn=torn)
