"""The dated rule files in `rules/`, read and checked once, as the dataclasses of `domain.prerequisites`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from marshmallow import ValidationError

from services.units.domain.dates import Target
from services.units.domain.prerequisites import Affirmation, Comparison, Rule, RuleSet, Scale
from services.units.errors import RuleFileBroken
from services.units.rule_schema import RuleFile
from shared.failures import InvalidInput, Said, said

FOLDER = Path(__file__).parent / "rules"


def read_rules(text: str, name: str) -> RuleSet:
    """The rule set that a file's text holds; raises RuleFileBroken with every fault, named by its place."""
    try:
        data = RuleFile().load(yaml.load(text, Loader=Plain))  # noqa: S506 - a SafeLoader that leaves dates as text
        rules = _rule_set(data)
    except yaml.YAMLError as error:
        raise _broken(name, [str(error)]) from error
    except ValidationError as error:
        raise _broken(name, _lines(error.messages, "")) from error
    faults = _disagreements(rules)
    if faults:
        raise _broken(name, faults)
    return rules


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """Every rule set by id, the oldest first."""
    read = [read_rules(path.read_text("utf-8"), path.name) for path in sorted(FOLDER.glob("*.yaml"))]
    return {rules.id: rules for rules in sorted(read, key=lambda rules: rules.since)}


def rule_set(id: str) -> RuleSet:
    """The rule set that a cycle names; raises InvalidInput."""
    found = rule_sets().get(id)
    if found is None:
        known = ", ".join(rule_sets())
        messages = said((f"Tidak ada aturan {id!r}; yang ada: {known}.", f"There are no rules {id!r}; known: {known}."))
        raise InvalidInput(
            (messages["id"], messages["en"]),
            remedy=("Pilih salah satu aturan itu.", "Choose one of them."),
            errors=[{"pointer": "/rules", "code": "unknown_rules", "messages": messages}],
        )
    return found


def in_force_on(day: date) -> RuleSet:
    """The rule set in force on `day`; before the oldest one, the oldest."""
    sets = list(rule_sets().values())
    return next((rules for rules in sets if rules.in_force(day)), sets[0])


def affirmation_services() -> frozenset[str]:
    """Every service that some rule set affirms."""
    return frozenset(name for rules in rule_sets().values() if rules.affirmation for name in rules.affirmation.services)


class Plain(yaml.SafeLoader):
    """YAML in which a date is text: the schema reads it, and says so when it is none."""


Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _rule_set(data: dict[str, Any]) -> RuleSet:
    affirmation = data["affirmation"]
    return RuleSet(
        id=data["id"],
        title=_said(data["title"]),
        since=data["in_force"]["since"],
        until=data["in_force"]["until"],
        facts_count_for_years=data["facts_count_for_years"],
        signed_more_than=_exact(data["declaration"]["signed_more_than"], "declaration.signed_more_than"),
        signed_article=data["declaration"]["article"],
        scales={name: _scale(name, scale) for name, scale in data["scales"].items()},
        affirmation=_affirmation(affirmation) if affirmation else None,
        rules=tuple(_rule(rule) for rule in data["rules"]),
    )


def _rule(data: dict[str, Any]) -> Rule:
    required = {
        group: {Target(target): value for target, value in values.items()}
        for group, values in data.pop("required").items()
    }
    return Rule(**{**data, "text": _said(data["text"]), "required": required})


def _affirmation(data: dict[str, Any]) -> Affirmation:
    return Affirmation(
        article=data["article"],
        groups=tuple(data["groups"]),
        targets=tuple(Target(target) for target in data["targets"]),
        covers=tuple(data["covers"]),
        services={name: _said(text) for name, text in data["services"].items()},
    )


def _scale(name: str, data: dict[str, Any]) -> Scale:
    above = {value: _exact(end, f"scales.{name}.above.{value}") for value, end in data.get("above", {}).items()}
    return Scale(tuple(data["values"]), above)


def _said(both: Mapping[str, str]) -> Said:
    return both["id"], both["en"]


def _exact(text: str, place: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValidationError({place: [f"{text!r} is not an exact number"]}) from error


def _disagreements(rules: RuleSet) -> list[str]:
    """What the schema can't see: names that nothing stands behind, values that their scale does not have."""
    ids = [rule.id for rule in rules.rules]
    faults = [f"rules: {id} stands twice" for id in dict.fromkeys(ids) if ids.count(id) > 1]
    if rules.affirmation:
        faults += [f"affirmation.covers: there is no rule {id}" for id in rules.affirmation.covers if id not in ids]
    for name, scale in rules.scales.items():
        ends = [scale.above[value] for value in scale.values if value in scale.above]
        strays = [value for value in scale.above if value not in scale.values]
        faults += [f"scales.{name}.above: {value} is not one of its values" for value in strays]
        if ends != sorted(set(ends)):
            faults.append(f"scales.{name}.above: the ends must rise with the values")
    for rule in rules.rules:
        faults += [f"rules.{rule.id}: {fault}" for fault in _rule_faults(rule, rules.scales)]
    return faults


def _rule_faults(rule: Rule, scales: Mapping[str, Scale]) -> list[str]:
    if rule.scale is not None and rule.scale not in scales:
        return [f"there is no scale {rule.scale}"]
    return [
        f"required.{group}.{target.value}: {value!r} is not a value that {rule.test.value} can be held against"
        for group, values in rule.required.items()
        for target, value in values.items()
        if value is not None and not _usable(rule, value, scales)
    ]


def _usable(rule: Rule, value: str, scales: Mapping[str, Scale]) -> bool:
    if rule.scale is not None:
        return value in scales[rule.scale].values
    if rule.test in {Comparison.IS, Comparison.PASSED}:
        return value in {"true", "false", "passed"}
    try:
        return Fraction(value) >= 0 and (rule.test is not Comparison.YEARS_SINCE or value.isdecimal())
    except (ValueError, ZeroDivisionError):
        return False


def _lines(messages: Any, place: str) -> list[str]:
    if isinstance(messages, Mapping):
        dot = f"{place}." if place else ""
        return [line for name, inner in messages.items() for line in _lines(inner, f"{dot}{name}")]
    return [f"{place}: {one}" for one in messages]


def _broken(name: str, faults: list[str]) -> RuleFileBroken:
    listed = "; ".join(faults)
    return RuleFileBroken(
        (f"Berkas aturan {name} rusak: {listed}", f"The rule file {name} is broken: {listed}"),
        remedy=("Perbaiki berkas itu.", "Correct that file."),
        faults=faults,
    )
