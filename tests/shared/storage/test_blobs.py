"""What every store of blobs promises, asked of each: GridFS in the database, and S3 of a server that speaks it."""

from __future__ import annotations

import hashlib
import socket
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from gridfs import GridFSBucket
from pymongo.database import Database

from shared.localrun.ports import free_ports
from shared.localrun.processes import Program, Supervisor
from shared.settings import Settings, SettingsError
from shared.storage.blobs import BlobMissing, Blobs, GridBlobs, open_blobs
from shared.storage.blobs.s3 import PART, S3Blobs

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="session")
def s3_server(supervisor: Supervisor) -> str:
    """Host and port of moto's server, a process of its own."""
    [port] = free_ports(1)
    arguments = (sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(port))
    supervisor.start(Program("s3", arguments, ready=lambda: _listens(port)))
    return f"127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=["grid", "s3"])
def blobs(request: pytest.FixtureRequest, settings: Settings, database: Database[dict[str, Any]]) -> Iterator[Blobs]:
    if request.param == "grid":
        made = open_blobs(settings, database)
        assert isinstance(made, GridBlobs)
        made.ensure_indexes()
        yield made
        return
    yield _s3(request.getfixturevalue("s3_server"), database.name)


def _s3(server: str, name: str) -> S3Blobs:
    blobs = S3Blobs.at(f"s3+http://key:secret@{server}/{name.replace('_', '-')}")
    blobs._client.create_bucket(Bucket=blobs._bucket)
    return blobs


def pieces(size: int, piece: int = 300_000) -> Iterator[bytes]:
    """`size` bytes that nowhere repeat in a way that would hide a mistake of order."""
    counter = 0
    while size > 0:
        block = hashlib.sha256(str(counter).encode()).digest() * (piece // 32)
        yield block[: min(size, len(block))]
        size -= len(block)
        counter += 1


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE, MEBIBYTE + 1, 2 * PART, 2 * PART + 7])
def test_what_was_put_is_read_back_whole(blobs: Blobs, size: int) -> None:
    assert blobs.put("upload/a", pieces(size)) == size
    assert b"".join(blobs.open("upload/a")) == b"".join(pieces(size))


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (5, 5), (MEBIBYTE - 1, MEBIBYTE + 1), (100, None), (3 * MEBIBYTE - 1, 99 * MEBIBYTE)]
)
def test_a_range_is_read_alone(blobs: Blobs, start: int, end: int | None) -> None:
    whole = b"".join(pieces(3 * MEBIBYTE))
    blobs.put("a", [whole])
    assert b"".join(blobs.open("a", start, end)) == whole[start:end]


def test_what_is_missing_is_missing_at_once(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        blobs.open("nothing")


def test_what_was_deleted_is_gone_and_deleting_again_does_nothing(blobs: Blobs) -> None:
    blobs.put("a", [b"x"])
    blobs.delete("a")
    blobs.delete("a")
    with pytest.raises(BlobMissing):
        blobs.open("a")


def test_putting_again_replaces(blobs: Blobs) -> None:
    blobs.put("a", pieces(3 * MEBIBYTE))
    blobs.put("a", [b"new"])
    assert b"".join(blobs.open("a")) == b"new"


def test_deleting_one_leaves_those_whose_names_begin_like_it(blobs: Blobs) -> None:
    blobs.put("a", [b"one"])
    blobs.put("ab", [b"two"])
    blobs.delete("a")
    assert b"".join(blobs.open("ab")) == b"two"


@pytest.mark.parametrize("size", [3 * MEBIBYTE, 2 * PART + 1])
def test_a_source_that_fails_leaves_nothing(blobs: Blobs, size: int) -> None:
    def broken() -> Iterator[bytes]:
        yield from pieces(size)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.put("a", broken())
    with pytest.raises(BlobMissing):
        blobs.open("a")
    assert remains(blobs) == 0


def test_what_a_killed_process_left_is_not_a_blob_and_is_removed_by_delete(blobs: Blobs) -> None:
    _leave_half(blobs)
    with pytest.raises(BlobMissing):
        blobs.open("a")
    assert remains(blobs) > 0
    blobs.delete("a")
    assert remains(blobs) == 0


def test_what_a_killed_process_left_does_not_hinder_another_try(blobs: Blobs) -> None:
    _leave_half(blobs)
    blobs.put("a", [b"whole"])
    assert b"".join(blobs.open("a")) == b"whole"
    blobs.delete("a")
    assert remains(blobs) == 0


def test_memory_stays_flat_on_the_way_in_and_out(blobs: Blobs) -> None:
    blobs.put("warm", pieces(2 * PART))
    tracemalloc.start()
    try:
        blobs.put("a", pieces(60 * MEBIBYTE))
        for _ in blobs.open("a"):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 * MEBIBYTE


def test_any_tool_that_knows_gridfs_reads_the_blob(database: Database[dict[str, Any]]) -> None:
    GridBlobs(database).put("upload/a", pieces(2 * MEBIBYTE + 5))
    with GridFSBucket(database, "blobs").open_download_stream("upload/a") as stream:
        assert stream.read() == b"".join(pieces(2 * MEBIBYTE + 5))


def test_an_address_that_is_no_s3_server_is_refused_at_start() -> None:
    with pytest.raises(SettingsError, match="BLOBS_URI must start with"):
        Settings.from_environment({"BLOBS_URI": "http://x/y"})


def test_the_address_says_where_the_blobs_are(settings: Settings, database: Database[dict[str, Any]]) -> None:
    made = open_blobs(replace(settings, blobs_uri="s3://k:s%2F@store.example:9000/zona?region=id-1"), database)
    assert isinstance(made, S3Blobs)
    assert made._bucket == "zona"
    assert made._client.meta.endpoint_url == "https://store.example:9000"
    assert made._client.meta.region_name == "id-1"


def _leave_half(blobs: Blobs) -> None:
    """What stands after `kill -9` in the middle of `put`."""
    if isinstance(blobs, GridBlobs):
        blobs._chunks.insert_one({"files_id": "a", "n": 0, "data": b"half"})
        return
    assert isinstance(blobs, S3Blobs)
    client = boto3.client(
        "s3",
        endpoint_url=blobs._client.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    begun = client.create_multipart_upload(Bucket=blobs._bucket, Key="a")
    client.upload_part(Bucket=blobs._bucket, Key="a", UploadId=begun["UploadId"], PartNumber=1, Body=b"half")


def remains(blobs: Blobs) -> int:
    """Pieces that take room, of whole blobs and of others."""
    if isinstance(blobs, GridBlobs):
        return len(list(blobs._chunks.find({}, {"_id": 1})))
    assert isinstance(blobs, S3Blobs)
    parts = blobs._client.list_multipart_uploads(Bucket=blobs._bucket).get("Uploads", [])
    return len(parts) + len(blobs._client.list_objects_v2(Bucket=blobs._bucket).get("Contents", []))
