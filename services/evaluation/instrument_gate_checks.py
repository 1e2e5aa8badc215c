"""Whether the gates of an instrument file can stand: what they measure exists, and their limits can be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from services.evaluation.domain.faults import Fault
from services.evaluation.instrument_building import area_codes

Data = Mapping[str, Any]
Place = tuple[str, ...]

FULL = Fraction(100)


class Part(NamedTuple):
    """Something a gate can measure: the most it can reach, and the index that gives the most, if it has one."""

    most: Fraction
    top_index: Fraction | None = None


def gate_faults(data: Data) -> Iterator[Fault]:
    """Every gate that can't stand, in data that `InstrumentSchema` loaded."""
    parts = _parts(data)
    for target, gates in data["thresholds"].items():
        times = Counter(gate["gate"] for gate in gates)
        for at, gate in enumerate(gates):
            place, name = ("thresholds", target, str(at)), gate["gate"]
            if times[name] > 1:
                said = (f"{name} tertulis dua kali.", f"{name} is listed twice.")
                yield Fault((*place, "gate"), "repeated_id", said)
            part = parts.get((gate["measures"], gate["of"]))
            if part is None or name.endswith("*") != (gate["of"] == "*"):
                said = ("Bagian ini tidak ada.", "There is no such part to measure.")
                yield Fault((*place, "of"), "unknown_part", said)
            else:
                yield from _limit_faults(place, gate, part)


def _limit_faults(place: Place, gate: Data, part: Part) -> Iterator[Fault]:
    limit = gate["limit"]
    if not 0 < limit <= part.most:
        said = (f"Batas harus di atas 0 sampai {part.most}.", f"The limit must be above 0, up to {part.most}.")
        yield Fault((*place, "limit"), "out_of_range", said)
    if gate["index"] is None:
        return
    if part.top_index is None or gate["index"] / part.top_index * part.most != limit:
        said = (f"Indeks ini bukan {float(limit)} poin.", f"This index is not {float(limit)} points.")
        yield Fault((*place, "index"), "index_disagrees", said)


def _parts(data: Data) -> dict[tuple[str, str], Part]:
    """What can be measured, by the kind of measure and the id of what is measured."""
    parts = {("total", ""): Part(FULL), ("area_percent", "*"): Part(FULL)}
    parts |= {("area_percent", code): Part(FULL) for code in area_codes(data)}
    for component in data["components"]:
        parts["component", component["code"]] = Part(component["weight"])
        for aspect in component["aspects"]:
            id_ = f"{component['code']}.{aspect['code']}"
            parts["aspect", id_] = Part(aspect["weight"])
            parts |= _subindicators(aspect, id_, data["scales"])
    return parts


def _subindicators(aspect: Data, id_: str, scales: Data) -> dict[tuple[str, str], Part]:
    parts: dict[tuple[str, str], Part] = {}
    for item in aspect.get("items", ()):
        top_index = scales.get(item["question"]["scale"], {}).get("maximum")
        parts["subindicator", item["question"]["id"]] = Part(item["weight"], top_index)
    for area in aspect.get("areas", ()):
        for sub in area["subindicators"]:
            parts["subindicator", f"{id_}.{area['code']}.{sub['code']}"] = Part(sub["weight"])
    return parts
