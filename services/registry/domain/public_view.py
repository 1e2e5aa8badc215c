"""What the public may see of a designation, field by field; what is not named here stays inside.

Never: drafts, evaluators, the panel's reason, who pressed a button. The bundle of the score is evaluation's own
public document (services/registry/bundles.py); here stands its hash alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from services.registry.domain.conclusion import Result
from services.registry.domain.decree import Decree
from services.registry.domain.designation import Designation, Revocation, State, publication_of
from services.registry.domain.search import beginnings, facet, words_of

View = dict[str, Any]
"""A JSON-able mapping; dates and times in ISO 8601, times in UTC."""

STATUSES = {State.PUBLISHED: "active", State.REVOKED: "revoked"}
"""The public's word for a state; a draft has none."""
VISIBLE = facet("visible", "public")
DRAFTS = facet("visible", "draft")
_LAST_MILLISECOND = 9_999_999_999_999


def is_public(designation: Designation) -> bool:
    """Published at some time, revoked since or not."""
    return designation.state in STATUSES


def entry(designation: Designation) -> View:
    """A public designation as an item of a list; raises ValueError for a draft."""
    card, made, ended = designation.card, publication_of(designation), designation.revocation
    return {
        "number": designation.number,
        "status": STATUSES[designation.state],
        "predicate": designation.predicate.value,
        "cycle": designation.cycle,
        "year": int(designation.cycle),
        "unit": card.unit,
        "unit_name": card.unit_name,
        "institution": card.institution,
        "institution_name": card.institution_name,
        "institution_kind": card.institution_kind,
        "province": card.province,
        "field": card.field,
        "decree": decree_view(made.decree),
        "published_at": moment(made.published_at),
        "revoked_at": moment(ended.revoked_at) if ended else None,
    }


def record(designation: Designation) -> View:
    """A public designation with its scores, gates and history."""
    return {
        **entry(designation),
        "proposal": designation.proposal,
        "bundle_sha256": designation.result.bundle_sha256,
        "revocation": revocation_view(designation.revocation) if designation.revocation else None,
        "scores": scores_view(designation.result),
        "gates": [
            {
                "gate": gate.gate,
                "measured": gate.measured,
                "limit": gate.limit,
                "passed": gate.passed,
                "article": gate.article,
            }
            for gate in designation.result.gates
        ],
        "history": list(_history(designation)),
    }


def listing(designation: Designation) -> View:
    """How the designation stands in lists: its terms, its place in the order, its entry.

    `search` is indexed together with `order`; `filters` holds the same terms for the conditions beside
    the one that the index bounds. Of a draft only the number is there.
    """
    if not is_public(designation):
        return {"order": designation.number, "search": [DRAFTS], "filters": [DRAFTS]}
    shown = entry(designation)
    facets = ("status", "predicate", "year", "unit", "institution", "province")
    words = words_of(" ".join(shown[name] for name in ("number", "unit_name", "institution_name")))
    terms = [VISIBLE, *(facet(name, shown[name]) for name in facets), standing(shown["status"], shown["predicate"])]
    terms += beginnings(words)
    order = order_of(publication_of(designation).published_at, designation.number)
    return {"order": order, "search": terms, "filters": terms, "entry": shown}


def province_name(government: str) -> str:
    """The province's own name, out of its government's: "Pemerintah Provinsi Bali" governs "Bali"."""
    return government.removeprefix("Pemerintah Provinsi ").removeprefix("Provinsi ")


def standing(status: str, predicate: str) -> str:
    """Status and predicate as one term: asked for most often, and what the front page counts by."""
    return facet("standing", f"{status}:{predicate}")


def order_of(published_at: datetime, number: str = "") -> str:
    """A key whose ascending order is newest publication first, then by number; it never changes."""
    return f"{_LAST_MILLISECOND - int(published_at.timestamp() * 1000):013d}-{number}"


def scores_view(result: Result) -> View:
    """The scores that everyone may see."""
    return {
        "instrument": result.instrument,
        "total": result.total,
        "pengungkit": result.pengungkit,
        "hasil": result.hasil,
        "areas": {name: {"score": area.score, "percent": area.percent} for name, area in result.areas.items()},
    }


def decree_view(decree: Decree) -> View:
    """A decree as everyone sees it."""
    return {
        "number": decree.number,
        "date": decree.date.isoformat(),
        "signatory_office": decree.signatory_office,
    }


def revocation_view(ended: Revocation) -> View:
    """A revocation as everyone sees it."""
    return {
        "decree": decree_view(ended.decree),
        "ground": ended.ground,
        "revoked_at": moment(ended.revoked_at),
        "barred_until": ended.barred_until.isoformat(),
        "article": ended.article,
    }


def _history(designation: Designation) -> Iterator[View]:
    """What happened, oldest first, each with its decree if one made it."""
    made = publication_of(designation)
    yield {"event": "concluded", "at": moment(designation.result.concluded_at), "decree": None}
    yield {"event": "designated", "at": moment(made.published_at), "decree": decree_view(made.decree)}
    if designation.revocation:
        ended = designation.revocation
        yield {"event": "revoked", "at": moment(ended.revoked_at), "decree": decree_view(ended.decree)}


def moment(at: datetime) -> str:
    """A moment in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
