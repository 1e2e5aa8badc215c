"""The dated rules of the perception surveys, from `survey_rules.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("survey_rules.yaml")


@dataclass(frozen=True, slots=True)
class SurveyRule:
    """The least number of respondents from a day on, and the article that says so."""

    effective_from: date
    least_respondents: int
    article: str


def rule_on(day: date) -> SurveyRule:
    """The rule in force on `day`; for a day before the first rule, the first."""
    begun = [rule for rule in _rules() if rule.effective_from <= day]
    return begun[-1] if begun else _rules()[0]


@cache
def _rules() -> tuple[SurveyRule, ...]:
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["rules"]
    rules = (
        SurveyRule(date.fromisoformat(row["effective_from"]), row["least_respondents"], row["article"]) for row in rows
    )
    return tuple(sorted(rules, key=lambda rule: rule.effective_from))
