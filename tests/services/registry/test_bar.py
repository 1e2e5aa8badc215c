"""The bar on nomination after a revocation, and the file it comes from."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.bar import BarRule, barred_until, rule_on
from services.registry.errors import NoRuleInForce
from services.registry.rules import bar_rules

TWO_YEARS = BarRule(date(2021, 12, 31), 2, "an article")


def test_the_rule_in_the_repository_is_two_years_and_names_its_article() -> None:
    (rule,) = bar_rules()
    assert (rule.effective_from, rule.years) == (date(2021, 12, 31), 2)
    assert rule.article == "PermenPANRB 90/2021, Lampiran I Bab IV huruf C"


def test_the_newest_rule_that_has_begun_is_in_force() -> None:
    newer = BarRule(date(2028, 1, 1), 3, "a newer article")
    rules = [newer, TWO_YEARS]
    assert rule_on(rules, date(2027, 12, 31)) is TWO_YEARS
    assert rule_on(rules, date(2028, 1, 1)) is newer


def test_before_the_first_rule_nothing_is_in_force() -> None:
    with pytest.raises(NoRuleInForce):
        rule_on([TWO_YEARS], date(2021, 12, 30))


def test_a_bar_from_a_leap_day_ends_on_the_first_of_march() -> None:
    assert barred_until(TWO_YEARS, date(2028, 2, 29)) == date(2030, 3, 1)


@given(st.dates(min_value=date(2021, 12, 31), max_value=date(2200, 1, 1)))
def test_a_bar_of_two_years_lasts_730_or_731_days(day: date) -> None:
    assert barred_until(TWO_YEARS, day) - day in {timedelta(days=730), timedelta(days=731)}


def test_rule_files_are_read_oldest_first(tmp_path: Path) -> None:
    for year in (2030, 2021):
        rule = {"effective_from": date(year, 1, 1), "years": 2, "article": f"of {year}"}
        (tmp_path / f"bar-{year}.yaml").write_text(yaml.safe_dump(rule))
    assert [rule.article for rule in bar_rules(tmp_path)] == ["of 2021", "of 2030"]
