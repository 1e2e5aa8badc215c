"""Evidence: files that prove answers, named by the SHA-256 of their bytes.

One file may prove many questions; a newer file may take the place of an older one, which stays as a version. The
bytes are elsewhere: here is what is known of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "jpg": "image/jpeg",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "zip": "application/zip",
}
"""Every kind of file that can be inspected, and what it is served as; which are taken is the cycle's setting."""
SAME_KIND = {"jpeg": "jpg"}
WITH_MACROS = frozenset(["docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm", "ppam"])


@dataclass(frozen=True, slots=True)
class InspectionLimits:
    """How much may be inside a file: entries of an archive, bytes unpacked, pixels of an image, objects of a PDF."""

    most_entries: int
    most_unpacked: int
    most_pixels: int
    most_objects: int


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """A cycle's settings. `sizes`: most bytes by kind, the kinds that are taken; quota and count are each unit's."""

    from_cycle: str
    sizes: Mapping[str, int]
    unit_quota: int
    most_files: int
    limits: InspectionLimits
    basis: str

    @property
    def largest(self) -> int:
        """The most bytes of any file."""
        return max(self.sizes.values())


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file as it was handed in; `sha256` in hex, `size` in bytes."""

    sha256: str
    name: str
    size: int
    kind: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves `questions`: the last of `versions`, which are oldest first and at least one."""

    id: str
    questions: tuple[str, ...]
    versions: tuple[FileVersion, ...]

    @property
    def current(self) -> FileVersion:
        """The version that counts."""
        return self.versions[-1]


def kind_of(name: str) -> str:
    """The kind that a file's name claims, as its extension in small letters; empty without one."""
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower() if stem and dot else ""
    return SAME_KIND.get(extension, extension)


def stored_bytes(evidence: Sequence[Evidence]) -> int:
    """Bytes that a unit's evidence takes, every version counted once by its content."""
    return sum({file.sha256: file.size for one in evidence for file in one.versions}.values())
