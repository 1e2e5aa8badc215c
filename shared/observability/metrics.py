"""Metrics of every process, in the Prometheus text format."""

from __future__ import annotations

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

REQUESTS = Counter("zona_requests_total", "Requests answered", ["service", "method", "route", "status"])
REQUEST_SECONDS = Histogram("zona_request_seconds", "Time to answer", ["service", "route"])
EVENTS = Counter("zona_events_total", "Events handled", ["service", "handler", "outcome"])
EVENT_SECONDS = Histogram("zona_event_seconds", "Time to handle an event", ["service", "handler"])
EARLY_SECONDS = Gauge(
    "zona_event_early_age_seconds", "Age of the last event that came too early", ["service", "handler"]
)
RELAYED = Counter("zona_relayed_total", "Events confirmed by the broker", ["service"])
RELAY_REFUSED = Counter("zona_relay_refused_total", "Events that the broker refused or could not route", ["service"])
RELAY_REPEATED = Counter("zona_relay_repeated_total", "Events that were published once more", ["service"])
OUTBOX_REFUSED = Gauge("zona_outbox_refused", "Documents whose event the broker refused at the last try", ["service"])
RELAY_WOKEN = Gauge("zona_relay_woken", "1 while a change stream wakes the relay, 0 while it looks often", ["service"])
PAUSED = Gauge("zona_consumers_paused", "1 while the consumers wait for the database", ["service"])

LOG_ENTRIES = Gauge("zona_log_entries", "Entries that the newest checkpoint of the public log covers")


def exposition() -> tuple[bytes, str]:
    """The page that Prometheus reads, and its content type; of all web processes when they share a folder."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped in the library
        return generate_latest(registry), CONTENT_TYPE_LATEST
    return generate_latest(), CONTENT_TYPE_LATEST
