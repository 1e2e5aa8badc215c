"""One aggregate, one document, one guarded update.

Document: `_id` ("kind:key"), `key`, `version`, `sequence` (of the last event said), `state`, `summary`
(made from the state, for lists), `outbox` (events to say), `pending` (outbox not empty), `heard` (ids of
the events that had their effect here), `commands` (ids of the commands likewise, the newest ones).

A handler's whole effect is one update guarded by `version`, acknowledged by a journaled majority. So
there is no dual write, and a handler that runs twice changes nothing the second time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.contracts.envelope import envelope
from shared.failures import AlreadyExists, AlreadyHeard, Contended, NotFound, StaleVersion
from shared.storage.causes import Cause, Event
from shared.storage.documents import Document

S = TypeVar("S")

ROUNDS = 24
"""Times a decision is made again after somebody else's write before giving the command back."""
COMMANDS_KEPT = 200
HIGHEST = "\uffff"
"""Upper bound of a key range: both bounds keep a page on its index."""


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[S]):
    """A loaded aggregate; `key` is its id without the kind."""

    id: str
    version: int
    sequence: int
    state: S
    heard: frozenset[str]
    commands: frozenset[str]

    @property
    def key(self) -> str:
        return self.id.partition(":")[2]


Decision = Callable[[S], tuple[S, Sequence[Event]]]
"""A pure function from a state to the next state and the events to say."""


