"""JPEG and PNG by their headers: no picture is ever decoded here."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from services.evaluation.domain.evidence import InspectionLimits
from services.evaluation.inspection.refusals import refused

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def check_image(data: bytes, limits: InspectionLimits) -> None:
    """Raises Refused: unreadable, pixel_flood."""
    if size_of(data) is None:
        raise refused("unreadable")
    check_pixels(data, limits)


def check_pixels(data: bytes, limits: InspectionLimits, *path: str) -> None:
    """Raises Refused (pixel_flood) for a JPEG or PNG that would fill the memory of who opens it."""
    width, height = size_of(data) or (0, 0)
    if width * height > limits.most_pixels:
        raise refused("pixel_flood", *path, what=f"{width}x{height}", most=limits.most_pixels)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the header says; None for anything else than a whole JPEG or PNG header."""
    if data.startswith(PNG):
        return _positive(struct.unpack(">II", data[16:24])) if data[12:16] == b"IHDR" and len(data) >= 24 else None
    if data.startswith(JPEG):
        frames = [data[at + 4 : at + 9] for marker, at, _ in segments(data) if marker in FRAMES]
        sizes = [struct.unpack(">xHH", frame) for frame in frames if len(frame) == 5]
        return _positive(max(((width, height) for height, width in sizes), default=(0, 0), key=lambda s: s[0] * s[1]))
    return None


def segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the scan, the scan with all that follows being the last (T.81, B)."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in {START_OF_SCAN, END_OF_IMAGE}:
            yield marker, at, len(jpeg)
            return
        end = at + 2 + (0 if marker in STANDALONE else int.from_bytes(jpeg[at + 2 : at + 4]))
        yield marker, at, end
        at = max(end, at + 2)


def _positive(size: tuple[int, ...]) -> tuple[int, int] | None:
    width, height = size
    return (width, height) if width > 0 and height > 0 else None
