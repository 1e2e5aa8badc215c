"""What a verification found, in words: each fault with its kind, its place and the entry it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `index`: the first entry it concerns, where one can be named; `place`: the file."""

    kind: str
    message: str
    place: str = ""
    index: int | None = None


@dataclass
class Verdict:
    """The outcome. `pinned`: the key was given by the reader, not taken from the log itself."""

    origin: str = ""
    size: int = 0
    root: str = ""
    signed_by: list[str] = field(default_factory=list)
    pinned: bool = False
    witnessed_by: dict[str, int] = field(default_factory=dict)
    consistent_with: int | None = None
    files: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def verified(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.faults

    def blame(self, kind: str, message: str, place: str = "", index: int | None = None) -> None:
        """Add a fault."""
        self.faults.append(Fault(kind, message, place, index))

    def as_json(self) -> dict[str, Any]:
        """JSON-able; at most MOST_NAMED faults are told, `fault_count` counts all."""
        told = {**asdict(self), "faults": [asdict(fault) for fault in self.faults[:MOST_NAMED]]}
        return {"verified": self.verified, **told, "fault_count": len(self.faults)}


def differences(entries: Sequence[bytes], tile: Sequence[bytes], start: int, place: str) -> list[Fault]:
    """How the entries of a bundle differ from the tile over them; both as leaf hashes, `start` is the first's index.

    The likeliest single change is named: dropped, truncated, inserted or reordered; else each edited entry.
    """
    first = next((nth for nth, pair in enumerate(zip(entries, tile, strict=False)) if pair[0] != pair[1]), None)
    at = start + (min(len(entries), len(tile)) if first is None else first)
    if first is None and len(entries) == len(tile):
        return []
    if first is None:
        return [_length(len(entries), len(tile), at, place)]
    if entries[first:] == tile[first + 1 :][: len(entries) - first] and len(tile) > first + 1:
        return [Fault("dropped", f"entry {at} is left out of {place}; what follows stands in its place", place, at)]
    if entries[first + 1 :] == tile[first:][: len(entries) - first - 1] and len(entries) > first + 1:
        return [Fault("inserted", f"an entry that is not in the tree stands at {at} in {place}", place, at)]
    moved = [start + nth for nth, pair in enumerate(zip(entries, tile, strict=False)) if pair[0] != pair[1]]
    if sorted(entries) == sorted(tile):
        named = ", ".join(map(str, moved[:MOST_NAMED]))
        return [Fault("reordered", f"entries {named} of {place} stand in another order", place, at)]
    return [Fault("edited", f"entry {index} of {place} is not what the tree holds", place, index) for index in moved]


def _length(have: int, want: int, at: int, place: str) -> Fault:
    if have < want:
        return Fault("truncated", f"{place} ends before entry {at}: {have} of {want} entries are there", place, at)
    return Fault("inserted", f"{place} holds {have} entries, the tree has {want} there", place, at)
