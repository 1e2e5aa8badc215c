#!/usr/bin/env python3
"""Recompute a published score from its public bundle, on Python's standard library alone.

    python3 recompute.py BUNDLE [--json] [--sha256 HEX]

BUNDLE is a file, or an http(s) address. A file needs no network, no installation and no other file: this module
stands alone, so copy it anywhere (Python 3.10 or newer). It shares no line with the programme's own engine.

It reads the evaluators' answers and the instrument that the bundle carries, computes every value, point, area and
gate anew in exact fractions, and compares them with what the bundle says. It checks the hash of the instrument, of
every section, of every question, of the whole, and that the bytes are in canonical form (RFC 8785). Whatever does
not agree is named by its place. Who edits a bundle and makes all its hashes anew is found by --sha256: that is the
SHA-256 of the whole file, as the designation's page and the registry's API tell it.

Exit status: 0 everything agrees, 1 something does not (each place on stderr), 2 not a bundle.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

FORMAT = "zona-bundle/1"
SECTIONS = ("about", "evidence", "instrument", "method", "overrides", "result", "survey")
MEMBERS = {*SECTIONS, "format", "hashes", "questions"}
LARGEST = 4 * 1024 * 1024
"""Bytes. A bundle takes some 80 KiB."""
PATIENCE = 30
"""Seconds until an address must answer."""
LARGEST_COUNT = 10**12
PLACES = 6
DECIMAL = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,20})?", re.ASCII)
FORMULA = re.compile(r"\(?(?P<sum>\w+(?: [+-] \w+)*)\)? / (?P<denominator>\w+)", re.ASCII)
PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]', re.DOTALL)


class NotABundle(Exception):
    """Something at `place` without which nothing can be computed."""

    def __init__(self, place: str, indonesian: str, english: str) -> None:
        super().__init__(english)
        self.fault = Fault(place, indonesian, english)


@dataclass(frozen=True)
class Fault:
    """What does not agree, and where: the names that lead there from the top of the bundle, with slashes."""

    place: str
    indonesian: str
    english: str

    def as_json(self) -> dict[str, str]:
        return {"place": self.place, "id": self.indonesian, "en": self.english}


@dataclass(frozen=True)
class Asked:
    """A question of the instrument, with all that its points depend on."""

    id: str
    subindicator: str
    aspect: str
    component: str
    area: str
    weight: Fraction
    sharing: int
    scale: dict[str, Any]
    ratio: dict[str, Any] | None
    survey: str


@dataclass(frozen=True)
class Score:
    """Exact values (0..1) and points by id; `areas` as (points, percent of the area's weight)."""

    values: dict[str, Fraction]
    points: dict[str, Fraction]
    totals: dict[str, Fraction]
    areas: dict[str, tuple[Fraction, Fraction]]

    @property
    def total(self) -> Fraction:
        return sum(self.points.values(), Fraction(0))


def recompute(content: bytes, sha256: str | None = None) -> dict[str, Any]:
    """What the bundle's answers come to, in the form of `zi score`, with `faults`: everything that does not agree.

    `sha256`: the hash (hex) that was published, if it is known. Where nothing can be computed, `total` is None and a
    fault says why. Raises NotABundle for what is no bundle at all.
    """
    bundle = parsed(content)
    faults = [*_byte_faults(content, bundle, sha256), *_hash_faults(bundle)]
    result: dict[str, Any] = {"total": None, "passed": None}
    try:
        result, found = _computed(bundle)
        faults += found
    except NotABundle as error:
        faults.append(error.fault)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        said = f"Susunannya rusak ({error}).", f"Its structure is broken ({error})."
        faults.append(Fault("instrument/document", *said))
    return {
        **result,
        "format": FORMAT,
        "bundle_sha256": hashlib.sha256(content).hexdigest(),
        "expected_sha256": sha256,
        "agrees": not faults,
        "faults": [fault.as_json() for fault in faults],
    }


# Reading


def content_of(source: str) -> bytes:
    """The bytes of a file or of an http(s) address. Raises NotABundle."""
    try:
        if source.startswith(("http://", "https://")):
            with urllib.request.urlopen(source, timeout=PATIENCE) as answer:  # noqa: S310 (only http and https)
                content: bytes = answer.read(LARGEST + 1)
        else:
            with Path(source).open("rb") as file:
                content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # a refusal of HTTP is an OSError too
        reason = getattr(error, "strerror", None) or str(error)
        raise NotABundle("", f"Tidak terbaca ({reason}).", f"It can't be read ({reason}).") from error
    if len(content) > LARGEST:
        raise NotABundle("", f"Lebih dari {LARGEST} bita.", f"It is larger than {LARGEST} bytes.")
    return content


def parsed(content: bytes) -> dict[str, Any]:
    """The bundle as plain data. Raises NotABundle with the place of what is no JSON, or no bundle."""
    try:
        text = content.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_object, parse_float=_Odd, parse_constant=_Odd)
        odd = _odd(found)
    except UnicodeDecodeError as error:
        place = member_at(content[: error.start].decode("utf-8"), error.start)
        raise NotABundle(place, f"Bukan UTF-8 pada bita {error.start}.", f"Not UTF-8 at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        at = f"{error.lineno}:{error.colno}"
        said = (f"Bukan JSON yang sah pada {at}: {error.msg}.", f"Not valid JSON at {at}: {error.msg}.")
        raise NotABundle(member_at(text, error.pos), *said) from error
    except (RecursionError, ValueError) as error:
        raise NotABundle("", f"Bukan JSON paket: {error}.", f"Not a bundle's JSON: {error}.") from error
    if odd is not None:
        raise NotABundle(odd[0], f"Tidak boleh di sini: {odd[1]}.", f"Not allowed here: {odd[1]}.")
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise NotABundle("format", f"Bukan {FORMAT}.", f"This is no {FORMAT}.")
    return found


def member_at(text: str, position: int) -> str:
    """The names that lead to the member which stands at a position of a JSON text, well-formed up to there."""
    stack: list[str | int] = []
    for piece in (found[0] for found in PIECE.finditer(text, 0, position)):
        if piece in "{[":
            stack.append("" if piece == "{" else 0)
        elif piece in "}]":
            del stack[-1:]
        elif piece == "," and stack:
            stack[-1] = stack[-1] + 1 if isinstance(stack[-1], int) else ""
        elif piece[0] == '"' and stack and stack[-1] == "":
            stack[-1] = piece[1:-1]
    return "/".join(str(name) for name in stack if name != "")


def canonical(value: Any) -> bytes:
    """The one way to write a value: RFC 8785, as far as texts, whole numbers, true, false and null go."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def sha256_of(value: Any) -> str:
    """SHA-256 (hex) of the value's canonical bytes."""
    return hashlib.sha256(canonical(value)).hexdigest()


class _Odd(str):
    """What JSON allows and a bundle does not: a number with a fraction, a name that stands twice in one object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Odd("a name that stands twice") if name in found else value
    return found


def _odd(value: Any, place: str = "") -> tuple[str, _Odd] | None:
    """The first odd thing, with its place."""
    if isinstance(value, _Odd):
        return place, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (_odd(below, f"{place}/{name}" if place else str(name)) for name, below in inner)
    return next((one for one in found if one is not None), None)


# Hashes


def _byte_faults(content: bytes, bundle: dict[str, Any], sha256: str | None) -> list[Fault]:
    faults = []
    found, form = hashlib.sha256(content).hexdigest(), canonical(bundle)
    if sha256 is not None and found != sha256.lower():
        said = (f"SHA-256 berkas ini {found}, yang diumumkan {sha256}.", f"Its SHA-256 is {found}, published {sha256}.")
        faults.append(Fault("", *said))
    if content != form:
        shorter = min(len(content), len(form))
        at = next((nth for nth in range(shorter) if content[nth] != form[nth]), shorter)
        before = content[:at].decode("utf-8", "replace")
        said = (f"Bukan bentuk kanonis pada bita {at}.", f"Not in canonical form at byte {at}.")
        faults.append(Fault(member_at(before, len(before)), *said))
    return faults


def _hash_faults(bundle: dict[str, Any]) -> list[Fault]:
    """Every section and question that is not what its hash says; then the hashes themselves."""
    unknown = [
        Fault(name, "Bagian ini tidak dikenal.", "This section is not known.") for name in sorted({*bundle} - MEMBERS)
    ]
    hashes = bundle.get("hashes")
    hashes = hashes if isinstance(hashes, dict) else {}
    parts = {name: bundle[name] for name in SECTIONS if name in bundle}
    instrument = bundle.get("instrument")
    if isinstance(instrument, dict):
        parts["instrument"] = {name: value for name, value in instrument.items() if name != "document"}
    questions = bundle.get("questions")
    faults = [
        *unknown,
        *_differing("", SECTIONS, parts, hashes.get("sections")),
        *_differing("questions/", (), questions if isinstance(questions, dict) else {}, hashes.get("questions")),
    ]
    if not isinstance(instrument, dict) or sha256_of(instrument.get("document")) != instrument.get("hash"):
        said = "Isi instrumen tidak cocok dengan hash-nya.", "The instrument's content is not what its hash says."
        faults.append(Fault("instrument/document", *said))
    rest = {name: value for name, value in hashes.items() if name != "bundle"}
    if hashes.get("bundle") != sha256_of(rest):
        said = "Hash keseluruhan tidak cocok.", "The hash of the whole is not that of its parts."
        faults.append(Fault("hashes/bundle", *said))
    return faults


def _differing(place: str, expected: tuple[str, ...], parts: dict[str, Any], hashes: Any) -> list[Fault]:
    told = hashes if isinstance(hashes, dict) else {}
    said = "Isinya tidak cocok dengan hash-nya.", "Its content is not what its hash says."
    names = sorted({*expected, *parts, *told})
    differing = [name for name in names if name not in parts or told.get(name) != sha256_of(parts[name])]
    return [Fault(place + name, *said) for name in differing]


# The instrument


def _asked(document: dict[str, Any]) -> list[Asked]:
    """Every question in the sheet's order."""
    scales, found = _member(document, "scales", dict, "instrument/document"), []
    for component, aspect, area, sub in _subindicators(document):
        aspect_id = f"{component}.{aspect}"
        questions = _member(sub, "questions", list, f"instrument/document/{aspect_id}")
        code = f"{aspect_id}.{area}.{sub.get('code')}" if area else str(_id_of(questions[0]))
        for question in questions:
            id_ = _id_of(question)
            place = f"instrument/document/{id_}"
            scale = _member(scales, str(question.get("scale")), dict, place)
            weight, survey = _number(sub.get("weight"), place), str(question.get("survey") or "")
            ratio, sharing = question.get("ratio"), len(questions)
            found.append(Asked(id_, code, aspect_id, component, area, weight, sharing, scale, ratio, survey))
    return found


def _subindicators(document: dict[str, Any]) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(component, aspect, area, sub-indicator); an item of Hasil is a sub-indicator of one question, without area."""
    found = []
    for component, aspect in _aspects(document):
        names, place = (str(component.get("code")), str(aspect.get("code"))), "instrument/document/components"
        for area in aspect.get("areas", []):
            subs = _member(area, "subindicators", list, place)
            found += [(*names, str(area.get("code")), sub) for sub in subs if sub.get("questions")]
        for item in aspect.get("items", []):
            question = _member(item, "question", dict, place)
            found.append((*names, "", {"weight": item.get("weight"), "questions": [question]}))
    return found


def _aspects(document: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    place = "instrument/document/components"
    components = _member(document, "components", list, "instrument/document")
    return [(part, aspect) for part in components for aspect in _member(part, "aspects", list, place)]


def _area_weights(document: dict[str, Any]) -> dict[str, Fraction]:
    """What 100 percent of each change area means, over all aspects."""
    weights: dict[str, Fraction] = {}
    for area in (area for _, aspect in _aspects(document) for area in aspect.get("areas", [])):
        code = str(area.get("code"))
        weights[code] = weights.get(code, Fraction(0)) + _number(area.get("weight"), f"instrument/document/{code}")
    return weights


def _gate_rules(document: dict[str, Any], target: str, areas: list[str]) -> list[dict[str, str]]:
    """Gate, measure, of, limit, article; `area_*` stands for one gate for each area."""
    place = f"instrument/document/thresholds/{target}"
    thresholds = _member(document, "thresholds", dict, "instrument/document")
    rules = []
    for rule in _member(thresholds, target, list, place):
        name = _member(rule, "gate", str, place)
        every = areas if name.endswith("*") else [str(rule.get("of", ""))]
        rules += [{**rule, "gate": name.replace("*", of), "of": of} for of in every]
    return rules


# From answers to points


def _computed(bundle: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The result of the answers, and every number of the bundle that is another one. Raises NotABundle."""
    about, instrument = (_member(bundle, name, dict, "") for name in ("about", "instrument"))
    document, target = _member(instrument, "document", dict, "instrument"), _member(about, "target", str, "about")
    questions, asked = _member(bundle, "questions", dict, ""), _asked(document)
    weights = _area_weights(document)
    score = _score(asked, questions, weights)
    gates = _gates(_gate_rules(document, target, list(weights)), score)
    result = {
        "instrument": instrument.get("id"),
        "instrument_hash": instrument.get("hash"),
        "target": target,
        **_shown(score, gates),
        "unanswered": [one.id for one in asked if not any(_given(questions[one.id]))],
    }
    return result, [
        *_question_faults(asked, questions, score),
        *_sheet_faults(bundle, asked),
        *_unlike("result", _member(bundle, "result", dict, ""), _shown(score, gates)),
        *_outcome_faults(about, target, passed=bool(result["passed"])),
    ]


def _score(asked: list[Asked], questions: dict[str, Any], weights: dict[str, Fraction]) -> Score:
    values = {one.id: _value(one, _member(questions, one.id, dict, "questions")) for one in asked}
    points = {one.id: one.weight * values[one.id] / one.sharing for one in asked}
    totals: dict[str, Fraction] = {}
    for one in asked:
        for name in {one.subindicator, one.aspect, one.component}:
            totals[name] = totals.get(name, Fraction(0)) + points[one.id]
    areas = {}
    for code, weight in weights.items():
        reached = sum((points[one.id] for one in asked if one.area == code), Fraction(0))
        if not weight:
            raise NotABundle(f"instrument/document/{code}", "Bobot area nol.", "The area's weight is zero.")
        areas[code] = (reached, 100 * reached / weight)
    return Score(values, points, totals, areas)


def _value(asked: Asked, question: dict[str, Any]) -> Fraction:
    """The exact mean over the sheets; a sheet that left the question open counts 0."""
    answers, place = _member(question, "answers", list, f"questions/{asked.id}"), f"questions/{asked.id}/answers"
    if not answers:
        raise NotABundle(place, "Tidak ada jawaban.", "There is no answer.")
    return sum((_worth(asked, answer, place) for answer in answers), Fraction(0)) / len(answers)


def _worth(asked: Asked, answer: Any, place: str) -> Fraction:
    """What one answer is worth, 0..1."""
    if answer is None:
        return Fraction(0)
    if asked.ratio is not None:
        return _ratio(asked.ratio, answer, place)
    if asked.scale.get("kind") == "index":
        maximum, index = _number(asked.scale.get("maximum"), place), _number(answer, place)
        if not 0 <= index <= maximum:
            raise NotABundle(place, f"Indeks di luar 0..{maximum}.", f"The index is outside 0..{maximum}.")
        return index / maximum
    values = _member(asked.scale, "values", dict, place)
    if not isinstance(answer, str) or answer not in values:
        raise NotABundle(place, f"{answer!r} bukan pilihan.", f"{answer!r} is no option.")
    return _number(values[answer], place)


def _ratio(ratio: dict[str, Any], counts: Any, place: str) -> Fraction:
    """(sum of counts) / count, clamped; with a zero denominator, what the instrument's zero rule says."""
    formula = FORMULA.fullmatch(_member(ratio, "formula", str, place))
    zero, clamp = _member(ratio, "zero_denominator", dict, place), _member(ratio, "clamp", list, place)
    if formula is None or len(clamp) != 2:
        raise NotABundle(place, "Rumus rasio tidak terbaca.", "The ratio's formula can't be read.")
    words = ["+", *formula["sum"].split(" ")]
    signed = zip(words[::2], words[1::2], strict=True)
    numerator = sum((1 if sign == "+" else -1) * _count(counts, name, place) for sign, name in signed)
    denominator = _count(counts, formula["denominator"], place)
    if denominator == 0:
        both = zero.get("value_if_numerator_zero")
        return _number(both if numerator == 0 and both is not None else zero.get("value"), place)
    return min(max(Fraction(numerator, denominator), _number(clamp[0], place)), _number(clamp[1], place))


def _gates(rules: list[dict[str, str]], score: Score) -> list[dict[str, Any]]:
    gates = []
    for rule in rules:
        place = f"instrument/document/thresholds/{rule['gate']}"
        measured, limit = _measured(rule, score, place), _number(rule.get("limit"), place)
        places = PLACES
        # 74.9999999 is not shown as 75.000000 beside "not passed".
        while measured < limit <= Fraction(decimal_text(measured, places)):
            places += PLACES
        gates.append(
            {
                "gate": rule["gate"],
                "measured": decimal_text(measured, places),
                "limit": decimal_text(limit).rstrip("0").rstrip("."),
                "passed": measured >= limit,
                "article": rule.get("article"),
            }
        )
    return gates


def _measured(rule: dict[str, str], score: Score, place: str) -> Fraction:
    if rule.get("measures") == "total":
        return score.total
    percents = {code: percent for code, (_, percent) in score.areas.items()}
    measured = (percents if rule.get("measures") == "area_percent" else score.totals).get(rule["of"])
    if measured is None:
        raise NotABundle(place, f"{rule['of']} tidak ada.", f"There is no {rule['of']}.")
    return measured


def decimal_text(value: Fraction, places: int = PLACES) -> str:
    """The value with that many decimals, a half rounded to the even neighbour."""
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{places}d}"


