"""The second computation itself, against figures that stand in the regulation or in a published filled sheet."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.journeys import expected

BEST = {
    f"{subindicator}.{letter}": {"ya_tidak": "Ya"}.get(kind, "A")
    for subindicator, row in expected.WEIGHTS.items()
    for letter, kind in row.items()
    if letter != "points" and kind != "persen"
}


def test_the_copy_of_the_weights_has_all_questions_and_all_points() -> None:
    kinds = [kind for row in expected.WEIGHTS.values() for letter, kind in row.items() if letter != "points"]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "ya_tidak": 17,
        "abc": 36,
        "abcd": 33,
        "abcde": 16,
        "persen": 8,
    }
    points = dict.fromkeys(expected.AREA_POINTS, Fraction(0))
    for subindicator, row in expected.WEIGHTS.items():
        points[subindicator.split(".")[2]] += Fraction(row["points"])
    assert points == expected.AREA_POINTS


def test_a_published_sheets_subindicator_of_ya_c_a_is_two_thirds_of_its_point() -> None:
    answers = {"A.I.MP.ii.a": "Ya", "A.I.MP.ii.b": "C", "A.I.MP.ii.c": "A"}
    assert expected.lever_points(answers)["MP"] == Fraction(2, 3)


def test_a_question_without_an_answer_counts_nothing_in_the_mean() -> None:
    assert expected.lever_points({"A.I.MP.ii.a": "Ya"})["MP"] == Fraction(1, 3)


@pytest.mark.parametrize(
    ("question", "counts", "value"),
    [
        ("A.II.SDM.iii.a", {"tahun_lalu": 0, "tahun_ini": 0}, 1),
        ("A.II.SDM.iii.a", {"tahun_lalu": 0, "tahun_ini": 2}, 0),
        ("A.II.SDM.iii.a", {"tahun_lalu": 4, "tahun_ini": 6}, 0),
        ("A.II.PW.ii.a", {"harus": 0, "selesai": 0}, 1),
        ("A.II.AK.i.a", {"jumlah_sasaran": 10, "tercapai_100": 8}, Fraction(4, 5)),
        ("A.II.MP.i.a", {"jumlah_agen": 2, "jumlah_perubahan": 5}, 1),
    ],
)
def test_counts_become_a_share_between_nothing_and_all(question: str, counts: dict[str, int], value: int) -> None:
    assert expected.counted(question, counts) == value


def test_the_minima_of_the_three_results_make_the_group_of_clean_bureaucracy_redundant() -> None:
    for column, kinerja in enumerate(("C", "B")):
        index = "3.60"
        group = expected.index_points(index) + expected.performance({"B.I.b": kinerja})
        assert group == Fraction(expected.LIMITS["birokrasi_bersih"][column])


def test_an_index_exactly_at_the_minimum_holds_and_a_hundredth_less_does_not() -> None:
    for index, holds in (("3.60", True), ("3.59", False)):
        score = expected.Score(
            dict.fromkeys(expected.AREA_POINTS, Fraction(0)), expected.index_points(index), Fraction(0), Fraction(0)
        )
        assert expected.gates(score, "WBK")["ipak"] is holds


def test_the_best_letters_reach_all_points_that_are_not_counted() -> None:
    counted = {"MP": Fraction(2), "SDM": Fraction(2), "AK": Fraction(2), "PW": Fraction(5), "PP": Fraction("1.25")}
    best = expected.lever_points(BEST)
    assert best == {area: points - counted.get(area, 0) for area, points in expected.AREA_POINTS.items()}
