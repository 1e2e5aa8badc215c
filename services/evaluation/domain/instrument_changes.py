"""What one version of the instrument asks, weighs and demands otherwise than another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.evaluation.domain.instrument import Instrument, Question, Text

ASKED_DIFFERENTLY = frozenset({"text", "scale", "options", "inputs"})
"""Changes of a question that make an old answer an answer to something else."""


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A question that was added (`before` is None), removed (`after` is None), or changed in `what`."""

    question: str
    before: Text | None
    after: Text | None
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberChange:
    """A weight (of a component, aspect, area or sub-indicator) or a gate's limit; None where there is none."""

    of: str
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True)
class InstrumentChanges:
    """Everything that differs, in the order of the newer instrument, then what only the older one had."""

    before: str
    after: str
    questions: tuple[QuestionChange, ...]
    weights: tuple[NumberChange, ...]
    limits: tuple[NumberChange, ...]


def changes_between(before: Instrument, after: Instrument) -> InstrumentChanges:
    """What a person must know who filled in `before` and now fills in `after`."""
    return InstrumentChanges(
        before.id,
        after.id,
        tuple(_question_changes(before, after)),
        tuple(_number_changes(_weights(before), _weights(after))),
        tuple(_number_changes(_limits(before), _limits(after))),
    )


def asked_the_same(before: Question | None, after: Question | None) -> bool:
    """Whether an answer to the one is an answer to the other."""
    return before is not None and after is not None and not ASKED_DIFFERENTLY.intersection(_differences(before, after))


def _question_changes(before: Instrument, after: Instrument) -> Iterator[QuestionChange]:
    for id in dict.fromkeys((*after.questions, *before.questions)):
        old, new = before.questions.get(id), after.questions.get(id)
        what = tuple(_differences(old, new)) if old and new else ()
        if what or old is None or new is None:
            yield QuestionChange(id, old.text if old else None, new.text if new else None, what)


def _differences(old: Question, new: Question) -> Iterator[str]:
    pairs = zip(_aspects_of(old).items(), _aspects_of(new).values(), strict=True)
    return (name for (name, was), now in pairs if was != now)


def _aspects_of(question: Question) -> dict[str, object]:
    ratio = question.ratio
    return {
        "text": question.text,
        "scale": (question.scale.kind, [letter for letter, _ in question.scale.values], question.scale.maximum),
        "options": [(option.letter, option.text) for option in question.options],
        "values": [value for _, value in question.scale.values],
        "inputs": [(one.key, one.label, one.sum_of) for one in ratio.inputs] if ratio else None,
        "formula": (ratio.formula, ratio.floor, ratio.ceiling) if ratio else None,
        "zero_denominator": ratio.zero if ratio else None,
        "survey": question.survey,
    }


def _weights(instrument: Instrument) -> dict[str, Fraction]:
    found = {part.code: part.weight for part in instrument.components}
    found |= {aspect.id: aspect.weight for aspect in instrument.aspects}
    found |= {code: area.weight for code, area in instrument.areas.items()}
    return found | {id: sub.weight for id, sub in instrument.subindicators.items()}


def _limits(instrument: Instrument) -> dict[str, Fraction]:
    return {f"{target}/{rule.gate}": rule.limit for target, rules in instrument.gate_rules.items() for rule in rules}


def _number_changes(before: Mapping[str, Fraction], after: Mapping[str, Fraction]) -> Iterator[NumberChange]:
    for of in dict.fromkeys((*after, *before)):
        if before.get(of) != after.get(of):
            yield NumberChange(of, before.get(of), after.get(of))