# Comparing


def _shown(score: Score, gates: list[dict[str, Any]]) -> dict[str, Any]:
    """The numbers as they are published: decimals for persons, exact fractions beside them."""
    zero = Fraction(0)
    sums = {"total": score.total, "pengungkit": score.totals.get("A", zero), "hasil": score.totals.get("B", zero)}
    exact = {**sums, **{f"area_{code}": reached for code, (reached, _) in score.areas.items()}}
    return {
        **{name: decimal_text(value) for name, value in sums.items()},
        "areas": {
            code: {"score": decimal_text(reached), "percent": decimal_text(percent)}
            for code, (reached, percent) in score.areas.items()
        },
        "gates": gates,
        "passed": all(gate["passed"] for gate in gates),
        "exact": {name: _exact(value) for name, value in exact.items()},
    }


def _question_faults(asked: list[Asked], questions: dict[str, Any], score: Score) -> list[Fault]:
    said = "Butir ini tidak ada dalam instrumen.", "The instrument has no such question."
    faults = [Fault(f"questions/{id_}", *said) for id_ in sorted({*questions} - {one.id for one in asked})]
    for id_ in (one.id for one in asked):
        numbers = {"value": _exact(score.values[id_]), "points": _exact(score.points[id_])}
        told = {name: questions[id_].get(name) for name in numbers}
        faults += _unlike(f"questions/{id_}", told, numbers)
    return faults


