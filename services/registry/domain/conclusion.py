"""What evaluation concluded, as far as the registry needs to quote it.

Points stay the decimals (six places) and fractions that evaluation said, letter by letter: the registry
quotes a result and never computes one. Evaluators and the panel's reason are not taken in at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Predicate(Enum):
    """The two predicates of a unit: Menuju WBK, Menuju WBBM (PermenPANRB 90/2021, article 1)."""

    WBK = "WBK"
    WBBM = "WBBM"


@dataclass(frozen=True, slots=True)
class UnitCard:
    """A unit as it stood when its evaluation was concluded."""

    unit: str
    unit_name: str
    institution: str
    institution_name: str
    institution_kind: str
    province: str
    field: str


@dataclass(frozen=True, slots=True)
class AreaScore:
    """One of the six areas: points, and percent of what the area can reach."""

    score: str
    percent: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of the predicate, explained: area gates in percent, all others in points."""

    gate: str
    measured: str
    limit: str
    passed: bool
    article: str


@dataclass(frozen=True, slots=True)
class Result:
    """The scores behind a designation. `bundle_sha256`: of the public bundle that they can be recomputed from."""

    instrument: str
    instrument_hash: str
    worksheet_hash: str
    total: str
    pengungkit: str
    hasil: str
    exact: Mapping[str, str]
    areas: Mapping[str, AreaScore]
    gates: tuple[Gate, ...]
    concluded_at: datetime
    bundle_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The end of a proposal's evaluation, either way."""

    card: UnitCard
    proposal: str
    cycle: str
    outcome: str
    predicate: Predicate | None
    result: Result
