"""The pipeline's figures are right for what was seen, and a small run goes all the way."""

from __future__ import annotations

import os

import pytest

from benchmarks import pipeline
from benchmarks.pipeline_database import per_proposal
from benchmarks.pipeline_figures import growth, percentiles, stages
from benchmarks.pipeline_ground import Applicant, evaluators_for
from benchmarks.pipeline_people import Way
from benchmarks.pipeline_run import Options, run
from benchmarks.pipeline_watch import MIB, Sample, Watch, memory_of, slope, told


def sample(at: float, done: int, mib: float, cpu: float = 0.0) -> Sample:
    return Sample(at, done, int(mib * MIB), int(mib * MIB), cpu)


def way(filed: float, visible: float) -> Way:
    return Way(
        Applicant("U", "L", "h"), filed=filed, assigned=filed, aggregated=filed, drafted=visible, visible=visible
    )


def a_run(published: int, seconds: float, *, database: float = 0.3) -> pipeline.Run:
    rate = published / seconds
    return {
        "published": published,
        "seconds": seconds,
        "per_second": rate,
        "processes": {"database": {"cores": database}},
    }


def test_the_longest_and_the_99th_of_a_hundred_are_told_apart() -> None:
    found = percentiles([float(number) for number in range(1, 201)])
    assert found == {"p50": 101.0, "p99": 199.0, "longest": 200.0}


def test_nothing_seen_has_no_percentiles() -> None:
    assert percentiles([]) == {}
    assert stages([]) == {}


def test_a_stage_is_the_median_of_what_it_took() -> None:
    assert stages([way(0, 2), way(1, 2), way(0, 9)])["aggregated-drafted"] == 2


def test_a_system_that_slows_down_shows_it_in_its_tenths() -> None:
    at, seen = 0.0, []
    for number in range(100):
        at += 0.1 if number < 50 else 0.2
        seen.append(way(0, at))
    rates = growth(seen)
    assert len(rates) == 10
    assert rates[0] == pytest.approx(10, rel=0.01)
    assert rates[-1] == pytest.approx(5, rel=0.01)


def test_memory_that_grows_with_the_proposals_has_their_slope() -> None:
    samples = [sample(at, at * 10, 50 + at * 0.02) for at in range(100)]
    assert told(samples)["pss_mib_per_1000"] == pytest.approx(2, rel=0.1)


def test_memory_that_only_grew_while_it_warmed_up_is_flat() -> None:
    samples = [sample(at, at * 10, min(50 + at, 80)) for at in range(100)]
    assert told(samples)["pss_mib_per_1000"] == pytest.approx(0, abs=0.01)


def test_a_process_that_works_longer_for_each_proposal_as_they_grow_in_number_shows_it_in_its_halves() -> None:
    samples = [sample(at, at * 10, 50, cpu=at if at < 50 else 50 + 2 * (at - 50)) for at in range(101)]
    assert told(samples)["cpu_s_per_1000"] == [100.0, 200.0]


def test_nothing_published_has_no_slope() -> None:
    assert slope([sample(0, 5, 10), sample(1, 5, 20)]) == 0


def test_a_process_at_work_is_seen_with_its_memory_and_its_share_of_a_core() -> None:
    with Watch(lambda: {"me": os.getpgrp()}, lambda: 0, interval=0.05) as watch:
        sum(number * number for number in range(2_000_000))
    mine = watch.report()
    assert mine
    assert memory_of(os.getpid()) is not None
    assert any(each["pss_mib"][0] > 1 for each in mine.values())


def test_a_process_that_has_gone_is_nothing_to_measure() -> None:
    assert memory_of(2**22 + 1) is None


def test_operations_are_those_between_the_two_looks() -> None:
    assert per_proposal({"insert": 10}, {"insert": 30, "query": 20}, 10) == {"insert": 2.0, "query": 2.0}


def test_evaluators_grow_in_one_ratio_with_the_proposals() -> None:
    assert evaluators_for(5_000) == 10 * evaluators_for(500)


def test_ten_times_the_proposals_may_take_eleven_times_as_long_and_no_longer() -> None:
    fine, late = a_run(5_000, 1_099), a_run(5_000, 1_101)
    one, two = a_run(500, 100), a_run(500, 60)
    assert pipeline.ratios(one, fine, two)[0].reached is True
    assert pipeline.ratios(one, late, two)[0].reached is False


def test_two_workers_are_only_asked_for_more_where_the_database_leaves_room() -> None:
    free, bounded = a_run(500, 100, database=0.3), a_run(500, 100, database=0.9)
    two = a_run(500, 90)
    assert pipeline.ratios(free, a_run(5_000, 1_000), two)[1].reached is False
    assert pipeline.ratios(bounded, a_run(5_000, 1_000), two)[1].reached is None


@pytest.mark.slow
def test_a_small_run_publishes_every_proposal_and_knows_how_long_each_took() -> None:
    report = run(Options(proposals=12, in_flight=6, within=240))
    assert report["fault"] is None
    assert report["complete"] is True
    assert report["published"] == 12
    assert 0 < report["filing_to_visible"]["p50"] <= report["filing_to_visible"]["longest"]
    assert {"database", "worker-evaluation", "worker-units", "worker-registry"} <= report["processes"].keys()
    assert report["operations_per_proposal"]["update"] > 10
    assert report["raw_database_per_second"] > 0
