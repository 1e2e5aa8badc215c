"""Counts a worker's events and writes down when the first began and the last ended. Standard library alone:
the processes of the other frameworks use it too.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path


class Tally:
    """`began()` where a handler starts, `done()` where its effect stands. Safe under threads (atomic counters)."""

    def __init__(self, path: str, expected: int) -> None:
        self._path, self._expected = Path(path), expected
        self._begun, self._done = itertools.count(1), itertools.count(1)
        self._at = 0
        self._cpu = 0.0

    @classmethod
    def from_environment(cls) -> Tally:
        """As `BENCH_TALLY` and `BENCH_EVENTS` say."""
        return cls(os.environ["BENCH_TALLY"], int(os.environ["BENCH_EVENTS"]))

    def began(self) -> None:
        """The first call starts the clock."""
        if next(self._begun) == 1:
            self._cpu, self._at = time.process_time(), time.monotonic_ns()

    def done(self) -> None:
        """The last call stops it and writes the file."""
        if next(self._done) == self._expected:
            seconds = (time.monotonic_ns() - self._at) / 1e9
            told = {"events": self._expected, "seconds": seconds, "cpu_seconds": time.process_time() - self._cpu}
            unfinished = self._path.with_suffix(".part")
            unfinished.write_text(json.dumps(told))
            unfinished.rename(self._path)
