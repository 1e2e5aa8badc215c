"""What the caller of a benchmark may choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`events` and `rounds`: None takes the benchmark's own. `profile`: one more round of ours under py-spy.

    `keep`: logs and data stay in build/benchmarks. `only`: names of contenders; empty: all.
    """

    events: int | None = None
    rounds: int | None = None
    profile: bool = False
    keep: bool = False
    only: tuple[str, ...] = ()
