"""Signals and contexts: what stops a run leaves its contexts in order, and nothing cuts that short."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

Handler = Callable[[int, FrameType | None], None] | signal.Handlers
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt, as Ctrl-C does, so that contexts are left in order."""
    with _signals(_STOPPING, _interrupt):
        yield


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """No signal cuts short what must come to its end, such as stopping the children; it must be bounded itself."""
    with _signals((signal.SIGINT, *_STOPPING), signal.SIG_IGN):
        yield


@contextlib.contextmanager
def _signals(numbers: Iterable[int], handler: Handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only it may set handlers
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
