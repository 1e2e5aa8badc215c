"""One more round under py-spy, after the measured ones: where the microseconds go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.ground import STATE, Ground
from benchmarks.telling import tell
from benchmarks.toolbox import program

RATE = 500
SHOWN = 40


def profiled(ground: Ground, name: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run `measure` under py-spy; gives where the folded stacks stand, and the heaviest functions."""
    stacks = STATE / f"{name}.folded"
    stacks.unlink(missing_ok=True)
    told = ("--format", "raw", "--rate", str(RATE), "--function", "--output", str(stacks))
    ground.profiler = (program("py-spy"), "record", *told, "--")
    try:
        result = measure()
    finally:
        ground.profiler = ()
    table = summary(stacks, result)
    tell(f"{name} under py-spy: {table['busy_us_per_event']} µs busy per event; stacks in {stacks}")
    return {"profiled": table}


def summary(stacks: Path, result: dict[str, Any]) -> dict[str, Any]:
    """Microseconds for each event by function, its own and with its callees."""
    own, whole = heaviest(stacks)
    each = 1e6 / RATE / result["events"]
    return {
        "stacks": str(stacks),
        "wall_us_per_event": round(1e6 * result["seconds"] / result["events"], 1),
        "busy_us_per_event": round(each * own.total(), 1),
        "own_us": {where: round(each * count, 1) for where, count in own.most_common(SHOWN)},
        "with_callees_us": {where: round(each * count, 1) for where, count in whole.most_common(2 * SHOWN)},
    }


def heaviest(stacks: Path) -> tuple[Counter[str], Counter[str]]:
    """Samples by function: its own, and with its callees. Imports are left out; waiting was never sampled."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in stacks.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if "_find_and_load" in stack:
            continue
        own[frames[-1]] += int(count)
        whole.update(dict.fromkeys(frames, int(count)))
    return own, whole
