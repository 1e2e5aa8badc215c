"""The benchmarks measure what they say, on tiny counts. What they find is never asserted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.cli import BENCHMARKS, bench
from benchmarks.profiling import heaviest
from benchmarks.rounds import Figures, Ratio, interleave, over_slower
from benchmarks.tally import Tally


def result_of(*arguments: str) -> dict[str, Any]:
    """Run `zi bench`; gives the JSON object of its last line."""
    ended = CliRunner().invoke(bench, [*arguments, "--json"], catch_exceptions=False)
    assert ended.exit_code == 0
    return dict(json.loads(ended.stdout.splitlines()[-1]))


def figures(*per_second: float) -> Figures:
    made = Figures("a", "what")
    made.rounds = [{"events": each, "seconds": 1.0} for each in per_second]
    return made


def test_rounds_are_interleaved_and_their_median_counts() -> None:
    order: list[str] = []

    def contender(name: str) -> Any:
        def measure() -> dict[str, Any]:
            order.append(name)
            return {"events": len(order), "seconds": 1.0}

        return measure

    found = interleave({name: (name, contender(name)) for name in "ab"}, 3, lambda _: None)
    assert order == ["a", "b"] * 3
    assert found["a"].per_second == 3
    assert found["b"].told()["rounds"] == [2, 4, 6]


def test_a_ratio_is_over_the_slower_raw_part() -> None:
    ratio = over_slower("ours", figures(80), [figures(100), figures(400)], 0.8)
    assert (ratio.value, ratio.reached) == (0.8, True)
    assert Ratio("told for information", 0.1).reached is None


def test_a_tally_tells_the_first_beginning_to_the_last_end(tmp_path: Path) -> None:
    tally = Tally(str(tmp_path / "tally.json"), 2)
    for _ in range(2):
        assert not (tmp_path / "tally.json").exists()
        tally.began()
        tally.done()
    assert json.loads((tmp_path / "tally.json").read_text())["events"] == 2


def test_a_profile_counts_a_function_once_a_stack_and_leaves_imports_out(tmp_path: Path) -> None:
    stacks = tmp_path / "stacks"
    stacks.write_text("main (a.py);work (a.py);work (a.py) 3\nmain (a.py) 1\nmain (a.py);_find_and_load (b.py) 9\n")
    own, whole = heaviest(stacks)
    assert own == {"work (a.py)": 3, "main (a.py)": 1}
    assert whole == {"work (a.py)": 3, "main (a.py)": 4}


def test_scoring_tells_sheets_per_second_beside_floats() -> None:
    told = result_of("scoring", "--events", "20", "--rounds", "1")
    assert told["benchmark"] == "scoring"
    assert told["figures"]["engine"]["per_second"] > 0
    assert told["machine"]["cores"] >= 1


@pytest.mark.slow
def test_evidence_tells_files_per_second_and_memory() -> None:
    told = result_of("evidence", "--events", "10")
    assert told["figures"]["hand in"]["per_second"] > 0
    assert told["memory_growth"] > 0


@pytest.mark.parametrize("name", ["assignment", "registry"])
def test_a_benchmark_that_comes_later_says_so(name: str) -> None:
    ended = CliRunner().invoke(bench, [name, "--json"])
    assert ended.exit_code == 2
    assert json.loads(ended.stdout.splitlines()[-1])["available"] is False


def test_every_name_of_the_interface_is_known() -> None:
    offered = bench.params[0].type.to_info_dict()["choices"]
    assert {"pipeline", "relay", "consume", "assignment", "scoring", "registry"} <= set(offered)
    assert {"rivals", "relay", "consume", "scoring", "evidence"} <= set(BENCHMARKS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relay", "consume"])
def test_messaging_is_measured_against_its_raw_parts(name: str) -> None:
    told = result_of(name, "--events", "40", "--rounds", "1")
    assert told["events"] == 40
    assert len(told["figures"]) == 4
    assert all(each["per_second"] > 0 for each in told["figures"].values())
    assert told["ratios"][0]["target"] == 0.8
    assert isinstance(told["reached"], bool)


@pytest.mark.slow
def test_another_framework_does_the_same_jobs() -> None:
    told = result_of("rivals", "--events", "40", "--rounds", "1", "--only", "nameko")
    assert set(told["figures"]) == {"trivial: zona", "trivial: nameko", "effect: zona", "effect: nameko"}
    assert told["frameworks"]["nameko"] == "2.14.1"
