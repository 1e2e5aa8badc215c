"""The stores of evaluation, their indexes and the rows that lists read.

Lists read `summary`, never whole aggregates: a proposal with its scores is some 15 KB, its row half a KB.
Manifests and superseded answers are written *before* the worksheet's own guarded update and are named by
their content: a crash in between leaves a copy of something that did stand, never a loss.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.evaluation.documents import EvaluatorDocument, ProposalDocument, ReviewDocument, WorksheetDocument
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.known import Cycle, UnitCard
from services.evaluation.domain.proposal import Proposal
from services.evaluation.domain.review import Review
from services.evaluation.domain.worksheet import Answered, Layer, Superseded, Worksheet
from services.evaluation.rows import evaluator_row, proposal_row, review_row
from shared.failures import Early, NotFound
from shared.storage import AggregateStore, put_projection

SERVICE = "evaluation"
DUPLICATE_KEY = 11000
HIGHEST = "\uffff"
Documents = Database[dict[str, Any]]


def _index(*names: str) -> IndexModel:
    return IndexModel([(name, ASCENDING) for name in names], name="-".join(names))


def worksheets(database: Documents) -> AggregateStore[Worksheet]:
    """Worksheets by `<unit>.<cycle>`."""
    return AggregateStore(database, "worksheet", WorksheetDocument, service=SERVICE)


def proposals(database: Documents) -> AggregateStore[Proposal]:
    """Proposals by the id that units gave."""
    indexes = [
        _index("summary.cycle", "key"),
        _index("summary.state", "key"),
        _index("summary.changed_at"),
        _index("summary.unit", "key"),
        _index("summary.institution", "key"),
        _index("summary.evaluators", "key"),
    ]
    return AggregateStore(
        database, "proposal", ProposalDocument, service=SERVICE, indexes=indexes, summary=proposal_row
    )


def evaluators(database: Documents) -> AggregateStore[Evaluator]:
    """Evaluators by account."""
    return AggregateStore(
        database,
        "evaluator",
        EvaluatorDocument,
        service=SERVICE,
        indexes=[_index("state.reservations.proposal")],
        summary=evaluator_row,
    )


def reviews(database: Documents) -> AggregateStore[Review]:
    """Reviews by `<proposal>:<evaluator>`."""
    indexes = [_index("summary.evaluator", "summary.state", "key"), _index("summary.proposal", "key")]
    return AggregateStore(database, "review", ReviewDocument, service=SERVICE, indexes=indexes, summary=review_row)


def rows(
    store: AggregateStore[Any], filter: Mapping[str, Any], *, after: str | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """The `summary` of a page in the order of the keys, strictly after the key `after`."""
    bounds = {"$gt": after or "", "$lt": HIGHEST}
    found = store.collection.find({**filter, "key": bounds}, {"summary": 1}).sort("key", ASCENDING).limit(limit)
    return [document["summary"] for document in found]


def every_row(store: AggregateStore[Any], filter: Mapping[str, Any], name: str) -> Iterable[dict[str, Any]]:
    """All rows, page by page; `name` is the row's field that holds the key."""
    after: str | None = None
    while page := rows(store, filter, after=after, limit=500):
        yield from page
        after = page[-1][name]


class Known:
    """What evaluation has heard of units and cycles: whole states, the newest each."""

    def __init__(self, database: Documents) -> None:
        self._units: Collection[dict[str, Any]] = database["known_units"]
        self._cycles: Collection[dict[str, Any]] = database["known_cycles"]

    def learn_unit(self, card: Mapping[str, Any], *, source: str, sequence: int) -> None:
        put_projection(self._units, card["unit"], {"card": dict(card)}, source=source, sequence=sequence)

    def learn_cycle(self, cycle: Mapping[str, Any], *, source: str, sequence: int) -> None:
        put_projection(self._cycles, cycle["cycle"], {"known": dict(cycle)}, source=source, sequence=sequence)

    def unit(self, code: str) -> UnitCard:
        """Raises Early while the unit has not been heard of."""
        found = self._units.find_one({"_id": code})
        if found is None:
            raise _not_heard(f"unit {code}")
        return UnitCard(**found["card"])

    def cycle(self, cycle: str) -> Cycle:
        """Raises Early while the cycle has not been heard of."""
        found = self._cycles.find_one({"_id": cycle})
        if found is None:
            raise _not_heard(f"cycle {cycle}")
        return Cycle(**found["known"])

    def cycle_before(self, cycle: str) -> str | None:
        """The latest known cycle before this one."""
        return max((one["_id"] for one in self._cycles.find({}, {"_id": 1}) if one["_id"] < cycle), default=None)


