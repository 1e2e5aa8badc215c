"""Files of any size behind one port: in the database (GridFS) or on a server that speaks S3."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from shared.settings import Settings
from shared.storage.blobs.grid import GridBlobs
from shared.storage.blobs.port import BlobMissing, Blobs

__all__ = ["BlobMissing", "Blobs", "GridBlobs", "open_blobs"]


def open_blobs(settings: Settings, database: Database[dict[str, Any]]) -> Blobs:
    """Where BLOBS_URI says, else in the service's own database. Lazy: nothing is asked of a server yet."""
    if not settings.blobs_uri:
        return GridBlobs(database)
    # Its library is large, and most processes do without.
    from shared.storage.blobs.s3 import S3Blobs  # noqa: PLC0415

    return S3Blobs.at(settings.blobs_uri)
