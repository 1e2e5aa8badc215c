"""The registry's documents: designations.

Paging is bound on both sides of one index. MongoDB stops at the limit; SecantusDB reads a whole range before it
cuts, and leaves the range aside as soon as a third field is asked for (both measured). So a question of one
term goes through windows that grow eightfold, and a question of several takes one look behind its rarest term.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load
from pymongo import ASCENDING, IndexModel, UpdateMany
from pymongo.database import Database

from services.registry.domain.conclusion import AreaScore, Gate, Predicate, Result, UnitCard
from services.registry.domain.decree import Decree
from services.registry.domain.designation import Designation, Publication, Revocation, State
from services.registry.domain.public_view import listing, order_of
from shared.observability import logger
from shared.storage import Aggregate, AggregateStore, Cause, Document
from shared.storage.aggregates import HIGHEST

Stored = Database[dict[str, Any]]
Entry = dict[str, Any]

FIRST_WINDOW = timedelta(hours=1)
GROWTH = 8
WINDOWS = 6
"""Six windows reach some four years back; what is older is one last window."""


class UnitCardDocument(Document):
    makes = UnitCard
    unit = fields.String(required=True)
    unit_name = fields.String(required=True)
    institution = fields.String(required=True)
    institution_name = fields.String(required=True)
    institution_kind = fields.String(required=True)
    province = fields.String(required=True)
    field = fields.String(required=True)


class AreaScoreDocument(Document):
    makes = AreaScore
    score = fields.String(required=True)
    percent = fields.String(required=True)


class GateDocument(Document):
    makes = Gate
    gate = fields.String(required=True)
    measured = fields.String(required=True)
    limit = fields.String(required=True)
    passed = fields.Boolean(required=True)
    article = fields.String(required=True)


class ResultDocument(Document):
    makes = Result
    instrument = fields.String(required=True)
    instrument_hash = fields.String(required=True)
    worksheet_hash = fields.String(required=True)
    total = fields.String(required=True)
    pengungkit = fields.String(required=True)
    hasil = fields.String(required=True)
    exact = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    areas = fields.Dict(keys=fields.String(), values=fields.Nested(AreaScoreDocument), required=True)
    gates = fields.List(fields.Nested(GateDocument), required=True)
    concluded_at = fields.AwareDateTime(required=True, format="iso")
    bundle_sha256 = fields.String(allow_none=True, load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Result:
        return Result(**{**data, "gates": tuple(data["gates"])})


class DecreeDocument(Document):
    makes = Decree
    number = fields.String(required=True)
    date = fields.Date(required=True)
    signatory_office = fields.String(required=True)


class PublicationDocument(Document):
    makes = Publication
    decree = fields.Nested(DecreeDocument, required=True)
    published_at = fields.AwareDateTime(required=True, format="iso")


class RevocationDocument(Document):
    makes = Revocation
    decree = fields.Nested(DecreeDocument, required=True)
    ground = fields.String(required=True)
    revoked_at = fields.AwareDateTime(required=True, format="iso")
    barred_until = fields.Date(required=True)
    article = fields.String(required=True)


class DesignationDocument(Document):
    makes = Designation
    number = fields.String(required=True)
    predicate = fields.Enum(Predicate, by_value=True, required=True)
    card = fields.Nested(UnitCardDocument, required=True)
    proposal = fields.String(required=True)
    cycle = fields.String(required=True)
    result = fields.Nested(ResultDocument, required=True)
    state = fields.Enum(State, by_value=True, required=True)
    drafted_at = fields.AwareDateTime(required=True, format="iso")
    publication = fields.Nested(PublicationDocument, allow_none=True, load_default=None)
    revocation = fields.Nested(RevocationDocument, allow_none=True, load_default=None)


@dataclass(frozen=True, slots=True)
class Unlogged:
    """A designation that the public log may not tell of yet, as read."""

    id: str
    version: int
    state: Designation


class Designations(AggregateStore[Designation]):
    """The designations; `listed` pages through them by terms and order.

    `unlogged` stands while the public log may lack an entry: set by the write that publishes or revokes, so that no
    second write has to follow (docs/adr/0020).
    """

    def __init__(self, database: Stored) -> None:
        listed = IndexModel([("summary.search", ASCENDING), ("summary.order", ASCENDING)], name="listing")
        marked = {"unlogged": True}
        unlogged = IndexModel([("unlogged", ASCENDING)], name="unlogged", partialFilterExpression=marked)
        indexes = [listed, unlogged]
        super().__init__(
            database, "designation", DesignationDocument, service="registry", indexes=indexes, summary=listing
        )

    def unlogged(self, batch: int) -> Iterator[Unlogged]:
        """Those that the log may lack, by one look; read `batch` at a time."""
        with self.collection.find({"unlogged": True}, {"outbox": 0}, batch_size=batch) as found:
            for document in found:
                try:
                    yield Unlogged(document["_id"], document["version"], self._aggregate(document).state)
                except (ValidationError, KeyError) as error:  # a damaged document holds up nobody else
                    logger().error("unreadable_designation", designation=document["_id"], error=str(error)[:300])

    def mark_logged(self, told: Sequence[Unlogged]) -> None:
        """Take the marks away, but of those that moved since they were read; those of one version by one update."""
        versions = {each.version for each in told}
        asked = {v: {"$in": [each.id for each in told if each.version == v]} for v in versions}
        done = {"$set": {"unlogged": False}}
        writes = [UpdateMany({"_id": ids, "version": version}, done) for version, ids in asked.items()]
        self.collection.bulk_write(writes, ordered=False)

    def mark_unlogged(self, ids: Sequence[str]) -> None:
        """Have the sequencer look at these again."""
        self.collection.update_many({"_id": {"$in": list(ids)}}, {"$set": {"unlogged": True}})

    def _changes(self, before: Designation, after: Designation) -> dict[str, Any]:
        moved = (before.publication, before.revocation) != (after.publication, after.revocation)
        return super()._changes(before, after) | ({"unlogged": True} if moved else {})

    def listed(self, terms: Sequence[str], *, after: str | None, limit: int, now: datetime) -> list[Entry]:
        """Up to `limit` listings that have every one of `terms`, the newest first, strictly after `after`.

        The first term bounds the index, so the rarest belongs there; there must be one.
        """
        lower = after or ""
        if len(terms) > 1:
            return self._between(terms, lower, HIGHEST, limit)
        found: list[Entry] = []
        for upper in _windows(after or order_of(now)):
            found += self._between(terms, lower, upper, limit - len(found))
            if len(found) == limit:
                return found
            lower = upper
        return found

    def read(self, document: dict[str, Any]) -> Aggregate[Designation]:
        """The aggregate that a stored document holds; raises marshmallow.ValidationError or KeyError."""
        return self._aggregate(document)

    def settled(self, state: Designation, causes: Sequence[Cause]) -> dict[str, Any]:
        """The document as it stands when `causes` have led to `state`, one event each, and all was said."""
        return {
            "_id": f"{self.kind}:{state.number}",
            "key": state.number,
            "version": len(causes),
            "sequence": len(causes),
            "state": self._schema.dump(state),
            "outbox": [],
            "pending": False,
            "heard": [cause.event_id for cause in causes if cause.event_id],
            "followed": [],
            "commands": [cause.command_id for cause in causes if cause.command_id],
            "created_at": causes[0].time,
            "changed_at": causes[-1].time,
            "summary": listing(state),
            **({"unlogged": True} if state.publication else {}),  # the sequencer knows what is in the log already
        }

    def drafts(self, term: str, *, after: str | None, limit: int) -> list[str]:
        """The keys of the drafts by number, strictly after `after`."""
        return [found["key"] for found in self._between([term], after or "", HIGHEST, limit)]

    def count(self, term: str) -> int:
        """How many designations have `term`: counted along the index, so only for a timer."""
        return self.collection.count_documents({"summary.search": term})

    def _between(self, terms: Sequence[str], lower: str, upper: str, limit: int) -> list[Entry]:
        wanted: dict[str, Any] = {"summary.search": terms[0], "summary.order": {"$gt": lower, "$lte": upper}}
        if terms[1:]:
            wanted["summary.filters"] = {"$all": list(terms[1:])}
        shown = {"key": 1, "summary.order": 1, "summary.entry": 1}
        return list(self.collection.find(wanted, shown).sort("summary.order", ASCENDING).limit(limit))


def _windows(start: str) -> Iterator[str]:
    """Upper bounds in the order of listings, each window eight times as long as the one before."""
    begin, width = int(start[:13]), int(FIRST_WINDOW.total_seconds() * 1000)
    for _ in range(WINDOWS):
        begin += width
        yield f"{begin:013d}"
        width *= GROWTH
    yield HIGHEST
