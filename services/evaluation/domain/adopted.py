"""An instrument as it was when the first conclusion was computed with it: told once, then named by its hash."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdoptedInstrument:
    """`content` is the canonical JSON whose SHA-256 is `content_hash`: the whole file, as plain data."""

    id: str
    version: str
    content_hash: str
    content: str
