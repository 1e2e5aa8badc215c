"""The registry told again from what it recorded and heard, in collections beside the live ones.

Safe beside a running system: it writes to `rebuilt_designations` and `rebuilt_institutions` alone, and whoever
is killed in the middle begins anew. `shared.storage.recorded` gives the pages, `retelling` each designation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from services.registry.hearing import INSTITUTION_REGISTERED, institution_of
from services.registry.retelling import DRAFTED, Document, Retold, retell
from services.registry.rooms import Rooms
from shared.failures import ZonaError
from shared.storage import put_projection
from shared.storage.grouping import DUPLICATE_KEY
from shared.storage.recorded import Record, Stored, count, histories, pages

T = TypeVar("T")
Tell = Callable[[str, int, int], None]
"""Called with a stage, what is done of it and what there is."""

Write = InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]] | DeleteOne

CHUNK = 250
"""Documents in one message."""
LOOKS = 5
"""Times that we look at what is being written."""
QUICK = WriteConcern(w=1)
"""For collections that a crash may take: they are made anew."""


class Rebuilt:
    """The rebuilt collections; `build` fills them from nothing."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self.designations = rooms.database.get_collection("rebuilt_designations", write_concern=QUICK)
        self.institutions = rooms.database.get_collection("rebuilt_institutions", write_concern=QUICK)

    def build(self, tell: Tell) -> None:
        """Tell everything again; what can't be told is left out, and found by the comparison."""
        self.drop()
        self.designations.create_index("key", name="key", unique=True)
        self._tell_recorded(tell)
        self._tell_waiting(tell)
        self._tell_institutions(tell)

    def drop(self) -> None:
        """Remove the rebuilt collections."""
        self.designations.drop()
        self.institutions.drop()

    def catch_up(self, sources: Collection[str]) -> None:
        """Take in what was heard of these institutions since."""
        for told in histories(self._rooms.heard.collection, sources).values():
            self._learn(told)

    def _tell_recorded(self, tell: Tell) -> None:
        recorded = self._rooms.database["events"]
        done, total = 0, count(recorded, DRAFTED)
        for page in pages(recorded, DRAFTED):
            for some in chunks(page.records, CHUNK):
                self._put(retell(self._rooms, [record["subject"] for record in some], {}))
                done += len(some)
                tell("designations", done, max(done, total))

    def _tell_waiting(self, tell: Tell) -> None:
        """What waits in an outbox was said too."""
        done = 0
        for some in chunks(self._rooms.designations.collection.find({"pending": True}, {"outbox": 1}), CHUNK):
            outboxes = {document["_id"]: document["outbox"] for document in some}
            self._put(retell(self._rooms, outboxes, outboxes))
            done += len(some)
            tell("outboxes", done, done)

    def _tell_institutions(self, tell: Tell) -> None:
        heard = self._rooms.heard.collection
        done, total = 0, count(heard, INSTITUTION_REGISTERED)
        for page in pages(heard, INSTITUTION_REGISTERED):
            self._learn(page.records)
            done += len(page.records)
            tell("institutions", done, max(done, total))

    def _put(self, retold: Retold) -> None:
        told = [each for each in retold.values() if not isinstance(each, ZonaError)]
        if told:
            writes = [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in told]
            write_each(self.designations, writes)

    def _learn(self, records: Iterable[Record]) -> None:
        for record in records:
            known = institution_of(record["event"]["data"])
            source, sequence = record["subject"], record["sequence"]
            put_projection(self.institutions, known["code"], known, source=source, sequence=sequence)


Pair = tuple[Document | None, Document | ZonaError | None]
"""A designation as it stands, and as it was told again; None where there is none."""


def looked_again(rooms: Rooms, subjects: Collection[str]) -> dict[str, Pair]:
    """These designations as they stand and as they are told at this moment.

    What is written while we look is looked at again, a few times.
    """
    pairs: dict[str, Pair] = {}
    moving = set(subjects)
    for _ in range(LOOKS):
        live = standing(rooms, moving)
        outboxes = {subject: document.get("outbox") or () for subject, document in live.items()}
        retold = retell(rooms, moving, outboxes)
        pairs |= {subject: (live.get(subject), retold.get(subject)) for subject in moving}
        now = standing(rooms, moving)
        moving = {subject for subject in moving if _place(live.get(subject)) != _place(now.get(subject))}
        if not moving:
            break
    return pairs


def standing(rooms: Rooms, subjects: Collection[str]) -> dict[str, Document]:
    """The live documents of these designations, by id."""
    return {each["_id"]: each for each in rooms.designations.collection.find({"_id": {"$in": list(subjects)}})}


def write_each(collection: Stored, writes: Sequence[Write]) -> None:
    """Each for itself; a document that came meanwhile, also from a killed run's last message, is no fault here."""
    try:
        if writes:
            collection.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        if any(fault["code"] != DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise


def chunks(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """The items in their order, `size` at a time."""
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some


def _place(document: Mapping[str, Any] | None) -> tuple[Any, ...]:
    return () if document is None else (document.get("version"), document.get("sequence"))
