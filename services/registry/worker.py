"""The registry's worker: what it hears, its timers, its relay. Wiring only."""

from __future__ import annotations

from services.registry import handlers
from services.registry.rooms import build
from shared.messaging import Dependencies, Received, Relay, every, subscribe


class RegistryWorker:
    """Queues `registry.draft_designation`, `registry.keep_bundle` and `registry.learn_institution`."""

    name = "registry"
    relay = Relay()
    rooms = Dependencies(build)

    @subscribe("evaluation.concluded")
    def draft_designation(self, event: Received) -> None:
        """Draft what a positive conclusion asks for."""
        handlers.draft_designation(self.rooms, event)

    @subscribe("evaluation.bundle_published", "evaluation.instrument_adopted")
    def keep_bundle(self, event: Received) -> None:
        """Keep what a stranger recomputes a score from."""
        handlers.keep_bundle(self.rooms, event)

    @subscribe("units.institution_registered")
    def learn_institution(self, event: Received) -> None:
        """Keep the institution's name and province for the public pages."""
        handlers.learn_institution(self.rooms, event)

    @every(seconds=1)
    def refresh_counts(self) -> None:
        """Count again what the front page shows, if something moved."""
        handlers.refresh_counts(self.rooms)

    @every(seconds=0.2)
    def append_to_log(self) -> None:
        """Append to the public log what was published or revoked."""
        handlers.append_to_log(self.rooms)