class AggregateStore(Generic[S]):
    """The aggregates of one kind, in the collection `<kind>s` of the service's own database."""

    def __init__(
        self,
        database: Database[dict[str, Any]],
        kind: str,
        schema: type[Document],
        *,
        service: str,
        indexes: Sequence[IndexModel] = (),
        summary: Callable[[S], dict[str, Any]] | None = None,
    ) -> None:
        self.kind = kind
        self.service = service
        self.collection: Collection[dict[str, Any]] = database[f"{kind}s"]
        self._schema = schema()
        self._indexes = indexes
        self._summary = summary

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        self.collection.create_indexes(
            [
                IndexModel([("key", ASCENDING)], name="key", unique=True),
                IndexModel([("pending", ASCENDING)], name="pending", partialFilterExpression={"pending": True}),
                *self._indexes,
            ]
        )

    def find(self, key: str) -> Aggregate[S] | None:
        """The aggregate under `key`, or None."""
        document = self.collection.find_one({"_id": f"{self.kind}:{key}"}, {"outbox": 0})
        return None if document is None else self._aggregate(document)

    def load(self, key: str) -> Aggregate[S]:
        """The aggregate under `key`; raises NotFound."""
        found = self.find(key)
        if found is None:
            raise NotFound(
                (f"{self.kind} {key} tidak ada", f"there is no {self.kind} {key}"),
                remedy=("Periksa kodenya.", "Check the code."),
            )
        return found

    def select(
        self, filter: Mapping[str, Any], *, after: str | None = None, limit: int = 100, sort: str = "key"
    ) -> list[Aggregate[S]]:
        """A page in the order of `sort`, strictly after the value `after`, at most `limit` aggregates."""
        bounds: dict[str, Any] = {"$gt": after or "", "$lt": HIGHEST}
        found = self.collection.find({**filter, sort: bounds}, {"outbox": 0}).sort(sort, ASCENDING).limit(limit)
        return [self._aggregate(document) for document in found]

    def create(self, key: str, state: S, events: Sequence[Event], cause: Cause) -> Aggregate[S]:
        """Insert a new aggregate under an id that its cause derives.

        A second run of the same cause returns what stands; raises AlreadyExists for any other cause.
        """
        id = f"{self.kind}:{key}"
        outbox = self._outbox(id, 0, events, cause)
        document = {
            "_id": id,
            "key": key,
            "version": 1,
            "sequence": len(outbox),
            "state": self._schema.dump(state),
            "outbox": outbox,
            "pending": bool(outbox),
            "heard": [cause.event_id] if cause.event_id else [],
            "commands": [cause.command_id] if cause.command_id else [],
            "created_at": cause.time,
            "changed_at": cause.time,
        }
        if self._summary:
            document["summary"] = self._summary(state)
        try:
            self.collection.insert_one(document)
        except DuplicateKeyError:
            return self._standing(key, cause)
        return self._aggregate(document)

    def change(self, key: str, decide: Decision[S], cause: Cause, *, version: int | None = None) -> Aggregate[S]:
        """Load, decide, save in one guarded update; a conflict loads and decides again.

        A command whose `command_id` had its effect before gets the aggregate as it stands. Raises NotFound,
        AlreadyHeard (the event had its effect here before), StaleVersion (`version` is given and not the
        current one), Contended (too many conflicts in a row), and whatever `decide` raises.
        """
        for round in range(ROUNDS):
            current = self.load(key)
            if cause.command_id and cause.command_id in current.commands:
                return current
            if cause.event_id and cause.event_id in current.heard:
                raise AlreadyHeard(
                    (
                        f"{current.id} sudah memproses {cause.event_id}",
                        f"{current.id} has heard {cause.event_id} before",
                    )
                )
            if version is not None and version != current.version:
                raise stale(current.id, version, current.version)
            saved = self._save(current, *decide(current.state), cause)
            if saved is not None:
                return saved
            time.sleep(random.uniform(0, 0.003 * (round + 1)))  # noqa: S311 - spreads rivals, guards nothing
        raise Contended(
            (f"{self.kind} {key} sedang diubah banyak orang", f"{self.kind} {key} is being changed by many at once"),
            remedy=("Kirim ulang permintaan yang sama.", "Send the same request again."),
        )

    def _save(self, current: Aggregate[S], state: S, events: Sequence[Event], cause: Cause) -> Aggregate[S] | None:
        """The guarded update; None when somebody else wrote first."""
        outbox = self._outbox(current.id, current.sequence, events, cause)
        update: dict[str, Any] = {"$set": self._changes(current.state, state)}
        update["$set"] |= {
            "version": current.version + 1,
            "sequence": current.sequence + len(outbox),
            "changed_at": cause.time,
        }
        push: dict[str, Any] = {}
        if outbox:
            update["$set"]["pending"] = True
            push["outbox"] = {"$each": outbox}
        if cause.event_id:
            push["heard"] = cause.event_id
        if cause.command_id:
            push["commands"] = {"$each": [cause.command_id], "$slice": -COMMANDS_KEPT}
        if push:
            update["$push"] = push
        result = self.collection.update_one({"_id": current.id, "version": current.version}, update)
        if result.matched_count == 0:
            return None
        return Aggregate(
            current.id,
            current.version + 1,
            current.sequence + len(outbox),
            state,
            current.heard | ({cause.event_id} if cause.event_id else set()),
            current.commands | ({cause.command_id} if cause.command_id else set()),
        )

    def _changes(self, before: S, after: S) -> dict[str, Any]:
        """Only the state's fields that changed: frozen dataclasses share what stayed."""
        changed = [f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name)]  # type: ignore[arg-type]  # S is a dataclass
        if not changed:
            return {}
        dumped = self._schema.dump(after)
        changes = {f"state.{name}": dumped.get(name) for name in changed}
        if self._summary:
            changes["summary"] = self._summary(after)
        return changes

    def _outbox(self, id: str, said: int, events: Sequence[Event], cause: Cause) -> list[dict[str, Any]]:
        return [envelope(self.service, id, said + nth, event, cause) for nth, event in enumerate(events, start=1)]

    def _standing(self, key: str, cause: Cause) -> Aggregate[S]:
        standing = self.load(key)
        if (cause.event_id or "-") in standing.heard or (cause.command_id or "-") in standing.commands:
            return standing
        raise AlreadyExists(
            (f"{self.kind} {key} sudah ada", f"{self.kind} {key} exists already"),
            remedy=("Gunakan yang sudah ada, atau pilih kode lain.", "Use the existing one, or choose another code."),
        )

    def _aggregate(self, document: Mapping[str, Any]) -> Aggregate[S]:
        return Aggregate(
            document["_id"],
            document["version"],
            document["sequence"],
            self._schema.load(document["state"]),
            frozenset(document["heard"]),
            frozenset(document["commands"]),
        )


def stale(id: str, given: int, current: int) -> StaleVersion:
    """The refusal of a command that was decided on an older state."""
    return StaleVersion(
        (
            f"{id} sudah berubah: versi Anda {given}, sekarang {current}",
            f"{id} has changed: your version is {given}, it is now {current}",
        ),
        remedy=("Muat ulang, lihat perubahannya, lalu kirim lagi.", "Reload, look at what changed, then send again."),
        current_version=current,
    )
