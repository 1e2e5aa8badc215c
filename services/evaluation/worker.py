"""The worker of evaluation: what it hears, its timers, its relay. Wiring only."""

from __future__ import annotations

from datetime import UTC, datetime

from services.evaluation import handlers
from services.evaluation.rooms import build
from shared.messaging import Dependencies, Received, Relay, every, subscribe
from shared.observability import correlation_id
from shared.storage import Cause


def tick() -> Cause:
    """The cause of what a timer does."""
    return Cause(time=datetime.now(UTC), correlation_id=correlation_id())


class EvaluationWorker:
    """From the arrival of a proposal to its conclusion."""

    name = "evaluation"
    relay = Relay()
    rooms = Dependencies(build)

    @subscribe("units.unit_registered")
    def learn_unit(self, event: Received) -> None:
        """Keep the unit's card."""
        handlers.learn_unit(self.rooms, event)

    @subscribe("units.cycle_changed")
    def learn_cycle(self, event: Received) -> None:
        """Keep the cycle's instrument and the size of its reviews."""
        handlers.learn_cycle(self.rooms, event)

    @subscribe("units.proposal_submitted")
    def receive_proposal(self, event: Received) -> None:
        """Return it, end it at the screening, or pass it on."""
        handlers.receive_proposal(self.rooms, event)

    @subscribe("units.proposal_withdrawal_requested")
    def withdraw_proposal(self, event: Received) -> None:
        """Take it out of the cycle."""
        handlers.withdraw_proposal(self.rooms, event)

    @subscribe("evaluation.proposal_screened")
    def assign_evaluators(self, event: Received) -> None:
        """Give it its evaluators."""
        handlers.assign_evaluators(self.rooms, event)

    @subscribe("evaluation.evaluators_assigned")
    def open_reviews(self, event: Received) -> None:
        """Give each evaluator a review."""
        handlers.open_reviews(self.rooms, event)

    @subscribe("evaluation.review_submitted")
    def take_scores(self, event: Received) -> None:
        """Add an evaluator's scores."""
        handlers.take_scores(self.rooms, event)

    @subscribe("evaluation.proposal_withdrawn")
    def release_evaluators(self, event: Received) -> None:
        """Give the evaluators' places back."""
        handlers.release_evaluators(self.rooms, event)

    @every(seconds=2)
    def retry_waiting(self) -> None:
        """Try the proposals again that wait for evaluators."""
        handlers.retry_waiting(self.rooms, tick())

    @every(seconds=60)
    def release_orphans(self) -> None:
        """Give reservations back whose proposal never came about."""
        handlers.release_orphans(self.rooms, tick())

    @every(seconds=300)
    def sweep_evidence(self) -> None:
        """Remove what interrupted uploads and withdrawn evidence left."""
        handlers.sweep_evidence(self.rooms, tick())

    @every(seconds=60)
    def scan_quarantined(self) -> None:
        """Ask the scanner again about files that it did not answer for."""
        handlers.scan_quarantined(self.rooms)
