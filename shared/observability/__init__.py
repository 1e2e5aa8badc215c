"""One rich log line for each unit of work, and metrics."""

from shared.observability.logs import bind_correlation, configure_logs, correlation_id, logger

__all__ = ["bind_correlation", "configure_logs", "correlation_id", "logger"]
