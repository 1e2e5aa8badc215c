"""Timers of evidence: away with what nobody points to, and ask the scanner again."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.evaluation.domain.proving import holds
from services.evaluation.evidence_store import StoredFile
from services.evaluation.rooms import Rooms
from services.evaluation.scanning import ScannerAway
from shared.observability import logger
from shared.storage import Cause
from shared.storage.blobs import BlobMissing

GRACE = timedelta(minutes=30)
"""Longer than any upload goes on without a sign of life; with a sweep every five minutes, nothing stays an hour."""


def sweep_evidence(rooms: Rooms, cause: Cause) -> int:
    """Remove what interrupted uploads left and files that nobody holds any more; gives how many blobs went."""
    before, gone = cause.time - GRACE, 0
    # Whatever is looked at leaves its range: it goes, or is settled, or somebody has just renewed it.
    while uploads := rooms.uploads.before(before):
        gone += sum(_sweep_upload(rooms, blob, at) for blob, at in uploads)
    while files := rooms.files.loose_before(before):
        gone += sum(_sweep_file(rooms, file, cause.time) for file in files)
    if gone:
        logger().info("evidence_swept", blobs=gone)
    return gone


def scan_quarantined(rooms: Rooms) -> int:
    """Ask the scanner about files that it did not answer for; gives how many it has judged."""
    if rooms.scanner is None:
        return 0
    judged = 0
    for file in rooms.files.quarantined():
        try:
            virus = rooms.scanner.virus_in(rooms.blobs.open(file.blob))
        except (ScannerAway, BlobMissing) as error:
            logger().warning("still_quarantined", sha256=file.sha256, error=str(error)[:200])
            return judged
        rooms.files.judge(file.sha256, virus)
        judged += 1
        if virus:
            logger().error("evidence_infected", sha256=file.sha256, virus=virus)
    return judged


def _sweep_upload(rooms: Rooms, blob: str, at: datetime) -> bool:
    """True when its bytes were removed; an upload that went on meanwhile, or got its file, keeps them."""
    if not rooms.uploads.take(blob, at):
        return False
    pointed = rooms.files.points_to(blob)
    if not pointed:
        rooms.blobs.delete(blob)
    rooms.uploads.forget(blob)
    return not pointed


def _sweep_file(rooms: Rooms, file: StoredFile, now: datetime) -> bool:
    if any(_holds(rooms, key, file.sha256) for key in file.worksheets):
        rooms.files.settle(file)
        return False
    # Noted first: a crash between the two removals leaves the note, and the next sweep follows it.
    rooms.uploads.note(file.blob, now)
    dropped = rooms.files.drop(file)
    if dropped:
        rooms.blobs.delete(file.blob)
    rooms.uploads.forget(file.blob)
    return dropped


def _holds(rooms: Rooms, worksheet: str, sha256: str) -> bool:
    """In its evidence now, or in the manifest of any of its seals."""
    found = rooms.worksheets.find(worksheet)
    if found is None:
        return False
    sealed = (rooms.manifests.text(seal.worksheet_hash) for seal in found.state.seals)
    return holds(found.state, sha256) or any(sha256 in manifest for manifest in sealed)
