"""What is seen of evidence: lists, the bytes as they were handed in, the copy for evaluators."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.evaluation import access
from services.evaluation.domain.evidence import MEDIA_TYPES, FileVersion, stored_bytes
from services.evaluation.domain.worksheet import Worksheet, worksheet_key
from services.evaluation.errors import EvidenceDamaged, EvidenceUnknown, EvidenceWithheld
from services.evaluation.evidence_rules import rules_of
from services.evaluation.evidence_store import FileState, StoredFile
from services.evaluation.rooms import Rooms
from services.evaluation.views import evidence_view
from shared.observability import logger
from shared.storage.blobs import BlobMissing

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way out; `pieces` are `size` bytes and may have to be closed."""

    name: str
    media_type: str
    size: int
    pieces: Iterable[bytes]


def evidence(rooms: Rooms, actor: Actor, unit: str, cycle: str) -> dict[str, Any]:
    """A worksheet's evidence with the state of each file, what is taken and how much room is left.

    Raises NotFound, NotYours.
    """
    found = rooms.worksheets.load(worksheet_key(unit, cycle))
    access.require_evidence_reader(actor, found.state)
    rules, items = rules_of(cycle), found.state.evidence
    states = rooms.files.states([one.current.sha256 for one in items])
    return {
        "version": found.version,
        "items": [evidence_view(one, states.get(one.current.sha256, "")) for one in items],
        "bytes": stored_bytes(items),
        "quota": rules.unit_quota,
        "most_files": rules.most_files,
        "largest": dict(rules.sizes),
    }


def evidence_file(rooms: Rooms, actor: Actor, unit: str, cycle: str, sha256: str) -> Download:
    """A file of the worksheet's evidence, present or sealed, as it was handed in.

    Raises NotFound, NotYours, EvidenceUnknown, EvidenceWithheld, EvidenceDamaged.
    """
    sheet = rooms.worksheets.load(worksheet_key(unit, cycle)).state
    access.require_evidence_reader(actor, sheet)
    held = _named(sheet, sha256) or _sealed(rooms, sheet, sha256)
    file = _open_to_readers(rooms, sha256)
    return Download(held["name"], MEDIA_TYPES[held["kind"]], file.size, _checked(rooms, file))


def review_evidence(rooms: Rooms, actor: Actor, review: str) -> list[dict[str, Any]]:
    """The sealed evidence that a review judges; raises NotFound, NotYours."""
    sealed, sheet = _sealed_for(rooms, actor, review)
    states = rooms.files.states([one["sha256"] for one in sealed])
    return [{**one, "name": _name(sheet, one), "state": states.get(one["sha256"], "")} for one in sealed]


def review_file(rooms: Rooms, actor: Actor, review: str, sha256: str) -> Download:
    """A file of the sealed evidence, in a copy without its author's traces.

    Raises NotFound, NotYours, EvidenceUnknown, EvidenceWithheld, EvidenceDamaged, InspectionBusy.
    """
    sealed, sheet = _sealed_for(rooms, actor, review)
    held = next((one for one in sealed if one["sha256"] == sha256), None)
    if held is None:
        raise _unknown(sha256)
    file = _open_to_readers(rooms, sha256)
    copy = rooms.inspector.stripped(_checked(rooms, file), held["kind"], rules_of(sheet.cycle))
    return Download(_name(sheet, held), MEDIA_TYPES[held["kind"]], copy.size, copy)


def _sealed_for(rooms: Rooms, actor: Actor, review: str) -> tuple[list[dict[str, Any]], Worksheet]:
    found = rooms.reviews.load(review).state
    access.require_own_review(actor, found)
    sheet = rooms.worksheets.load(worksheet_key(found.unit, found.cycle)).state
    return rooms.manifests.read(found.worksheet_hash).get("evidence", []), sheet


def _named(sheet: Worksheet, sha256: str) -> dict[str, Any] | None:
    files = (file for one in sheet.evidence for file in one.versions if file.sha256 == sha256)
    found: FileVersion | None = next(files, None)
    return {"name": found.name, "kind": found.kind} if found else None


def _sealed(rooms: Rooms, sheet: Worksheet, sha256: str) -> dict[str, Any]:
    for seal in reversed(sheet.seals):
        for one in rooms.manifests.read(seal.worksheet_hash).get("evidence", []):
            if one["sha256"] == sha256:
                return {"name": _name(sheet, one), "kind": one["kind"]}
    raise _unknown(sha256)


def _name(sheet: Worksheet, sealed: dict[str, Any]) -> str:
    """What the unit calls the file; a manifest has no names, and withdrawn evidence has none any more."""
    named = _named(sheet, sealed["sha256"])
    return str(named["name"]) if named else f"{sealed['id']}.{sealed['kind']}"


def _open_to_readers(rooms: Rooms, sha256: str) -> StoredFile:
    file = rooms.files.load(sha256)
    if file.state is FileState.ACCEPTED:
        return file
    raise EvidenceWithheld(
        (
            "Berkas ini menunggu pemindai virus." if file.virus is None else f"Pemindai menemukan {file.virus}.",
            "This file waits for the virus scanner." if file.virus is None else f"The scanner found {file.virus}.",
        ),
        remedy=("Coba lagi nanti.", "Try again later.")
        if file.virus is None
        else ("Minta berkas lain.", "Ask for another file."),
        state=file.state.value,
    )


def _checked(rooms: Rooms, file: StoredFile) -> Iterator[bytes]:
    """The stored bytes, after all of them were hashed: a damaged file is refused whole, not cut off in the middle."""
    digest = hashlib.sha256()
    try:
        for piece in rooms.blobs.open(file.blob):
            digest.update(piece)
        if digest.hexdigest() == file.sha256:
            return rooms.blobs.open(file.blob)
    except BlobMissing as error:
        logger().error("blob_missing", blob=str(error))
    logger().error("evidence_damaged", sha256=file.sha256, blob=file.blob, found=digest.hexdigest())
    raise EvidenceDamaged(
        ("Isi yang tersimpan tidak lagi sama dengan yang diunggah.", "What is stored is not what was handed in."),
        remedy=(
            "Laporkan kepada admin; berkas ini harus dipulihkan dari cadangan.",
            "Report it to the operators: this file must be restored from the backup.",
        ),
        sha256=file.sha256,
    )


def _unknown(sha256: str) -> EvidenceUnknown:
    return EvidenceUnknown(
        (f"Berkas {sha256[:64]} tidak termasuk bukti ini.", f"The file {sha256[:64]} is not part of this evidence."),
        remedy=("Lihat daftar buktinya.", "See the list of evidence."),
    )
