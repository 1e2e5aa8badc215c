"""docs/guarantees.md: no sentence without what tries to break it, and nothing named that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "guarantees.md"
TRIED = "Tried by:"
GUARANTEED, RESTS, NOT = "What is guaranteed", "What this rests on", "What is not guaranteed"


def sections() -> dict[str, str]:
    """Heading of the second level → the text below it."""
    parts = re.split(r"^## (.+)$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def guarantees() -> dict[str, str]:
    """The bold words of each guarantee → all of its text."""
    found = re.findall(r"^- (.+?)(?=^- |^#|\Z)", sections()[GUARANTEED], flags=re.MULTILINE | re.DOTALL)
    names = [re.match(r"\*\*(.+?)\*\*", text, flags=re.DOTALL) for text in found]
    assert all(names), "a guarantee begins with its bold words"
    return {match.group(1): text for match, text in zip(names, found, strict=True) if match}


def tries(text: str) -> list[str]:
    """What is named behind "Tried by:"."""
    return re.findall(r"`([^`]+)`", text.partition(TRIED)[2])


@cache
def found_in(path: Path) -> frozenset[str]:
    """The tests of a file as pytest names them below it, read without running anything."""

    def names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                yield from names(node.body, f"{node.name}::")
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield prefix + node.name

    return frozenset(names(ast.parse(path.read_text()).body))


@cache
def faults() -> frozenset[str]:
    """The slugs of the fault tests."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "tests" / "chaos" / "faults").glob("*.py")]
    assigned = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    slugs = [node.value for node in assigned if [ast.unparse(target) for target in node.targets] == ["slug"]]
    return frozenset(str(slug.value) for slug in slugs if isinstance(slug, ast.Constant))


def exists(reference: str) -> bool:
    if reference.startswith("chaos "):
        return reference.removeprefix("chaos ") in faults()
    path, _, name = reference.partition("::")
    return path.startswith("tests/") and (ROOT / path).is_file() and name in found_in(ROOT / path)


@pytest.mark.parametrize("name", guarantees())
def test_a_guarantee_names_what_tries_to_break_it_and_each_of_these_exists(name: str) -> None:
    named = tries(guarantees()[name])
    assert named, f"nothing tries to break: {name}"
    assert [each for each in named if not exists(each)] == []


def test_every_fault_tries_to_break_something_that_is_written_down() -> None:
    named = {each for text in guarantees().values() for each in tries(text)}
    assert len(faults()) >= 17
    assert {f"chaos {slug}" for slug in faults()} - named == set()


def test_what_is_assumed_and_what_is_not_guaranteed_is_said() -> None:
    assert list(sections()) == [GUARANTEED, RESTS, NOT]
    assert sections()[RESTS].count("\n- ") >= 4
    assert sections()[NOT].count("\n- **") >= 8


def test_what_does_not_exist_is_noticed() -> None:
    here = "tests/docs/test_guarantees.py"
    assert exists(f"{here}::test_what_does_not_exist_is_noticed")
    for wrong in ("chaos no-such-fault", f"{here}::test_nobody_wrote", "tests/nowhere.py::test_a", here, "anything"):
        assert not exists(wrong)
    assert tries("- **A.** Without any.") == []


@pytest.mark.parametrize("page", ["README.md", "docs/operating-messages.md"])
def test_readers_find_the_guarantees(page: str) -> None:
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#]+)", (ROOT / page).read_text())
    assert DOCUMENT in [(folder / link).resolve() for link in links]
