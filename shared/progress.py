"""How far a long command is: bars on stderr at a terminal, a line for each stage elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Tell = Callable[[str, int, int], None]
"""Called with a stage, what is done of it and what there is; the latter may grow."""


@contextmanager
def shown() -> Iterator[Tell]:
    """A function that shows how far each stage is."""
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True, highlight=False)
    began = time.monotonic()
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=total)
                if not console.is_terminal:
                    console.print(f"{time.monotonic() - began:6.1f} s  {stage}")
            progress.update(bars[stage], completed=done, total=total)

        yield tell
