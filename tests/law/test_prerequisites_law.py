"""The prerequisites as the regulations print them: each met exactly at its boundary and missed by one step.

The cases stand in `prerequisites/*.yaml`, to be read by a jurist; this module only runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.units.domain.dates import Target
from services.units.domain.prerequisites import (
    Answer,
    Fact,
    InstitutionStanding,
    RecordedOverride,
    UnitStanding,
    all_met,
    check,
)
from services.units.rules import in_force_on, rule_set

FOLDER = Path(__file__).parent / "prerequisites"
LAW = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
NUMBERS = {"spip_level", "tlhp_percent", "lhkpn_percent", "lhkan_percent", "designated_percent"}
Case = dict[str, Any]


def _proposals() -> Iterator[Any]:
    for law in LAW:
        for group, targets in law["groups"].items():
            for target, case in targets.items():
                yield pytest.param(law, group, Target(target), case, id=f"{law['rules']}-{group}-{target}")


def _single_misses() -> Iterator[Any]:
    for each in PROPOSALS:
        law, group, target, case = each.values
        for rule, change in case["missed_by_one_step"].items():
            yield pytest.param(law, group, target, case, rule, change, id=f"{each.id}-{rule}")


PROPOSALS = list(_proposals())
SINGLE_MISSES = list(_single_misses())


def ask(
    law: Case,
    group: str,
    target: Target,
    case: Case,
    change: Case | None = None,
    *,
    service: str | None = None,
    overrides: dict[str, RecordedOverride] | None = None,
) -> dict[str, Answer]:
    """The answers for a case with some facts changed (None takes a fact away), by rule."""
    facts = {who: dict(case["exactly_met"][who]) | (change or {}).get(who, {}) for who in ("institution", "unit")}
    read = {who: {name: fact(name, value) for name, value in known.items()} for who, known in facts.items()}
    answers = check(
        rule_set(law["rules"]),
        InstitutionStanding(group, read["institution"]),
        UnitStanding(service, read["unit"], overrides or {}),
        target,
        datetime.combine(law["day"], datetime.min.time(), UTC),
    )
    return {answer.rule: answer for answer in answers}


def fact(name: str, value: Any) -> Fact:
    return Fraction(str(value)) if name in NUMBERS and value is not None else value


def unmet(answers: dict[str, Answer]) -> list[str]:
    return [rule for rule, answer in answers.items() if not answer.met]


@pytest.mark.parametrize(("law", "group", "target", "case"), PROPOSALS)
def test_a_proposal_that_meets_every_rule_by_the_smallest_margin_may_be_made(
    law: Case, group: str, target: Target, case: Case
) -> None:
    answers = ask(law, group, target, case)
    assert all_met(tuple(answers.values()))
    assert not any(answer.affirmation or answer.overridden for answer in answers.values())


@pytest.mark.parametrize(("law", "group", "target", "case", "rule", "change"), SINGLE_MISSES)
def test_one_step_less_fails_that_rule_alone_and_names_its_article(
    law: Case, group: str, target: Target, case: Case, rule: str, change: Case
) -> None:
    answers = ask(law, group, target, case, change)
    assert unmet(answers) == [rule]
    assert answers[rule].article in answers[rule].said[0]
    assert answers[rule].article in answers[rule].said[1]


@pytest.mark.parametrize(("law", "group", "target", "case"), PROPOSALS)
def test_the_cases_leave_no_rule_out(law: Case, group: str, target: Target, case: Case) -> None:
    asked = [rule.id for rule in rule_set(law["rules"]).asks_for(group, target)]
    assert sorted(case["missed_by_one_step"]) == sorted(asked)


@pytest.mark.parametrize(("law", "group", "target", "case"), PROPOSALS)
def test_a_fact_that_nobody_recorded_is_not_met_and_said_to_be_missing(
    law: Case, group: str, target: Target, case: Case
) -> None:
    for rule in rule_set(law["rules"]).asks_for(group, target):
        answers = ask(law, group, target, case, {rule.about: {rule.fact: None}})
        if rule.id == "revocation_bar":  # no revocation is no bar
            assert unmet(answers) == []
        else:
            assert unmet(answers) == [rule.id]
            assert answers[rule.id].measured is None
            assert "belum ada datanya" in answers[rule.id].said[0]
            assert "nothing is recorded" in answers[rule.id].said[1]


@pytest.mark.parametrize("law", LAW, ids=lambda law: law["rules"])
def test_bands_have_open_lower_ends(law: Case) -> None:
    for band in law["bands"]:
        assert rule_set(law["rules"]).scales[band["scale"]].value_of(band["number"]) == band["is"], band


@pytest.mark.parametrize(("law", "group", "target", "case"), PROPOSALS)
def test_the_affirmation_lets_exactly_its_rules_pass(law: Case, group: str, target: Target, case: Case) -> None:
    affirmation = law["affirmation"]
    covered = [] if group in affirmation["not_for_groups"] else affirmation["lets_pass"]
    for service in affirmation["services"]:
        for rule, change in case["missed_by_one_step"].items():
            answers = ask(law, group, target, case, change, service=service)
            assert unmet(answers) == ([] if rule in covered else [rule]), (service, rule)
            assert answers[rule].affirmation is (rule in covered)


@pytest.mark.parametrize(("law", "group", "target", "case"), PROPOSALS)
def test_another_service_is_not_affirmed(law: Case, group: str, target: Target, case: Case) -> None:
    change = case["missed_by_one_step"]["bpk_opinion"]
    assert unmet(ask(law, group, target, case, change, service="tourism")) == ["bpk_opinion"]


@pytest.mark.parametrize(("law", "group", "target", "case", "rule", "change"), SINGLE_MISSES)
def test_a_recorded_override_counts_as_met_and_is_shown_except_for_the_bars_of_the_law(
    law: Case, group: str, target: Target, case: Case, rule: str, change: Case
) -> None:
    override = RecordedOverride("surat TPN B/7/2026", "admin", datetime(2026, 3, 1, tzinfo=UTC))
    answers = ask(law, group, target, case, change, overrides={rule: override})
    if rule in law["not_overridable"]:
        assert unmet(answers) == [rule]
        return
    assert unmet(answers) == []
    assert answers[rule].overridden
    assert "surat TPN B/7/2026" in answers[rule].said[0]
    assert "admin on 2026-03-01" in answers[rule].said[1]


@pytest.mark.parametrize(
    ("day", "rules"),
    [
        (date(2021, 12, 31), "prerequisites-r90"),
        (date(2024, 7, 14), "prerequisites-r90"),
        (date(2024, 7, 15), "prerequisites-r5"),
        (date(2026, 5, 31), "prerequisites-r5"),
    ],
)
def test_each_day_has_the_rules_in_force_on_it(day: date, rules: str) -> None:
    assert in_force_on(day).id == rules


def test_the_thirty_percent_rule_is_off_since_2024() -> None:
    assert rule_set("prerequisites-r90").rule("share_designated").enabled  # type: ignore[union-attr]  # stands in both files
    assert not rule_set("prerequisites-r5").rule("share_designated").enabled  # type: ignore[union-attr]  # the same
