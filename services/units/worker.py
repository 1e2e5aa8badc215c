"""The worker of units: what it hears and its timers. Wiring only."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from services.units import handlers
from services.units.rooms import build
from shared.jobs.running import JobStarter
from shared.messaging import Dependencies, Received, Relay, every, subscribe
from shared.storage import Cause


class UnitsWorker:
    """Relays the outbox, hears evaluation and registry, starts imports, settles places of quotas."""

    name = "units"
    relay = Relay()
    rooms = Dependencies(build)
    starter = JobStarter("units")

    @subscribe("evaluation.concluded")
    def record_outcome(self, event: Received) -> None:
        """A proposal qualified or failed."""
        handlers.record_outcome(self.rooms, event)

    @subscribe("evaluation.proposal_returned")
    def take_back_proposal(self, event: Received) -> None:
        """A proposal came back, with the reason."""
        handlers.take_back_proposal(self.rooms, event)

    @subscribe("evaluation.proposal_withdrawn")
    def record_withdrawal(self, event: Received) -> None:
        """A withdrawal was confirmed."""
        handlers.record_withdrawal(self.rooms, event)

    @subscribe("registry.designation_published")
    def record_designation(self, event: Received) -> None:
        """A unit stands designated."""
        handlers.record_designation(self.rooms, event)

    @subscribe("registry.designation_revoked")
    def record_revocation(self, event: Received) -> None:
        """A designation was revoked; the bar begins."""
        handlers.record_revocation(self.rooms, event)

    @every(seconds=1)
    def start_jobs(self) -> None:
        """Start the imports that are due."""
        self.starter.tick(self.rooms.jobs)

    @every(seconds=30)
    def settle_reservations(self) -> None:
        """Settle or release the places of quotas whose requests died."""
        handlers.settle_reservations(self.rooms, Cause(datetime.now(UTC), f"timer-{uuid.uuid4().hex}"))
