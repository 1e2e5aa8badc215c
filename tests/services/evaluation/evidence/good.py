"""Files as honest officers send them, made by code: each as small as its format allows, with its author's traces."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pikepdf

AUTHOR = "Budi Santoso"
TYPES = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", f"{TYPES}wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{TYPES}spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{TYPES}presentationml.presentation.main+xml"),
}
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{AUTHOR}</dc:creator></cp:coreProperties>'
)


def zipped(entries: Mapping[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def content_types(*types: str) -> str:
    overrides = "".join(f'<Override PartName="/part{nth}" ContentType="{type}"/>' for nth, type in enumerate(types))
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{overrides}</Types>'


def office(kind: str = "docx", *types: str, **parts: bytes | str) -> bytes:
    """A Word, Excel or PowerPoint file; `parts` by name, with `__` for `/`, and further content types."""
    main, main_type = MAIN[kind]
    body = f'<x w:author="{AUTHOR}"/>' if kind == "docx" else "<x/>"
    entries = {"[Content_Types].xml": content_types(main_type, *types), main: body}
    more = {name.replace("__", "/"): content for name, content in parts.items()}
    return zipped({**entries, "docProps/core.xml": CORE, **more})


def pdf(*, pages: int = 1, author: str = AUTHOR) -> pikepdf.Pdf:
    made = pikepdf.Pdf.new()
    for _ in range(pages):
        made.add_blank_page()
    made.docinfo["/Author"] = author
    with made.open_metadata() as xmp:
        xmp["dc:creator"] = [author]
    return made


def saved(made: pikepdf.Pdf, **options: object) -> bytes:
    target = io.BytesIO()
    made.save(target, **options)  # type: ignore[arg-type]
    return target.getvalue()


def png(width: int = 4, height: int = 3, *, text: str = AUTHOR) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height) if width * height < 10**6 else zlib.compress(b"\0")
    author = chunk(b"tEXt", b"Author\0" + text.encode())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + author + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 3, *, orientation: int = 6) -> bytes:
    """A JPEG's segments around a scan that nobody decodes here; its Exif says who took it and which side is up."""

    def segment(marker: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body

    artist = AUTHOR.encode() + b"\0"
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x013B, 2, len(artist), 38)
    tiff = struct.pack(">2sHIH", b"MM", 42, 8, 2) + entries + struct.pack(">I", 0) + artist
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    exif = segment(0xE1, b"Exif\0\0" + tiff)
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x00" * 16
    return b"\xff\xd8" + jfif + exif + segment(0xFE, AUTHOR.encode()) + segment(0xC0, frame) + scan + b"\xff\xd9"


GOOD = {
    "SK Tim Kerja.pdf": lambda: saved(pdf()),
    "notulen.docx": lambda: office("docx"),
    "capaian.xlsx": lambda: office("xlsx"),
    "paparan.pptx": lambda: office("pptx"),
    "grafik.pptx": lambda: office("pptx", **{"ppt__embeddings__b.xlsx": office("xlsx")}),
    "foto.JPG": jpeg,
    "tangkapan.png": png,
    "daftar.csv": lambda: b"nama;jumlah\nPelatihan \xc3\xa9;3\n",
    "catatan.txt": lambda: b"\xef\xbb\xbfcatatan\r\n",
    "arsip.zip": lambda: zipped({"2026/rapat.pdf": saved(pdf()), "2026/hadir.csv": "a;b\n", "2026/n.docx": office()}),
}
"""Name → content, of every kind that is taken."""
