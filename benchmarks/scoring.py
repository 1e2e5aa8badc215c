"""`scoring`: whole sheets per second by the exact engine, beside the same roll-up in floats."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from benchmarks import machine
from benchmarks.options import Options
from benchmarks.report import Report
from benchmarks.rounds import Ratio, interleave
from benchmarks.telling import tell
from services.evaluation.domain.answers import Answer
from services.evaluation.domain.instrument import Instrument, Question, ScaleKind
from services.evaluation.domain.scoring import score_answers, score_values, values_of
from services.evaluation.instrument_files import load

INSTRUMENT = "lke-2021"
SHEETS = 1_000
ROUNDS = 5


def run(options: Options) -> Report:
    """Score the same sheets exactly and in floats; no server takes part."""
    about, instrument = machine.describe(), load(INSTRUMENT)
    count, chance = options.events or SHEETS, random.Random(90_2021)  # noqa: S311 - the same sheets in every run
    sheets = [sheet(instrument, chance) for _ in range(count)]
    values = [values_of(instrument, each) for each in sheets]
    floats = [{id: float(value) for id, value in each.items()} for each in values]
    contenders = {
        "engine": ("answers → values → total, exact fractions", _timed(partial(score_answers, instrument), sheets)),
        "engine, roll-up alone": ("values → total, exact fractions", _timed(partial(score_values, instrument), values)),
        "floats, roll-up alone": (
            "the same sums in floats, not exact",
            _timed(partial(float_total, instrument), floats),
        ),
    }
    figures = interleave(contenders, options.rounds or ROUNDS, tell)
    engine, exact, quick = figures.values()
    pairs = zip(values, floats, strict=True)
    away = max(abs(float(score_values(instrument, a).total) - float_total(instrument, b)) for a, b in pairs)
    notes = [
        f"{len(instrument.questions)} questions, all answered; {1e3 / engine.per_second:.2f} ms a sheet",
        f"floats miss the total by up to {away:.1e} points; what the difference buys is that no gate hangs on it",
    ]
    ratios = [Ratio("exact / floats, roll-up alone", exact.per_second / quick.per_second)]
    return Report(
        "scoring", figures, ratios, about, unit="sheets/s", notes=notes, more={"ms_per_sheet": 1e3 / engine.per_second}
    )


def sheet(instrument: Instrument, chance: random.Random) -> dict[str, Answer]:
    """An answer to every question."""
    return {id: _answer(question, chance) for id, question in instrument.questions.items()}


def float_total(instrument: Instrument, values: Mapping[str, float]) -> float:
    """The total of the engine's roll-up, with its sub-indicators, areas, aspects and components, in floats."""
    subs = {
        id: float(sub.weight) * math.fsum(values[question.id] for question in sub.questions) / len(sub.questions)
        for id, sub in instrument.subindicators.items()
    }
    points = dict.fromkeys(instrument.areas, 0.0)
    for area in (area for aspect in instrument.aspects for area in aspect.areas):
        points[area.code] += math.fsum(subs[sub.id] for sub in area.subindicators)
    aspects = {aspect.id: math.fsum(subs[sub.id] for sub in aspect.subindicators) for aspect in instrument.aspects}
    components = [math.fsum(aspects[aspect.id] for aspect in part.aspects) for part in instrument.components]
    return math.fsum(components)


def _answer(question: Question, chance: random.Random) -> Answer:
    if question.ratio is not None:
        return {each.key: chance.randint(1, 400) for each in question.ratio.inputs}
    if question.scale.kind is ScaleKind.INDEX:
        return f"{chance.uniform(0, float(question.scale.maximum or Fraction(1))):.2f}"
    return chance.choice(question.scale.values)[0]


def _timed(score: Callable[[Any], object], sheets: Sequence[Any]) -> Callable[[], dict[str, Any]]:
    def measure() -> dict[str, Any]:
        began, cpu = time.perf_counter(), time.process_time()
        for each in sheets:
            score(each)
        return {
            "events": len(sheets),
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - cpu,
        }

    return measure
