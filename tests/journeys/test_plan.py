"""The made-up nation and its sheets: the same for the same seed, and each sheet aims at what its case is named for."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from shared.journey.nation import Nation, exported_institutions, imagine
from shared.journey.plan import TELLING, Filing, Story, Turn, lay_out, stories
from shared.journey.questions import Question, read_questions
from shared.journey.sheets import FAILING, MIDDLING, RICH, SCANT, SOLID, STRONG, Profile, fill_in
from tests.journeys import expected

INSTRUMENT = Path(__file__).parents[2] / "services" / "evaluation" / "instruments" / "lke-2021.yaml"
SEEDS = range(12)


@cache
def questions() -> tuple[Question, ...]:
    return read_questions(yaml.safe_load(INSTRUMENT.read_text(encoding="utf-8")))


@cache
def institutions() -> str:
    return exported_institutions()


@cache
def nation(seed: int, units: int = 90) -> Nation:
    return imagine(institutions(), units=units, filings=100, seed=seed)


def failures(profile: Profile, seed: int, target: str) -> tuple[set[str], set[str]]:
    """The gates that the TPI's sheet fails, and those that the reviews with the survey fail."""
    sheets = fill_in(questions(), profile, profile, random.Random(seed))
    final = expected.of_reviews(sheets.reviews, sheets.ipak, sheets.ipkp)
    return expected.failed_gates(expected.of_worksheet(sheets.tpi), target), expected.failed_gates(final, target)


@pytest.mark.parametrize("gate", FAILING)
def test_a_sheet_made_to_fail_a_gate_fails_it_and_no_other(gate: str) -> None:
    # Clean bureaucracy can't fail alone: its minimum is the sum of those of its two parts.
    wanted = {gate} if gate != "birokrasi_bersih" else {"birokrasi_bersih", "ipak"}
    for seed in SEEDS:
        assert failures(FAILING[gate], seed, "WBK") == (wanted, wanted)


@pytest.mark.parametrize(
    ("profile", "target"), [(STRONG, "WBBM"), (RICH, "WBBM"), (SOLID, "WBK"), (SCANT, "WBK"), (MIDDLING, "WBK")]
)
def test_a_sheet_made_to_pass_fails_nothing(profile: Profile, target: str) -> None:
    for seed in SEEDS:
        assert failures(profile, seed, target) == (set(), set())


def test_a_middling_sheet_is_enough_for_wbk_and_not_for_wbbm() -> None:
    assert failures(MIDDLING, 1, "WBBM")[1] >= {"total", "pengungkit", "ipkp"}


def test_three_evaluators_differ_a_little() -> None:
    sheets = fill_in(questions(), STRONG, STRONG, random.Random(3))
    first, second, third = sheets.reviews
    for other in (second, third):
        assert 0 < sum(first[question] != other[question] for question in first) <= 10


def test_a_sheet_answers_every_question_of_the_worksheet() -> None:
    sheets = fill_in(questions(), SOLID, SOLID, random.Random(4))
    assert len(sheets.unit) == len(sheets.tpi) == 113
    assert {len(review) for review in sheets.reviews} == {111}


@pytest.mark.parametrize("filings", [1, 5, 17, 40, 200])
def test_a_plan_has_exactly_as_many_filings_as_are_wished_for(filings: int) -> None:
    assert sum(map(len, stories(filings, random.Random(1)))) == filings


def test_forty_filings_have_every_telling_case() -> None:
    told = stories(40, random.Random(1))
    assert all(one in told for one in TELLING)
    turns = {turn for cases in told for case in cases for turn in case.turns}
    assert turns == set(Turn)


def laid_out(told: list[Story], seed: int) -> list[Filing]:
    units = nation(seed)
    return lay_out(told, units.units, units.below_par, questions(), cycles=("2025", "2026"), seed=seed)


def test_the_same_seed_gives_the_same_filings() -> None:
    told = stories(12, random.Random(7))
    assert laid_out(told, 7) == laid_out(told, 7)


def test_a_wbbm_follows_a_wbk_of_the_same_unit_in_the_cycle_before() -> None:
    filings = laid_out(stories(40, random.Random(1)), 1)
    wbbm = [filing for filing in filings if filing.case.target == "WBBM"]
    assert wbbm
    for filing in wbbm:
        assert filing.after is not None
        first = filings[filing.after]
        assert (first.unit, first.cycle, filing.cycle) == (filing.unit, "2025", "2026")


def test_two_seeds_name_no_unit_in_common() -> None:
    codes = [{unit.code for unit in nation(seed).units} for seed in (1, 2, 3)]
    assert len(set.union(*codes)) == sum(map(len, codes))


def test_units_of_every_kind_of_institution_take_part_and_no_two_share_a_code() -> None:
    made = nation(1)
    assert len({unit.code for unit in made.units}) == len(made.units)
    kinds = {institution.kind for institution in made.taking_part}
    assert {"ministry", "province"} <= kinds
    assert kinds & {"regency", "city"}


def test_accounts_are_named_for_what_they_do() -> None:
    made = nation(1)
    assert len({account.id for account in made.accounts}) == len(made.accounts)
    for account in made.accounts:
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", account.id)
        bound = (account.institution or account.unit or "").lower()
        assert account.id.startswith(account.role.split("_")[-1]) or account.id.endswith(bound)


def test_evaluators_come_from_many_institutions() -> None:
    evaluators = nation(1).evaluators
    assert len({one.institution for one in evaluators}) > len(evaluators) // 2
