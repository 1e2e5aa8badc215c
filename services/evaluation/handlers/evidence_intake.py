"""From a stream of bytes to a file that is kept, or to nothing at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from services.evaluation.domain.evidence import EvidenceRules, FileVersion
from services.evaluation.errors import UploadInterrupted
from services.evaluation.evidence_store import FileState, StoredFile
from services.evaluation.inspection.refusals import error_of, refused
from services.evaluation.rooms import Rooms
from services.evaluation.scanning import ScannerAway
from shared.observability import logger

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Offer:
    """What is said of a file before its bytes come; `length` in bytes, if it was announced."""

    name: str
    kind: str
    length: int | None
    by: str
    at: datetime


class _Measured:
    """Bytes on their way, counted and hashed; more than `most` are refused while they come."""

    def __init__(self, chunks: Iterable[bytes], most: int) -> None:
        self._chunks, self._most = chunks, most
        self._digest, self.size = hashlib.sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            require_size(self.size, self._most)
            self._digest.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def require_size(size: int, most: int) -> None:
    """Raises EvidenceTooLarge."""
    if size > most:
        raise error_of(refused("too_large", most=most // MEBIBYTE))


def keep_file(
    rooms: Rooms, offer: Offer, chunks: Iterable[bytes], rules: EvidenceRules, worksheet: str
) -> tuple[FileVersion, FileState]:
    """Store the bytes under a temporary name, look into them, and let their content's hash point to them.

    Raises EvidenceRefused, UploadInterrupted, UploadLost, InspectionBusy: nothing is kept then. If this process is
    killed, the sweeper finds what it left.
    """
    with _upload(rooms, offer.at) as blob:
        measured = _Measured(chunks, rules.sizes[offer.kind])
        rooms.blobs.put(blob, measured)
        if offer.length is not None and measured.size != offer.length:
            raise _interrupted(measured.size, offer.length)
        file = FileVersion(measured.sha256, offer.name, measured.size, offer.kind, offer.by, offer.at)
        standing = rooms.files.find(file.sha256)
        if standing is None or standing.kind != offer.kind:
            rooms.inspector.check(rooms.blobs.open(blob), offer.kind, rules)
        state = _scanned(rooms, blob) if standing is None else _as_judged(standing)
        return file, _pointed(rooms, file, blob, state, worksheet)


@contextmanager
def _upload(rooms: Rooms, at: datetime) -> Iterator[str]:
    """A temporary name, gone at the end unless a file points to its blob."""
    blob = rooms.uploads.begin(at)
    try:
        yield blob
    finally:
        if not rooms.files.points_to(blob):
            rooms.blobs.delete(blob)
        rooms.uploads.forget(blob)


def _pointed(rooms: Rooms, file: FileVersion, blob: str, state: FileState, worksheet: str) -> FileState:
    """Take the file that is kept under this hash, or keep ours; both may be said by another process meanwhile."""
    while True:
        standing = rooms.files.want(file.sha256, worksheet, file.at)
        if standing is not None:
            return _as_judged(standing)
        # From here the sweeper leaves it alone for long enough, or has it already and this raises.
        rooms.uploads.renew(blob, datetime.now(UTC))
        if rooms.files.point(file, blob, state, worksheet):
            return state


def _scanned(rooms: Rooms, blob: str) -> FileState:
    if rooms.scanner is None:
        return FileState.ACCEPTED
    try:
        virus = rooms.scanner.virus_in(rooms.blobs.open(blob))
    except ScannerAway as error:
        logger().warning("scanner_away", error=str(error)[:200])
        return FileState.QUARANTINED
    if virus:
        raise error_of(refused("infected", what=virus))
    return FileState.ACCEPTED


def _as_judged(standing: StoredFile) -> FileState:
    if standing.state is FileState.INFECTED:
        raise error_of(refused("infected", what=standing.virus or "?"))
    return standing.state


def _interrupted(came: int, announced: int) -> UploadInterrupted:
    return UploadInterrupted(
        (f"Baru {came} dari {announced} bita yang sampai.", f"Only {came} of {announced} bytes came."),
        remedy=("Unggah lagi dari awal.", "Upload it again from the beginning."),
    )
