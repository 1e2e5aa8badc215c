"""Which bytes are kept where: uploads under way, and files by the SHA-256 of their content.

An upload is noted before its first byte is stored, under the name of its blob; when its content is known, the file's
document points to that blob. Every order of crashes leaves a note or a document, and the sweeper follows both:

    uploads          `_id` (the blob), `at`, `taken` (a sweeper has it, and nobody else may go on)
    evidence_files   `_id` (SHA-256), `blob`, `size`, `kind`, `state`, `virus`, `worksheets` (that took it once),
                     `loose` (to be looked at by the sweeper), `wanted_at` (when somebody took it last)

A file is deleted only when no worksheet of its list holds it, and only if nobody took it since the sweeper looked.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.evaluation.domain.evidence import FileVersion
from services.evaluation.errors import EvidenceUnknown, UploadLost

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PAGE = 200


class FileState(Enum):
    """`quarantined`: kept, but given to nobody until a scanner has answered."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    INFECTED = "infected"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's document."""

    sha256: str
    blob: str
    size: int
    kind: str
    state: FileState
    virus: str | None
    worksheets: tuple[str, ...]
    wanted_at: datetime


class Uploads:
    """Blobs that nothing points to yet."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._collection = database["uploads"]

    def ensure_indexes(self) -> None:
        self._collection.create_indexes([IndexModel([("at", ASCENDING)], name="at")])

    def begin(self, at: datetime) -> str:
        """Note a new upload; gives the name of its blob."""
        blob = f"upload/{uuid.uuid4().hex}"
        self.note(blob, at)
        return blob

    def note(self, blob: str, at: datetime) -> None:
        """Have a sweeper look at `blob`, from an hour after `at` on."""
        self._collection.update_one({"_id": blob}, {"$set": {"at": at}}, upsert=True)

    def renew(self, blob: str, at: datetime) -> None:
        """Go on with an upload; raises UploadLost when a sweeper has taken it."""
        renewed = self._collection.update_one({"_id": blob, "taken": {"$exists": False}}, {"$set": {"at": at}})
        if not renewed.matched_count:
            raise UploadLost(
                ("Unggahannya terlalu lama terhenti.", "The upload stood still for too long."),
                remedy=("Unggah lagi.", "Upload it again."),
                retry_after=1,
            )

    def forget(self, blob: str) -> None:
        self._collection.delete_one({"_id": blob})

    def before(self, moment: datetime) -> list[tuple[str, datetime]]:
        """A page of the uploads that were noted before `moment`."""
        found = self._collection.find({"at": {"$gte": LONG_AGO, "$lt": moment}}).limit(PAGE)
        return [(one["_id"], one["at"]) for one in found]

    def take(self, blob: str, at: datetime) -> bool:
        """Take an upload away from who began it; False when it went on meanwhile."""
        taken = self._collection.update_one({"_id": blob, "at": at}, {"$set": {"taken": True}})
        return bool(taken.matched_count)


class EvidenceFiles:
    """Every file that is kept, by its content."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._collection = database["evidence_files"]

    def ensure_indexes(self) -> None:
        self._collection.create_indexes(
            [
                IndexModel([("loose", ASCENDING), ("wanted_at", ASCENDING)], name="loose-wanted_at"),
                IndexModel([("state", ASCENDING)], name="state"),
                IndexModel([("blob", ASCENDING)], name="blob"),
            ]
        )

    def find(self, sha256: str) -> StoredFile | None:
        found = self._collection.find_one({"_id": sha256})
        return None if found is None else _stored(found)

    def load(self, sha256: str) -> StoredFile:
        """Raises EvidenceUnknown."""
        found = self.find(sha256)
        if found is None:
            raise EvidenceUnknown(
                (f"Berkas {sha256} tidak ada.", f"There is no file {sha256}."),
                remedy=("Periksa daftar buktinya.", "See the list of evidence."),
            )
        return found

    def want(self, sha256: str, worksheet: str, at: datetime) -> StoredFile | None:
        """Take a file that is kept already, for a worksheet; None when it is not, or no longer."""
        change = {"$set": {"wanted_at": at, "loose": True}, "$addToSet": {"worksheets": worksheet}}
        if not self._collection.update_one({"_id": sha256}, change).matched_count:
            return None
        return self.find(sha256)

    def point(self, file: FileVersion, blob: str, state: FileState, worksheet: str) -> bool:
        """Let the content stand for its blob; False when it was there before."""
        document = {
            "_id": file.sha256,
            "blob": blob,
            "size": file.size,
            "kind": file.kind,
            "state": state.value,
            "virus": None,
            "worksheets": [worksheet],
            "loose": True,
            "wanted_at": file.at,
        }
        try:
            self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    def loosen(self, sha256: str, at: datetime) -> None:
        """Have the sweeper look whether anybody still holds the file; a look that is under way does not count."""
        self._collection.update_one({"_id": sha256}, {"$set": {"loose": True, "wanted_at": at}})

    def states(self, hashes: Collection[str]) -> Mapping[str, str]:
        """The state of each of `hashes` that is kept."""
        found = self._collection.find({"_id": {"$in": list(hashes)}}, {"state": 1})
        return {one["_id"]: one["state"] for one in found}

    def loose_before(self, moment: datetime) -> list[StoredFile]:
        """A page of loose files that nobody took since `moment`."""
        bounds = {"$gte": LONG_AGO, "$lt": moment}
        return [_stored(one) for one in self._collection.find({"loose": True, "wanted_at": bounds}).limit(PAGE)]

    def settle(self, file: StoredFile) -> None:
        """Somebody holds it: the sweeper need not look again."""
        self._collection.update_one(_as_it_was(file), {"$set": {"loose": False}})

    def drop(self, file: StoredFile) -> bool:
        """Nobody holds it; False when somebody took it meanwhile."""
        return bool(self._collection.delete_one(_as_it_was(file)).deleted_count)

    def points_to(self, blob: str) -> bool:
        return self._collection.find_one({"blob": blob}, {"_id": 1}) is not None

    def quarantined(self) -> list[StoredFile]:
        """A page of files that wait for a scanner."""
        return [_stored(one) for one in self._collection.find({"state": FileState.QUARANTINED.value}).limit(PAGE)]

    def judge(self, sha256: str, virus: str | None) -> None:
        """What the scanner said of a quarantined file."""
        state = FileState.INFECTED if virus else FileState.ACCEPTED
        change = {"$set": {"state": state.value, "virus": virus}}
        self._collection.update_one({"_id": sha256, "state": FileState.QUARANTINED.value}, change)


def _as_it_was(file: StoredFile) -> dict[str, Any]:
    return {"_id": file.sha256, "wanted_at": file.wanted_at}


def _stored(found: Mapping[str, Any]) -> StoredFile:
    return StoredFile(
        found["_id"],
        found["blob"],
        found["size"],
        found["kind"],
        FileState(found["state"]),
        found["virus"],
        tuple(found["worksheets"]),
        found["wanted_at"],
    )