class Sweeps:
    """How far a timer has looked at things in the order of their last change: a hint, kept over restarts."""

    def __init__(self, database: Documents) -> None:
        self._collection: Collection[dict[str, Any]] = database["sweeps"]

    def swept_until(self, name: str) -> str:
        """The moment (ISO 8601) up to which everything was looked at; empty before the first time."""
        found = self._collection.find_one({"_id": name})
        return found["until"] if found else ""

    def advance(self, name: str, until: str) -> None:
        self._collection.update_one({"_id": name}, {"$max": {"until": until}}, upsert=True)


class Manifests:
    """Sealed manifests under their hash: the very bytes that were hashed, never changed."""

    def __init__(self, database: Documents) -> None:
        self._collection: Collection[dict[str, Any]] = database["manifests"]

    def keep(self, worksheet_hash: str, manifest: str) -> None:
        try:
            self._collection.insert_one({"_id": worksheet_hash, "manifest": manifest})
        except DuplicateKeyError:
            return

    def read(self, worksheet_hash: str) -> dict[str, Any]:
        """The manifest as data; raises NotFound."""
        manifest: dict[str, Any] = json.loads(self.text(worksheet_hash))
        return manifest

    def text(self, worksheet_hash: str) -> str:
        """The manifest as it was hashed; raises NotFound."""
        found = self._collection.find_one({"_id": worksheet_hash})
        if found is None:
            raise NotFound(
                (f"Tidak ada segel {worksheet_hash}.", f"There is no seal {worksheet_hash}."),
                remedy=("Periksa hash-nya.", "Check the hash."),
            )
        return str(found["manifest"])


class History:
    """Every answer that was ever replaced: append-only, by worksheet, layer, question and revision."""

    def __init__(self, database: Documents) -> None:
        self._collection: Collection[dict[str, Any]] = database["superseded_answers"]

    def ensure_indexes(self) -> None:
        self._collection.create_indexes([_index("worksheet", "place")])

    def keep(self, worksheet: str, replaced: Iterable[Superseded]) -> None:
        """Copy answers before they are replaced; copying twice changes nothing."""
        documents = [_superseded(worksheet, one) for one in replaced]
        if not documents:
            return
        try:
            self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(fault["code"] != DUPLICATE_KEY for fault in error.details["writeErrors"]):
                raise

    def between(self, worksheet: str, layer: Layer, spans: Mapping[str, tuple[int, int]]) -> dict[str, list[Answered]]:
        """The replaced answers of each question with a revision in its span (first, last), oldest first."""
        wanted = {
            f"{worksheet}:{layer.value}:{question}:{revision:06d}": question
            for question, (first, last) in spans.items()
            for revision in range(first, last + 1)
        }
        found: dict[str, list[Answered]] = {}
        for one in self._collection.find({"_id": {"$in": sorted(wanted)}}).sort("_id", ASCENDING) if wanted else ():
            at = datetime.fromisoformat(one["at"])
            found.setdefault(one["question"], []).append(Answered(one["value"], one["revision"], one["by"], at))
        return found

    def page(self, worksheet: str, layer: str, *, after: str | None, limit: int) -> list[dict[str, Any]]:
        """Replaced answers by question and revision."""
        bounds = {"$gt": after or f"{layer}:", "$lt": f"{layer}:{HIGHEST}"}
        found = self._collection.find({"worksheet": worksheet, "place": bounds}, {"_id": 0, "worksheet": 0})
        return list(found.sort("place", ASCENDING).limit(limit))


def _superseded(worksheet: str, one: Superseded) -> dict[str, Any]:
    place = f"{one.layer.value}:{one.question}:{one.answer.revision:06d}"
    answer = {**asdict(one.answer), "at": one.answer.at.isoformat()}
    return {"_id": f"{worksheet}:{place}", "worksheet": worksheet, "place": place, "question": one.question, **answer}


def _not_heard(what: str) -> Early:
    return Early(
        (f"{what} belum sampai di evaluasi.", f"evaluation has not heard of {what} yet."),
        remedy=(
            "Coba lagi sebentar lagi; periksa kodenya bila tetap begini.",
            "Try again soon; if it stays, check it.",
        ),
        retry_after=1,
    )
