"""What every store of blobs promises; `tests/shared/storage/test_blobs.py` holds each of them to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


class BlobMissing(LookupError):
    """There is no whole blob under this name."""


class Blobs(Protocol):
    """Bytes under names. A name is made of ASCII letters, digits, `-`, `_`, `/`; a blob is whole or not there."""

    def put(self, name: str, chunks: Iterable[bytes]) -> int:
        """Store what `chunks` give and return the number of bytes; what stood under `name` is replaced.

        The blob is there when this returns, durably, and not before. Holds a bounded number of bytes at a time,
        whatever the blob's size. If `chunks` raise, nothing stays; if the process is killed, `delete` removes what
        was stored so far.
        """

    def open(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end` (the blob's own end if it comes first), in pieces.

        Raises BlobMissing at once, not at the first piece.
        """

    def delete(self, name: str) -> None:
        """Remove a blob, or the remains of one that was never whole; does nothing when there is neither."""
