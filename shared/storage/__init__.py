"""Aggregates as single documents: state, version, outbox and what was heard, in one guarded write."""

from shared.storage.aggregates import Aggregate, AggregateStore
from shared.storage.causes import Cause, Event
from shared.storage.connection import connect, ping
from shared.storage.documents import Document, FractionField
from shared.storage.projections import put_projection

__all__ = [
    "Aggregate",
    "AggregateStore",
    "Cause",
    "Document",
    "Event",
    "FractionField",
    "connect",
    "ping",
    "put_projection",
]
