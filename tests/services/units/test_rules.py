"""The rule files: ours can be read, and a broken one names every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.units.domain.dates import Target
from services.units.domain.prerequisites import Scale
from services.units.errors import RuleFileBroken
from services.units.rules import FOLDER, affirmation_services, read_rules, rule_set, rule_sets
from shared.failures import InvalidInput

TEXT = (FOLDER / "prerequisites-r5.yaml").read_text("utf-8")


def faults(text: str) -> list[str]:
    with pytest.raises(RuleFileBroken) as refusal:
        read_rules(text, "broken.yaml")
    assert "broken.yaml" in refusal.value.said[1]
    found = refusal.value.members["faults"]
    assert isinstance(found, list)
    return found


def test_every_file_of_the_folder_is_a_rule_set_named_as_the_file() -> None:
    assert sorted(rule_sets()) == sorted(Path(path).stem for path in FOLDER.glob("*.yaml"))


def test_the_files_follow_each_other_without_a_gap() -> None:
    sets = list(rule_sets().values())
    assert [one.until for one in sets[:-1]] == [one.since for one in sets[1:]]
    assert sets[-1].until is None


def test_every_rule_names_its_article_and_speaks_both_languages() -> None:
    for rules in rule_sets().values():
        for rule in rules.rules:
            assert rule.article
            assert all(rule.text)


def test_rules_that_nobody_wrote_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="prerequisites-r5"):
        rule_set("prerequisites-r99")


def test_the_affirmed_services_are_those_of_the_regulation() -> None:
    assert affirmation_services() == {"rsud", "dukcapil", "samsat", "ptsp", "education", "employment"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("facts_count_for_years: 2", "facts_count_for_years: 0", "facts_count_for_years"),
        ("    test: passed", "    test: guessed", "test"),
        ("{from: 2024-07-15, until: null}", "{from: soon, until: null}", "in_force.from"),
        ("  - id: tlhp\n", "  - id: tlhp\n    weight: 3\n", "weight: Unknown field"),
        ("covers: [bpk_opinion,", "covers: [bpk_opinoin,", "there is no rule bpk_opinoin"),
        ("    scale: rb_index", "    scale: rbindex", "rules.rb_index: there is no scale rbindex"),
        ('local: {WBK: "3", WBBM: "3"}', 'local: {WBK: three, WBBM: "3"}', "required.local.WBK: 'three'"),
        ("local: {WBK: CC, WBBM: B}", "local: {WBK: CCC, WBBM: B}", "required.local.WBK: 'CCC'"),
        ('national: {WBK: "1", WBBM: "1"}', 'national: {WBK: "1.5", WBBM: "1"}', "required.national.WBK: '1.5'"),
        ("national: {WBK: passed, WBBM: passed}", "national: {WBK: maybe, WBBM: passed}", "'maybe'"),
        ("  - id: lhkpn", "  - id: tlhp", "rules: tlhp stands twice"),
        ('CC: "50", B: "60"', 'CC: "60", B: "50"', "must rise"),
        ('A: "80", AA: "90"}', 'A: "80", AAA: "90"}', "AAA is not one of its values"),
        ('A: "80", AA: "90"}', 'A: "80", AA: "9/0"}', "scales.sakip.above.AA"),
        ('signed_more_than: "1/2"', "signed_more_than: half", "declaration.signed_more_than"),
        ("rules:\n", "rules: [\n", "expected"),
    ],
)
def test_a_broken_file_names_the_fault(old: str, new: str, fault: str) -> None:
    assert old in TEXT
    assert any(fault in line for line in faults(TEXT.replace(old, new)))


def test_all_faults_of_a_file_come_at_once() -> None:
    broken = TEXT.replace("    test: passed", "    test: guessed").replace("en: Employment service", "eng: x")
    assert len(faults(broken)) >= 3


def test_a_scale_without_bands_takes_no_numbers() -> None:
    with pytest.raises(ValueError, match="80"):
        Scale(("WDP", "WTP")).value_of("80")


def test_a_rule_that_is_not_there_is_none() -> None:
    assert rule_set("prerequisites-r5").rule("nothing") is None
    assert rule_set("prerequisites-r5").affirmation.targets == (Target.WBK, Target.WBBM)  # type: ignore[union-attr]  # R5 has one