def _sheet_faults(bundle: dict[str, Any], asked: list[Asked]) -> list[Fault]:
    """Each question must have an answer from every sheet of its layer; a survey's question, the survey's index."""
    method, survey = _member(bundle, "method", dict, ""), bundle.get("survey")
    faults = []
    for one in asked:
        question, place = bundle["questions"][one.id], f"questions/{one.id}"
        expected = {"layer": method.get("layer"), "answers": method.get("sheets")}
        if one.survey and isinstance(survey, dict):
            expected = {"layer": "survey", "answers": 1}
            faults += _unlike(f"survey/{one.survey}", survey.get(one.survey), question["answers"][0])
        told = {"layer": question.get("layer"), "answers": len(question["answers"])}
        faults += _unlike(place, told, expected)
    return faults


def _outcome_faults(about: dict[str, Any], target: str, *, passed: bool) -> list[Fault]:
    """A predicate needs every gate; without one there is none. The panel may refuse what passed."""
    qualified = about.get("outcome") == "qualified"
    faults = _unlike("about/predicate", about.get("predicate"), target if qualified else None)
    if qualified and not passed:
        faults.append(Fault("about/outcome", "Lulus tanpa semua syarat.", "Qualified without every gate."))
    if about.get("stage") == "screening" and passed:
        faults.append(Fault("about/stage", "Seleksi tidak menggagalkannya.", "The screening does not fail this."))
    return faults


