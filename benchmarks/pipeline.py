"""`pipeline`: proposals per second from accepted filing to published designation, through the whole system over HTTP.

Four questions: how fast and how long for one proposal (`pipeline_run`), whether ten times the proposals take more than
ten times as long, whether any process grows, and whether a second worker of a service helps. The last is asked twice:
on the pipeline, where the database may bound both, and with a handler that only waits (`pipeline_workers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmarks import machine, pipeline_run
from benchmarks.ground import prepared
from benchmarks.options import Options
from benchmarks.pipeline_workers import probe
from benchmarks.report import Report
from benchmarks.rounds import Figures, Ratio
from benchmarks.telling import tell

PROPOSALS, TIMES = 500, 10
GROWTH = 1.1
"""How much longer than `TIMES` times the larger run may take."""
TWO_WORKERS = 1.6
FULL = 0.8
"""Cores from which on a process of one interpreter lock counts as the bound of a run."""

Run = dict[str, Any]


def run(options: Options) -> Report:
    """Measure all of it; `options.events` is the smaller number of proposals."""
    about, small = machine.describe(), options.events or PROPOSALS
    runs = {name: run_one(name, wish) for name, wish in wishes(small).items()}
    with prepared("pipeline", options) as ground:
        probes = {f"probe, {count} processes": probe(ground, count) for count in (1, 2)}
    figures = {name: _figure(name, one["published"], one["seconds"]) for name, one in runs.items()}
    figures |= {name: _figure(name, one["events"], one["seconds"]) for name, one in probes.items()}
    one, more, two = runs.values()
    return Report(
        "pipeline",
        figures,
        [*ratios(one, more, two), spent(one, more), probe_ratio(*probes.values())],
        about,
        unit="proposals/s",
        notes=[*map(sentence, runs.values()), bound(one), grown(more)],
        more={"runs": runs, "probes": probes},
    )


def wishes(small: int) -> dict[str, pipeline_run.Options]:
    """The runs: one size, ten times as much, two workers of each service."""
    plain = pipeline_run.Options(proposals=small, tell=tell)
    return {
        f"{small}": plain,
        f"{small * TIMES}": replace(plain, proposals=small * TIMES, within=plain.within * TIMES),
        f"{small}, two workers": replace(plain, workers=2),
    }


class NothingPublished(Exception):
    """A run ended without a single designation; says what stopped it, if anything did."""


def run_one(name: str, wish: pipeline_run.Options) -> Run:
    """One run, told as it goes; what a run that was cut short had published counts. Raises NothingPublished."""
    tell(f"pipeline: {name}")
    done = pipeline_run.run(wish)
    if not done["published"]:
        raise NothingPublished(f"pipeline, {name}: {done['fault'] or 'nothing moved'}")
    return done


def ratios(one: Run, more: Run, two: Run) -> list[Ratio]:
    """Linearity, and two workers against one where the database leaves room for it."""
    times = more["published"] / one["published"]
    longer = more["seconds"] / one["seconds"]
    bounded = cores(one, "database") >= FULL
    return [
        Ratio(
            f"time of {one['published']} × {times:.0f} × {GROWTH} / time of {more['published']}",
            times * GROWTH / longer,
            1.0,
        ),
        Ratio(
            "two workers of each service / one, on the pipeline",
            two["per_second"] / one["per_second"],
            None if bounded else TWO_WORKERS,
        ),
    ]


def probe_ratio(one: Run, two: Run) -> Ratio:
    """Two processes against one with the waiting handler."""
    rates = [each["events"] / each["seconds"] for each in (one, two)]
    return Ratio("two processes / one, a handler that waits 20 ms, prefetch 1", rates[1] / rates[0], TWO_WORKERS)


def cores(one: Run, name: str) -> float:
    """Share of a core that a process took."""
    return float(one["processes"].get(name, {}).get("cores", 0.0))


def sentence(one: Run) -> str:
    """A run in words."""
    waits = one["filing_to_visible"]
    return (
        f"{one['published']} of {one['proposals']}, {one['workers']} worker(s) of each service, {one['in_flight']} "
        f"under way: {one['per_second']}/s, filing to visible p50 {waits.get('p50')} s, p99 {waits.get('p99')} s"
    )


def bound(one: Run) -> str:
    """Who took the cores."""
    busiest = sorted(one["processes"].items(), key=lambda pair: -pair[1]["cores"])[:5]
    said = ", ".join(f"{name} {told['cores']:.2f}" for name, told in busiest)
    raw = one.get("raw_database_per_second", 0.0)
    return f"cores: {said}, driver {one['driver_cores']:.2f}; raw database work of the same kind and number: {raw}/s"


def spent(one: Run, more: Run) -> Ratio:
    """The database's own time for a proposal: what other work on the machine does to the clock it does not do to it."""
    each = [run["processes"]["database"]["cores"] * run["seconds"] / run["published"] for run in (one, more)]
    return Ratio("core seconds of the database for one proposal, smaller run / larger run", each[0] / each[1])


def grown(one: Run) -> str:
    """How much each process grew in the second half."""
    told: Mapping[str, Any] = one["processes"]
    said = ", ".join(f"{name} {each['pss_mib_per_1000']:+.1f}" for name, each in told.items())
    return f"memory (PSS) in the second half, MiB per 1,000 proposals: {said}"


def _figure(name: str, events: int, seconds: float) -> Figures:
    return Figures(name, "", [{"events": events, "seconds": seconds}])
