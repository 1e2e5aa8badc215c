"""Group commit: what the handlers of one process ask of one collection at the same moment goes in one message.

A load or a guarded write costs the server much less in company than alone, and each keeps its own fate: its
document or None, its count of matched documents, its duplicate key. Nobody waits for company: who comes while
no message is on its way goes at once, and the next message takes along who came meanwhile. A handler goes on
only when its own write is durable, exactly as without company. Works alike among threads and green threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import uuid4

from bson.errors import InvalidDocument
from pymongo import InsertOne, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import (
    ClientBulkWriteException,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidOperation,
    PyMongoError,
    WriteError,
    WTimeoutError,
)

Stored = Collection[dict[str, Any]]
Write = InsertOne[dict[str, Any]] | UpdateOne
A = TypeVar("A")
R = TypeVar("R")

LARGEST = 100
"""Requests in one message."""
LANES = 2
"""Messages on their way at once: the server works on one while this process prepares the other."""
DUPLICATE_KEY = 11000
FORGETS_THE_JOURNAL = "secantus"
"""Replica set of a server that leaves out the `j` of a `bulkWrite` over several collections (SecantusDB 0.7.0b3, found
by killing it). Its log is one sequence, so one journaled write behind the others brings all of them to the disk."""
UNWRITABLE = (InvalidDocument, OverflowError, ValueError)
"""What BSON raises for a document that it can't hold: before anything is sent, and for that document alone."""


class _Slot(Generic[A, R]):
    """One request and its fate; the gate opens when it is known, or when it is this one's turn to serve `group`."""

    __slots__ = ("answer", "asked", "error", "gate", "group")

    def __init__(self, asked: A) -> None:
        self.asked = asked
        self.answer: R | None = None
        self.error: BaseException | None = None
        self.group: list[_Slot[A, R]] = []
        self.gate = threading.Lock()
        self.gate.acquire()


class Group(Generic[A, R]):
    """Runs requests together: `run` gives, for each of its list, the answer or the exception that is its fate."""

    def __init__(self, run: Callable[[Sequence[A]], Sequence[R | Exception]]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._waiting: list[_Slot[A, R]] = []
        self._busy = 0

    def ask(self, request: A) -> R:
        """The answer to `request`; raises what became of it instead."""
        slot: _Slot[A, R] = _Slot(request)
        with self._lock:
            self._waiting.append(slot)
            if self._busy < LANES:
                self._busy += 1
                slot.group = self._take()
        if not slot.group:
            slot.gate.acquire()
        if slot.group:
            self._serve(slot.group)
        if slot.error is not None:
            raise slot.error
        return slot.answer  # type: ignore[return-value]  # without an error there is an answer

    def _take(self) -> list[_Slot[A, R]]:
        group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        return group

    def _serve(self, group: Sequence[_Slot[A, R]]) -> None:
        """Run a group, tell each its fate, and hand the lane on to the first who waits."""
        # what interrupts this handler alone, such as its time limit, is no fault of those who asked with it
        fates: Sequence[R | Exception] = [ConnectionFailure("who asked for the group was stopped")] * len(group)
        try:
            fates = self._run([slot.asked for slot in group])
        except PyMongoError as error:
            fates = [error] * len(group)
        finally:
            for slot, fate in zip(group, fates, strict=True):
                if isinstance(fate, Exception):
                    slot.error = fate
                else:
                    slot.answer = fate
                slot.gate.release()
            self._hand_on()

    def _hand_on(self) -> None:
        with self._lock:
            group = self._take()
            if not group:
                self._busy -= 1
                return
            group[0].group = group
        group[0].gate.release()


class GroupedCollection:
    """Loads and writes of one collection, grouped."""

    def __init__(self, collection: Stored, projection: dict[str, int]) -> None:
        self._collection = collection
        self._projection = projection
        self._journal = f"journal:{uuid4().hex}"
        self._loads: Group[Any, dict[str, Any] | None] = Group(self._load)
        self._writes: Group[Write, int] = Group(self._write)

    def load(self, id: Any) -> dict[str, Any] | None:
        """The document under `id`, or None."""
        return self._loads.ask(id)

    def insert(self, document: dict[str, Any]) -> None:
        """Raises DuplicateKeyError."""
        self._writes.ask(InsertOne(document, namespace=self._collection.full_name))

    def update(self, filter: dict[str, Any], update: dict[str, Any]) -> int:
        """Update one document; gives how many matched the filter, 0 or 1."""
        return self._writes.ask(UpdateOne(filter, update, namespace=self._collection.full_name))

    def _load(self, ids: Sequence[Any]) -> Sequence[dict[str, Any] | None]:
        if len(ids) == 1:
            return [self._collection.find_one({"_id": ids[0]}, self._projection)]
        found = self._collection.find({"_id": {"$in": list(set(ids))}}, self._projection)
        by_id = {document["_id"]: document for document in found}
        return [by_id.get(id) for id in ids]

    def _write(self, writes: Sequence[Write]) -> Sequence[int | Exception]:
        if len(writes) > 1:
            try:
                return self._write_together(writes)
            except (InvalidOperation, *UNWRITABLE):  # a server before 8.0 does not tell each write's fate
                pass
        return [self._write_alone(write) for write in writes]

    def _write_together(self, writes: Sequence[Write]) -> Sequence[int | Exception]:
        concern = self._collection.write_concern
        client = self._collection.database.client
        errors: dict[int, Exception] = {}
        result: Any
        try:
            result = client.bulk_write(writes, ordered=False, verbose_results=True, write_concern=concern)
        except ClientBulkWriteException as failed:
            if failed.error is not None:
                raise failed.error from failed
            if failed.write_concern_errors:
                raise WTimeoutError(str(failed.write_concern_errors[0]), 64) from failed
            faults: Any = failed.write_errors
            errors = {each["idx"]: _fault(each) for each in faults}
            result = failed.partial_result
        self._reach_the_disk()
        updated = result.update_results if result is not None else {}  # there is none when every write failed
        return [errors.get(i) or (updated[i].matched_count if i in updated else 1) for i in range(len(writes))]

    def _reach_the_disk(self) -> None:
        database = self._collection.database
        if database.client.topology_description.replica_set_name == FORGETS_THE_JOURNAL:
            database["hints"].update_one({"_id": self._journal}, {"$inc": {"synced": 1}}, upsert=True)

    def _write_alone(self, write: Write) -> int | Exception:
        try:
            if isinstance(write, InsertOne):
                self._collection.insert_one(write._doc)  # noqa: SLF001 - pymongo's own request has no reader
                return 1
            return self._collection.update_one(write._filter, write._doc).matched_count  # noqa: SLF001 - the same
        except (WriteError, *UNWRITABLE) as error:
            return error


def _fault(error: dict[str, Any]) -> Exception:
    kind = DuplicateKeyError if error["code"] == DUPLICATE_KEY else WriteError
    return kind(error["errmsg"], error["code"], error)
