"""What a store of aggregates must do, in plain Python, for the machine beside it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from shared.storage import Cause, Event
from shared.testing.publishing import Killed
from tests.integration.moment import NOW

CARD = {
    "unit": "K01-X",
    "unit_name": "X",
    "institution": "K01",
    "institution_name": "Y",
    "institution_kind": "ministry",
    "province": "31",
    "field": "health",
    "proposal": "p",
    "cycle": "2026",
    "predicate": "WBK",
}


def event(number: str) -> Event:
    """An event that its number tells from all others."""
    return Event("registry.designation_drafted", {**CARD, "number": number})


def by_command(id: str) -> Cause:
    return Cause(NOW, "c", command_id=id)


def by_event(id: str) -> Cause:
    return Cause(NOW, "c", event_id=id)


def in_turn(source: str, sequence: int) -> Cause:
    return Cause(NOW, "c", event_id=f"{source}-{sequence}", source=source, sequence=sequence)


@dataclass
class Model:
    """One aggregate as it must stand; `said` are the numbers of all its events, `causes` of all effects, in order."""

    version: int = 0
    effects: int = 0
    said: list[str] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    followed: dict[str, int] = field(default_factory=dict)
    causes: list[Cause] = field(default_factory=list)

    def save(self, cause: Cause, said: list[str]) -> None:
        """The effect of `cause`, which says these."""
        self.version += 1
        self.effects += 1
        self.causes.append(cause)
        self.said += said
        if cause.source and cause.sequence:
            self.followed[cause.source] = cause.sequence
        elif cause.event_id:
            self.heard.add(cause.event_id)
        if cause.command_id:
            self.commands.add(cause.command_id)

    def knows(self, cause: Cause) -> bool:
        """True when `cause` had its effect here."""
        if cause.source and cause.sequence:
            return cause.sequence <= self.followed.get(cause.source, 0)
        return cause.event_id in self.heard or cause.command_id in self.commands

    def early(self, cause: Cause) -> bool:
        return bool(cause.source and cause.sequence and cause.sequence > self.followed.get(cause.source, 0) + 1)


class Interposed:
    """A collection whose next bulk of writes meets somebody: `meanwhile` runs first, or only some of it is done.

    `lasts` writes are made and then the process is killed; None lets all of them through.
    """

    def __init__(
        self, collection: Collection[dict[str, Any]], *, lasts: int | None = None, meanwhile: Any = None
    ) -> None:
        self._collection = collection
        self._lasts = lasts
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def bulk_write(self, requests: Any, *args: Any, **named: Any) -> Any:
        return self._write(self._collection.bulk_write, requests, *args, **named)

    def insert_many(self, documents: Any, *args: Any, **named: Any) -> Any:
        return self._write(self._collection.insert_many, documents, *args, **named)

    def _write(self, write: Any, requests: Any, *args: Any, **named: Any) -> Any:
        if self._meanwhile is not None:
            self._meanwhile()
        if self._lasts is None:
            return write(requests, *args, **named)
        if some := list(requests)[: self._lasts]:
            with contextlib.suppress(BulkWriteError):  # a repetition: whoever is killed doesn't hear of it
                write(some, *args, **named)
        raise Killed(f"after {len(some)} of {len(requests)} writes to {self._collection.name}")
