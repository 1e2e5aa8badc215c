"""Reading an uploaded CSV: every fault with line and column, nothing guessed.

UTF-8 (a byte order mark is fine), comma or semicolon, RFC 4180 quoting. Cells are text: one that looks like a formula
is only text here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.failures import Said

if TYPE_CHECKING:
    from _csv import Reader

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 60_000
LONGEST_CELL = 500
DELIMITERS = (",", ";")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `line` counts the file's lines from 1, `column` is the header's name (empty: the whole line)."""

    line: int
    column: str
    code: str
    said: Said


@dataclass(frozen=True, slots=True)
class Row:
    """One record: where it begins in the file, and its cells by column, trimmed."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that could be read, and every fault found on the way."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_table(content: bytes, columns: Sequence[str]) -> Table:
    """The rows of a file whose header names exactly `columns`, in any order."""
    whole = _whole_file_fault(content)
    if whole:
        return Table((), (whole,))
    text = content.decode("utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = _next(reader)
    if isinstance(header, Fault):
        return Table((), (header,))
    names = [name.strip().lower() for name in header or []]
    faults = _header_faults(names, columns)
    return Table((), tuple(faults)) if faults else _rows(reader, names)


def _whole_file_fault(content: bytes) -> Fault | None:
    if len(content) > LARGEST_FILE:
        limit = LARGEST_FILE // 1024 // 1024
        return Fault(1, "", "too_large", (f"Berkas lebih dari {limit} MiB.", f"The file is larger than {limit} MiB."))
    if not content.strip():
        return Fault(1, "", "empty", ("Berkas kosong.", "The file is empty."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = ("Berkas bukan UTF-8; simpan ulang sebagai CSV UTF-8.", "The file is not UTF-8; save it as CSV UTF-8.")
        return Fault(line, "", "encoding", said)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return Fault(line, "", "not_text", ("Berkas memuat byte NUL.", "The file holds a NUL byte."))
    return None


def _header_faults(names: Sequence[str], columns: Sequence[str]) -> list[Fault]:
    faults = [
        Fault(1, name, "header_missing", (f"Kolom {name} tidak ada.", f"The column {name} is missing."))
        for name in columns
        if name not in names
    ]
    faults += [
        Fault(1, name[:50], "header_unknown", (f"Kolom {name[:50]!r} tidak dikenal.", f"Unknown column {name[:50]!r}."))
        for name in dict.fromkeys(names)
        if name not in columns
    ]
    faults += [
        Fault(1, name, "header_twice", (f"Kolom {name} muncul dua kali.", f"The column {name} stands twice."))
        for name in dict.fromkeys(names)
        if name in columns and names.count(name) > 1
    ]
    return faults


def _rows(reader: Reader, names: Sequence[str]) -> Table:
    rows: list[Row] = []
    faults: list[Fault] = []
    line = reader.line_num + 1
    while (record := _next(reader)) is not None:
        begins, line = line, reader.line_num + 1
        if isinstance(record, Fault):
            return Table(tuple(rows), (*faults, record))
        if not any(cell.strip() for cell in record):
            continue
        found = _record_faults(begins, record, names)
        faults += found
        if not found:
            rows.append(Row(begins, dict(zip(names, (cell.strip() for cell in record), strict=True))))
        if len(rows) > MOST_ROWS:
            said = (f"Lebih dari {MOST_ROWS} baris; bagi berkasnya.", f"More than {MOST_ROWS} rows; split the file.")
            return Table(tuple(rows), (*faults, Fault(begins, "", "too_many_rows", said)))
    return Table(tuple(rows), tuple(faults))


def _record_faults(line: int, record: Sequence[str], names: Sequence[str]) -> list[Fault]:
    if len(record) != len(names):
        said = (
            f"Baris ini punya {len(record)} kolom, seharusnya {len(names)}.",
            f"This line has {len(record)} columns instead of {len(names)}.",
        )
        return [Fault(line, "", "columns", said)]
    faults = []
    for name, cell in zip(names, record, strict=True):
        if len(cell) > LONGEST_CELL:
            said = (f"Lebih dari {LONGEST_CELL} karakter.", f"More than {LONGEST_CELL} characters.")
            faults.append(Fault(line, name, "too_long", said))
        elif not cell.strip().isprintable():
            faults.append(Fault(line, name, "not_text", ("Memuat karakter kendali.", "Holds control characters.")))
    return faults


def _next(reader: Reader) -> list[str] | Fault | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        said = (f"Tanda kutip atau baris rusak ({error}).", f"Broken quoting or line ({error}).")
        return Fault(reader.line_num, "", "broken", said)
