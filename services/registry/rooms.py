"""What every process of the registry works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from services.registry.counts import Counts
from services.registry.domain.bar import BarRule
from services.registry.heard import HeardEvents
from services.registry.log.entries import LogEntries
from services.registry.log.keys import KeyFile
from services.registry.log.leadership import Leadership
from services.registry.log.reading import LogReader
from services.registry.log.sequencing import Sequencer
from services.registry.rules import bar_rules
from services.registry.store import Designations
from shared.settings import Settings
from shared.storage import connect
from shared.tlog.checkpoints import origin_of


@dataclass(frozen=True)
class Rooms:
    """The registry's stores and rules, built once per process, after the fork.

    `sequencer` is there where the log's key file is named: in workers.
    """

    database: Database[dict[str, Any]]
    designations: Designations
    institutions: Collection[dict[str, Any]]
    heard: HeardEvents
    counts: Counts
    rules: tuple[BarRule, ...]
    log: LogEntries
    public_log: LogReader
    sequencer: Sequencer | None = None

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        self.designations.ensure_indexes()
        self.institutions.create_index("kind", name="kind")
        self.heard.ensure_indexes()
        self.log.ensure_indexes()


def build(settings: Settings) -> Rooms:
    """The rooms of the database that `settings` name. Raises nothing until something is asked of them."""
    return furnish(connect(settings, "registry"), _key_file(settings))


def furnish(database: Database[dict[str, Any]], keys: KeyFile | None = None) -> Rooms:
    """The rooms of a given database; with the log's keys it can append to the log."""
    log, designations = LogEntries(database), Designations(database)
    return Rooms(
        database=database,
        designations=designations,
        institutions=database["institutions"],
        heard=HeardEvents(database),
        counts=Counts(database),
        rules=bar_rules(),
        log=log,
        public_log=LogReader(log),
        sequencer=Sequencer(log, designations, keys, Leadership(database)) if keys else None,
    )


def _key_file(settings: Settings) -> KeyFile | None:
    return KeyFile(Path(settings.log_key_file), origin_of(settings.base_url)) if settings.log_key_file else None
