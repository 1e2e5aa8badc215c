"""The table of states and moves, and what each move asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.registry.domain import designation as domain
from services.registry.domain.bar import BarRule
from services.registry.domain.decree import Decree
from services.registry.domain.designation import MOVES, Designation, State
from services.registry.domain.public_view import entry
from services.registry.errors import BrokenConclusion, InvalidDecree, MoveNotOpen, NoRuleInForce
from services.registry.hearing import conclusion_of
from tests.services.registry.samples import GATES, NOW, concluded, decree

RULES = [BarRule(date(2021, 12, 31), 2, "an article"), BarRule(date(2030, 1, 1), 3, "a later article")]
LATER = datetime(2027, 3, 5, 4, 0, tzinfo=UTC)


def drafted() -> Designation:
    made = domain.draft(conclusion_of(concluded()), NOW)
    assert made is not None
    return made


def published() -> Designation:
    return domain.publish(drafted(), decree(), NOW)


def revoked() -> Designation:
    return domain.revoke(published(), decree("Nomor 7", date(2027, 3, 5)), "Pungutan liar", RULES, LATER)


def test_a_positive_conclusion_is_drafted_under_the_number_of_predicate_cycle_and_unit() -> None:
    made = drafted()
    assert (made.number, made.state, made.publication) == ("WBK-2026-L3171-RSUD-01", State.DRAFT, None)


@pytest.mark.parametrize("stage", ["screening", "panel"])
def test_a_negative_conclusion_drafts_nothing(stage: str) -> None:
    said = concluded(outcome="failed", stage=stage, predicate=None)
    assert domain.draft(conclusion_of(said), NOW) is None


@pytest.mark.parametrize(
    "contradiction",
    [
        {"predicate": None},
        {"cycle": "next"},
        {"gates": [{"gate": "total", "measured": "74.9", "limit": "75", "passed": False, "article": "x"}]},
    ],
)
def test_a_positive_conclusion_that_contradicts_itself_is_refused(contradiction: dict[str, object]) -> None:
    with pytest.raises(BrokenConclusion):
        domain.draft(conclusion_of(concluded(**contradiction)), NOW)


def test_a_decree_publishes_the_draft() -> None:
    made = published()
    assert made.state is State.PUBLISHED
    assert domain.publication_of(made).decree == decree()
    assert domain.publication_of(made).published_at == NOW


def test_a_decree_older_than_the_cycle_does_not_publish() -> None:
    with pytest.raises(InvalidDecree) as refused:
        domain.publish(drafted(), decree(day=date(2025, 12, 31)), NOW)
    assert [fault["code"] for fault in refused.value.errors] == ["too_early"]


def test_a_revocation_bars_the_unit_by_the_rule_of_its_decrees_date() -> None:
    ended = domain.revocation_of(revoked())
    assert (ended.barred_until, ended.article) == (date(2029, 3, 5), "an article")
    assert ended.revoked_at == LATER


def test_a_revocation_decree_is_not_older_than_the_decree_it_ends() -> None:
    with pytest.raises(InvalidDecree):
        domain.revoke(published(), decree("Nomor 7", date(2026, 11, 19)), "Pungutan liar", RULES, LATER)


def test_a_revocation_needs_a_rule_in_force() -> None:
    with pytest.raises(NoRuleInForce):
        domain.revoke(published(), decree("Nomor 7", date(2027, 3, 5)), "Pungutan liar", RULES[1:], LATER)


def test_a_revocation_needs_a_ground() -> None:
    with pytest.raises(InvalidDecree) as refused:
        domain.revoke(published(), decree("Nomor 7", date(2027, 3, 5)), "  ", RULES, LATER)
    assert refused.value.errors[0]["pointer"] == "/ground"


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("name", ["publish", "revoke"])
def test_a_move_is_open_exactly_where_the_table_says(name: str, state: State) -> None:
    standing = {State.DRAFT: drafted(), State.PUBLISHED: published(), State.REVOKED: revoked()}[state]
    ending = Decree("Nomor 7", date(2027, 3, 5), "Menteri")
    moves = {
        "publish": lambda: domain.publish(standing, ending, LATER),
        "revoke": lambda: domain.revoke(standing, ending, "Pungutan liar", RULES, LATER),
    }
    if domain.move(name).source is state:
        assert moves[name]().state is domain.move(name).target
    else:
        with pytest.raises(MoveNotOpen) as refused:
            moves[name]()
        assert refused.value.members == {"state": state.value}


def test_every_state_is_reached_by_a_move_and_only_registrars_move_by_hand() -> None:
    assert {row.target for row in MOVES} == set(State)
    assert {role for row in MOVES for role in row.roles} == {"registrar"}


def test_what_was_never_published_has_no_publication_and_no_entry() -> None:
    for question in (domain.publication_of, domain.revocation_of, entry):
        with pytest.raises(ValueError, match="never"):
            question(drafted())


def test_the_gates_are_kept_as_they_were_said() -> None:
    kept = {gate.gate: (gate.measured, gate.limit) for gate in drafted().result.gates}
    assert kept == GATES


def test_two_targets_of_one_unit_have_two_numbers() -> None:
    other = domain.draft(conclusion_of(concluded(target="WBBM")), NOW)
    assert other is not None
    assert replace(other, number=drafted().number) != drafted()
    assert other.number == "WBBM-2026-L3171-RSUD-01"
