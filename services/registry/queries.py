"""The read side of the registry: the public's questions and the registrar's list of drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from services.registry.bundles import bundle_of
from services.registry.domain.bundle import PublicBundle
from services.registry.domain.designation import Designation
from services.registry.domain.public_view import DRAFTS, VISIBLE, View, is_public, province_name, record, standing
from services.registry.domain.search import facet, words_of
from services.registry.errors import NotDesignated
from services.registry.rooms import Rooms
from shared.storage import Aggregate

FACETS = ("institution", "province", "year", "predicate", "status")
"""By how much each narrows a list, the most first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor looks for; None is anything. `q`: every word must begin a word of the names."""

    q: str | None = None
    institution: str | None = None
    province: str | None = None
    status: str | None = None
    year: int | None = None
    predicate: str | None = None

    def terms(self) -> list[str]:
        """The terms that a listing must have, the rarest kind first; never none.

        Only what is public has such terms, so none of them lets a draft through.
        """
        words = sorted(words_of(self.q or ""), key=len, reverse=True)
        facets = [facet(name, getattr(self, name)) for name in FACETS if getattr(self, name) is not None]
        if self.status and self.predicate:
            facets = [*facets[:-2], standing(self.status, self.predicate)]
        return [*words, *facets] or [VISIBLE]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries; `next` is the order behind which the following page begins."""

    entries: Sequence[View]
    next: str | None


def find_designations(rooms: Rooms, wanted: Wanted, *, after: str | None, limit: int, now: datetime) -> Page:
    """Public designations, the newest publication first. What is published meanwhile shifts nothing."""
    found = rooms.designations.listed(wanted.terms(), after=after, limit=limit + 1, now=now)
    shown = found[:limit]
    more = shown[-1]["summary"]["order"] if len(found) > limit else None
    return Page([listed["summary"]["entry"] for listed in shown], more)


def public_record(rooms: Rooms, number: str) -> View:
    """The public record under `number`; raises NotDesignated, for a draft like for any unknown number."""
    found = rooms.designations.find(number)
    if found is None or not is_public(found.state):
        raise not_designated(number)
    return record(found.state)


def public_bundle(rooms: Rooms, number: str) -> PublicBundle:
    """The public bundle of a designation's score; raises NotDesignated, NoBundle, Early, BrokenBundle."""
    found = rooms.designations.find(number)
    if found is None or not is_public(found.state):
        raise not_designated(number)
    return bundle_of(rooms.heard, found.state)


def proven_record(rooms: Rooms, number: str) -> View:
    """The public record under `number` with the proof of each of its entries in the public log (`log`, in order).

    Raises NotDesignated.
    """
    return {**public_record(rooms, number), "log": rooms.public_log.proofs(number)}


def not_designated(number: str) -> NotDesignated:
    """The answer for every number that nothing public stands under, drafts included."""
    return NotDesignated(
        (f"Tidak ada penetapan dengan nomor {number}", f"There is no designation with the number {number}"),
        remedy=(
            "Periksa nomornya, misalnya WBK-2026-L3171-RSUD-01, atau cari dengan nama unit.",
            "Check the number, such as WBK-2026-L3171-RSUD-01, or search by the unit's name.",
        ),
    )


def others_of(rooms: Rooms, shown: View, *, limit: int, now: datetime) -> list[View]:
    """Other public designations of the unit that `shown` is of, the newest first."""
    found = rooms.designations.listed([facet("unit", shown["unit"])], after=None, limit=limit, now=now)
    entries = (listed["summary"]["entry"] for listed in found)
    return [entry for entry in entries if entry["number"] != shown["number"]]


def drafts(rooms: Rooms, *, after: str | None, limit: int) -> list[Aggregate[Designation]]:
    """Drafts that wait for a decree, by number, strictly after `after`."""
    keys = rooms.designations.drafts(DRAFTS, after=after, limit=limit)
    found = (rooms.designations.find(key) for key in keys)
    return [draft for draft in found if draft is not None and not is_public(draft.state)]


def draft_entry(draft: Aggregate[Designation]) -> View:
    """A draft as an item of the registrar's list."""
    state = draft.state
    return {
        **asdict(state.card),
        "number": state.number,
        "version": draft.version,
        "predicate": state.predicate.value,
        "proposal": state.proposal,
        "cycle": state.cycle,
        "total": state.result.total,
        "concluded_at": state.result.concluded_at.isoformat(),
    }


def counts(rooms: Rooms) -> dict[str, int] | None:
    """Active WBK, active WBBM and revoked ones; None before the first count."""
    tallied = rooms.counts.read()
    if tallied is None:
        return None
    return {
        "WBK": tallied[standing("active", "WBK")],
        "WBBM": tallied[standing("active", "WBBM")],
        "revoked": tallied[standing("revoked", "WBK")] + tallied[standing("revoked", "WBBM")],
    }


def provinces(rooms: Rooms) -> dict[str, str]:
    """The provinces' names by their two-digit code, as far as they were heard, by name."""
    known = rooms.institutions.find({"kind": "province"}, {"province": 1, "name": 1})
    named = {found["province"]: province_name(found["name"]) for found in known}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def institution_name(rooms: Rooms, code: str) -> str:
    """The institution's name, or its code as long as nothing was heard of it."""
    found = rooms.institutions.find_one({"_id": code}, {"name": 1})
    return found["name"] if found else code
