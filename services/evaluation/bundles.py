"""What conclusions leave behind for whoever recomputes them: bundles, and the instruments that they name by hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from marshmallow import fields
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from services.evaluation.domain.adopted import AdoptedInstrument
from services.evaluation.domain.bundle import Bundle, assembled, canonical, hash_of
from services.evaluation.store import SERVICE, Documents
from shared.failures import NotFound
from shared.storage import AggregateStore, Document


class _AdoptedDocument(Document):
    makes = AdoptedInstrument
    id = fields.String(required=True)
    version = fields.String(required=True)
    content_hash = fields.String(required=True)
    content = fields.String(required=True)


class Adopted(AggregateStore[AdoptedInstrument]):
    """Instruments that conclusions were computed with, by the hash of their content."""

    def __init__(self, database: Documents) -> None:
        super().__init__(database, "instrument", _AdoptedDocument, service=SERVICE)

    def has(self, content_hash: str) -> bool:
        """Whether it is there; reads none of its 45 KB."""
        return self.collection.find_one({"_id": f"{self.kind}:{content_hash}"}, {"_id": 1}) is not None


class Bundles:
    """The bundle of every conclusion, positive or not, under the hash of its published text; never changed.

    The instrument stands in it by hash, so that a bundle is 25 KB and not 70.
    """

    def __init__(self, database: Documents) -> None:
        self._collection: Collection[dict[str, Any]] = database["bundles"]

    def keep(self, bundle: Bundle, document: Mapping[str, Any]) -> str:
        """Keep a bundle; gives the SHA-256 of its text with the instrument's `document` in it."""
        bundle_sha256 = hash_of(assembled(bundle, document))
        with suppress(DuplicateKeyError):
            self._collection.insert_one({"_id": bundle_sha256, "bundle": canonical(bundle)})
        return bundle_sha256

    def read(self, bundle_sha256: str) -> Bundle:
        """The bundle with its instrument by hash; raises NotFound."""
        found = self._collection.find_one({"_id": bundle_sha256})
        if found is None:
            raise NotFound(
                (f"Tidak ada paket {bundle_sha256}.", f"There is no bundle {bundle_sha256}."),
                remedy=("Periksa hash-nya.", "Check the hash."),
            )
        bundle: Bundle = json.loads(found["bundle"])
        return bundle
