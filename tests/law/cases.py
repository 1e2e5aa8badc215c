"""Reads the cases of this folder: which sheet a case means, and what the law says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.evaluation.domain.instrument import Instrument, Question, ScaleKind
from services.evaluation.instrument_files import load

FOLDER = Path(__file__).parent
DEFINITIONS = "answers.yaml"
CASE_KEYS = {"case", "says", "article", "target", "answers", "like", "but", "reworded", "expect"}


@dataclass(frozen=True)
class Case:
    """One case with its sheet written out: raw answers by question."""

    file: str
    name: str
    instrument: Instrument
    target: str
    article: str
    says: Mapping[str, str]
    answers: Mapping[str, Any]
    reworded: bool
    expect: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.file}:{self.name}"


def every_case() -> list[Case]:
    """The cases of all files."""
    return [case for path in sorted(FOLDER.glob("*.yaml")) if path.name != DEFINITIONS for case in _cases_in(path)]


def _cases_in(path: Path) -> Iterator[Case]:
    file = yaml.safe_load(path.read_text(encoding="utf-8"))
    instrument = load(file["instrument"])
    sheets: dict[str, dict[str, Any]] = {}
    for case in file["cases"]:
        assert set(case) <= CASE_KEYS, f"{path.name}: {case['case']} has unknown keys {set(case) - CASE_KEYS}"
        assert case["case"] not in sheets, f"{path.name}: {case['case']} stands twice"
        base = sheets[case["like"]] if "like" in case else {}
        sheets[case["case"]] = {**base, **_spelled_out(case.get("answers") or case.get("but") or {}, instrument)}
        yield Case(
            file=path.stem,
            name=case["case"],
            instrument=instrument,
            target=case.get("target", file["target"]),
            article=case.get("article", file["article"]),
            says=case["says"],
            answers=sheets[case["case"]],
            reworded=case.get("reworded", False),
            expect=case["expect"],
        )


def _spelled_out(statements: Mapping[str, Any], instrument: Instrument) -> dict[str, Any]:
    """Each question that a statement speaks of, with the answer of the longest key that covers it."""
    sheet = {}
    used = set()
    for question in instrument.questions.values():
        covering = [key for key in statements if key == "all" or f"{question.id}.".startswith(f"{key}.")]
        if covering:
            key = max(covering, key=lambda key: -1 if key == "all" else len(key))
            sheet[question.id] = _answer(question, statements[key], instrument.id)
            used |= set(covering)
    assert used == set(statements), f"no question stands under {set(statements) - used}"
    return sheet


def _answer(question: Question, said: Any, instrument_id: str) -> Any:
    if said not in ("best", "worst"):
        return said
    if question.scale.kind is ScaleKind.RATIO:
        return yaml.safe_load((FOLDER / DEFINITIONS).read_text(encoding="utf-8"))[instrument_id][said][question.id]
    if question.scale.kind is ScaleKind.INDEX:
        return "4.00" if said == "best" else "0.00"
    return question.scale.values[0 if said == "best" else -1][0]
