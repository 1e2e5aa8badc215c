"""One moment, for tests that need any."""

from datetime import UTC, datetime

NOW = datetime(2026, 5, 31, 9, 0, tzinfo=UTC)