def _unlike(place: str, told: Any, computed: Any) -> list[Fault]:
    """Every value that is not the computed one, by its own place; gates go by their names."""
    if isinstance(told, list) and isinstance(computed, list):
        told, computed = _by_gate(told), _by_gate(computed)
    if isinstance(told, dict) and isinstance(computed, dict):
        names = [*computed, *(name for name in told if name not in computed)]
        return [fault for name in names for fault in _unlike(f"{place}/{name}", told.get(name), computed.get(name))]
    if told == computed and type(told) is type(computed):
        return []
    said = (
        f"Tertulis {_short(told)}, seharusnya {_short(computed)}.",
        f"It says {_short(told)}, not {_short(computed)}.",
    )
    return [Fault(place, *said)]


def _by_gate(listed: list[Any]) -> dict[str, Any]:
    named = [(one.get("gate") if isinstance(one, dict) else None, one) for one in listed]
    return {str(name if name is not None else nth): one for nth, (name, one) in enumerate(named)}


def _given(question: dict[str, Any]) -> list[bool]:
    return [answer is not None for answer in question["answers"]]


def _member(of: Any, name: str, kind: type, place: str) -> Any:
    value = of.get(name) if isinstance(of, dict) else None
    if isinstance(value, kind):
        return value
    at = f"{place}/{name}" if place else name
    raise NotABundle(at, "Tidak ada, atau bukan bentuk yang benar.", "Missing, or not of the right form.")


