"""What the four services themselves say, read back after a journey: the ground on which the check stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from shared.journey.tour import Tour

Card = Mapping[str, Any]
"""One item of a service's list, as it came."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Lists of the services, restricted to the units of this journey and to what it set off.

    ``filed`` and ``judged``: proposal → what units and what evaluation show of it. ``drafts``, ``public``: what the
    registry shows to the registrar and to everyone. ``evaluators``: all of them. ``mails``: (recipient, message id) of
    every mail that arrived, if the mail folder is known.
    """

    filed: Mapping[str, Card]
    judged: Mapping[str, Card]
    drafts: tuple[Card, ...]
    public: tuple[Card, ...]
    evaluators: tuple[Card, ...]
    messages: tuple[Card, ...]
    mails: tuple[tuple[str, str], ...] | None


def read_back(tour: Tour, mail_folder: Path | None = None) -> Reading:
    """Reads everything anew; nothing of what the driver remembers goes into it but which units are its own."""
    admin, ours = tour.company.admin, tour.unit_codes
    filed = [card for cycle in tour.cycles for card in admin.each("units", "/proposals", cycle=cycle)]
    judged = [card for cycle in tour.cycles for card in admin.each("evaluation", "/proposals", cycle=cycle)]
    return Reading(
        filed={card["proposal"]: card for card in filed if card["unit"] in ours},
        judged={card["proposal"]: card for card in judged if card["unit"] in ours},
        drafts=tuple(card for card in tour.one("registrar").each("registry", "/drafts") if card["unit"] in ours),
        public=tuple(designations(tour, ours)),
        evaluators=tuple(admin.each("evaluation", "/evaluators")),
        messages=tuple(
            card for card in admin.each("notifications", "/messages") if tour.caused(card["correlation_id"])
        ),
        mails=None if mail_folder is None else tuple(mails_in(mail_folder)),
    )


def designations(tour: Tour, ours: Collection[str]) -> list[Card]:
    """The public record of every designation of these units, found through the public list."""
    visitor = tour.company.visitor
    numbers = [card["number"] for card in visitor.each("registry", "/designations") if card["unit"] in ours]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda number: visitor.get("registry", f"/designations/{number}"), numbers))


def mails_in(folder: Path) -> list[tuple[str, str]]:
    """(recipient, message id) of every mail that the local mail sink keeps."""
    kept = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
    return [(str(mail["To"]), str(mail["X-Zona-Message-Id"])) for mail in kept]
