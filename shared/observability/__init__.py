"""One rich log line for each unit of work, metrics, and a journal for tests that must prove what happened."""

from shared.observability.journal import note
from shared.observability.logs import bind_correlation, configure_logs, correlation_id, logger

__all__ = ["bind_correlation", "configure_logs", "correlation_id", "logger", "note"]
