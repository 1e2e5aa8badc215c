"""A trace holds every number with the sum that made it, and can be checked by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hypothesis import given

from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.gates import gates_for
from services.evaluation.domain.scoring import mean_of_layers, read_surveys, score_answers, score_values
from services.evaluation.domain.trace import trace
from services.evaluation.instrument_files import load
from tests.services.evaluation.domain.sheets import sheets, unhurried

LKE = load("lke-2021")
COUNTS = {"A.II.AK.i.a": {"jumlah_sasaran": 10, "tercapai_100": 8}}


@unhurried
@given(sheets(LKE))
def test_every_formula_of_the_tree_gives_its_number(raw: dict[str, Any]) -> None:
    answers = read_answers(LKE, raw)
    score = score_answers(LKE, answers)
    tree = trace(score, answers=answers)
    for node in _nodes(tree):
        if "questions" in node or any(key in node for key in ("aspects", "areas", "subindicators")):
            assert _worked_out(node["formula"]) == Fraction(node["exact"])
    assert _worked_out(tree["total"]["formula"]) == score.total
    assert [area["percent"]["exact"] for area in tree["areas"]] == [str(a.percent) for a in score.areas.values()]


def test_a_question_shows_its_answer_and_how_it_counts() -> None:
    answers = read_answers(LKE, {**COUNTS, "A.I.MP.i.b": "B", "B.I.a": "3.72"})
    nodes = _by_id(trace(score_answers(LKE, answers), answers=answers))
    counted = nodes["A.II.AK.i.a"]
    assert counted["answer"] == {"jumlah_sasaran": 10, "tercapai_100": 8}
    assert counted["formula"].startswith("tercapai_100 / jumlah_sasaran ∈ 0..1; jumlah_sasaran = 10")
    assert (counted["exact"], counted["decimal"]) == ("4/5", "0.800000")
    assert nodes["A.I.MP.i.b"]["formula"] == "B (abc)"
    assert nodes["B.I.a"]["formula"] == "3.72 / 4"
    assert nodes["A.I.MP.i.a"]["formula"] == "tak terjawab / unanswered = 0"
    assert nodes["A.I.MP.i"]["formula"] == "1/2 × (0 + 1/2) / 2"


def test_a_zero_denominator_names_the_rule_that_decided() -> None:
    answers = read_answers(LKE, {"A.II.SDM.iii.a": {"tahun_lalu": 0, "tahun_ini": 0}})
    node = _by_id(trace(score_answers(LKE, answers), answers=answers))["A.II.SDM.iii.a"]
    assert "zero denominator (practice:" in node["formula"]
    assert node["exact"] == "1"


def test_the_mean_of_three_sheets_shows_each_of_them() -> None:
    layers = [{"B.I.b": Fraction(1)}, {"B.I.b": Fraction(3, 4)}, {}]
    score = score_values(LKE, mean_of_layers(LKE, layers))
    node = _by_id(trace(score, layers=layers))["B.I.b"]
    assert (node["formula"], node["exact"]) == ("(1 + 3/4 + 0) / 3", "7/12")


def test_a_survey_index_is_named_in_the_place_of_the_sheets_own() -> None:
    answers = read_answers(LKE, {"B.I.a": "4.00", "B.II.a": "3.51"})
    score = score_answers(LKE, answers, read_surveys(LKE, "3.72", "3.51"))
    nodes = _by_id(trace(score, answers=answers))
    assert nodes["B.I.a"]["formula"] == "ipak: 93/25 / 4"
    assert "answer" not in nodes["B.I.a"]
    assert nodes["B.II.a"]["formula"] == "3.51 / 4"


def test_a_value_without_an_answer_is_shown_as_it_came() -> None:
    node = _by_id(trace(score_values(LKE, {"B.I.b": Fraction(1, 3)})))["B.I.b"]
    assert node["formula"] == "nilai / value 1/3"


def test_the_trace_is_plain_data_with_areas_and_gates() -> None:
    answers = read_answers(LKE, COUNTS)
    score = score_answers(LKE, answers)
    tree = trace(score, answers=answers, gates=gates_for(LKE, "WBK", score))
    assert json.loads(json.dumps(tree)) == tree
    accountability = tree["areas"][3]
    assert (accountability["id"], accountability["formula"]) == ("AK", "A.I.AK + A.II.AK")
    assert accountability["percent"]["formula"] == "100 × 8/5 / 10"
    assert [gate["gate"] for gate in tree["gates"]][:2] == ["total", "pengungkit"]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    for part in tree["components"]:
        yield from _below(part)


def _below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for key in ("aspects", "areas", "subindicators", "questions"):
        for child in node.get(key, ()):
            yield from _below(child)


def _by_id(tree: Any) -> dict[str, dict[str, Any]]:
    # An item of Hasil and its only question share an id; the question comes later and wins.
    return {node["id"]: node for node in _nodes(tree)}


def _worked_out(formula: str) -> Fraction:
    """The value of "a + b" or "w × (a + b) / n" with fractions as terms."""
    if "×" not in formula:
        return sum((Fraction(term) for term in formula.split(" + ")), Fraction(0))
    weight, rest = formula.split(" × (")
    terms, count = rest.split(") / ")
    return Fraction(weight) * sum(Fraction(term) for term in terms.split(" + ")) / int(count)
