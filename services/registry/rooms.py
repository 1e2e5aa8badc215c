"""What every process of the registry works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from services.registry.domain.bar import BarRule
from services.registry.heard import HeardEvents
from services.registry.rules import bar_rules
from services.registry.store import Counts, Designations
from shared.settings import Settings
from shared.storage import connect


@dataclass(frozen=True)
class Rooms:
    """The registry's stores and rules, built once per process, after the fork."""

    database: Database[dict[str, Any]]
    designations: Designations
    institutions: Collection[dict[str, Any]]
    heard: HeardEvents
    counts: Counts
    rules: tuple[BarRule, ...]

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        self.designations.ensure_indexes()
        self.institutions.create_index("kind", name="kind")
        self.heard.ensure_indexes()


def build(settings: Settings) -> Rooms:
    """The rooms of the database that `settings` name. Raises nothing until something is asked of them."""
    return furnish(connect(settings, "registry"))


def furnish(database: Database[dict[str, Any]]) -> Rooms:
    """The rooms of a given database."""
    return Rooms(
        database=database,
        designations=Designations(database),
        institutions=database["institutions"],
        heard=HeardEvents(database),
        counts=Counts(database),
        rules=bar_rules(),
    )
