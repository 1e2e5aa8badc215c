"""Nameko extensions: what a worker is made with, and its timers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nameko.extensions import DependencyProvider
from nameko.timer import Timer
from pymongo.errors import ConnectionFailure

from shared.messaging.publisher import BrokerAway
from shared.observability import bind_correlation, logger
from shared.settings import Settings

SETTINGS_KEY = "ZONA_SETTINGS"


def settings_of(container: Any) -> Settings:
    """The settings that the launcher put into Nameko's configuration."""
    return container.config[SETTINGS_KEY]  # type: ignore[no-any-return]  # nameko is untyped


class Dependencies(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives every handler what `build(settings)` made, once for the process."""

    def __init__(self, build: Callable[[Settings], Any]) -> None:
        super().__init__()
        self.build = build
        self.rooms: Any = None

    def setup(self) -> None:
        self.rooms = self.build(settings_of(self.container))

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.rooms

    def worker_setup(self, worker_ctx: Any) -> None:
        """The last thing before the handler runs, in its thread: an entrypoint may bound it here."""
        if begin := getattr(worker_ctx.entrypoint, "begin", None):
            begin(worker_ctx)


def rooms_of(container: Any) -> Any:
    """What the service's own `Dependencies` made; after set-up."""
    return next(each.rooms for each in container.extensions if isinstance(each, Dependencies))


class Every(Timer):  # type: ignore[misc]  # nameko is untyped
    """A timer whose failure is one log line, and whose next tick comes all the same."""

    def __init__(self, seconds: float) -> None:
        super().__init__(interval=seconds, expected_exceptions=(Exception,))

    def handle_timer_tick(self) -> None:
        bind_correlation(None)
        super().handle_timer_tick()

    def handle_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> Any:
        if exc_info is not None:
            away = isinstance(exc_info[1], (ConnectionFailure, BrokerAway))
            say = logger().warning if away else logger().error
            say("timer", timer=self.method_name, error=repr(exc_info[1])[:300], exc_info=None if away else exc_info)
        self.worker_complete.send()
        return result, exc_info


def every(seconds: float) -> Callable[[Any], Any]:
    """Run a method of the worker every `seconds`; the next run waits for the one before."""
    return Every.decorator(seconds)  # type: ignore[no-any-return]  # nameko is untyped
