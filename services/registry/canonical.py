"""The public state in canonical bytes, and where two of them differ.

One line of JSON (RFC 8259: sorted keys, no blanks, UTF-8) for each designation in the order of the numbers: its
public record as the API gives it, or its item of the drafts' list; how it stands in lists, that is its place in
the order, its terms, its entry. Then a line for each institution as the pages name it, and one for the counts.
The SHA-256 is that of all lines; the order of every list follows from the places.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from marshmallow import ValidationError

from services.registry.domain.public_view import is_public, record, standing
from services.registry.handlers import TALLIED
from services.registry.queries import draft_entry
from services.registry.store import Designations

Document = Mapping[str, Any]
ABSENT = "—"
INNER = ("key", "version", "sequence", "heard", "commands", "created_at", "changed_at")
"""What nobody sees, but the next command and the next delivery rely on."""
COUNTED = tuple(standing(*pair) for pair in TALLIED)
LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where what stands and what was told again are not the same; a dash stands for nothing there."""

    number: str
    field: str
    live: str
    rebuilt: str


class State:
    """One side of the comparison: the hash of its lines, and what its lists hold."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._terms: Counter[str] = Counter()
        self.size = 0

    def add(self, line: bytes, document: Document | None) -> None:
        """The next line; of a designation, `document` is what it was made of."""
        self._hash.update(line)
        if document is not None:
            self.size += 1
            terms = (document.get("summary") or {}).get("search") or ()
            self._terms.update(term for term in COUNTED if term in terms)

    def counts(self) -> dict[str, int]:
        """How many designations have each term that the front page counts."""
        return {term: self._terms[term] for term in COUNTED}

    def hash(self) -> str:
        return self._hash.hexdigest()


def line_of(value: Any) -> bytes:
    """A value's canonical line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode() + b"\n"


def public_state(designations: Designations, document: Document) -> dict[str, Any]:
    """What the site and the API show of a designation's document; of one that can't be read, why."""
    shown: dict[str, Any]
    try:
        aggregate = designations.read(dict(document))
        public = is_public(aggregate.state)
        shown = {"record": record(aggregate.state)} if public else {"draft": draft_entry(aggregate)}
    except (ValidationError, KeyError, ValueError, TypeError) as error:
        shown = {"unreadable": f"{type(error).__name__}: {error}"}
    return {"number": document["_id"].partition(":")[2], "listing": document.get("summary"), **shown}


def differences(
    designations: Designations, number: str, live: Document | None, rebuilt: Document | None
) -> Iterator[Difference]:
    """Every field that differs; what nobody sees stands in parentheses."""
    if live is None or rebuilt is None:
        yield Difference(number, "designation", *(ABSENT if each is None else "…" for each in (live, rebuilt)))
        return
    yield from between(number, "", public_state(designations, live), public_state(designations, rebuilt))
    yield from between(number, "(inside)", _inside(designations, live), _inside(designations, rebuilt))


def alike(live: Document | None, rebuilt: Document | None) -> bool:
    """Whether two documents agree word for word, also in what nobody sees; quick, and strict."""
    if live is None or rebuilt is None:
        return False
    return all(live.get(name) == rebuilt.get(name) for name in (*INNER, "state", "summary"))


def _inside(designations: Designations, document: Document) -> dict[str, Any]:
    inside = {name: document.get(name) for name in INNER}
    try:  # as it is read, so that a field with a default is no difference
        return inside | {"state": asdict(designations.read(dict(document)).state)}
    except (ValidationError, KeyError, ValueError, TypeError):
        return inside | {"state": document.get("state")}


def between(number: str, place: str, live: Any, rebuilt: Any) -> Iterator[Difference]:
    """Where two JSON-able values differ, field by field; a list is one field."""
    if isinstance(live, Mapping) and isinstance(rebuilt, Mapping):
        for name in sorted({*live, *rebuilt}):
            inner = f"{place}.{name}" if place else name
            yield from between(number, inner, live.get(name, ABSENT), rebuilt.get(name, ABSENT))
    elif live != rebuilt:
        yield Difference(number, place, _short(live), _short(rebuilt))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else line_of(value).decode().strip()
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
