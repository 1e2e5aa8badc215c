"""What the prerequisites may know: the recorded facts of an institution and a unit, and what follows from its way."""

from __future__ import annotations

from fractions import Fraction

from services.units.domain.dates import Target
from services.units.domain.institution import Institution, latest
from services.units.domain.prerequisites import Fact, InstitutionStanding, RecordedOverride, RuleSet, UnitStanding
from services.units.domain.unit import Unit
from services.units.store import Stores, share_designated

DESIGNATED = "designated_percent"


def standing_of_institution(
    stores: Stores, institution: Institution, rules: RuleSet, cycle: str, target: Target
) -> InstitutionStanding:
    """The institution's newest facts that count in `cycle`; its units are only counted when a rule asks for it."""
    group = institution.kind.group
    facts: dict[str, Fact] = dict(latest(institution.facts, cycle, rules.facts_count_for_years))
    if any(rule.fact == DESIGNATED for rule in rules.asks_for(group, target)):
        designated, all_units = share_designated(stores, institution.code)
        facts[DESIGNATED] = Fraction(100 * designated, all_units) if all_units else Fraction(0)
    return InstitutionStanding(group, facts)


def standing_of_unit(unit: Unit, rules: RuleSet, cycle: str, target: Target) -> UnitStanding:
    """The unit's newest facts that count in `cycle`, its way so far, and the overrides for this cycle and target."""
    facts: dict[str, Fact] = {
        **latest(unit.facts, cycle, rules.facts_count_for_years),
        "core_service": unit.core_service,
        "public_impact": unit.public_impact,
        "building_since": unit.development.started_on if unit.development else None,
        "holds_wbk": Target.WBK in unit.standing,
        "barred_until": unit.barred_until,
    }
    overrides = {
        one.rule: RecordedOverride(one.reason, one.officer, one.at)
        for one in unit.overrides
        if (one.cycle, one.target) == (cycle, target)
    }
    return UnitStanding(unit.affirmation_service, facts, overrides)
