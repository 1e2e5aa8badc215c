"""Which dead letters are meant: by id, event, reason and age. Pure decisions, no broker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.failures import InvalidInput, Said
from shared.messaging.deadletter import DeadLetter

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST_REASON = 200
AGE_REMEDY: Said = ("tulis umur seperti 90s, 15m, 2h, atau 3d", "write an age such as 90s, 15m, 2h or 3d")
EVENT_REMEDY: Said = (
    "tulis jenis peristiwa seperti evaluation.concluded",
    "write an event's type such as evaluation.concluded",
)
REASON_REMEDY: Said = (
    f"tulis sebagian alasan, 1 sampai {LONGEST_REASON} karakter",
    f"write a part of the reason, 1 to {LONGEST_REASON} characters",
)


class NotASelection(InvalidInput):
    """A filter that can't be read; `said` says what it is, `remedy` what to write."""

    code = "not_a_selection"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; a field that is empty or None takes every letter."""

    ids: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    reason: str = ""
    older_than: timedelta | None = None
    newer_than: timedelta | None = None

    def takes(self, letter: DeadLetter, now: datetime | None = None) -> bool:
        """Whether the letter is meant; one whose moment of death nobody knows has no age, so none that fits."""
        if self.ids and letter.id not in self.ids:
            return False
        if self.events and letter.type not in self.events:
            return False
        if self.reason.casefold() not in letter.reason.casefold():
            return False
        return self._takes_age(letter.age(now or datetime.now(UTC)))

    def _takes_age(self, age: timedelta | None) -> bool:
        if self.older_than is None and self.newer_than is None:
            return True
        if age is None:
            return False
        old_enough = self.older_than is None or age > self.older_than
        return old_enough and (self.newer_than is None or age < self.newer_than)


EVERYTHING = Selection()


def age_of(text: str) -> timedelta:
    """90s, 15m, 2h, 3d → a duration. Raises NotASelection."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text.strip(), re.ASCII)
    if found is None:
        raise NotASelection((f"{_shown(text)} bukan umur", f"{_shown(text)} is not an age"), remedy=AGE_REMEDY)
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def short_age(age: timedelta | None) -> str:
    """The age in a large unit, as `age_of` reads it; `?` when nobody knows it."""
    if age is None:
        return "?"
    seconds = int(age.total_seconds())
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def event_of(text: str) -> str:
    """An event's type, "<service>.<event>". Raises NotASelection."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,60}\.[a-z][a-z0-9_.]{0,100}", text.strip(), re.ASCII):
        raise NotASelection(
            (f"{_shown(text)} bukan jenis peristiwa", f"{_shown(text)} is not an event's type"), remedy=EVENT_REMEDY
        )
    return text.strip()


def reason_of(text: str) -> str:
    """A part of a reason. Raises NotASelection."""
    if not 0 < len(text.strip()) <= LONGEST_REASON or not text.isprintable():
        raise NotASelection((f"{_shown(text)} bukan alasan", f"{_shown(text)} is not a reason"), remedy=REASON_REMEDY)
    return text.strip()


def _shown(text: str) -> str:
    plain = ascii(text)  # a terminal or page must not obey it
    return plain if len(plain) <= 60 else f"{plain[:60]}…"
