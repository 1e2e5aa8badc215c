"""An evaluation instrument (LKE) as data: what is asked, what an answer is worth, which gates stand for a target.

Component → Aspect → (Area →) SubIndicator → Question. Weights are points, values are 0..1, both exact
fractions. Pengungkit (A) is divided into areas; Hasil (B) has items, each a sub-indicator of one question.
Nothing here knows a number of the regulation: they come from the instrument files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from types import MappingProxyType

Text = tuple[str, str]
"""One text twice: Indonesian, English."""


class ScaleKind(Enum):
    """How an answer is written."""

    OPTION = "option"  # one of the listed letters
    RATIO = "ratio"  # counts, from which a formula makes a ratio
    INDEX = "index"  # a decimal from 0 to the scale's maximum


@dataclass(frozen=True, slots=True)
class Scale:
    """A way to answer. `values` (best first) belong to options, `maximum` to an index."""

    name: str
    kind: ScaleKind
    values: tuple[tuple[str, Fraction], ...] = ()
    maximum: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen, what it is worth (0..1) and how the sheet words it."""

    letter: str
    value: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Input:
    """One count that a ratio asks for.

    A `sum_of` input may be left out and must agree with its parts when given; an informational one
    carries no score and may be left out.
    """

    key: str
    label: Text
    sum_of: tuple[str, ...] = ()
    informational: bool = False

    @property
    def required(self) -> bool:
        return not self.sum_of and not self.informational


@dataclass(frozen=True, slots=True)
class ZeroRule:
    """What a ratio is worth when its denominator is zero, where the regulation is silent.

    `status` is "guess" (a proposal) or "practice" (seen in use); `source` says where it comes from.
    `value_if_numerator_zero` differs from `value` for the violations of discipline: from 0 to 0 is full,
    from 0 to any is nothing.
    """

    value: Fraction
    value_if_numerator_zero: Fraction
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """(sum of `plus` − sum of `minus`) / `denominator`, clamped to `floor`..`ceiling`."""

    formula: str
    inputs: tuple[Input, ...]
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    denominator: str
    floor: Fraction
    ceiling: Fraction
    zero: ZeroRule


@dataclass(frozen=True, slots=True)
class Question:
    """One item of the sheet. `survey` names the external survey that answers it, if one does."""

    id: str
    text: Text
    scale: Scale
    options: tuple[Option, ...] = ()
    ratio: Ratio | None = None
    survey: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SubIndicator:
    """Points = weight × the mean of the values of all its questions, an unanswered one being 0."""

    id: str
    name: Text
    weight: Fraction
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """The part of a change area that stands under one aspect, e.g. A.I.MP."""

    id: str
    code: str
    name: Text
    weight: Fraction
    subindicators: tuple[SubIndicator, ...]


@dataclass(frozen=True, slots=True)
class Aspect:
    """Pemenuhan and Reform, divided into areas; or a group of Hasil, with its items."""

    id: str
    name: Text
    weight: Fraction
    areas: tuple[Area, ...] = ()
    items: tuple[SubIndicator, ...] = ()

    @property
    def subindicators(self) -> tuple[SubIndicator, ...]:
        return tuple(sub for area in self.areas for sub in area.subindicators) + self.items


@dataclass(frozen=True, slots=True)
class Component:
    """Pengungkit (A) or Hasil (B)."""

    code: str
    name: Text
    weight: Fraction
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True, slots=True)
class AreaTotal:
    """A change area over all aspects: its weight is what 100 percent of the area means."""

    code: str
    name: Text
    weight: Fraction


class Measure(Enum):
    """What a gate looks at: points, or the percent of an area's weight."""

    TOTAL = "total"
    COMPONENT = "component"
    ASPECT = "aspect"
    SUBINDICATOR = "subindicator"
    AREA_PERCENT = "area_percent"


@dataclass(frozen=True, slots=True)
class GateRule:
    """A minimum that must be reached: measured ≥ limit. `of` is the id of what is measured."""

    gate: str
    measure: Measure
    of: str
    limit: Fraction
    article: str


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """One version of the sheet. `content_hash` is the SHA-256 of its file's canonical JSON.

    `questions` and `subindicators` are in the sheet's order; `areas` in the order of their first aspect.
    """

    id: str
    version: str
    name: Text
    effective_from: str
    legal_basis: str
    content_hash: str
    components: tuple[Component, ...]
    gate_rules: Mapping[str, tuple[GateRule, ...]]
    questions: Mapping[str, Question] = field(init=False, repr=False)
    subindicators: Mapping[str, SubIndicator] = field(init=False, repr=False)
    areas: Mapping[str, AreaTotal] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Computed once: scoring a national cycle reads these for every sheet.
        subs = {sub.id: sub for aspect in self.aspects for sub in aspect.subindicators}
        questions = {question.id: question for sub in subs.values() for question in sub.questions}
        object.__setattr__(self, "subindicators", MappingProxyType(subs))
        object.__setattr__(self, "questions", MappingProxyType(questions))
        object.__setattr__(self, "areas", MappingProxyType(_area_totals(self.aspects)))

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        return tuple(aspect for component in self.components for aspect in component.aspects)

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(self.gate_rules)

    @property
    def reviewed(self) -> tuple[str, ...]:
        """The questions that evaluators answer: all but those of the surveys."""
        return tuple(question.id for question in self.questions.values() if question.survey is None)


def _area_totals(aspects: tuple[Aspect, ...]) -> dict[str, AreaTotal]:
    totals: dict[str, AreaTotal] = {}
    for area in (area for aspect in aspects for area in aspect.areas):
        before = totals[area.code].weight if area.code in totals else Fraction(0)
        totals[area.code] = AreaTotal(area.code, area.name, before + area.weight)
    return totals
