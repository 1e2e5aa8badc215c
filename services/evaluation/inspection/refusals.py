"""Why a file is not taken: every reason there is, in both languages, with what to do.

empty  too_large  type_not_allowed  content_mismatch  unreadable  encrypted  macros  remote_content
too_many_entries  nested_archive  path_traversal  unpacks_too_large  ambiguous_archive
pdf_javascript  pdf_launch  pdf_attachment  pdf_too_complex  pixel_flood  not_text  too_complex  infected
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.evaluation.errors import EvidenceRefused, EvidenceTooLarge
from shared.failures import Said, said

REASONS: dict[str, tuple[Said, Said]] = {
    "empty": (
        ("Berkasnya kosong.", "The file is empty."),
        ("Periksa berkas aslinya, lalu unggah lagi.", "Check the original file, then upload it again."),
    ),
    "too_large": (
        ("Berkasnya lebih dari {most} MiB.", "The file has more than {most} MiB."),
        ("Perkecil atau bagi berkasnya.", "Make the file smaller, or split it."),
    ),
    "type_not_allowed": (
        ("Jenis berkas .{kind} tidak diterima.", "Files of the kind .{kind} are not taken."),
        ("Simpan sebagai salah satu dari: {allowed}.", "Save it as one of: {allowed}."),
    ),
    "content_mismatch": (
        ("Isinya bukan .{kind} seperti namanya.", "Its content is not .{kind} as its name says."),
        (
            "Simpan ulang dalam bentuk yang benar; jangan hanya mengganti namanya.",
            "Save it anew; don't just rename it.",
        ),
    ),
    "unreadable": (
        ("Berkasnya rusak dan tidak dapat dibaca.", "The file is damaged and can't be read."),
        ("Buka dan simpan ulang, lalu unggah lagi.", "Open it, save it anew, and upload it again."),
    ),
    "encrypted": (
        ("Berkasnya terkunci kata sandi.", "The file is locked by a password."),
        ("Simpan tanpa kata sandi.", "Save it without a password."),
    ),
    "macros": (
        ("Berkasnya berisi makro atau program ({what}).", "The file holds macros or programs ({what})."),
        ("Simpan tanpa makro (.docx, .xlsx, .pptx) atau sebagai PDF.", "Save it without macros, or as a PDF."),
    ),
    "remote_content": (
        ("Berkasnya mengambil isi dari luar ({what}).", "The file fetches content from elsewhere ({what})."),
        ("Putuskan tautan itu, atau simpan sebagai PDF.", "Break that link, or save it as a PDF."),
    ),
    "too_many_entries": (
        ("Isi arsipnya lebih dari {most} berkas.", "The archive holds more than {most} files."),
        ("Bagi menjadi beberapa arsip.", "Split it into several archives."),
    ),
    "nested_archive": (
        ("Ada arsip atau berkas yang dibungkus di dalamnya ({what}).", "Another file is packed inside it ({what})."),
        ("Unggah isinya langsung.", "Upload what is inside directly."),
    ),
    "path_traversal": (
        ("Arsipnya memuat jalur yang berbahaya ({what}).", "The archive holds a dangerous path ({what})."),
        ("Buat arsipnya dari folder biasa, tanpa tautan.", "Make the archive from a plain folder, without links."),
    ),
    "unpacks_too_large": (
        ("Isinya menjadi lebih dari {most} MiB bila dibuka.", "Its content unpacks to more than {most} MiB."),
        ("Bagi isinya.", "Split its content."),
    ),
    "ambiguous_archive": (
        ("Arsipnya memuat dua isi dengan nama sama ({what}).", "The archive holds one name twice ({what})."),
        ("Buat ulang arsipnya.", "Make the archive anew."),
    ),
    "pdf_javascript": (
        ("PDF-nya berisi JavaScript.", "The PDF holds JavaScript."),
        ("Cetak ke PDF baru.", "Print it to a new PDF."),
    ),
    "pdf_launch": (
        ("PDF-nya menjalankan program ({what}).", "The PDF starts programs ({what})."),
        ("Cetak ke PDF baru.", "Print it to a new PDF."),
    ),
    "pdf_attachment": (
        ("PDF-nya berisi lampiran atau media ({what}).", "The PDF holds attached files or media ({what})."),
        ("Unggah lampirannya sebagai berkas sendiri.", "Upload what is attached as files of their own."),
    ),
    "pdf_too_complex": (
        ("PDF-nya berisi lebih dari {most} objek.", "The PDF holds more than {most} objects."),
        ("Cetak ke PDF baru atau bagi berkasnya.", "Print it to a new PDF, or split it."),
    ),
    "pixel_flood": (
        ("Gambarnya {what} piksel; paling banyak {most}.", "The image has {what} pixels; at most {most}."),
        ("Perkecil gambarnya.", "Make the image smaller."),
    ),
    "not_text": (
        ("Isinya bukan teks UTF-8.", "Its content is not UTF-8 text."),
        ("Simpan ulang sebagai UTF-8.", "Save it anew as UTF-8."),
    ),
    "too_complex": (
        ("Berkasnya terlalu rumit untuk diperiksa.", "The file is too complex to be checked."),
        ("Simpan ulang dalam bentuk yang lebih sederhana, misalnya PDF.", "Save it in a simpler form, such as a PDF."),
    ),
    "infected": (
        ("Pemindai menemukan {what}.", "The scanner found {what}."),
        ("Bersihkan komputer Anda, lalu unggah berkas yang bersih.", "Clean your computer, then upload a clean file."),
    ),
}
LONGEST_SHOWN = 80


@dataclass
class Refused(Exception):
    """A reason of `REASONS`, what fills its sentence, and the path of what is to blame inside the file."""

    code: str
    words: dict[str, Any]
    path: tuple[str, ...] = ()


def refused(code: str, *path: str, **words: Any) -> Refused:
    """The reason with its words, cut short: names inside a file are a stranger's."""
    shown = {key: _shown(word) if isinstance(word, str) else word for key, word in words.items()}
    return Refused(code, shown, tuple(_shown(part) for part in path))


def error_of(reason: Refused) -> EvidenceRefused:
    """The reason as the refusal that a person reads; its place is /file, then the names of the entries inside."""
    sentence, remedy = REASONS[reason.code]
    told: Said = (sentence[0].format(**reason.words), sentence[1].format(**reason.words))
    place = "/".join(("", "file", *(part.replace("~", "~0").replace("/", "~1") for part in reason.path)))
    made = EvidenceTooLarge if reason.code == "too_large" else EvidenceRefused
    return made(
        told,
        remedy=(remedy[0].format(**reason.words), remedy[1].format(**reason.words)),
        errors=[{"pointer": place, "code": reason.code, "messages": said(told)}],
        reason=reason.code,
    )


def _shown(word: str) -> str:
    printable = "".join(letter if letter.isprintable() else "?" for letter in word)
    return printable if len(printable) <= LONGEST_SHOWN else printable[:LONGEST_SHOWN] + "…"
