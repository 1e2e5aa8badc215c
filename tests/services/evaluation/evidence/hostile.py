"""The folder of hostile files: what each is, what it pretends to be, and the reason for which it must be refused.

`python -m tests.services.evaluation.evidence.hostile FOLDER` writes them there, for other scanners to be tried on.
"""

from __future__ import annotations

import io
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.services.evaluation.evidence.good import MAIN, content_types, jpeg, office, pdf, png, saved, zipped

VBA = "application/vnd.ms-office.vbaProject"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Hostile:
    """A file that must be refused with `reason`; `make` gives its bytes."""

    name: str
    reason: str
    make: Callable[[], bytes]


def _pdf_with(change: Callable[[pikepdf.Pdf], Any], **options: object) -> Callable[[], bytes]:
    def make() -> bytes:
        made = pdf()
        change(made)
        return saved(made, **options)

    return make


def _script(made: pikepdf.Pdf) -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _open_action(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = _script(made)


def _named_script(made: pikepdf.Pdf) -> None:
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), _script(made)])))


def _link_script(made: pikepdf.Pdf) -> None:
    """Behind a link on a page, within direct objects of which none has a number."""
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=_script(made))
    made.pages[0].Annots = Array([link])


def _next_script(made: pikepdf.Pdf) -> None:
    """The second step of a harmless action."""
    made.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([made.pages[0].obj, Name.Fit]), Next=Array([_script(made)]))


def _launch(made: pikepdf.Pdf) -> None:
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("cmd.exe")))


def _attached(made: pikepdf.Pdf) -> None:
    made.attachments["tagihan.exe"] = b"MZ" + b"\0" * 60


def _huge_picture(made: pikepdf.Pdf) -> None:
    picture = pikepdf.Stream(made, b"\0", Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000)
    made.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=made.make_indirect(picture)))


def _deep(made: pikepdf.Pdf) -> None:
    nested = Array([])
    for _ in range(80):
        nested = Array([nested])
    made.Root.Deep = nested


def _many_objects(made: pikepdf.Pdf) -> None:
    made.Root.Many = Array([made.make_indirect(Dictionary(N=nth)) for nth in range(3_000)])


def _link_in_zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("passwd.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return made.getvalue()


def _named_twice() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "satu")
        archive.writestr("A.txt", "dua")
    return made.getvalue()


def _lying_bomb() -> bytes:
    """Unpacks to 64 MiB and says in its headers that it has one byte."""
    made = bytearray(zipped({"bom.csv": b"0" * 64 * 1024 * 1024}))
    central = made.rindex(b"PK\x01\x02")
    for at in (22, central + 24):
        made[at : at + 4] = struct.pack("<I", 1)
    return bytes(made)


def _encrypted_zip() -> bytes:
    made = bytearray(zipped({"rahasia.txt": "x"}))
    for at in (6, made.rindex(b"PK\x01\x02") + 8):
        made[at] |= 1
    return bytes(made)


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"), io.BytesIO(b""))
    return made.getvalue()


def _relations(type: str, target: str) -> str:
    one = f'<Relationship Id="r" Type="{RELATIONS}/{type}" Target="{target}" TargetMode="External"/>'
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{one}</Relationships>'


def _office_with(types: str, **parts: bytes | str) -> Callable[[], bytes]:
    return lambda: zipped(
        {
            "[Content_Types].xml": types,
            "word/document.xml": "<x/>",
            **{k.replace("__", "/"): v for k, v in parts.items()},
        }
    )


MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
SPELT = content_types(MAIN["docx"][1], "application/vnd.ms-office.vb&#97;Project")
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + content_types(
    MAIN["docx"][1]
)
STORED = "word/vbaProject.bin"