def _id_of(question: Any) -> str:
    return str(_member(question, "id", str, "instrument/document/components"))


def _number(text: Any, place: str) -> Fraction:
    if not isinstance(text, str) or DECIMAL.fullmatch(text) is None:
        raise NotABundle(place, f"{_short(text)} bukan desimal.", f"{_short(text)} is no decimal as text.")
    return Fraction(text)


def _count(counts: Any, name: str, place: str) -> int:
    count = _member(counts, name, int, place)
    if isinstance(count, bool) or not 0 <= count <= LARGEST_COUNT:
        raise NotABundle(f"{place}/{name}", "Bukan jumlah.", "Not a count.")
    return int(count)


def _exact(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:60] + "…"


# The command


def run(source: str, *, as_json: bool, sha256: str | None = None) -> int:
    """Recompute `source`, tell it, and give the exit status."""
    try:
        result = recompute(content_of(source), sha256)
    except NotABundle as error:
        remedy = "→ Unduh lagi bundle.json dari halaman penetapannya. / Download bundle.json again from its page."
        print(*_lines(source, [error.fault]), remedy, sep="\n", file=sys.stderr)
        return 2
    faults = [Fault(one["place"], one["id"], one["en"]) for one in result["faults"]]
    if faults:
        remedy = "→ Jangan percaya berkas ini; unduh lagi. / Don't trust this copy; download it again."
        print(*_lines(source, faults), remedy, sep="\n", file=sys.stderr)
    print(json.dumps(result, ensure_ascii=False) if as_json else _told(result))
    return 1 if faults else 0


