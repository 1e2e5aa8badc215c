"""Blobs on a server that speaks S3, in parts: one part is held at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from shared.storage.blobs.grid import in_pieces
from shared.storage.blobs.port import BlobMissing

PART = 5 * 1024 * 1024
"""Bytes in a part, the least that S3 takes in all but the last. On its way out, boto3 holds five times as much."""
PIECE = 1024 * 1024
MISSING = {"NoSuchKey", "404"}


class S3Blobs:
    """The objects of one bucket, which must exist."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    @classmethod
    def at(cls, uri: str) -> S3Blobs:
        """From `s3://key:secret@host[:port]/bucket[?region=…]`; `s3+http://` for a server without TLS."""
        parts = urlsplit(uri)
        scheme = "http" if parts.scheme == "s3+http" else "https"
        client = boto3.client(
            "s3",
            endpoint_url=f"{scheme}://{parts.netloc.rpartition('@')[2]}",
            aws_access_key_id=unquote(parts.username or ""),
            aws_secret_access_key=unquote(parts.password or ""),
            region_name=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            config=Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 3}),
        )
        return cls(client, parts.path.strip("/"))

    def put(self, name: str, chunks: Iterable[bytes]) -> int:
        """See the port."""
        self._abort(name)
        parts = in_pieces(chunks, PART)
        first = next(parts, b"")
        if len(first) < PART:
            self._client.put_object(Bucket=self._bucket, Key=name, Body=first)
            return len(first)
        return self._put_parts(name, first, parts)

    def open(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """See the port."""
        length = self._length(name)
        end = length if end is None else min(end, length)
        if start >= end:
            return iter(())
        found = self._client.get_object(Bucket=self._bucket, Key=name, Range=f"bytes={start}-{end - 1}")
        return iter(found["Body"].iter_chunks(PIECE))

    def delete(self, name: str) -> None:
        """See the port."""
        self._client.delete_object(Bucket=self._bucket, Key=name)
        self._abort(name)

    def _put_parts(self, name: str, first: bytes, rest: Iterator[bytes]) -> int:
        begun = self._client.create_multipart_upload(Bucket=self._bucket, Key=name)
        upload = {"Bucket": self._bucket, "Key": name, "UploadId": begun["UploadId"]}
        done: list[dict[str, Any]] = []
        length, part = 0, first
        try:
            while part:
                number = len(done) + 1
                sent = self._client.upload_part(**upload, PartNumber=number, Body=part)
                done.append({"PartNumber": number, "ETag": sent["ETag"]})
                length, part = length + len(part), next(rest, b"")
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": done})
        except BaseException:
            self._client.abort_multipart_upload(**upload)
            raise
        return length

    def _length(self, name: str) -> int:
        try:
            return int(self._client.head_object(Bucket=self._bucket, Key=name)["ContentLength"])
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                raise BlobMissing(name) from error
            raise

    def _abort(self, name: str) -> None:
        """End uploads in parts that a killed process left: their parts take room until then."""
        found = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=name)
        for one in found.get("Uploads", ()):
            if one["Key"] == name:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=name, UploadId=one["UploadId"])
