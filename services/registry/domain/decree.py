"""Decrees: the letters that make a designation and that end it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.registry.errors import InvalidDecree
from shared.failures import Said, said

EASTERNMOST = ZoneInfo("Asia/Jayapura")
"""Where Indonesia's calendar day begins first: a decree may bear that date already."""
LONGEST_NUMBER = 120
LONGEST_OFFICE = 200
LONGEST_GROUND = 2000

Fault = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decree:
    """A decree with the office that signed it, never the person."""

    number: str
    date: date
    signatory_office: str


def checked_decree(decree: Decree, *, now: datetime, not_before: date, pointer: str = "/decree") -> Decree:
    """The decree with surplus white space taken out.

    `now` is aware; `not_before` is the earliest date that makes sense. Raises InvalidDecree with every
    fault at once, each under its JSON pointer (RFC 6901).
    """
    tidy = Decree(_tidy(decree.number), decree.date, _tidy(decree.signatory_office))
    faults = [
        *_text_faults(tidy.number, f"{pointer}/number", LONGEST_NUMBER),
        *_number_faults(tidy.number, f"{pointer}/number"),
        *_date_faults(tidy.date, f"{pointer}/date", now, not_before),
        *_text_faults(tidy.signatory_office, f"{pointer}/signatory_office", LONGEST_OFFICE),
    ]
    _refuse(faults)
    return tidy


def checked_ground(ground: str) -> str:
    """The ground of a revocation, tidied; it will be public. Raises InvalidDecree."""
    tidy = _tidy(ground)
    _refuse(list(_text_faults(tidy, "/ground", LONGEST_GROUND)))
    return tidy


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _text_faults(text: str, pointer: str, longest: int) -> Iterator[Fault]:
    if not text:
        yield _fault(pointer, "missing", ("Isian ini wajib.", "This is required."))
    if len(text) > longest:
        yield _fault(pointer, "too_long", (f"Paling panjang {longest} huruf.", f"At most {longest} characters."))
    if not text.isprintable():
        yield _fault(pointer, "unprintable", ("Berisi karakter kendali.", "Contains control characters."))


def _number_faults(number: str, pointer: str) -> Iterator[Fault]:
    if number and not any(letter.isdigit() for letter in number):
        yield _fault(pointer, "no_digit", ("Nomor keputusan memuat angka.", "A decree's number has a digit in it."))


def _date_faults(day: date, pointer: str, now: datetime, not_before: date) -> Iterator[Fault]:
    if day > now.astimezone(EASTERNMOST).date():
        yield _fault(
            pointer,
            "in_future",
            (
                f"Tanggal {day} belum tiba; keputusan dicatat sesudah ditandatangani.",
                f"{day} has not come yet; a decree is recorded after it was signed.",
            ),
        )
    if day < not_before:
        yield _fault(
            pointer,
            "too_early",
            (f"Tanggal {day} mendahului {not_before}.", f"{day} is before {not_before}."),
        )


def _fault(pointer: str, code: str, messages: Said) -> Fault:
    return {"pointer": pointer, "code": code, "messages": said(messages)}


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidDecree(
            ("Keputusan belum dapat dicatat", "The decree can't be recorded"),
            remedy=("Perbaiki isian yang disebut, lalu kirim lagi.", "Correct what is named, then send again."),
            errors=faults,
        )
