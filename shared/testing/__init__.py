"""Real servers for tests, fresh rooms on them, and the one way to wait."""

from shared.testing.servers import TestBroker, TestDatabase
from shared.testing.waiting import wait_until

__all__ = ["TestBroker", "TestDatabase", "wait_until"]
