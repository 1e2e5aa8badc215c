"""A benchmark's result: a table for a person, one JSON object for a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import machine
from benchmarks.rounds import Figures, Ratio


@dataclass
class Report:
    """`figures` by contender, `ratios` with their targets, `notes` that a reader needs, `more` for the JSON only."""

    name: str
    figures: Mapping[str, Figures]
    ratios: list[Ratio]
    machine: dict[str, Any]
    unit: str = "events/s"
    notes: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The JSON object of the last line."""
        wanted = [ratio.reached for ratio in self.ratios if ratio.target is not None]
        return {
            "benchmark": self.name,
            "unit": self.unit,
            "figures": {name: each.told() for name, each in self.figures.items()},
            "ratios": [ratio.told() for ratio in self.ratios],
            "reached": all(wanted),
            "notes": self.notes,
            "machine": self.machine,
            **self.more,
        }

    def show(self, console: Console) -> None:
        """The tables."""
        rows = Table(title=self.name, title_justify="left")
        for heading in ("contender", self.unit, "rounds", "CPU µs/event", "what"):
            rows.add_column(heading, justify="left" if heading in ("contender", "what") else "right")
        for name, each in self.figures.items():
            told = each.told()
            cpu = told["cpu_us_per_event"]
            rounds = " ".join(f"{one:.0f}" for one in told["rounds"])
            rows.add_row(name, f"{told['per_second']:.0f}", rounds, "" if cpu is None else f"{cpu:.0f}", each.what)
        console.print(rows)
        for ratio in self.ratios:
            console.print(_said(ratio))
        for note in self.notes:
            console.print(f"  {note}", style="dim")
        console.print(f"  {machine.sentence(self.machine)}", style="dim")


def _said(ratio: Ratio) -> str:
    if ratio.target is None:
        return f"  {ratio.value:6.2f}  {ratio.name}"
    verdict = "reached" if ratio.reached else "NOT reached"
    return f"  {ratio.value:6.2f}  {ratio.name}: {verdict} (target {ratio.target})"
