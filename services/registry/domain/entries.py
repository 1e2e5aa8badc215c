"""What the public log says of a designation: one entry for each thing that a decree did.

An entry is derived from the designation alone, so that whoever derives it says the same words. What it says never
changes afterwards; a later step is a later entry. It carries what the law publishes and the SHA-256 of the public
bundle, never the bundle, and nothing of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from services.registry.domain.designation import Designation, Publication, Revocation
from services.registry.domain.public_view import decree_view, moment, revocation_view, scores_view

DESIGNATED, REVOKED = "designated", "revoked"
FORMAT = "zona-registry/1"
"""Of every entry; an additive change keeps it, any other makes a new one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `id` names it for ever and once ("designated:WBK-2026-L3171-RSUD-01"); `content` is JSON-able."""

    id: str
    at: datetime
    content: Mapping[str, Any]

    @property
    def event(self) -> str:
        """What happened: designated or revoked."""
        return str(self.content["event"])


def entries_of(designation: Designation) -> list[Entry]:
    """The entries of a designation in the order in which they must stand; a draft has none."""
    return list(_entries(designation))


def ids_of(number: str) -> tuple[str, ...]:
    """The ids that entries of the designation `number` can have, in the order in which they must stand."""
    return tuple(f"{event}:{number}" for event in (DESIGNATED, REVOKED))


def _entries(designation: Designation) -> Iterator[Entry]:
    if made := designation.publication:
        yield _entry(designation, DESIGNATED, made.published_at, _designated(designation, made))
    if ended := designation.revocation:
        yield _entry(designation, REVOKED, ended.revoked_at, _revoked(ended))


def _entry(designation: Designation, event: str, at: datetime, facts: dict[str, Any]) -> Entry:
    id = f"{event}:{designation.number}"
    head = {"format": FORMAT, "id": id, "event": event, "at": moment(at), "number": designation.number}
    return Entry(id, at, {**head, **facts})


def _designated(designation: Designation, made: Publication) -> dict[str, Any]:
    result = designation.result
    facts = {
        **asdict(designation.card),
        "predicate": designation.predicate.value,
        "cycle": designation.cycle,
        "proposal": designation.proposal,
        "decree": decree_view(made.decree),
        "concluded_at": moment(result.concluded_at),
        "scores": scores_view(result),
        "gates": [asdict(gate) for gate in result.gates],
    }
    return facts | ({"bundle_sha256": result.bundle_sha256} if result.bundle_sha256 else {})


def _revoked(ended: Revocation) -> dict[str, Any]:
    facts = revocation_view(ended)
    del facts["revoked_at"]  # it is the entry's own moment
    return facts
