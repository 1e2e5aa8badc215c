"""The stores of units: four kinds of aggregates, their summaries and indexes, and the counter of failed sign-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from services.units.documents import AccountDocument, CycleDocument, InstitutionDocument, UnitDocument
from services.units.domain.account import Account
from services.units.domain.cycle import Cycle
from services.units.domain.institution import Institution
from services.units.domain.unit import Proposal, Unit
from shared.storage import Aggregate, AggregateStore
from shared.storage.aggregates import HIGHEST

SERVICE = "units"
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that handlers and queries work on."""

    database: Database[dict[str, Any]]
    institutions: AggregateStore[Institution]
    units: AggregateStore[Unit]
    cycles: AggregateStore[Cycle]
    accounts: AggregateStore[Account]
    attempts: Attempts


INSTITUTION_INDEXES = (("state.kind", "key"), ("summary.unsettled", "key"))
UNIT_INDEXES = (
    ("state.institution", "key"),
    ("state.state", "key"),
    ("state.institution", "state.state", "key"),
    ("summary.cycles", "key"),
)


def open_stores(database: Database[dict[str, Any]]) -> Stores:
    """The stores on the service's database."""
    institutions: AggregateStore[Institution] = AggregateStore(
        database,
        "institution",
        InstitutionDocument,
        service=SERVICE,
        indexes=[_index(*names) for names in INSTITUTION_INDEXES],
        summary=summary_of_institution,
    )
    units: AggregateStore[Unit] = AggregateStore(
        database,
        "unit",
        UnitDocument,
        service=SERVICE,
        indexes=[_index(*names) for names in UNIT_INDEXES],
        summary=summary_of_unit,
    )
    cycles: AggregateStore[Cycle] = AggregateStore(database, "cycle", CycleDocument, service=SERVICE)
    accounts: AggregateStore[Account] = AggregateStore(database, "account", AccountDocument, service=SERVICE)
    return Stores(database, institutions, units, cycles, accounts, Attempts(database))


def summary_of_institution(institution: Institution) -> dict[str, Any]:
    """What lists show and timers look for."""
    return {
        "code": institution.code,
        "name": institution.name,
        "kind": institution.kind.value,
        "province": institution.province,
        "words": f"{institution.code} {institution.name}".casefold(),
        "unsettled": bool(institution.unsettled),
    }


def summary_of_unit(unit: Unit) -> dict[str, Any]:
    """What lists show, the proposals included: a list never loads the units themselves."""
    return {
        "code": unit.code,
        "name": unit.name,
        "institution": unit.institution,
        "province": unit.province,
        "field": unit.field,
        "state": unit.state.value,
        "standing": sorted(target.value for target in unit.standing),
        "designated": bool(unit.standing),
        "cycles": sorted({proposal.cycle for proposal in unit.proposals}),
        "proposals": [_proposal(unit, one) for one in unit.proposals],
    }


def _proposal(unit: Unit, proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal.id,
        "unit": unit.code,
        "cycle": proposal.cycle,
        "target": proposal.target.value,
        "state": proposal.state.value,
        "submitted_at": proposal.submitted_at.isoformat(),
    }


def summaries(
    store: AggregateStore[Any], filter: Mapping[str, Any], *, after: str, limit: int, including: bool = False
) -> list[dict[str, Any]]:
    """A page of summaries in the order of their keys, after `after` (or from it on, when `including`)."""
    bounds = {"$gte" if including else "$gt": after, "$lt": HIGHEST}
    found = store.collection.find({**filter, "key": bounds}, {"_id": 0, "summary": 1}).sort("key", ASCENDING)
    return [document["summary"] for document in found.limit(limit)]


def standing(store: AggregateStore[S], keys: Iterable[str]) -> dict[str, Aggregate[S]]:
    """The aggregates that exist under `keys`: one look-up each, which costs the same however many there are."""
    found = ((key, store.find(key)) for key in sorted(set(keys)))
    return {key: aggregate for key, aggregate in found if aggregate is not None}


def share_designated(stores: Stores, institution: str) -> tuple[int, int]:
    """How many of the institution's units stand designated, and how many it has."""
    of = {"state.institution": institution}
    units = stores.units.collection
    return units.count_documents({**of, "summary.designated": True}), units.count_documents(of)


class Attempts:
    """Failed sign-ins by name, in a bounded number of documents.

    A name falls into one of 65,536 buckets by its hash, so names that nobody has fill no disk and answer as others do.
    """

    MOST = 10
    WITHIN = timedelta(minutes=5)
    BUCKETS = 65_536

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._collection = database["sign_in_attempts"]

    def exhausted(self, name: str, at: datetime) -> bool:
        """True when the name has failed too often within the last minutes."""
        found = self._collection.find_one({"_id": self._bucket(name)})
        return found is not None and found["failed"] >= self.MOST and found["since"] > at - self.WITHIN

    def failed(self, name: str, at: datetime) -> None:
        """Count one failure; the first after a quiet while starts the count anew."""
        bucket = self._bucket(name)
        counted = self._collection.update_one(
            {"_id": bucket, "since": {"$gt": at - self.WITHIN}}, {"$inc": {"failed": 1}}
        )
        if counted.matched_count == 0:
            self._collection.update_one({"_id": bucket}, {"$set": {"since": at, "failed": 1}}, upsert=True)

    def succeeded(self, name: str) -> None:
        """Forget the failures."""
        self._collection.update_one({"_id": self._bucket(name), "failed": {"$gt": 0}}, {"$set": {"failed": 0}})

    def _bucket(self, name: str) -> int:
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % self.BUCKETS


def _index(*names: str) -> IndexModel:
    return IndexModel([(name, ASCENDING) for name in names], name="-".join(names))
