"""`make chaos`: every fault, or those that FAULT names; the last line is one JSON object."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from shared.localrun.errors import LocalRunError, sentences
from shared.localrun.signals import interrupted_by_signals
from tests.chaos.faults import FAULTS
from tests.chaos.harness import Result, examine, running
from tests.chaos.stage import FULL, SHORT, Size

BAD_INPUT = 2


def main() -> int:
    """0 when every fault was weathered, 1 when not, 2 when FAULT names none."""
    chosen = [name for name in os.environ.get("FAULT", "").split(",") if name] or list(FAULTS)
    if unknown := [name for name in chosen if name not in FAULTS]:
        there = ", ".join(FAULTS)
        say(f"FAULT: tidak ada {', '.join(unknown)}; yang ada: / there is no such fault; there are: {there}")
        return BAD_INPUT
    size = SHORT if os.environ.get("SHORT", "") not in {"", "0"} else FULL
    folder = Path(tempfile.mkdtemp(prefix="zona-chaos-"))
    try:
        with interrupted_by_signals():
            return report(run(chosen, size, folder), folder)
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        say("Dihentikan. / Stopped.")
    except LocalRunError as error:
        say(sentences(error))
    return 1


def report(results: list[Result], folder: Path) -> int:
    """Print the last line; keep logs and journals only where something went wrong."""
    passed = all(result.passed for result in results)
    if passed:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        say(f"Catatan dan jurnal ada di / Logs and journals are in {folder}")
    line = {"faults": [result.as_dict() for result in results], "passed": passed}
    print(json.dumps(line), flush=True)  # noqa: T201 - the result that scripts read
    return 0 if passed else 1


def run(chosen: list[str], size: Size, folder: Path) -> list[Result]:
    """One after the other; says when each begins and how it ended."""
    results = []
    with running(folder / "servers") as servers:
        for nth, name in enumerate(chosen, start=1):
            say(f"[{nth}/{len(chosen)}] {name}: {size.events} events …")
            results.append(examine(FAULTS[name](), servers, folder / name, size))
            tell(results[-1])
    return results


def tell(result: Result) -> None:
    """One line, and one more for each thing that is wrong."""
    finding = result.finding
    outcome = "ok" if result.passed else "FAILED"
    counts = f"lost {finding.lost}, twice {finding.effects_twice}, dead-lettered {finding.dead_lettered}"
    say(f"    {outcome} in {result.seconds} s: {counts}; proof {json.dumps(result.proof.facts)}")
    for line in result.wrong:
        say(f"    ! {line}")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks to its user


if __name__ == "__main__":
    sys.exit(main())