def _lines(source: str, faults: list[Fault]) -> list[str]:
    return [_plain(f"{source}: {fault.place or '/'}: {fault.indonesian} / {fault.english}") for fault in faults]


def _told(result: dict[str, Any]) -> str:
    """The result as a person reads it."""
    lines = [f"sha256       {result['bundle_sha256']}"]
    if result["total"] is not None:
        lines += [f"{name:12} {result[name]}" for name in ("instrument", "target", "total", "pengungkit", "hasil")]
        lines += [f"{code:12} {area['score']:>12} {area['percent']:>12}%" for code, area in result["areas"].items()]
        lines += [_gate_line(gate) for gate in result["gates"]]
    return "\n".join(map(_plain, [*lines, "cocok / agrees" if result["agrees"] else "TIDAK COCOK / DOES NOT AGREE"]))


def _gate_line(gate: dict[str, Any]) -> str:
    passed = "ya / yes" if gate["passed"] else "TIDAK / NO"
    return f"{gate['gate']:18} {gate['measured']:>12} ≥ {gate['limit']:6} {passed}"


def _plain(line: str) -> str:
    # A text of the bundle may hold anything, also what a terminal would obey.
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def main(arguments: list[str] | None = None) -> int:
    """The command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog="recompute.py", description="Recompute a published score from its bundle.")
    parser.add_argument("bundle", help="a file, or an http(s) address")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    parser.add_argument("--sha256", help="the hash that the designation's page tells")
    given = parser.parse_args(arguments)
    return run(given.bundle, as_json=given.json, sha256=given.sha256)


if __name__ == "__main__":
    sys.exit(main())
