"""From the checked data of an instrument file to the frozen instrument that the domain scores with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.evaluation.domain.instrument import (
    Area,
    Aspect,
    Component,
    GateRule,
    Input,
    Instrument,
    Measure,
    Option,
    Question,
    Ratio,
    Scale,
    ScaleKind,
    SubIndicator,
    Text,
    ZeroRule,
)

Data = Mapping[str, Any]
Scales = Mapping[str, Scale]


def build(data: Data, content_hash: str) -> Instrument:
    """The instrument of data that `InstrumentSchema` loaded and `instrument_checks.faults_in` passed."""
    scales = {name: _scale(name, scale) for name, scale in data["scales"].items()}
    rules = {target: _gate_rules(gates, data) for target, gates in data["thresholds"].items()}
    return Instrument(
        id=data["id"],
        version=data["version"],
        name=(data["name"], data["gloss"]),
        effective_from=data["effective_from"],
        legal_basis=data["legal_basis"],
        content_hash=content_hash,
        components=tuple(_component(part, scales) for part in data["components"]),
        gate_rules=MappingProxyType(rules),
    )


def area_codes(data: Data) -> list[str]:
    """The codes of the change areas in the sheet's order, each once."""
    areas = (area for part in data["components"] for aspect in part["aspects"] for area in aspect.get("areas", ()))
    return list(dict.fromkeys(area["code"] for area in areas))


def _scale(name: str, data: Data) -> Scale:
    return Scale(name, ScaleKind(data["kind"]), tuple(data["values"].items()), data["maximum"])


def _gate_rules(gates: list[Data], data: Data) -> tuple[GateRule, ...]:
    """One rule for each gate; `area_*` stands for one gate for each area."""
    rules = []
    for gate in gates:
        every = gate["gate"].endswith("*")
        for of in area_codes(data) if every else [gate["of"]]:
            name = gate["gate"].replace("*", of) if every else gate["gate"]
            rules.append(GateRule(name, Measure(gate["measures"]), of, gate["limit"], gate["article"]))
    return tuple(rules)


def _component(data: Data, scales: Scales) -> Component:
    aspects = tuple(_aspect(aspect, data["code"], scales) for aspect in data["aspects"])
    return Component(data["code"], _name(data), data["weight"], aspects)


def _aspect(data: Data, parent: str, scales: Scales) -> Aspect:
    id_ = f"{parent}.{data['code']}"
    areas = tuple(_area(area, id_, scales) for area in data.get("areas", ()))
    items = tuple(_item(item, scales) for item in data.get("items", ()))
    return Aspect(id_, _name(data), data["weight"], areas, items)


def _area(data: Data, parent: str, scales: Scales) -> Area:
    id_ = f"{parent}.{data['code']}"
    subs = tuple(_subindicator(sub, id_, scales) for sub in data["subindicators"])
    return Area(id_, data["code"], _name(data), data["weight"], subs)


def _subindicator(data: Data, parent: str, scales: Scales) -> SubIndicator:
    questions = tuple(_question(question, _name(data), scales) for question in data["questions"])
    return SubIndicator(f"{parent}.{data['code']}", _name(data), data["weight"], questions)


def _item(data: Data, scales: Scales) -> SubIndicator:
    asked = data["question"]
    question = _question(asked, (asked["text"], asked["gloss"]), scales)
    return SubIndicator(question.id, question.text, data["weight"], (question,))


def _question(data: Data, parent: Text, scales: Scales) -> Question:
    scale, letter = scales[data["scale"]], data["id"].rsplit(".", 1)[-1]
    texts = data["options"] or {}
    # An instrument of which only the structure is known still names its questions.
    unnamed = (f"{parent[0]}, butir {letter}", f"{parent[1]}, item {letter}")
    return Question(
        id=data["id"],
        text=(data["text"] or unnamed[0], data["gloss"] or unnamed[1]),
        scale=scale,
        options=tuple(Option(letter, value, texts.get(letter, "")) for letter, value in scale.values),
        ratio=None if data["ratio"] is None else _ratio(data["ratio"]),
        survey=data["survey"],
        note=data["note"],
    )


def _ratio(data: Data) -> Ratio:
    formula, zero = data["formula"], data["zero_denominator"]
    when_both = zero["value"] if zero["value_if_numerator_zero"] is None else zero["value_if_numerator_zero"]
    return Ratio(
        formula=formula.text,
        inputs=tuple(_input(item) for item in data["inputs"]),
        plus=formula.plus,
        minus=formula.minus,
        denominator=formula.denominator,
        floor=data["clamp"][0],
        ceiling=data["clamp"][1],
        zero=ZeroRule(zero["value"], when_both, zero["status"], zero["source"]),
    )


def _input(data: Data) -> Input:
    return Input(data["key"], (data["label"], data["gloss"]), tuple(data["sum_of"]), data["informational"])


def _name(data: Data) -> Text:
    return data["name"], data["gloss"]
