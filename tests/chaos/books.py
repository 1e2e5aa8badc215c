"""What the databases and the broker say: read back, never remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymongo.database import Database

from shared.messaging.deadletters import DeadLetters
from shared.messaging.declare import open_connection
from shared.messaging.topology import TIERS_MS, retry_tier
from shared.observability import journal
from shared.settings import SERVICES, Settings
from shared.storage import connect
from tests.chaos.rooms import KINDS

QUEUES = {"registry": "registry.learn_institution", "notifications": "notifications.notify"}
Effect = dict[str, Any]


class Books:
    """The three databases of one fault, and the depths of its queues."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.databases: Mapping[str, Database[dict[str, Any]]] = {
            service: connect(settings, service) for service in KINDS
        }

    def documents(self, service: str) -> list[dict[str, Any]]:
        """Every aggregate of a service."""
        return list(self.databases[service][f"{KINDS[service][0]}s"].find())

    def effects(self, service: str) -> list[tuple[str, Effect]]:
        """Every effect with the aggregate that holds it, in the order of each aggregate."""
        return [
            (document["_id"], effect) for document in self.documents(service) for effect in document["state"]["applied"]
        ]

    def waiting(self, service: str) -> set[str]:
        """The ids of the events in the service's outboxes."""
        return {event["id"] for document in self.documents(service) for event in document["outbox"]}

    def recorded(self, service: str) -> list[dict[str, Any]]:
        """What the service has recorded as said."""
        return [found["event"] for found in self.databases[service]["events"].find()]

    def depths(self) -> dict[str, int]:
        """Messages that wait, by queue: handlers' queues and retry tiers."""
        tiers = [retry_tier(service, delay) for service in QUEUES for delay in TIERS_MS]
        connection = open_connection(self._settings.amqp_uri)
        try:
            channel = connection.channel()
            return {
                name: channel.queue_declare(name, passive=True).method.message_count
                for name in (*QUEUES.values(), *tiers)
            }
        finally:
            connection.close()

    def in_tiers(self) -> int:
        return sum(depth for name, depth in self.depths().items() if ".retry." in name)

    def dead_letters(self) -> list[str]:
        """The reason of each dead letter."""
        return [letter.reason for letter in DeadLetters(self._settings.amqp_uri, SERVICES).read()]

    def write_down(self) -> None:
        """Note in the journal what the databases hold: effects in their order, and all events that exist."""
        for service in QUEUES:
            for aggregate, effect in self.effects(service):
                journal.note("effect", consumer=service, aggregate=aggregate, **effect)
        for service in ("units", "registry"):
            for event in self._said(service):
                about = {"event": event["id"], "aggregate": event["subject"], "sequence": event["sequence"]}
                journal.note("recorded", **about, type=event["type"], cause=event["causationid"])

    def _said(self, service: str) -> Iterator[dict[str, Any]]:
        recorded = self.recorded(service)
        yield from recorded
        known = {event["id"] for event in recorded}
        for document in self.documents(service):
            yield from (event for event in document["outbox"] if event["id"] not in known)

    def close(self) -> None:
        """Leave the databases: they end with their server, which drops slowly what a killed process was reading."""
        for database in self.databases.values():
            database.client.close()
