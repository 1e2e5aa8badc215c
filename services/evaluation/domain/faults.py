"""One fault of an input: where it is, a stable code, and a sentence in both languages that says what is allowed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.failures import InvalidInput, Said, said

SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at `place`, the keys that lead there from the top of the input."""

    place: tuple[str, ...]
    code: str
    said: Said

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer (RFC 6901)."""
        return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in self.place)

    def as_error(self) -> dict[str, Any]:
        """The fault as a member of a problem document's `errors` (RFC 9457)."""
        return {"pointer": self.pointer, "code": self.code, "messages": said(self.said)}


def refuse(faults: Sequence[Fault]) -> None:
    """Raise InvalidInput with every fault; do nothing when there is none."""
    if faults:
        raise refusal(faults)


def refusal(faults: Sequence[Fault]) -> InvalidInput:
    """The error that names every one of the faults, of which there is at least one."""
    count = len(faults)
    counted = f"{count} fault" if count == 1 else f"{count} faults"
    return InvalidInput(
        (f"{count} kesalahan pada masukan: {faults[0].said[0]}", f"{counted} in the input: {faults[0].said[1]}"),
        remedy=(
            "Perbaiki setiap isian yang disebut, lalu ulangi.",
            "Correct each entry that is named, then try again.",
        ),
        errors=[fault.as_error() for fault in faults],
    )


def shown(value: object) -> str:
    """A value as it may stand in a message: in ASCII, cut short, and only the kind of anything nested."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = json.dumps(value, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
