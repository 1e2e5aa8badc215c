"""The result of `zi score` as a person reads it in a terminal: Indonesian first, English second."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

PASSED = {True: "ya / yes", False: "TIDAK / NO"}


def print_score(result: dict[str, Any], names: dict[str, tuple[str, str]], console: Console) -> None:
    """The areas, the gates and the verdict. `names` are the areas' names in both languages."""
    title = f"{result['instrument']} · {result['target']}"
    console.print(_areas(result, names, title))
    console.print(_gates(result))
    for article in dict.fromkeys(gate["article"] for gate in result["gates"]):
        console.print(Text(f"Dasar / Article: {article}"))
    verdict = (
        "Semua syarat nilai terpenuhi. / Every gate is passed."
        if result["passed"]
        else "Ada syarat nilai yang tidak terpenuhi. / Not every gate is passed."
    )
    console.print(Text(verdict, style="bold"))
    if result["unanswered"]:
        count = len(result["unanswered"])
        console.print(f"{count} butir tak terjawab dihitung 0. / {count} unanswered questions count 0.")


def print_trace(trace: dict[str, Any], console: Console) -> None:
    """How each number came about, as a tree of formulas."""
    tree = Tree(_line(trace["total"]))
    for component in trace["components"]:
        _grow(tree, component)
    console.print(tree)


def _areas(result: dict[str, Any], names: dict[str, tuple[str, str]], title: str) -> Table:
    table = Table(title=title)
    table.add_column("Area")
    table.add_column("Nama / Name")
    table.add_column("Nilai / Score", justify="right")
    table.add_column("%", justify="right")
    for code, area in result["areas"].items():
        table.add_row(code, " / ".join(names[code]), area["score"], area["percent"])
    table.add_section()
    for key in ("pengungkit", "hasil", "total"):
        table.add_row("", key, result[key], "")
    return table


def _gates(result: dict[str, Any]) -> Table:
    table = Table()
    table.add_column("Syarat / Gate", no_wrap=True)
    table.add_column("Diukur / Measured", justify="right")
    table.add_column("Batas / Limit", justify="right")
    table.add_column("Lulus / Passed")
    for gate in result["gates"]:
        table.add_row(gate["gate"], gate["measured"], gate["limit"], PASSED[gate["passed"]])
    return table


def _grow(tree: Tree, node: dict[str, Any]) -> None:
    branch = tree.add(_line(node))
    for key in ("aspects", "areas", "subindicators", "questions"):
        for child in node.get(key, ()):
            _grow(branch, child)


def _line(node: dict[str, Any]) -> Text:
    # Text, not a string: an answer's brackets are no markup.
    return Text(f"{node['id']} = {node['decimal']}  ← {node['formula']}")
