"""Raw answers of a sheet: every fault found at once, each with the question, what is wrong and what is allowed.

An answer is an option's letter ("A", "Ya"), an index as decimal text ("3.72"), or counts by input
({"jumlah_sasaran": 10, "tercapai_100": 8}). Numbers with a fraction are refused outside text: a binary
float is not the number that was written.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from fractions import Fraction
from typing import cast

from services.evaluation.domain.faults import Fault, refuse, shown
from services.evaluation.domain.instrument import Input, Instrument, Question, Ratio, ScaleKind

Answer = str | Mapping[str, int]
Place = tuple[str, ...]

# Bounds of the input, not of the regulation: no unit counts more, and no survey is more precise.
LARGEST_COUNT = 10**9
DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9]{1,20})?", re.ASCII)


def read_answers(
    instrument: Instrument,
    raw: object,
    *,
    place: Place = ("answers",),
    questions: Container[str] | None = None,
) -> dict[str, Answer]:
    """The answers by question id in the sheet's order, sums that were left out filled in.

    `questions` limits which may be answered. Raises InvalidInput with every fault.
    """
    refuse(faults_in(instrument, raw, place=place, questions=questions))
    answers = cast("Mapping[str, Answer]", raw)
    return {id_: _completed(question, answers[id_]) for id_, question in instrument.questions.items() if id_ in answers}


def faults_in(
    instrument: Instrument,
    raw: object,
    *,
    place: Place = ("answers",),
    questions: Container[str] | None = None,
) -> tuple[Fault, ...]:
    """Every fault of the raw answers, in the order in which they were given."""
    if not isinstance(raw, Mapping):
        return (_not_an_object(place, raw),)
    found: list[Fault] = []
    for id_, answer in raw.items():
        at = (*place, str(id_))
        question = instrument.questions.get(id_)
        if question is None:
            found.append(_unknown_question(at, id_, instrument))
        elif questions is not None and id_ not in questions:
            found.append(_not_allowed(at, id_))
        else:
            found += _answer_faults(question, answer, at)
    return tuple(found)


def read_index(text: object, maximum: Fraction) -> Fraction | None:
    """An index exactly as written, or None when it is not decimal text from 0 to `maximum`."""
    if not isinstance(text, str) or DECIMAL.fullmatch(text) is None:
        return None
    value = Fraction(text)
    return value if value <= maximum else None


def index_fault(at: Place, name: str, given: object, maximum: Fraction) -> Fault:
    """What to say of an index that `read_index` does not take."""
    message = (
        f'{name}: {shown(given)} bukan indeks. Tulis desimal 0 sampai {maximum} sebagai teks, misalnya "3.72".',
        f'{name}: {shown(given)} is not an index. Write a decimal from 0 to {maximum} as text, such as "3.72".',
    )
    return Fault(at, "not_an_index", message)


def _answer_faults(question: Question, answer: object, at: Place) -> list[Fault]:
    if question.ratio is not None:
        return _count_faults(question, question.ratio, answer, at)
    if question.scale.kind is ScaleKind.INDEX:
        maximum = question.scale.maximum or Fraction(0)
        return [] if read_index(answer, maximum) is not None else [index_fault(at, question.id, answer, maximum)]
    allowed = [letter for letter, _ in question.scale.values]
    if isinstance(answer, str) and answer in allowed:
        return []
    words = ", ".join(allowed)
    return [
        Fault(
            at,
            "unknown_option",
            (
                f"{question.id}: {shown(answer)} bukan pilihan. Yang boleh: {words}.",
                f"{question.id}: {shown(answer)} is not an option. Allowed: {words}.",
            ),
        )
    ]


def _count_faults(question: Question, ratio: Ratio, answer: object, at: Place) -> list[Fault]:
    if not isinstance(answer, Mapping):
        return [_not_counts(question, ratio, answer, at)]
    keys = {item.key for item in ratio.inputs}
    found = [_unknown_input(question, ratio, key, at) for key in answer if key not in keys]
    for item in ratio.inputs:
        if item.key not in answer:
            found += [_missing_input(question, item, at)] if item.required else []
        elif not _is_count(answer[item.key], _largest(item)):
            found.append(_not_a_count(question, item, answer[item.key], at))
    return found or _sum_faults(question, ratio, answer, at)


def _sum_faults(question: Question, ratio: Ratio, answer: Mapping[str, int], at: Place) -> list[Fault]:
    found = []
    for item in ratio.inputs:
        parts = sum(answer[part] for part in item.sum_of)
        if item.sum_of and item.key in answer and answer[item.key] != parts:
            found.append(_sum_disagrees(question, item, answer[item.key], parts, at))
    return found


def _is_count(value: object, largest: int) -> bool:
    # bool is an int in Python, and `true` is no count.
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest


def _largest(item: Input) -> int:
    # A sum may be as large as its parts together, or what was read could not be read again.
    return LARGEST_COUNT * max(1, len(item.sum_of))


def _completed(question: Question, answer: Answer) -> Answer:
    if question.ratio is None or isinstance(answer, str):
        return answer
    sums = {item.key: sum(answer[part] for part in item.sum_of) for item in question.ratio.inputs if item.sum_of}
    merged = {**sums, **answer}
    return {item.key: merged[item.key] for item in question.ratio.inputs if item.key in merged}


def _not_an_object(at: Place, raw: object) -> Fault:
    return Fault(
        at,
        "not_an_object",
        (
            f"Jawaban harus berupa objek dari nomor butir ke jawaban, bukan {shown(raw)}.",
            f"Answers must be an object from question ids to answers, not {shown(raw)}.",
        ),
    )


def _unknown_question(at: Place, id_: object, instrument: Instrument) -> Fault:
    example = next(iter(instrument.questions))
    return Fault(
        at,
        "unknown_question",
        (
            f"{shown(id_)} bukan butir {instrument.id}. Pakai nomor butir instrumen itu, misalnya {example}.",
            f"{shown(id_)} is no question of {instrument.id}. Use that instrument's ids, such as {example}.",
        ),
    )


def _not_allowed(at: Place, id_: str) -> Fault:
    return Fault(
        at,
        "question_not_allowed",
        (
            f"{id_}: butir ini tidak dijawab di sini. Hapus jawabannya.",
            f"{id_}: this question is not answered here. Remove its answer.",
        ),
    )


def _not_counts(question: Question, ratio: Ratio, answer: object, at: Place) -> Fault:
    keys = ", ".join(item.key for item in ratio.inputs)
    return Fault(
        at,
        "not_counts",
        (
            f"{question.id}: {shown(answer)} bukan jumlah. Tulis objek dengan bilangan bulat untuk: {keys}.",
            f"{question.id}: {shown(answer)} is not a set of counts. Write an object with whole numbers for: {keys}.",
        ),
    )


def _unknown_input(question: Question, ratio: Ratio, key: object, at: Place) -> Fault:
    keys = ", ".join(item.key for item in ratio.inputs)
    return Fault(
        (*at, str(key)),
        "unknown_input",
        (
            f"{question.id}: {shown(key)} bukan isian butir ini. Yang boleh: {keys}.",
            f"{question.id}: {shown(key)} is no input of this question. Allowed: {keys}.",
        ),
    )


def _missing_input(question: Question, item: Input, at: Place) -> Fault:
    return Fault(
        (*at, item.key),
        "missing_input",
        (
            f"{question.id}: {item.key} ({item.label[0]}) belum diisi. Isi bilangan bulat 0 atau lebih.",
            f"{question.id}: {item.key} ({item.label[1]}) is missing. Give a whole number of 0 or more.",
        ),
    )


def _not_a_count(question: Question, item: Input, given: object, at: Place) -> Fault:
    largest = _largest(item)
    return Fault(
        (*at, item.key),
        "not_a_count",
        (
            f"{question.id}: {item.key} = {shown(given)} bukan jumlah. Isi bilangan bulat 0 sampai {largest}.",
            f"{question.id}: {item.key} = {shown(given)} is not a count. Give a whole number, 0 to {largest}.",
        ),
    )


def _sum_disagrees(question: Question, item: Input, given: int, parts: int, at: Place) -> Fault:
    terms = " + ".join(item.sum_of)
    return Fault(
        (*at, item.key),
        "sum_disagrees",
        (
            f"{question.id}: {item.key} = {given}, padahal {terms} = {parts}. Samakan, atau kosongkan {item.key}.",
            f"{question.id}: {item.key} = {given}, but {terms} = {parts}. Make them agree, or leave {item.key} out.",
        ),
    )
