"""What each process of a system takes while it is measured: memory as the kernel counts it, and time on the cores."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
SMALL = 4 * 1024
"""KiB; shells and port mappers below it are left out."""
MIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment: KiB, seconds on a core since its start; `done`: proposals published by then."""

    at: float
    done: int
    pss: int
    rss: int
    cpu: float


@dataclass
class Watch:
    """Samples every process of the groups `leaders` (name → process id) every `interval` seconds, in a thread."""

    leaders: Callable[[], Mapping[str, int]]
    done: Callable[[], int]
    interval: float = 2.0
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        self.look()

    def look(self) -> None:
        """One sample of every process."""
        for name, sample in self._look():
            self.samples.setdefault(name, []).append(sample)

    def report(self) -> dict[str, dict[str, Any]]:
        """Name → memory at the start, in the middle, at the end, and its slope; share of a core (1 is one core)."""
        return {name: told(samples) for name, samples in sorted(self.samples.items()) if len(samples) > 1}

    def _run(self) -> None:
        while not self._stop.wait(self.interval):
            self.look()

    def _look(self) -> list[tuple[str, Sample]]:
        at, done = time.monotonic(), self.done()
        names = {pid: name for name, pid in self.leaders().items()}
        found = []
        for pid, group in processes():
            if group in names and (memory := memory_of(pid)) is not None and memory[0] >= SMALL:
                name = names[group] if pid == group else f"{names[group]}/{pid}"
                found.append((name, Sample(at, done, *memory, cpu_of(pid))))
        return found


def processes() -> list[tuple[int, int]]:
    """(process, process group) of everything that runs."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            found.append((int(entry.name), int(fields[2])))
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold blanks; empty for a process that has gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_of(pid: int) -> float:
    """Seconds on a core, user and system."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def memory_of(pid: int) -> tuple[int, int] | None:
    """(PSS, RSS) in KiB; None for a process that has gone."""
    try:
        text = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return None
    values = {line.partition(":")[0]: line.split()[1] for line in text.splitlines()[1:]}
    return (int(values["Pss"]), int(values["Rss"])) if "Pss" in values else None


def told(samples: list[Sample]) -> dict[str, Any]:
    """A process's samples in figures: MiB, MiB per 1,000 proposals (from the second half), cores, time in both halves.

    The first half is left out of the slope: modules are imported and caches are filled there.
    """
    first, middle, last = samples[0], samples[len(samples) // 2], samples[-1]
    seconds = last.at - first.at
    return {
        "pss_mib": [round(one.pss / MIB, 1) for one in (first, middle, last)],
        "rss_mib": [round(one.rss / MIB, 1) for one in (first, middle, last)],
        "pss_mib_per_1000": round(slope(samples[len(samples) // 2 :]) * 1000 / MIB, 2),
        "cores": round((last.cpu - first.cpu) / seconds, 3) if seconds else 0.0,
        "cpu_s_per_1000": [spent(first, middle), spent(middle, last)],
    }


def spent(one: Sample, other: Sample) -> float:
    """Seconds on a core for 1,000 proposals between two moments: unlike a rate, hardly touched by other work."""
    done = other.done - one.done
    return round(1000 * (other.cpu - one.cpu) / done, 1) if done else 0.0


def slope(samples: list[Sample]) -> float:
    """KiB of PSS for each proposal, by least squares; 0 where nothing was published."""
    count = len(samples)
    x_mean, y_mean = sum(one.done for one in samples) / count, sum(one.pss for one in samples) / count
    spread = sum((one.done - x_mean) ** 2 for one in samples)
    return sum((one.done - x_mean) * (one.pss - y_mean) for one in samples) / spread if spread else 0.0
