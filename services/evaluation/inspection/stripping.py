"""A copy without what tells who wrote it: for evaluators, who must not know, and whom it does not concern."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable

import pikepdf

from services.evaluation.domain.evidence import kind_of
from services.evaluation.inspection.images import segments
from services.evaluation.inspection.pdfs import dictionaries, opened

CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    b'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
CUSTOM = APP.replace(b"extended-properties", b"custom-properties")
PROPERTIES = {"docprops/core.xml": CORE, "docprops/app.xml": APP, "docprops/custom.xml": CUSTOM}
AUTHORS = re.compile(rb"""(\b(?:w:author|w:initials|w15:author|w15:userId|userId|displayName)=)(["'])[^"']*\2""")
"""Who commented or changed a text (w:ins, w:del, w:comment, w15:person, threaded comments)."""
SHEET_AUTHORS = re.compile(rb"(<author>)[^<]*(</author>)")
OF_AUTHORS = re.compile(r"(comments|people|persons?/|authors|document|footnotes|endnotes|header|footer)", re.IGNORECASE)
OFFICE = frozenset({"docx", "xlsx", "pptx"})
COMMENT, APP1, APP13 = 0xFE, 0xE1, 0xED
PNG_DROPPED = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
EPOCH = (1980, 1, 1, 0, 0, 0)
ORIENTATION = 0x0112


def stripped(data: bytes, kind: str) -> bytes:
    """The file, which has passed `check`, without names, programs, places and times of its making."""
    if kind == "pdf":
        return _pdf(data)
    if kind in OFFICE:
        return _office(data)
    if kind == "jpg":
        return _jpeg(data)
    if kind == "png":
        return _png(data)
    return _archive(data) if kind == "zip" else data


def _pdf(data: bytes) -> bytes:
    """Without document information, XMP of any object, private data of programs, names at comments.

    A signature in the file no longer holds in the copy; the original keeps it.
    """
    made = io.BytesIO()
    with opened(data) as pdf:
        for found in list(dictionaries(pdf)):
            for key in ("/Metadata", "/PieceInfo"):
                if key in found:
                    del found[key]
            if "/Subtype" in found and "/Rect" in found and "/T" in found and found.Subtype != pikepdf.Name.Widget:
                del found["/T"]
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        pdf.save(made, fix_metadata_version=False, deterministic_id=True)
    return made.getvalue()


def _office(data: bytes) -> bytes:
    return _rewritten(data, _office_part)


def _office_part(name: str, content: bytes) -> bytes:
    lower = name.lower()
    if lower in PROPERTIES:
        return PROPERTIES[lower]
    if lower.endswith(".xml") and OF_AUTHORS.search(lower):
        return SHEET_AUTHORS.sub(rb"\1\2", AUTHORS.sub(rb"\1\2\2", content))
    kind = kind_of(lower.rpartition("/")[2])
    if kind in OFFICE and content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _picture(content)


def _archive(data: bytes) -> bytes:
    return _rewritten(data, lambda name, content: stripped(content, kind_of(name.rpartition("/")[2])))


def _rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = b"" if info.is_dir() else change(info.filename, old.read(info))
            new.writestr(zipfile.ZipInfo(info.filename, EPOCH), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _picture(content: bytes) -> bytes:
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    return _png(content) if content.startswith(b"\x89PNG\r\n\x1a\n") else content


def _jpeg(data: bytes) -> bytes:
    """Without Exif, XMP, IPTC and comments; which side is up is kept, or half of the photographs would lie."""
    kept, orientation = [data[:2]], 1
    for marker, start, end in segments(data):
        if marker == APP1 and data[start + 4 : start + 10] == b"Exif\0\0":
            orientation = _orientation(data[start + 10 : end])
        if marker not in {APP1, APP13, COMMENT}:
            kept.append(data[start:end])
    if orientation != 1:
        kept.insert(1, _exif_of(orientation))
    return b"".join(kept)


def _orientation(tiff: bytes) -> int:
    order = ">" if tiff[:2] == b"MM" else "<"
    try:
        (at,) = struct.unpack(f"{order}I", tiff[4:8])
        (count,) = struct.unpack(f"{order}H", tiff[at : at + 2])
        for nth in range(count):
            tag, _, _, value = struct.unpack(f"{order}HHIH2x", tiff[at + 2 + 12 * nth : at + 14 + 12 * nth])
            if tag == ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _exif_of(orientation: int) -> bytes:
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    """Without texts, Exif and time; chunks are kept whole with their checksums."""
    kept, at = [data[:8]], 8
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if name not in PNG_DROPPED:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)
