"""Hands and eyes of the journey: threads that share out a stage, and one bar on stderr for each stage.

Where stderr is no terminal, such as in CI, each stage is one line when it begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from shared.journey.client import JourneyError

ITEM = TypeVar("ITEM")


class Crew:
    """Runs a stage's work on a few threads and shows how far it is. One object for a whole journey."""

    def __init__(self, threads: int, progress: Progress, tell: Callable[[str], None]) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="journey")
        self._progress, self._tell = progress, tell
        self._bars: dict[str, TaskID] = {}

    def each(self, stage: str, items: Iterable[ITEM], act: Callable[[ITEM], object]) -> None:
        """Does ``act`` for every item, several at a time; the first failure stops the stage.

        Raises:
            JourneyError: an act failed; says in which stage.
        """
        items = list(items)
        self.expect(stage, len(items))
        futures = [self._pool.submit(self._done, stage, act, item) for item in items]
        finished, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in finished:
            if not future.cancelled() and (error := future.exception()) is not None:
                raise JourneyError(f"Stage “{stage}” stopped: {error}") from error

    def expect(self, stage: str, more: int) -> None:
        """Adds so many to what a stage's bar counts to."""
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=0)
            self._tell(stage)
        known = self._progress.tasks[self._bars[stage]].total or 0
        self._progress.update(self._bars[stage], total=known + more)

    def advance(self, stage: str, by: int = 1) -> None:
        """Moves a stage's bar on."""
        self._progress.advance(self._bars[stage], by)

    def _done(self, stage: str, act: Callable[[ITEM], object], item: ITEM) -> None:
        act(item)
        self.advance(stage)

    def close(self) -> None:
        """Lets the threads go; work that has not begun is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def crew_of(threads: int, *, quiet: bool = False) -> Iterator[Crew]:
    """A crew with its bars on stderr; ``quiet`` shows none."""
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False)
    began = time.monotonic()

    def tell(stage: str) -> None:
        if not (quiet or console.is_terminal):
            console.print(f"{time.monotonic() - began:6.1f} s  {stage}")

    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        crew = Crew(threads, progress, tell)
        try:
            yield crew
        finally:
            crew.close()
