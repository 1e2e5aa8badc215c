"""What a visitor may ask of the list, read strictly: the page and the API take the same parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from services.registry.domain.search import words_of
from services.registry.errors import InvalidQuery
from services.registry.queries import Wanted
from shared.failures import InvalidInput, Said, said
from shared.web import after_of
from shared.web.paging import DEFAULT_LIMIT, LARGEST_LIMIT

LONGEST_QUESTION = 200
ORDER = re.compile(r"[0-9]{13}-.{1,150}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the list: what, behind which place, how many."""

    wanted: Wanted
    after: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one parameter is read: `takes` gives its value or raises ValueError."""

    takes: Callable[[str], Any]
    expects: Said
    described: str
    schema: dict[str, Any]


def _matching(pattern: str) -> Callable[[str], str]:
    def take(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(text)
        return text

    return take


def _question(text: str) -> str:
    if len(text) > LONGEST_QUESTION or not words_of(text):
        raise ValueError(text)
    return " ".join(text.split())


def _limit(text: str) -> int:
    limit = int(_matching(r"\d{1,3}")(text))
    if not 1 <= limit <= LARGEST_LIMIT:
        raise ValueError(text)
    return limit


def _cursor(text: str) -> str:
    try:
        after = after_of(text)
    except InvalidInput as error:
        raise ValueError(text) from error
    if after is None or not ORDER.fullmatch(after):
        raise ValueError(text)
    return after


PARAMETERS: dict[str, Parameter] = {
    "q": Parameter(
        _question,
        (
            f"Kata dengan huruf atau angka, paling panjang {LONGEST_QUESTION}.",
            f"Words with letters or digits, at most {LONGEST_QUESTION} characters.",
        ),
        "Beginnings of words of the unit's name, its code or its institution's name; every word must match.",
        {"type": "string", "maxLength": LONGEST_QUESTION},
    ),
    "predicate": Parameter(
        _matching("WBK|WBBM"),
        ("WBK atau WBBM.", "WBK or WBBM."),
        "Only this predicate.",
        {"type": "string", "enum": ["WBK", "WBBM"]},
    ),
    "status": Parameter(
        _matching("active|revoked"),
        ("active (berlaku) atau revoked (dicabut).", "active or revoked."),
        "Only what holds today (active), or what was revoked.",
        {"type": "string", "enum": ["active", "revoked"]},
    ),
    "year": Parameter(
        lambda text: int(_matching(r"[12]\d{3}")(text)),
        ("Tahun empat angka, misalnya 2026.", "A year of four digits, such as 2026."),
        "Only designations of this cycle.",
        {"type": "integer"},
    ),
    "institution": Parameter(
        _matching(r"[A-Za-z0-9.-]{1,40}"),
        ("Kode instansi, misalnya L3171.", "An institution's code, such as L3171."),
        "Only units of this institution, by code.",
        {"type": "string"},
    ),
    "province": Parameter(
        _matching(r"\d{2}"),
        ("Kode provinsi dua angka, misalnya 31.", "A province's two-digit code, such as 31."),
        "Only units that stand in this province (Kemendagri code).",
        {"type": "string", "pattern": r"^\d{2}$"},
    ),
    "cursor": Parameter(
        _cursor,
        ("Nilai `next` dari halaman sebelumnya.", "The `next` of the page before."),
        "The `next` of the page before.",
        {"type": "string"},
    ),
    "limit": Parameter(
        _limit,
        (f"Bilangan 1 sampai {LARGEST_LIMIT}.", f"A number from 1 to {LARGEST_LIMIT}."),
        "Items on a page.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
    ),
}


def asked(args: MultiDict[str, str], *, limit: int = DEFAULT_LIMIT, also: tuple[str, ...] = ()) -> Asked:
    """Read the parameters; an empty one, as forms send them, counts as absent.

    `also` names parameters that the caller reads itself. Raises InvalidQuery with every fault at once.
    """
    faults, values = [], {}
    for name, given in args.lists():
        if name in also:
            continue
        known = PARAMETERS.get(name)
        try:
            if known is None or len(given) > 1:
                raise ValueError(name)
            if given[0].strip():
                values[name] = known.takes(given[0].strip())
        except ValueError:
            faults.append(_fault(name, known, len(given) > 1))
    if faults:
        raise _refused(faults)
    after, size = values.pop("cursor", None), values.pop("limit", limit)
    return Asked(Wanted(**values), after, size)


def _fault(name: str, known: Parameter | None, repeated: bool) -> dict[str, Any]:
    if known is None:
        code, text = "unknown", ("Parameter ini tidak dikenal.", "This parameter is not known.")
    elif repeated:
        code, text = "repeated", ("Hanya boleh sekali.", "May be given once only.")
    else:
        code, text = "malformed", known.expects
    return {"parameter": name[:100], "code": code, "messages": said(text)}


def _refused(faults: list[dict[str, Any]]) -> InvalidQuery:
    names = ", ".join(fault["parameter"] for fault in faults)
    return InvalidQuery(
        (f"Tidak dapat dibaca: {names}.", f"Not understood: {names}."),
        remedy=(f"Parameter yang dikenal: {', '.join(PARAMETERS)}.", f"Known parameters: {', '.join(PARAMETERS)}."),
        errors=faults,
    )
