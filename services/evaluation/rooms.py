"""What evaluation works with: its database, its stores and its own settings; built once in each process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.evaluation import store
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.proposal import Proposal
from services.evaluation.domain.review import Review
from services.evaluation.domain.worksheet import Worksheet
from shared.settings import Settings, SettingsError
from shared.storage import AggregateStore, connect

ORPHAN_SETTING = "EVALUATION_ORPHAN_SECONDS"
ORPHAN_SECONDS = 600


@dataclass(frozen=True)
class Rooms:
    """`orphan_age`: how old a reservation without its proposal grows before the timer gives it back."""

    database: Database[dict[str, Any]]
    orphan_age: timedelta = timedelta(seconds=ORPHAN_SECONDS)
    worksheets: AggregateStore[Worksheet] = field(init=False)
    proposals: AggregateStore[Proposal] = field(init=False)
    evaluators: AggregateStore[Evaluator] = field(init=False)
    reviews: AggregateStore[Review] = field(init=False)
    known: store.Known = field(init=False)
    manifests: store.Manifests = field(init=False)
    history: store.History = field(init=False)
    sweeps: store.Sweeps = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "worksheets": store.worksheets,
            "proposals": store.proposals,
            "evaluators": store.evaluators,
            "reviews": store.reviews,
            "known": store.Known,
            "manifests": store.Manifests,
            "history": store.History,
            "sweeps": store.Sweeps,
        }
        for name, make in made.items():
            object.__setattr__(self, name, make(self.database))

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        for aggregates in (self.worksheets, self.proposals, self.evaluators, self.reviews):
            aggregates.ensure_indexes()
        self.history.ensure_indexes()


def build(settings: Settings) -> Rooms:
    """The rooms of a process; raises SettingsError."""
    return Rooms(connect(settings, store.SERVICE), orphan_age=_orphan_age())


def _orphan_age() -> timedelta:
    raw = os.environ.get(ORPHAN_SETTING, str(ORPHAN_SECONDS))
    if not raw.isascii() or not raw.isdigit():
        raise SettingsError([f"{ORPHAN_SETTING}={raw!r} is not a number of seconds: age of a reservation given back"])
    return timedelta(seconds=int(raw))
