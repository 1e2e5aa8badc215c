"""What can go wrong, for every service: one tree, each error with its failure class.

    ZonaError
    ├── NotFound            404  permanent
    ├── Unauthenticated     401  permanent
    ├── Forbidden           403  permanent
    ├── InvalidInput        422  permanent     every fault at once, each with its place
    ├── WrongState          409  permanent
    ├── StaleVersion        409  permanent     carries the current version
    ├── TooMuch             429  permanent
    ├── AlreadyExists       409  already done
    ├── AlreadyHeard        409  already done  the event had its effect before
    ├── Early               503  early         something that must come first has not been heard yet
    ├── Contended           503  early         too many change it at once: its turn comes
    └── Away                503  transient     a database or broker does not answer

The failure class tells a worker what to do with the event that raised it; the status tells a web
process what to answer (RFC 9110). This module stands on the standard library alone, so that domain
code may raise from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar

Said = tuple[str, str]
"""One sentence twice: Indonesian, English."""


class Failure(Enum):
    """What a consumer does with the event whose handling failed."""

    ALREADY_DONE = "already_done"  # acknowledge: its effect stands
    EARLY = "early"  # wait in the shortest retry tier, no attempt counted
    TRANSIENT = "transient"  # pause consuming until the store answers again, no attempt counted
    PERMANENT = "permanent"  # dead letter, with the reason


class ZonaError(Exception):
    """A refusal or failure that a person can read.

    `said` says what happened and where, `remedy` what to do next; `errors` lists faults of the input,
    each with its place; further keyword arguments become members of the problem document (RFC 9457, 3.2).
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    failure: ClassVar[Failure] = Failure.PERMANENT
    title: ClassVar[Said] = ("Kesalahan", "Error")

    def __init__(
        self,
        said: Said,
        *,
        remedy: Said = ("", ""),
        errors: Sequence[Mapping[str, Any]] = (),
        **members: Any,
    ) -> None:
        super().__init__(said[1])
        self.said = said
        self.remedy = remedy
        self.errors = tuple(errors)
        self.members = members


class NotFound(ZonaError):
    code = "not_found"
    status = 404
    title = ("Tidak ditemukan", "Not found")


class Unauthenticated(ZonaError):
    code = "unauthenticated"
    status = 401
    title = ("Belum masuk", "Not signed in")


class Forbidden(ZonaError):
    code = "forbidden"
    status = 403
    title = ("Tidak diizinkan", "Not allowed")


class InvalidInput(ZonaError):
    code = "invalid_input"
    status = 422
    title = ("Masukan tidak sah", "Invalid input")


class WrongState(ZonaError):
    code = "wrong_state"
    status = 409
    title = ("Langkah ini belum atau tidak lagi terbuka", "This step is not open")


class StaleVersion(ZonaError):
    code = "stale_version"
    status = 409
    title = ("Data sudah berubah", "The data has changed")


class TooMuch(ZonaError):
    code = "too_much"
    status = 429
    title = ("Terlalu banyak permintaan", "Too many requests")


class AlreadyExists(ZonaError):
    code = "already_exists"
    status = 409
    failure = Failure.ALREADY_DONE
    title = ("Sudah ada", "Already exists")


class AlreadyHeard(ZonaError):
    code = "already_heard"
    status = 409
    failure = Failure.ALREADY_DONE
    title = ("Peristiwa sudah diproses", "The event was processed before")


class Early(ZonaError):
    code = "being_processed"
    status = 503
    failure = Failure.EARLY
    title = ("Sedang diproses", "Being processed")


class Contended(ZonaError):
    code = "contended"
    status = 503
    failure = Failure.EARLY
    title = ("Sedang diubah banyak orang", "Being changed by many")


class Away(ZonaError):
    code = "temporarily_away"
    status = 503
    failure = Failure.TRANSIENT
    title = ("Sementara tidak tersedia", "Temporarily away")


def said(text: Said) -> dict[str, str]:
    """The two languages of a sentence as the mapping that JSON answers carry."""
    return {"id": text[0], "en": text[1]}
