"""Blobs in MongoDB, in the documented form of GridFS: any of its tools can read them.

Written here and not with pymongo's `GridFSBucket`, which (by its source, 4.20) collects up to 32 MB of chunks before it
writes the first and reads up to 16 MB at once: memory would grow with what eight people upload together. This holds one
chunk on the way in and one window on the way out, whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from shared.storage.blobs.port import BlobMissing

CHUNK = 1024 * 1024
"""Bytes in a chunk. Each chunk is one journaled write; 2 MB in chunks of 255 KiB took 61 ms, of 1 MiB 47 ms."""


class GridBlobs:
    """The bucket `blobs` of a database; a blob's `_id` and `filename` are its name."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._files = database["blobs.files"]
        self._chunks = database["blobs.chunks"]

    def ensure_indexes(self) -> None:
        """Create what is missing: a chunk is found by its blob and number."""
        self._chunks.create_indexes(
            [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], name="files_id-n", unique=True)]
        )

    def put(self, name: str, chunks: Iterable[bytes]) -> int:
        """See the port."""
        self.delete(name)
        length = 0
        try:
            for n, data in enumerate(in_pieces(chunks, CHUNK)):
                self._chunks.insert_one({"files_id": name, "n": n, "data": data})
                length += len(data)
        except BaseException:
            self.delete(name)
            raise
        # The file's document is the last thing that is written: without it the blob is not there.
        self._files.insert_one(
            {"_id": name, "filename": name, "length": length, "chunkSize": CHUNK, "uploadDate": datetime.now(UTC)}
        )
        return length

    def open(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """See the port."""
        file = self._files.find_one({"_id": name})
        if file is None:
            raise BlobMissing(name)
        length, size = file["length"], file["chunkSize"]
        return self._read(name, start, length if end is None else min(end, length), size)

    def delete(self, name: str) -> None:
        """See the port."""
        self._files.delete_one({"_id": name})
        self._chunks.delete_many({"files_id": name})

    def _read(self, name: str, start: int, end: int, size: int) -> Iterator[bytes]:
        position = start
        while position < end:
            n, skip = divmod(position, size)
            chunk = self._chunks.find_one({"files_id": name, "n": n})
            data = chunk["data"][skip : skip + end - position] if chunk else b""
            if not data:
                raise BlobMissing(f"{name}: chunk {n} is gone")
            position += len(data)
            yield data


def in_pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one shorter; holds one piece and what came last."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= size:
            with memoryview(held) as view:
                piece = bytes(view[:size])
            del held[:size]
            yield piece
    if held:
        yield bytes(held)
