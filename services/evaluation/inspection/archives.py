"""Zip containers, read with suspicion: names, kinds and sizes are a stranger's, and so are the headers' numbers."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.evaluation.domain.evidence import InspectionLimits
from services.evaluation.inspection.refusals import refused

PIECE = 256 * 1024
MEBIBYTE = 1024 * 1024
ENCRYPTED = 0x1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError)
ARCHIVES = frozenset(
    [
        "zip",
        "rar",
        "7z",
        "gz",
        "tgz",
        "tar",
        "bz2",
        "xz",
        "zst",
        "lz",
        "cab",
        "iso",
        "jar",
        "war",
        "apk",
        "arj",
        "ace",
        "dmg",
    ]
)
ARCHIVE_HEADS = (
    b"PK\x03\x04",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"MSCF",
)


@dataclass
class Allowance:
    """Bytes that may still be unpacked, over all containers of one file."""

    limits: InspectionLimits
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limits.most_unpacked

    def take(self, size: int) -> None:
        """Raises Refused (unpacks_too_large)."""
        self.left -= size
        if self.left < 0:
            raise refused("unpacks_too_large", most=self.limits.most_unpacked // MEBIBYTE)


def entries(data: bytes, allowance: Allowance) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in the container, after all names have been looked at.

    Raises Refused: unreadable, encrypted, too_many_entries, path_traversal, ambiguous_archive, unpacks_too_large.
    """
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise refused("unreadable") from error
    with container:
        found = container.infolist()
        _require_fair_names(found, allowance.limits)
        for info in found:
            if not info.is_dir():
                yield info.filename, _content(container, info, allowance)


def _require_fair_names(found: list[zipfile.ZipInfo], limits: InspectionLimits) -> None:
    if len(found) > limits.most_entries:
        raise refused("too_many_entries", most=limits.most_entries)
    seen: set[str] = set()
    for info in found:
        if _leads_outside(info):
            raise refused("path_traversal", info.orig_filename, what=info.orig_filename)
        if info.flag_bits & ENCRYPTED:
            raise refused("encrypted", info.filename)
        name = info.filename.casefold()
        if name in seen:
            raise refused("ambiguous_archive", info.filename, what=info.filename)
        seen.add(name)


def _leads_outside(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    odd = name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or not name.isprintable() or "\\" in name
    return odd or kind not in {0, stat.S_IFREG, stat.S_IFDIR}


def _content(container: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> bytes:
    """Counted as it comes: what the header says of the size is not believed."""
    parts = []
    try:
        with container.open(info) as stream:
            while piece := stream.read(PIECE):
                allowance.take(len(piece))
                parts.append(piece)
    except BROKEN as error:
        raise refused("unreadable", info.filename) from error
    return b"".join(parts)
