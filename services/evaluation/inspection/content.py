"""Is the content what the name says? By magic bytes (puremagic), for text by its letters."""

from __future__ import annotations

import puremagic

from services.evaluation.inspection.refusals import refused

HEAD = 4096
EXPECTED = {
    "pdf": {".pdf"},
    "docx": {".docx", ".zip"},
    "xlsx": {".xlsx", ".zip"},
    "pptx": {".pptx", ".zip"},
    "jpg": {".jpg", ".jpeg", ".jfif"},
    "png": {".png"},
    "zip": {".zip"},
}
"""Extensions of which puremagic must name one; that a zip is a .docx, its parts must show (`office`)."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
VBA_STORAGE = "_VBA_PROJECT".encode("utf-16-le")
TEXT_CONTROLS = frozenset("\t\n\r\f")


def require_content(data: bytes, kind: str) -> None:
    """Raises Refused: content_mismatch, not_text, macros (an old binary document with VBA under another name)."""
    if kind in {"csv", "txt"}:
        _require_text(data)
        return
    if data.startswith(OLE) and VBA_STORAGE in data:
        raise refused("macros", what="VBA")
    if not _extensions(data[:HEAD]) & EXPECTED[kind]:
        raise refused("content_mismatch", kind=kind)


def _extensions(head: bytes) -> set[str]:
    try:
        return {found.extension for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def _require_text(data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("not_text") from error
    if any(not letter.isprintable() and ord(letter) < ord(" ") and letter not in TEXT_CONTROLS for letter in text):
        raise refused("not_text")
