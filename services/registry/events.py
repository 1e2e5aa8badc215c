"""What the registry says, as the contracts want it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.registry.domain.decree import Decree
from services.registry.domain.designation import Designation, move, publication_of, revocation_of
from shared.storage import Event


def drafted(designation: Designation) -> Event:
    """A draft waits for its decree."""
    return Event(move("draft").says, _card(designation))


def published(designation: Designation) -> Event:
    """A decree made the designation; it is public from the same write on."""
    made = publication_of(designation)
    data = {"decree": _decree(made.decree), "published_at": made.published_at.isoformat()}
    return Event(move("publish").says, _card(designation) | data)


def revoked(designation: Designation) -> Event:
    """A decree ended the designation; the bar begins."""
    ended = revocation_of(designation)
    data = {
        "decree": _decree(ended.decree),
        "ground": ended.ground,
        "revoked_at": ended.revoked_at.isoformat(),
        "barred_until": ended.barred_until.isoformat(),
    }
    return Event(move("revoke").says, _card(designation) | data)


def _card(designation: Designation) -> dict[str, Any]:
    return {
        **asdict(designation.card),
        "number": designation.number,
        "proposal": designation.proposal,
        "cycle": designation.cycle,
        "predicate": designation.predicate.value,
    }


def _decree(decree: Decree) -> dict[str, str]:
    return {"number": decree.number, "date": decree.date.isoformat(), "signatory_office": decree.signatory_office}
