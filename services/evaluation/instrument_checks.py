"""How the entries of an instrument file must agree with each other: weights, ids, scales, formulas, gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.evaluation.domain.faults import Fault
from services.evaluation.instrument_gate_checks import gate_faults

Data = Mapping[str, Any]
Place = tuple[str, ...]
Placed = tuple[Place, Data]

SURVEYS = ["ipak", "ipkp"]
FULL = Fraction(100)


def faults_in(data: Data, file_id: str) -> list[Fault]:
    """Every disagreement in data that `InstrumentSchema` loaded from the file named `file_id`."""
    return [
        *_identity_faults(data, file_id),
        *_scale_faults(data),
        *_weight_faults(data),
        *_question_faults(data),
        *gate_faults(data),
    ]


def _fault(place: Place, code: str, indonesian: str, english: str) -> Fault:
    return Fault(place, code, (indonesian, english))


def _identity_faults(data: Data, file_id: str) -> Iterator[Fault]:
    if data["id"] != file_id:
        yield _fault(
            ("id",), "wrong_id", f"Harus sama dengan nama berkas: {file_id}.", f"Must be the file's name: {file_id}."
        )
    codes = [part["code"] for part in data["components"]]
    if codes != ["A", "B"]:
        yield _fault(
            ("components",),
            "wrong_components",
            f"Komponen harus A (Pengungkit) lalu B (Hasil), bukan {codes}.",
            f"The components must be A (Pengungkit), then B (Hasil), not {codes}.",
        )
    surveys = sorted(question["survey"] for _, question, _ in _questions(data) if question["survey"] is not None)
    if surveys != SURVEYS:
        yield _fault(
            ("components",),
            "wrong_surveys",
            f"Tepat satu butir untuk tiap survei {SURVEYS}, bukan {surveys}.",
            f"Exactly one question for each survey {SURVEYS}, not {surveys}.",
        )


def _scale_faults(data: Data) -> Iterator[Fault]:
    for name, scale in data["scales"].items():
        place = ("scales", name)
        for key, kind in (("values", "option"), ("maximum", "index")):
            if (scale["kind"] == kind) != bool(scale[key]):
                yield _fault(
                    place,
                    "wrong_scale",
                    f"`{key}` wajib untuk skala {kind} dan hanya di situ.",
                    f"`{key}` belongs to {kind} scales, and only there.",
                )
        values = list(scale["values"].values())
        if values and (values != sorted(values, reverse=True) or (values[0], values[-1]) != (1, 0)):
            yield _fault(
                (*place, "values"), "wrong_scale", "Nilai harus turun dari 1 ke 0.", "The values must fall from 1 to 0."
            )


def _weight_faults(data: Data) -> Iterator[Fault]:
    parts = _children((), data, "components")
    yield from _sum_faults(("components",), FULL, parts)
    for place, part in parts:
        yield from _sum_faults(place, part["weight"], _children(place, part, "aspects"))
    for place, aspect in _aspects(data):
        below = _children(place, aspect, "areas") + _children(place, aspect, "items")
        yield from _sum_faults(place, aspect["weight"], below)
        for at, area in _children(place, aspect, "areas"):
            yield from _sum_faults(at, area["weight"], _children(at, area, "subindicators"))


def _sum_faults(place: Place, whole: Fraction, parts: Sequence[Placed]) -> Iterator[Fault]:
    total = sum((part["weight"] for _, part in parts), Fraction(0))
    if total != whole:
        yield _fault(
            place,
            "weights_disagree",
            f"Bobot bagian-bagiannya berjumlah {float(total)}, seharusnya {float(whole)}.",
            f"The weights of its parts add up to {float(total)}, not to {float(whole)}.",
        )


def _question_faults(data: Data) -> Iterator[Fault]:
    times = Counter(question["id"] for _, question, _ in _questions(data))
    for place, question, path in _questions(data):
        id_ = question["id"]
        if times[id_] > 1:
            yield _fault(
                (*place, "id"), "repeated_id", f"{id_} dipakai {times[id_]} kali.", f"{id_} is used {times[id_]} times."
            )
        if id_.rpartition(".")[0] != path:
            yield _fault(
                (*place, "id"),
                "wrong_id",
                f"{id_} harus berbentuk {path}.<huruf>.",
                f"{id_} must read {path}.<letter>.",
            )
        scale = data["scales"].get(question["scale"])
        if scale is None:
            yield _fault((*place, "scale"), "unknown_scale", "Skala ini tidak ada.", "There is no such scale.")
        else:
            yield from _answer_faults(place, question, scale)


def _answer_faults(place: Place, question: Data, scale: Data) -> Iterator[Fault]:
    letters = list(scale["values"])
    if question["options"] is not None and list(question["options"]) != letters:
        yield _fault(
            (*place, "options"),
            "options_disagree",
            f"Pilihan harus {letters} seperti skalanya.",
            f"The options must be those of the scale: {letters}.",
        )
    if (scale["kind"] == "ratio") != (question["ratio"] is not None):
        yield _fault(
            place, "wrong_scale", "`ratio` untuk skala ratio saja.", "`ratio` belongs to ratio scales, and only there."
        )
    if question["survey"] is not None and scale["kind"] != "index":
        yield _fault(
            (*place, "survey"), "wrong_scale", "Survei hanya untuk skala index.", "A survey needs an index scale."
        )
    if question["ratio"] is not None:
        yield from _ratio_faults((*place, "ratio"), question["ratio"])


def _ratio_faults(place: Place, ratio: Data) -> Iterator[Fault]:
    inputs, formula = ratio["inputs"], ratio["formula"]
    plain = {item["key"] for item in inputs if not item["sum_of"] and not item["informational"]}
    counted = plain | {item["key"] for item in inputs if item["sum_of"]}
    wrong = [("formula", key) for key in sorted({*formula.plus, *formula.minus, formula.denominator} - counted)]
    wrong += [("inputs", part) for item in inputs for part in item["sum_of"] if part not in plain]
    for where, key in wrong:
        yield _fault(
            (*place, where), "unknown_input", f"{key} bukan isian yang dihitung.", f"{key} is no counted input."
        )
    if len(inputs) != len({item["key"] for item in inputs}):
        yield _fault(
            (*place, "inputs"), "repeated_id", "Ada isian yang tertulis dua kali.", "An input is listed twice."
        )
    if not _within_bounds(ratio):
        yield _fault(
            place, "out_of_range", "Batas dan nilai penyebut nol: 0 sampai 1.", "Clamp and zero values must be 0 to 1."
        )


def _within_bounds(ratio: Data) -> bool:
    (floor, ceiling), zero = ratio["clamp"], ratio["zero_denominator"]
    bounds = [floor, ceiling, zero["value"], zero["value_if_numerator_zero"] or Fraction(0)]
    return floor < ceiling and all(0 <= bound <= 1 for bound in bounds)


def _questions(data: Data) -> Iterator[tuple[Place, Data, str]]:
    """Each question with its place and the path that its id must begin with."""
    for place, aspect in _aspects(data):
        id_ = f"{data['components'][int(place[1])]['code']}.{aspect['code']}"
        for at, item in _children(place, aspect, "items"):
            yield (*at, "question"), item["question"], id_
        for at, area in _children(place, aspect, "areas"):
            for below, sub in _children(at, area, "subindicators"):
                for here, question in _children(below, sub, "questions"):
                    yield here, question, f"{id_}.{area['code']}.{sub['code']}"


def _aspects(data: Data) -> list[Placed]:
    return [found for place, part in _children((), data, "components") for found in _children(place, part, "aspects")]


def _children(place: Place, data: Data, key: str) -> list[Placed]:
    return [((*place, key, str(at)), child) for at, child in enumerate(data.get(key, ()))]
