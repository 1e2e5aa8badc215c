"""What evaluation works with: its database, its stores; built once in each process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.evaluation import store
from services.evaluation.bundles import Adopted, Bundles
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.proposal import Proposal
from services.evaluation.domain.review import Review
from services.evaluation.domain.worksheet import Worksheet
from services.evaluation.roster import Roster
from shared.settings import Settings
from shared.storage import AggregateStore, connect


@dataclass(frozen=True)
class Rooms:
    """`orphan_age`: how old a reservation without its proposal grows before the timer gives it back."""

    database: Database[dict[str, Any]]
    orphan_age: timedelta = timedelta(seconds=Settings().orphan_seconds)
    worksheets: AggregateStore[Worksheet] = field(init=False)
    proposals: AggregateStore[Proposal] = field(init=False)
    evaluators: AggregateStore[Evaluator] = field(init=False)
    reviews: AggregateStore[Review] = field(init=False)
    known: store.Known = field(init=False)
    manifests: store.Manifests = field(init=False)
    adopted: Adopted = field(init=False)
    bundles: Bundles = field(init=False)
    history: store.History = field(init=False)
    sweeps: store.Sweeps = field(init=False)
    roster: Roster = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "worksheets": store.worksheets,
            "proposals": store.proposals,
            "evaluators": store.evaluators,
            "reviews": store.reviews,
            "known": store.Known,
            "manifests": store.Manifests,
            "adopted": Adopted,
            "bundles": Bundles,
            "history": store.History,
            "sweeps": store.Sweeps,
        }
        for name, make in made.items():
            object.__setattr__(self, name, make(self.database))
        object.__setattr__(self, "roster", Roster(self.evaluators))

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        for aggregates in (self.worksheets, self.proposals, self.evaluators, self.reviews, self.adopted):
            aggregates.ensure_indexes()
        self.history.ensure_indexes()


def build(settings: Settings) -> Rooms:
    """The rooms of a process."""
    return Rooms(connect(settings, store.SERVICE), orphan_age=timedelta(seconds=settings.orphan_seconds))