HOSTILE = (
    Hostile("kosong.pdf", "empty", lambda: b""),
    Hostile("kosong.zip", "empty", lambda: zipped({})),
    Hostile("isi-kosong.zip", "empty", lambda: zipped({"a.txt": ""})),
    Hostile("besar.txt", "too_large", lambda: b"a" * 200_001),
    Hostile("program.exe", "type_not_allowed", lambda: b"MZ" + b"\0" * 60),
    Hostile("halaman.html", "type_not_allowed", lambda: b"<script>alert(1)</script>"),
    Hostile("gambar.svg", "type_not_allowed", lambda: b"<svg onload='alert(1)'/>"),
    Hostile("tanpa-akhiran", "type_not_allowed", lambda: b"x"),
    Hostile("lama.doc", "type_not_allowed", lambda: OLE),
    Hostile("program.pdf", "content_mismatch", lambda: b"MZ" + b"\0" * 600),
    Hostile("halaman.jpg", "content_mismatch", lambda: b"<html><script>alert(1)</script>"),
    Hostile("png.jpg", "content_mismatch", png),
    Hostile("arsip.docx", "content_mismatch", lambda: zipped({"a.txt": "x"})),
    Hostile("lembar.docx", "content_mismatch", lambda: office("xlsx")),
    Hostile("program.txt", "not_text", lambda: b"MZ\x90\x00\x03\x00\xff\xff"),
    Hostile("biner.csv", "not_text", lambda: b"a;b\x00\n"),
    Hostile("rusak.pdf", "unreadable", lambda: b"%PDF-1.7\n" + b"\xff" * 300),
    Hostile("terpotong.docx", "unreadable", lambda: office()[:-30]),
    Hostile("tanpa-ukuran.jpg", "unreadable", lambda: jpeg()[:20]),
    Hostile("entitas.docx", "unreadable", _office_with(ENTITIES)),
    Hostile(
        "terkunci.pdf", "encrypted", _pdf_with(lambda made: None, encryption=pikepdf.Encryption(user="a", owner="b"))
    ),
    Hostile("terkunci.zip", "encrypted", _encrypted_zip),
    Hostile("makro.docm", "macros", lambda: office("docx", VBA)),
    Hostile("makro.xlsb", "macros", lambda: OLE),
    Hostile("makro.docx", "macros", _office_with(content_types(MACRO_MAIN), word__vbaProject_bin=b"")),
    Hostile("vba.docx", "macros", lambda: office("docx", **{STORED.replace("/", "__"): OLE})),
    Hostile("tersembunyi.docx", "macros", lambda: office("docx", VBA, word__data_bin=OLE)),
    Hostile("ejaan.docx", "macros", _office_with(SPELT)),
    Hostile("utf16.docx", "macros", _office_with(content_types(MAIN["docx"][1], VBA).encode("utf-16"))),  # type: ignore[arg-type]
    Hostile("ole.docx", "macros", lambda: office("docx", **{"word__x.bin": OLE + "_VBA_PROJECT".encode("utf-16-le")})),
    Hostile("ole-vba.xlsx", "macros", lambda: OLE + "_VBA_PROJECT".encode("utf-16-le")),
    Hostile("excel4.xlsx", "macros", lambda: office("xlsx", "application/vnd.ms-excel.macrosheet+xml")),
    Hostile("activex.docx", "macros", lambda: office("docx", "application/vnd.ms-office.activeX+xml")),
    Hostile("buku-dalam.pptx", "macros", lambda: office("pptx", **{"ppt__embeddings__b.xlsx": office("xlsx", VBA)})),
    Hostile("makro-dalam.zip", "macros", lambda: zipped({"a/b.docx": office("docx", VBA)})),
    Hostile("docm-dalam.zip", "macros", lambda: zipped({"a/b.docm": office("docx", VBA)})),
    Hostile(
        "templat.docx",
        "remote_content",
        lambda: office("docx", **{"word___rels__settings.xml.rels": _relations("attachedTemplate", "http://x/y.dotm")}),
    ),
    Hostile("banyak.zip", "too_many_entries", lambda: zipped({f"{nth}.txt": "x" for nth in range(101)})),
    Hostile("bersarang.zip", "nested_archive", lambda: zipped({"dalam.zip": zipped({"a.txt": "x"})})),
    Hostile("tar.zip", "nested_archive", lambda: zipped({"dalam.tar.gz": _tar()})),
    Hostile("samar.zip", "nested_archive", lambda: zipped({"dalam.txt": zipped({"a.txt": "x"})})),
    Hostile("dalam.docx", "nested_archive", lambda: office("docx", **{"word__media__a.png": zipped({"a.txt": "x"})})),
    Hostile(
        "paket.docx",
        "nested_archive",
        lambda: office("docx", **{"word__o.bin": OLE + "Ole10Native".encode("utf-16-le")}),
    ),
    Hostile("naik.zip", "path_traversal", lambda: zipped({"../../etc/cron.d/x.txt": "x"})),
    Hostile("mutlak.zip", "path_traversal", lambda: zipped({"/etc/x.txt": "x"})),
    Hostile("windows.zip", "path_traversal", lambda: zipped({"..\\..\\x.txt": "x"})),
    Hostile("huruf.zip", "path_traversal", lambda: zipped({"C:/x.txt": "x"})),
    Hostile("tautan.zip", "path_traversal", _link_in_zip),
    Hostile("naik.docx", "path_traversal", lambda: office("docx", **{"..__x.xml": "<x/>"})),
    Hostile("bom.zip", "unpacks_too_large", lambda: zipped({f"{nth}.csv": b"0" * 190_000 for nth in range(40)})),
    Hostile("bom.docx", "unpacks_too_large", lambda: office("docx", word__x_xml=b"0" * 8_000_000)),
    Hostile("bohong.zip", "unreadable", _lying_bomb),
    Hostile("dua-nama.zip", "ambiguous_archive", _named_twice),
    Hostile("skrip.pdf", "pdf_javascript", _pdf_with(_open_action)),
    Hostile("skrip-nama.pdf", "pdf_javascript", _pdf_with(_named_script)),
    Hostile("skrip-tautan.pdf", "pdf_javascript", _pdf_with(_link_script)),
    Hostile("skrip-lanjutan.pdf", "pdf_javascript", _pdf_with(_next_script)),
    Hostile(
        "skrip-termampat.pdf",
        "pdf_javascript",
        _pdf_with(_link_script, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    ),
    Hostile("jalankan.pdf", "pdf_launch", _pdf_with(_launch)),
    Hostile("lampiran.pdf", "pdf_attachment", _pdf_with(_attached)),
    Hostile("objek.pdf", "pdf_too_complex", _pdf_with(_many_objects)),
    Hostile("dalam.pdf", "too_complex", _pdf_with(_deep)),
    Hostile("piksel.pdf", "pixel_flood", _pdf_with(_huge_picture)),
    Hostile("piksel.png", "pixel_flood", lambda: png(65_000, 65_000)),
    Hostile("piksel.jpg", "pixel_flood", lambda: jpeg(65_000, 65_000)),
    Hostile("piksel.docx", "pixel_flood", lambda: office("docx", **{"word__media__a.png": png(65_000, 65_000)})),
    Hostile("piksel.zip", "pixel_flood", lambda: zipped({"a.png": png(65_000, 65_000)})),
)


def write_all(folder: Path) -> None:
    """Write every hostile file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in HOSTILE:
        (folder / one.name).write_bytes(one.make())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
