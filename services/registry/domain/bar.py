"""How long a unit may not be nominated after its designation was revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.registry.errors import NoRuleInForce


@dataclass(frozen=True, slots=True)
class BarRule:
    """A rule from a dated file: in force from `effective_from` until a newer one takes over."""

    effective_from: date
    years: int
    article: str


def rule_on(rules: Iterable[BarRule], day: date) -> BarRule:
    """The rule in force on `day`, the date of the revocation decree. Raises NoRuleInForce."""
    begun = [rule for rule in rules if rule.effective_from <= day]
    if not begun:
        raise NoRuleInForce(
            (f"Tidak ada aturan pencabutan yang berlaku pada {day}", f"No rule on revocation is in force on {day}"),
            remedy=("Periksa tanggal keputusan.", "Check the date of the decree."),
        )
    return max(begun, key=lambda rule: rule.effective_from)


def barred_until(rule: BarRule, day: date) -> date:
    """The first day on which the unit may be nominated again; of 29 February, 1 March of a common year."""
    year = day.year + rule.years
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
