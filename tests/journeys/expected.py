"""What a sheet implies, worked out a second time from the regulation's text, without any code of the services.

Source: PermenPANRB 90/2021, Lampiran II Bab III.A and Tabel 6 (limits), Lampiran III (weights, kinds of answers).
Plain on purpose: a reader with the regulation in hand should be able to follow every line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

WEIGHTS: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("lke-2021-weights.yaml").read_text())

LETTERS = {
    "ya_tidak": {"Ya": "1", "Tidak": "0"},
    "abc": {"A": "1", "B": "0.5", "C": "0"},
    "abcd": {"A": "1", "B": "0.67", "C": "0.33", "D": "0"},
    "abcde": {"A": "1", "B": "0.75", "C": "0.5", "D": "0.25", "E": "0"},
}
AREA_POINTS = {"MP": 8, "TL": 7, "SDM": 10, "AK": 10, "PW": 15, "PP": 10}

# gate: (limit for WBK, limit for WBBM); areas in percent of their points.
LIMITS = {
    "total": ("75", "85"),
    "pengungkit": ("40", "48"),
    **{f"area_{area}": ("60", "75") for area in AREA_POINTS},
    "birokrasi_bersih": ("18.25", "19.50"),
    "ipak": ("15.75", "15.75"),
    "kinerja": ("2.50", "3.75"),
    "ipkp": ("14.00", "15.75"),
}


def ratio(numerator: int, denominator: int, if_nothing: int) -> Fraction:
    """A share between 0 and 1; `if_nothing` when there was nothing to count."""
    if denominator == 0:
        return Fraction(if_nothing)
    return min(max(Fraction(numerator, denominator), Fraction(0)), Fraction(1))


OBLIGED_LHKPN = ("kepala_satker", "pejabat_wajib", "lainnya")
OBLIGED_LHKASN = ("administrator", "pengawas", "fungsional_pelaksana")

# question: (counted for it, of how many, the share when there was nothing to count)
SHARES: dict[str, tuple[str, tuple[str, ...], int]] = {
    "A.II.MP.i.a": ("jumlah_perubahan", ("jumlah_agen",), 0),
    "A.II.MP.i.b": ("jumlah_terintegrasi", ("jumlah_perubahan",), 0),
    "A.II.AK.i.a": ("tercapai_100", ("jumlah_sasaran",), 0),
    "A.II.PW.ii.a": ("selesai", ("harus",), 1),
    "A.II.PW.iii.1.a": ("sudah", OBLIGED_LHKPN, 1),
    "A.II.PW.iii.2.a": ("sudah", OBLIGED_LHKASN, 1),
    "A.II.PP.i.b": ("dipermudah", ("terdaftar",), 0),
}


def counted(question: str, counts: Mapping[str, int]) -> Fraction:
    """The value of one of the eight questions of counts."""
    if question == "A.II.SDM.iii.a":
        last, this = counts["tahun_lalu"], counts["tahun_ini"]
        return ratio(last - this, last, 1 if this == 0 else 0)
    numerator, denominators, if_nothing = SHARES[question]
    return ratio(counts[numerator], sum(counts[key] for key in denominators), if_nothing)


def value(question: str, kind: str, answers: Mapping[str, Any]) -> Fraction:
    """0 … 1; a question without an answer counts 0."""
    if question not in answers:
        return Fraction(0)
    answer = answers[question]
    return counted(question, answer) if kind == "persen" else Fraction(LETTERS[kind][answer])


@dataclass(frozen=True)
class Score:
    """Points, exactly."""

    areas: Mapping[str, Fraction]
    ipak: Fraction
    kinerja: Fraction
    ipkp: Fraction

    @property
    def pengungkit(self) -> Fraction:
        return sum(self.areas.values(), Fraction(0))

    @property
    def total(self) -> Fraction:
        return self.pengungkit + self.ipak + self.kinerja + self.ipkp


def lever_points(answers: Mapping[str, Any]) -> dict[str, Fraction]:
    """Points of each area: per sub-indicator its points times the mean of ALL its questions."""
    areas = dict.fromkeys(AREA_POINTS, Fraction(0))
    for subindicator, row in WEIGHTS.items():
        kinds = {letter: kind for letter, kind in row.items() if letter != "points"}
        values = [value(f"{subindicator}.{letter}", kind, answers) for letter, kind in kinds.items()]
        areas[subindicator.split(".")[2]] += Fraction(row["points"]) * sum(values) / len(values)
    return areas


def performance(answers: Mapping[str, Any]) -> Fraction:
    """Capaian kinerja, of 5 points."""
    return 5 * Fraction(LETTERS["abcde"][answers["B.I.b"]])


def index_points(index: str) -> Fraction:
    """A perception index of 0 … 4 as points of 17.5."""
    return Fraction(index) / 4 * Fraction("17.5")


def of_worksheet(answers: Mapping[str, Any]) -> Score:
    """The score of one layer of a worksheet, which answers the survey results itself."""
    return Score(
        lever_points(answers), index_points(answers["B.I.a"]), performance(answers), index_points(answers["B.II.a"])
    )


def of_reviews(reviews: Iterable[Mapping[str, Any]], ipak: str, ipkp: str) -> Score:
    """The final score: the mean of the evaluators, and the external survey."""
    reviews = list(reviews)
    points = [lever_points(review) for review in reviews]
    areas = {area: sum((one[area] for one in points), Fraction(0)) / len(points) for area in AREA_POINTS}
    kinerja = sum((performance(review) for review in reviews), Fraction(0)) / len(reviews)
    return Score(areas, index_points(ipak), kinerja, index_points(ipkp))


def gates(score: Score, target: str) -> dict[str, bool]:
    """Gate → whether it holds."""
    measured = {
        "total": score.total,
        "pengungkit": score.pengungkit,
        **{f"area_{area}": 100 * points / AREA_POINTS[area] for area, points in score.areas.items()},
        "birokrasi_bersih": score.ipak + score.kinerja,
        "ipak": score.ipak,
        "kinerja": score.kinerja,
        "ipkp": score.ipkp,
    }
    column = ("WBK", "WBBM").index(target)
    return {gate: measured[gate] >= Fraction(limits[column]) for gate, limits in LIMITS.items()}


def failed_gates(score: Score, target: str) -> set[str]:
    """The names of the gates that do not hold."""
    return {gate for gate, holds in gates(score, target).items() if not holds}
