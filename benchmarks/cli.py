"""`zi bench NAME --json`: one benchmark, or every one there is."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from typing import Any

import click
from rich.console import Console

from benchmarks.options import Options

BENCHMARKS = {
    "relay": "benchmarks.relay",
    "consume": "benchmarks.consume",
    "rivals": "benchmarks.rivals",
    "scoring": "benchmarks.scoring",
    "evidence": "benchmarks.evidence",
    "pipeline": "benchmarks.pipeline",
}
"""Each module has `run(options) -> Report`."""
LATER = {
    "assignment": "comes with the assignment of evaluators by an optimiser",
    "registry": "comes with the load test of the public registry",
}


@click.command()
@click.argument("name", required=False, type=click.Choice([*BENCHMARKS, *LATER]))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
@click.option("--events", type=click.IntRange(min=1), help="how many events each round takes")
@click.option("--rounds", type=click.IntRange(min=1), help="interleaved rounds; medians count")
@click.option("--profile", is_flag=True, help="One more round of ours under py-spy.")
@click.option("--keep", is_flag=True, help="Keep logs and data in build/benchmarks.")
@click.option("--only", multiple=True, help="rivals: only these contenders")
def bench(name: str | None, as_json: bool, **options: Any) -> None:
    """Run the benchmark NAME, or every one there is; a target that is missed is said and fails nothing."""
    names = [name] if name else [each for each in BENCHMARKS if _there(each)]
    chosen, told, console = Options(**options), [], Console(stderr=True, highlight=False)
    for each in names:
        if not _there(each):
            told.append({"benchmark": each, "available": False, "why": why_not(each)})
            click.echo(f"{each}: {why_not(each)}", err=True)
            continue
        report = importlib.import_module(BENCHMARKS[each]).run(chosen)
        report.show(console)
        told.append(report.told())
    if as_json:
        click.echo(json.dumps(told[0] if name else {"benchmarks": told}, ensure_ascii=False))
    if not any(each.get("available", True) for each in told):
        sys.exit(2)


def why_not(name: str) -> str:
    """Why a benchmark of that name can't run yet."""
    return f"belum ada / not there yet: {LATER.get(name, 'its module is missing')}"


def _there(name: str) -> bool:
    return name in BENCHMARKS and importlib.util.find_spec(BENCHMARKS[name]) is not None


if __name__ == "__main__":
    bench()
