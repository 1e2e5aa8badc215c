"""One aggregate, one document, one guarded update.

Document: `_id` ("kind:key"), `key`, `version`, `sequence` (of the last event said), `state`, `summary`
(made from the state, for lists), `outbox` (events to say), `pending` (outbox not empty), `heard` (ids of
the events that had their effect here), `followed` (instead of ids, for sources that are followed step by
step), `commands` (ids of the commands likewise, the newest ones).

A handler's whole effect is one update guarded by `version`, acknowledged by a journaled majority. So
there is no dual write, and a handler that runs twice changes nothing the second time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.contracts.envelope import envelope
from shared.observability import note
from shared.storage.causes import Cause, Event
from shared.storage.documents import Document
from shared.storage.following import Followed, follow
from shared.storage.grouping import GroupedCollection
from shared.storage.refusals import already_exists, already_heard, contended, not_found, stale

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
    followed: Followed = field(default_factory=dict)

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
        self._grouped = GroupedCollection(self.collection, {"outbox": 0})

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
        document = self._grouped.load(f"{self.kind}:{key}")
        return None if document is None else self._aggregate(document)

    def load(self, key: str) -> Aggregate[S]:
        """The aggregate under `key`; raises NotFound."""
        found = self.find(key)
        if found is None:
            raise not_found(self.kind, key)
        return found

    def select(
        self, filter: Mapping[str, Any], *, after: str | None = None, limit: int = 100, sort: str = "key"
    ) -> list[Aggregate[S]]:
        """A page in the order of `sort`, strictly after the value `after`, at most `limit` aggregates."""
        bounds: dict[str, Any] = {"$gt": after or "", "$lt": HIGHEST}
        found = self.collection.find({**filter, sort: bounds}, {"outbox": 0}).sort(sort, ASCENDING).limit(limit)
        return [self._aggregate(document) for document in found]

    def create(
        self, key: str, state: S, events: Sequence[Event], cause: Cause, *, in_order: bool = False
    ) -> Aggregate[S]:
        """Insert a new aggregate under an id that its cause derives.

        A second run of the same cause returns what stands; raises AlreadyExists for any other cause. With
        `in_order` only the first event of its source may create: raises Early for a later one.
        """
        id = f"{self.kind}:{key}"
        outbox = self._outbox(id, 0, events, cause)
        followed = follow(id, {}, cause) if in_order else {}
        document = {
            "_id": id,
            "key": key,
            "version": 1,
            "sequence": len(outbox),
            "state": self._schema.dump(state),
            "outbox": outbox,
            "pending": bool(outbox),
            "heard": [cause.event_id] if cause.event_id and not in_order else [],
            "followed": _pairs(followed),
            "commands": [cause.command_id] if cause.command_id else [],
            "created_at": cause.time,
            "changed_at": cause.time,
        }
        if self._summary:
            document["summary"] = self._summary(state)
        try:
            self._grouped.insert(document)
        except DuplicateKeyError:
            return self._standing(key, cause)
        self._note(id, 1, outbox, cause)
        return self._aggregate(document)

    def change(
        self, key: str, decide: Decision[S], cause: Cause, *, version: int | None = None, in_order: bool = False
    ) -> Aggregate[S]:
        """Load, decide, save in one guarded update; a conflict loads and decides again.

        A command whose `command_id` had its effect before gets the aggregate as it stands. `in_order` is for a
        handler that hears every event of its source. Raises NotFound, AlreadyHeard (the event had its effect
        here before), Early (`in_order`, and an earlier event of the source has not been heard), StaleVersion
        (`version` is given and not the current one), Contended (too many conflicts in a row), and whatever
        `decide` raises.
        """
        for round in range(ROUNDS):
            current = self.load(key)
            if cause.command_id and cause.command_id in current.commands:
                return current
            if cause.event_id and cause.event_id in current.heard:
                raise already_heard(current.id, cause.event_id)
            if version is not None and version != current.version:
                raise stale(current.id, version, current.version)
            followed = follow(current.id, current.followed, cause) if in_order else current.followed
            saved = self._save(current, *decide(current.state), cause, followed)
            if saved is not None:
                return saved
            time.sleep(random.uniform(0, 0.003 * (round + 1)))  # noqa: S311 - spreads rivals, guards nothing
        raise contended(self.kind, key)

    def _save(
        self, current: Aggregate[S], state: S, events: Sequence[Event], cause: Cause, followed: Followed
    ) -> Aggregate[S] | None:
        """The guarded update; None when somebody else wrote first."""
        outbox = self._outbox(current.id, current.sequence, events, cause)
        in_order = followed is not current.followed
        heard = cause.event_id if not in_order else None
        saved = replace(
            current,
            version=current.version + 1,
            sequence=current.sequence + len(outbox),
            state=state,
            heard=current.heard | ({heard} if heard else set()),
            commands=current.commands | ({cause.command_id} if cause.command_id else set()),
            followed=followed,
        )
        changes = self._changes(current.state, state)
        changes |= {"version": saved.version, "sequence": saved.sequence, "changed_at": cause.time}
        if outbox:
            changes["pending"] = True
        if in_order:
            changes["followed"] = _pairs(followed)
        update = {"$set": changes, **_pushes(outbox, heard, cause.command_id)}
        if not self._grouped.update({"_id": current.id, "version": current.version}, update):
            return None
        self._note(current.id, saved.version, outbox, cause)
        return saved

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

    def _note(self, id: str, version: int, outbox: Sequence[dict[str, Any]], cause: Cause) -> None:
        said, told = [event["id"] for event in outbox], cause.event_id or cause.command_id
        note("saved", service=self.service, aggregate=id, version=version, events=said, cause=told)

    def _standing(self, key: str, cause: Cause) -> Aggregate[S]:
        standing = self.load(key)
        followed = cause.source is not None and (cause.sequence or 0) <= standing.followed.get(cause.source, 0)
        if (cause.event_id or "-") in standing.heard or (cause.command_id or "-") in standing.commands or followed:
            return standing
        raise already_exists(self.kind, key)

    def _aggregate(self, document: Mapping[str, Any]) -> Aggregate[S]:
        return Aggregate(
            document["_id"],
            document["version"],
            document["sequence"],
            self._schema.load(document["state"]),
            frozenset(document["heard"]),
            frozenset(document["commands"]),
            dict(document.get("followed", ())),
        )


def _pairs(followed: Followed) -> list[list[Any]]:
    """As a list: a source's id may hold what a document's field name may not."""
    return [[source, sequence] for source, sequence in followed.items()]


def _pushes(outbox: Sequence[dict[str, Any]], heard: str | None, command_id: str | None) -> dict[str, Any]:
    push: dict[str, Any] = {}
    if outbox:
        push["outbox"] = {"$each": outbox}
    if heard:
        push["heard"] = heard
    if command_id:
        push["commands"] = {"$each": [command_id], "$slice": -COMMANDS_KEPT}
    return {"$push": push} if push else {}
