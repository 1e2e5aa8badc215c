"""What came of a fault: counted from the databases, and checked against the journal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import event_id
from shared.testing import history
from tests.chaos.books import QUEUES
from tests.chaos.rooms import POISON
from tests.chaos.stage import Stage

HEARS = {"registry": "source", "notifications": "effect"}
"""Consumer → kind of the aggregates whose events it hears."""
SHOWN = 5


@dataclass
class Finding:
    """Counts, and in words what is wrong; nothing wrong means that the guarantees held.

    duplicates   settled deliveries beyond the first of an event on a queue
    redelivered  settled deliveries that the broker marked as repeated
    """

    lost: int = 0
    effects_twice: int = 0
    disordered: int = 0
    dead_lettered: int = 0
    duplicates: int = 0
    redelivered: int = 0
    wrong: list[str] = field(default_factory=list)


def judge(stage: Stage) -> Finding:
    """Compare what clients were promised with what the databases hold, twice: by count, and by history."""
    finding = Finding()
    _commands(stage, finding)
    for service in QUEUES:
        _effects(stage, service, finding)
    _dead_letters(stage, finding)
    _history(stage, finding)
    return finding


def poison_of(stage: Stage) -> set[str]:
    """The ids of the events that no consumer can take."""
    keys = [key for key, name in stage.plan.names.items() if name == POISON]
    return {event_id("units", f"source:{key}", 1) for key in keys}


def _commands(stage: Stage, finding: Finding) -> None:
    """Each command was obeyed once, in its order, and said one event."""
    found = {document["key"]: document for document in stage.books.documents("units")}
    for key, count in stage.plan.commands.items():
        document = found.get(key, {"state": {"numbers": []}, "sequence": 0})
        numbers = document["state"]["numbers"]
        lost, twice = len(set(range(1, count + 1)) - set(numbers)), len(numbers) - len(set(numbers))
        finding.lost += lost
        finding.effects_twice += twice + max(0, document["sequence"] - len(set(numbers)))
        if numbers != list(range(1, count + 1)) or document["sequence"] != count:
            finding.wrong.append(f"source {key} obeyed {numbers} and said {document['sequence']}, not 1 to {count}")


def _effects(stage: Stage, service: str, finding: Finding) -> None:
    """Each event that is no poison had its effect here, once, and in the order of its aggregate."""
    effects = [(effect["source"], effect["sequence"]) for _, effect in stage.books.effects(service)]
    due, seen = _due(stage, HEARS[service]), Counter(effects)
    lost, twice, strange = len(due - seen.keys()), seen.total() - len(seen), len(seen.keys() - due)
    disordered = _disordered(effects)
    finding.lost += lost
    finding.effects_twice += twice
    finding.disordered += disordered
    told = {"lost": lost, "twice": twice, "out of order": disordered, "that nobody asked for": strange}
    finding.wrong += [f"{service}: {count} effects {what}" for what, count in told.items() if count]


def _due(stage: Stage, kind: str) -> set[tuple[str, int]]:
    """Source and sequence of every event that must have its effect."""
    names = stage.plan.names
    good = {key: count for key, count in stage.plan.commands.items() if names.get(key) != POISON}
    return {(f"{kind}:{key}", number) for key, count in good.items() for number in range(1, count + 1)}


def _disordered(effects: list[tuple[str, int]]) -> int:
    """How many effects came after a later one of the same source."""
    last: dict[str, int] = {}
    count = 0
    for source, sequence in effects:
        count += sequence < last.get(source, 0)
        last[source] = max(sequence, last.get(source, 0))
    return count


def _dead_letters(stage: Stage, finding: Finding) -> None:
    reasons = stage.books.dead_letters()
    finding.dead_lettered = len(reasons)
    poison = len(poison_of(stage))
    strange = [reason for reason in reasons if not reason.startswith("poison")]
    if len(reasons) != poison or strange:
        finding.wrong.append(f"{len(reasons)} dead letters where {poison} are poison: {sorted(set(strange))[:SHOWN]}")


def _history(stage: Stage, finding: Finding) -> None:
    stage.books.write_down()
    consumers = {name: history.Consumer(history.of_kinds(kind)) for name, kind in HEARS.items()}
    verdict = history.check(history.read(stage.journal), consumers, poison=poison_of(stage))
    counts: Any = verdict.counts
    finding.lost = max(finding.lost, counts.lost)
    finding.effects_twice = max(finding.effects_twice, counts.effects_twice)
    finding.duplicates = counts.delivered_again
    finding.redelivered = counts.redelivered
    finding.wrong += [f"{fault.kind}: {fault.says}" for fault in verdict.faults[:SHOWN]]
    if len(verdict.faults) > SHOWN:
        finding.wrong.append(f"and {len(verdict.faults) - SHOWN} more faults in the history")
