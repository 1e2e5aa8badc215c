"""The cycles' settings for evidence, from `evidence_rules.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.evaluation.domain.evidence import EvidenceRules, InspectionLimits

FILE = Path(__file__).with_name("evidence_rules.yaml")
MEBIBYTE = 1024 * 1024


def rules_of(cycle: str) -> EvidenceRules:
    """The settings of `cycle`, a year; for one before the first entry, the first."""
    begun = [rules for rules in _every() if rules.from_cycle <= cycle]
    return begun[-1] if begun else _every()[0]


def largest_file() -> int:
    """The most bytes of a file in any cycle: what the web process lets in at all."""
    return max(rules.largest for rules in _every())


@cache
def _every() -> tuple[EvidenceRules, ...]:
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["rules"]
    return tuple(sorted((_rules(row) for row in rows), key=lambda rules: rules.from_cycle))


def _rules(row: dict[str, Any]) -> EvidenceRules:
    inside = {**row["inside"], "most_unpacked": row["inside"]["most_unpacked"] * MEBIBYTE}
    return EvidenceRules(
        row["from_cycle"],
        {kind: size * MEBIBYTE for kind, size in row["sizes"].items()},
        row["unit_quota"] * MEBIBYTE,
        row["most_files"],
        InspectionLimits(**inside),
        row["basis"],
    )
