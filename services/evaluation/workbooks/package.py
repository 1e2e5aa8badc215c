"""An uploaded .xlsx before anything in it is opened: a bounded zip of plain XML, without macros, links or entities.

The limits are far above what a filled worksheet needs (some 80 KiB, 1 MiB unpacked, 15,000 tags), and low enough
that the worst file which passes them is read in a second or two and in some 100 MB.
"""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as DeflateError  # noqa: N812 - the name that zlib has it under says nothing

from services.evaluation.errors import UnreadableWorkbook
from shared.failures import Said

LARGEST_FILE = 1024 * 1024
LARGEST_UNPACKED = 8 * 1024 * 1024
MOST_PARTS = 200
MOST_ROWS = 5_000
MOST_TAGS = 150_000
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
FORBIDDEN_PARTS = (
    (re.compile(r"vbaproject|macrosheets|\.vba|activex|customui", re.I), "macros", ("makro", "macros")),
    (re.compile(r"externallinks|connections\.xml|querytables", re.I), "links", ("tautan luar", "external links")),
    (re.compile(r"embeddings|oleobject", re.I), "embedded", ("berkas tertanam", "embedded files")),
)
EXTERNAL = re.compile(rb"TargetMode\s*=\s*['\"]\s*External", re.I)
MACRO_TYPE = re.compile(rb"macroEnabled|vbaProject|ms-office\.activeX", re.I)
DECLARES = (b"<!DOCTYPE", b"<!ENTITY")
ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\bencoding\s*=\s*['\"]([^'\"]*)")
ROW_TAG = re.compile(rb"<(?:\w+:)?row[\s>/]")


def require_harmless(content: bytes) -> None:
    """Raise UnreadableWorkbook, saying what is wrong with the file and what to do, unless it may be opened."""
    if len(content) > LARGEST_FILE:
        raise _refused("too_large", (f"Berkas melebihi {LARGEST_FILE} bita", f"The file exceeds {LARGEST_FILE} bytes"))
    if content.startswith(OLE_MAGIC):
        said = ("Ini .xls lama atau berkas bersandi", "This is an old .xls or a file with a password")
        raise _refused("not_xlsx", said)
    try:
        with ZipFile(BytesIO(content)) as archive:
            _require_bounded(archive.infolist())
            _require_plain(archive)
    except (BadZipFile, DeflateError, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise not_a_workbook() from error


def not_a_workbook() -> UnreadableWorkbook:
    """What to say of a file that is no workbook, or a broken one."""
    return _refused("not_xlsx", ("Ini bukan berkas .xlsx yang utuh", "This is not an intact .xlsx file"))


def _require_bounded(parts: list[ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or len(set(names)) < len(names):
        said = ("Bagian berkasnya terlalu banyak atau ganda", "The file has too many parts, or two of one name")
        raise _refused("too_many_parts", said)
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _refused(
            "too_large_unpacked",
            (f"Isinya melebihi {LARGEST_UNPACKED} bita", f"Unpacked it exceeds {LARGEST_UNPACKED} bytes"),
        )
    for part in parts:
        if part.flag_bits & 1 or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise not_a_workbook()
        if part.filename.startswith(("/", "\\")) or ".." in part.filename.replace("\\", "/").split("/"):
            raise not_a_workbook()
        for pattern, code, words in FORBIDDEN_PARTS:
            if pattern.search(part.filename):
                raise _holds(code, words)


def _require_plain(archive: ZipFile) -> None:
    tags = 0
    for part in archive.infolist():
        # Bounded: zipfile gives no more than the size that the part declared, which was added up above.
        content = archive.read(part)
        # Whatever its name says: a relation may call any part a sheet.
        if not _is_plain(content, xml=part.filename.lower().endswith((".xml", ".rels"))):
            raise not_a_workbook()
        if EXTERNAL.search(content):
            raise _holds("links", ("tautan luar", "external links"))
        if MACRO_TYPE.search(content) and part.filename.lower().endswith("[content_types].xml"):
            raise _holds("macros", ("makro", "macros"))
        tags += content.count(b"<")
        if tags > MOST_TAGS or sum(1 for _ in ROW_TAG.finditer(content)) > MOST_ROWS:
            raise _refused("too_many_cells", ("Baris atau selnya terlalu banyak", "It has too many rows or cells"))


def _is_plain(content: bytes, *, xml: bool) -> bool:
    # What is counted and looked for must be what the parser will see; UTF-16, which has zeros, is counted just as well.
    declared = ENCODING.match(content)
    known = declared is None or declared[1].lower() in (b"utf-8", b"us-ascii")
    return known and not any(word in content for word in DECLARES) and not (xml and b"\0" in content)


def _holds(code: str, words: Said) -> UnreadableWorkbook:
    said = (f"Berkas mengandung {words[0]}", f"The file contains {words[1]}")
    return _refused(f"contains_{code}", said)


def _refused(reason: str, said: Said) -> UnreadableWorkbook:
    return UnreadableWorkbook(
        (f"{said[0]}.", f"{said[1]}."),
        remedy=(
            "Unduh lembar kerja lagi dan isi di berkas itu; tidak ada yang diubah.",
            "Download the worksheet again and fill in that file; nothing was changed.",
        ),
        reason=reason,
    )
