"""Where a log is read from: a folder, or an address. Both hold the same files under the same names.

NotServed      there is no such file; `path` names it
Unreachable    the folder or the address as a whole gives nothing, with the reason and the remedy
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from shared.tlog.tiles import LONGEST_ENTRY, WIDTH, Tile, hashes_of, unpack

CHECKPOINT, KEY = "checkpoint", "key"
PLACES = ("", "log/")
"""Of the log below what was named: itself, or a site that has it under log/."""
LARGEST = WIDTH * (LONGEST_ENTRY + 2)
"""Bytes of the largest file of a log: a bundle of the longest entries."""
WITHIN = (5.0, 60.0)
"""Seconds to connect, and to wait for bytes."""
OK, ABSENT, GONE = 200, 404, 410
_CHUNK = 1 << 16


class NotServed(Exception):
    """A file of the log that is not there."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not there")
        self.path = path


class Unreachable(Exception):
    """Nothing can be read at all."""


class Source(Protocol):
    """Files of a log by their names below its prefix."""

    def get(self, path: str) -> bytes:
        """The file's bytes; raises NotServed and Unreachable."""


class FolderSource:
    """A log in a folder, such as an exported or copied one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str) -> bytes:
        """The file's bytes; raises NotServed."""
        file = self._folder / path
        try:
            if file.stat().st_size > LARGEST:
                raise Unreachable(f"{file} is larger than any file of a log")
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotServed(path) from None
        except OSError as error:
            raise Unreachable(f"{file} can't be read: {error.strerror}") from error


class AddressSource:
    """A log behind HTTP."""

    def __init__(self, prefix: str) -> None:
        try:
            import requests  # noqa: PLC0415 - who reads a folder needs no HTTP
        except ImportError:
            raise Unreachable("an address is read with the library requests: pip install 'zona[local]'") from None

        self._prefix = prefix.rstrip("/") + "/"
        self._session = requests.Session()
        self._failed = requests.RequestException

    def get(self, path: str) -> bytes:
        """The file's bytes; raises NotServed and Unreachable."""
        try:
            with self._session.get(self._prefix + path, timeout=WITHIN, stream=True) as answer:
                if answer.status_code in (ABSENT, GONE):
                    raise NotServed(path)
                if answer.status_code != OK:
                    raise Unreachable(f"{answer.url} answers {answer.status_code}")
                return _bounded(answer.iter_content, answer.url)
        except self._failed as error:
            raise Unreachable(f"{self._prefix}{path} does not answer: {error}"[:300]) from error


def _bounded(chunks: Callable[[int], object], url: str) -> bytes:
    found = bytearray()
    for chunk in chunks(_CHUNK):  # type: ignore[attr-defined]  # requests types it as Any
        found += chunk
        if len(found) > LARGEST:
            raise Unreachable(f"{url} is larger than any file of a log")
    return bytes(found)


def source_of(place: str) -> Source:
    """The log at a folder or an http(s) address, or below it under log/; raises Unreachable when there is none."""
    for below in PLACES:
        if place.startswith(("http://", "https://")):
            source: Source = AddressSource(f"{place.rstrip('/')}/{below}")
        else:
            source = FolderSource(Path(place) / below)
        try:
            source.get(CHECKPOINT)
        except NotServed:
            continue
        return source
    raise Unreachable(f"{place} holds no log: neither {CHECKPOINT} nor log/{CHECKPOINT} is there")


def tile_bytes(source: Source, tile: Tile) -> bytes:
    """The bytes of a tile or bundle, of the full one where only that is kept; raises NotServed and Unreachable."""
    try:
        return source.get(tile.path)
    except NotServed:
        if tile.width == WIDTH:
            raise
        whole = source.get(Tile(tile.level, tile.index).path)
        if tile.level is None:
            return b"".join(len(each).to_bytes(2, "big") + each for each in unpack(whole)[: tile.width])
        return b"".join(hashes_of(whole)[: tile.width])
