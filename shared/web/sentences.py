"""The validation library's English sentences and HTTP's titles, in Indonesian."""

from __future__ import annotations

import re
from http import HTTPStatus

_FIXED = {
    "Missing data for required field.": "Wajib diisi.",
    "Unknown field.": "Kolom ini tidak dikenal.",
    "Field may not be null.": "Tidak boleh kosong (null).",
    "Not a valid string.": "Harus berupa teks.",
    "Not a valid integer.": "Harus berupa bilangan bulat.",
    "Not a valid number.": "Harus berupa angka.",
    "Not a valid boolean.": "Harus true atau false.",
    "Not a valid date.": "Harus berupa tanggal, misalnya 2026-05-31.",
    "Not a valid datetime.": "Harus berupa waktu, misalnya 2026-05-31T08:00:00+07:00.",
    "Not a valid aware datetime.": "Harus berupa waktu dengan zona, misalnya 2026-05-31T08:00:00+07:00.",
    "Not a valid list.": "Harus berupa daftar.",
    "Not a valid mapping type.": "Harus berupa objek.",
    "Not a valid email address.": "Alamat surel tidak sah.",
    "Invalid input type.": "Bentuk masukan tidak sah.",
    "Invalid JSON body.": "Isi permintaan bukan JSON yang sah.",
}
_PATTERNS = (
    (re.compile(r"^Must be one of: (.+)\.$"), r"Harus salah satu dari: \1."),
    (
        re.compile(r"^Must be greater than or equal to (.+) and less than or equal to (.+)\.$"),
        r"Harus antara \1 dan \2.",
    ),
    (re.compile(r"^Must be greater than or equal to (.+)\.$"), r"Paling sedikit \1."),
    (re.compile(r"^Must be less than or equal to (.+)\.$"), r"Paling banyak \1."),
    (re.compile(r"^Longer than maximum length (\d+)\.$"), r"Paling panjang \1."),
    (re.compile(r"^Shorter than minimum length (\d+)\.$"), r"Paling pendek \1."),
    (re.compile(r"^Length must be between (\d+) and (\d+)\.$"), r"Panjangnya antara \1 dan \2."),
)
_TITLES = {
    400: "Permintaan tidak dapat dibaca",
    403: "Tidak diizinkan",
    404: "Tidak ditemukan",
    405: "Metode tidak diizinkan",
    406: "Bentuk jawaban tidak tersedia",
    413: "Isi permintaan terlalu besar",
    415: "Jenis isi tidak didukung",
    429: "Terlalu banyak permintaan",
    500: "Kesalahan sistem",
    503: "Sementara tidak tersedia",
}


def indonesian(english: str) -> str:
    """The Indonesian of a validation sentence; a general one when the sentence is not known."""
    if english in _FIXED:
        return _FIXED[english]
    for pattern, replacement in _PATTERNS:
        if pattern.match(english):
            return pattern.sub(replacement, english)
    return f"Nilai tidak sah ({english})"


def status_title(status: int) -> tuple[str, str]:
    """The title of an HTTP status in both languages."""
    english = HTTPStatus(status).phrase
    return _TITLES.get(status, english), english
