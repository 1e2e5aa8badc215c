"""Whether an institution and its unit may be proposed: every rule measured, every answer with its article.

The rules come from dated files (`services/units/rules`); no number of the regulation stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from fractions import Fraction

from services.units.domain.dates import Target, official_day, whole_years
from services.units.domain.explaining import explained, shown
from shared.failures import Said

Fact = str | bool | Fraction | date | None
"""A recorded or derived fact; None: nobody recorded it."""


class Comparison(Enum):
    """How a fact is held against what is required."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    IS = "is"
    YEARS_SINCE = "years_since"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordinal scale, lowest value first; `above` are the open lower ends of its bands, for recorded numbers."""

    values: tuple[str, ...]
    above: Mapping[str, Fraction] = field(default_factory=dict)

    def value_of(self, recorded: str) -> str:
        """The predicate of `recorded`: itself, or the band of a number. Raises ValueError for neither."""
        if recorded in self.values:
            return recorded
        if not self.above:
            raise ValueError(recorded)
        number = Fraction(recorded)
        reached = [value for value in self.values if value in self.above and number > self.above[value]]
        return reached[-1] if reached else self.values[0]

    def rank(self, recorded: str) -> int:
        """The place of `recorded` on the scale, 0 the lowest."""
        return self.values.index(self.value_of(recorded))


@dataclass(frozen=True, slots=True)
class Rule:
    """One prerequisite; `required` by group of institutions and target, None where it is not asked for."""

    id: str
    about: str
    fact: str
    test: Comparison
    scale: str | None
    article: str
    text: Said
    required: Mapping[str, Mapping[Target, str | None]]
    enabled: bool = True
    overridable: bool = True


@dataclass(frozen=True, slots=True)
class Affirmation:
    """Services that may be proposed although the rules in `covers` are not met yet."""

    article: str
    groups: tuple[str, ...]
    targets: tuple[Target, ...]
    covers: tuple[str, ...]
    services: Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A dated rule file: in force from `since` on and before `until`."""

    id: str
    title: Said
    since: date
    until: date | None
    facts_count_for_years: int
    signed_more_than: Fraction
    signed_article: str
    scales: Mapping[str, Scale]
    affirmation: Affirmation | None
    rules: tuple[Rule, ...]

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def rule(self, id: str) -> Rule | None:
        """The rule under `id`, enabled or not."""
        return next((rule for rule in self.rules if rule.id == id), None)

    def asks_for(self, group: str, target: Target) -> tuple[Rule, ...]:
        """The enabled rules that this target asks of this group of institutions."""
        return tuple(rule for rule in self.rules if rule.enabled and rule.required[group][target] is not None)


@dataclass(frozen=True, slots=True)
class RecordedOverride:
    """A recorded override: who let a rule pass, when and why."""

    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InstitutionStanding:
    """What the rules may know of an institution; `group` is national or local."""

    group: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """What the rules may know of a unit, with the overrides recorded for this cycle and target."""

    affirmation_service: str | None
    facts: Mapping[str, Fact]
    overrides: Mapping[str, RecordedOverride] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """How one rule stands; `met` also when an affirmation or an override lets it pass, and those say so."""

    rule: str
    article: str
    measured: str | None
    required: str
    met: bool
    affirmation: bool
    overridden: bool
    said: Said


def check(
    rules: RuleSet, institution: InstitutionStanding, unit: UnitStanding, target: Target, at: datetime
) -> tuple[Answer, ...]:
    """Measure every rule that `target` asks for, in the order of the file. Nothing is raised for a missing fact."""
    affirmed = _affirmed(rules.affirmation, institution.group, unit.affirmation_service, target)
    return tuple(
        _answer(rules, rule, institution, unit, target, at, rule.id in affirmed)
        for rule in rules.asks_for(institution.group, target)
    )


def all_met(answers: tuple[Answer, ...]) -> bool:
    return all(answer.met for answer in answers)


def _affirmed(affirmation: Affirmation | None, group: str, service: str | None, target: Target) -> tuple[str, ...]:
    if affirmation is None or group not in affirmation.groups or target not in affirmation.targets:
        return ()
    return affirmation.covers if service in affirmation.services else ()


def _answer(
    rules: RuleSet,
    rule: Rule,
    institution: InstitutionStanding,
    unit: UnitStanding,
    target: Target,
    at: datetime,
    affirmable: bool,
) -> Answer:
    fact = (institution if rule.about == "institution" else unit).facts.get(rule.fact)
    required = str(rule.required[institution.group][target])
    measured = _measured(rule, fact, at)
    held = _holds(rules, rule, fact, required, at)
    override = unit.overrides.get(rule.id) if rule.overridable and not held else None
    affirmed = affirmable and not held
    said = explained(
        rule.text,
        required,
        measured,
        article=rule.article,
        held=held,
        affirmation=rules.affirmation.article if affirmed and rules.affirmation else None,
        excepted=(override.officer, official_day(override.at), override.reason) if override else None,
    )
    met = held or affirmed or override is not None
    return Answer(rule.id, rule.article, measured, required, met, affirmed, override is not None, said)


def _holds(rules: RuleSet, rule: Rule, fact: Fact, required: str, at: datetime) -> bool:
    if rule.test is Comparison.PASSED:
        return fact is None or (isinstance(fact, date) and fact <= official_day(at))
    if fact is None:
        return False
    if rule.test is Comparison.IS:
        return _text(fact) == required
    if rule.test is Comparison.YEARS_SINCE:
        return isinstance(fact, date) and whole_years(fact, official_day(at)) >= int(required)
    if rule.scale is not None:
        scale = rules.scales[rule.scale]
        return scale.rank(str(fact)) >= scale.rank(required)
    number, limit = Fraction(str(fact)), Fraction(required)
    return number >= limit if rule.test is Comparison.AT_LEAST else number <= limit


def _measured(rule: Rule, fact: Fact, at: datetime) -> str | None:
    if rule.test is Comparison.PASSED:
        return _text(fact) if fact is not None else "-"
    if rule.test is Comparison.YEARS_SINCE and isinstance(fact, date):
        return str(whole_years(fact, official_day(at)))
    return None if fact is None else _text(fact)


def _text(fact: Fact) -> str:
    if isinstance(fact, bool):
        return "true" if fact else "false"
    return shown(fact) if isinstance(fact, Fraction) else str(fact)
