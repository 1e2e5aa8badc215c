"""Who there is to choose from: the evaluators' rows as this process last read them.

Reading every evaluator for every placement is work that grows with both: 40 ms at 600 evaluators, quadratic over a
cycle. So the rows are read once a second for all placements of the process, and what the process itself places is
counted at once. What is stale is only ever a load, since nothing else of an evaluator changes after the registration;
and a load decides nothing here: `reserve` holds the limit on the evaluator's own document.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.rows import evaluator_row
from services.evaluation.store import every_row
from shared.storage import AggregateStore

LASTS, FRESH = 1.0, 0.2
"""Seconds for which the rows serve a placement, and one that needs them fresh: to be refused, or after a collision."""


class Roster:
    """The rows of one process; safe between threads. `clock` gives seconds that never go back."""

    def __init__(self, store: AggregateStore[Evaluator], clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._rows: dict[str, dict[str, Any]] = {}
        self._read_at: float | None = None
        self._doubted = False
        self._reading = threading.Lock()

    def rows(self, *, fresh: bool = False) -> list[dict[str, Any]]:
        """Every evaluator by id; `fresh`: as they stand now, but for the last moment."""
        with self._reading:  # one reads, the others wait for what was read
            lasts = FRESH if fresh or self._doubted else LASTS
            if self._read_at is None or self._clock() - self._read_at > lasts:
                began, self._doubted = self._clock(), False
                self._rows = {row["id"]: row for row in every_row(self._store, {}, "id")}
                self._read_at = began
            return list(self._rows.values())

    def expect(self, evaluators: Iterable[str], cycle: str) -> None:
        """Count places that are about to be reserved, so that placements side by side don't choose the same people."""
        for name in evaluators:
            row = self._rows.get(name)
            if row is not None:
                loads = row["loads"]
                self._rows[name] = {**row, "loads": {**loads, cycle: loads.get(cycle, 0) + 1}}

    def keep(self, evaluator: Evaluator) -> None:
        """An evaluator as it was just written."""
        self._rows[evaluator.id] = evaluator_row(evaluator)

    def doubt(self) -> None:
        """A placement found it otherwise: the next look is a fresh one."""
        self._doubted = True

    def forget(self) -> None:
        """Read again at the next look, whatever was read a moment ago."""
        self._read_at = None
