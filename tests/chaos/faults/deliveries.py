"""What a broker and its publishers may do to any event: twice, in reverse, to two at once, late; and what they say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from shared.contracts import event_id
from shared.testing import history, wait_until
from tests.chaos.books import QUEUES
from tests.chaos.faults.base import Fault, in_flight
from tests.chaos.load import Plan, plan
from tests.chaos.proof import Proof
from tests.chaos.rooms import POISON
from tests.chaos.stage import Size, Stage

FEW = "2"
"""A source whose events all fit into one prefetch may have its first one settled first, however they came."""
MOST = 0.5
POISONED = 0.05


class EveryEventTwice(Fault):
    """Both relays publish each event twice."""

    slug = "every-event-twice"

    def happen(self, stage: Stage, proof: Proof) -> None:
        twice = {"CHAOS_WAYS": "twice"}
        stage.crew(units=twice, registry=twice)
        stage.load.start()
        in_flight(stage, proof, stage.under_way())
        stage.complete()
        done = {"done", "already_done"}
        times = wait_until(lambda: _twice_each(stage, done), stage.size.patience, "both deliveries of each event")
        proof.saw(deliveries=sum(times.values()), events_delivered_twice=sum(1 for n in times.values() if n > 1))


def _twice_each(stage: Stage, outcomes: set[str]) -> Counter[tuple[str, str | None]]:
    """Settled deliveries by queue and event, once each has two; else nothing."""
    settled = [each for each in history.read(stage.journal).delivered if each.outcome in outcomes]
    times = Counter((each.queue, each.event) for each in settled)
    whole = len(times) >= len(QUEUES) * stage.good and min(times.values()) > 1
    return times if whole else Counter()


class ReversedOrder(Fault):
    """The relay finds all events of each source, and publishes the last one first."""

    slug = "reversed-order"

    def happen(self, stage: Stage, proof: Proof) -> None:
        staff = stage.staff
        staff.ready(staff.web(), *(staff.worker(name, PREFETCH=FEW) for name in QUEUES))
        stage.load.start()
        stage.load.finish()
        proof.demand(stage.effects() == 0, "no effect while nobody relays")
        staff.ready(staff.worker("units", CHAOS_WAYS="backwards", RELAY_BATCH="100000"))
        stage.complete()
        first = _first_delivered(stage)
        backwards = [key for key, count in stage.plan.commands.items() if count > 1 and first.get(key, 1) > 1]
        early = sum(1 for each in history.read(stage.journal).delivered if each.outcome == "early")
        proof.saw(sources_reversed=len(backwards), early=early)
        wanted = MOST * sum(1 for count in stage.plan.commands.values() if count > 1)
        proof.demand(len(backwards) >= wanted, f"{wanted:g} sources whose last event was delivered before their first")
        proof.demand(early, "events that came too early")


def _first_delivered(stage: Stage) -> dict[str, int]:
    """Source → sequence of its event that was delivered first."""
    place = {
        event_id("units", f"source:{key}", number): (key, number)
        for key, count in stage.plan.commands.items()
        for number in range(1, count + 1)
    }
    first: dict[str, int] = {}
    for each in history.read(stage.journal).delivered:
        if each.queue == QUEUES["registry"] and each.event in place:
            key, number = place[each.event]
            first.setdefault(key, number)
    return first


class TwoConsumersOneEvent(Fault):
    """Two worker processes stand before the same effect at the same instant: one of them writes it."""

    slug = "two-consumers-one-event"

    def happen(self, stage: Stage, proof: Proof) -> None:
        place = stage.journal.with_name("meetings")
        place.mkdir()
        meeting = {"CHAOS_WAYS": "meeting", "CHAOS_PLACE": str(place), "PREFETCH": "1"}
        stage.crew(units={"CHAOS_WAYS": "twice"}, registry={**meeting, "CHAOS_ME": "a"})
        stage.staff.ready(stage.staff.worker("registry", **meeting, CHAOS_ME="b"))
        stage.load.start()
        in_flight(stage, proof, stage.under_way())
        stage.complete()
        met = len(_met(place, "a") & _met(place, "b"))
        proof.saw(met=met)
        proof.demand(
            met >= stage.good / 2, f"both workers before one effect at least {stage.good / 2:g} times, not {met}"
        )


def _met(place: Path, who: str) -> set[str]:
    return {path.name.partition(".")[0] for path in place.glob(f"*.met-{who}")}


class PoisonAmongGood(Fault):
    """One event in twenty can be taken by nobody: these are dead-lettered with their reason, and no other."""

    slug = "poison-among-good"

    def plan(self, size: Size) -> Plan:
        good, poison = plan(size.events), max(1, int(size.events * POISONED))
        bad = {f"p{n:05}": 1 for n in range(poison)}
        mixed = dict(sorted({**good.commands, **bad}.items(), key=lambda item: item[0][1:]))
        return Plan(mixed, dict.fromkeys(bad, POISON))

    def happen(self, stage: Stage, proof: Proof) -> None:
        stage.crew()
        stage.load.start()
        in_flight(stage, proof, stage.under_way())
        stage.complete()
        poison = stage.plan.total - stage.good
        dead = wait_until(lambda: _dead(stage, poison), stage.size.patience, f"{poison} dead letters")
        proof.saw(reasons=sorted(set(dead)))
        proof.demand(set(dead) == {"poison: poison"}, "dead letters with the poison's reason")


def _dead(stage: Stage, wanted: int) -> list[str]:
    found = stage.books.dead_letters()
    return found if len(found) >= wanted else []


class LateConsumer(Fault):
    """The consumer is deployed when everything has been published; its queue has waited for it."""

    slug = "late-consumer"

    def happen(self, stage: Stage, proof: Proof) -> None:
        staff = stage.staff
        staff.ready(staff.web(), staff.worker("units"))
        stage.load.start()
        stage.load.finish()
        wait_until(lambda: not stage.books.waiting("units"), stage.size.patience, "an empty outbox")
        depth = wait_until(lambda: _waiting(stage), stage.size.patience, "all events in the queue")
        proof.saw(waiting_in_queue=depth)
        proof.demand(stage.effects() == 0, "no effect before there is a consumer")
        staff.ready(*(staff.worker(name) for name in QUEUES))


def _waiting(stage: Stage) -> int:
    depth = stage.books.depths()[QUEUES["registry"]]
    return depth if depth >= stage.good else 0


class OldConsumerNewEvent(Fault):
    """The producer says a newer version of its event, with fields that the consumers do not know."""

    slug = "old-consumer-new-event"

    def happen(self, stage: Stage, proof: Proof) -> None:
        newer = {"CHAOS_WAYS": "newer"}
        stage.crew(web=newer, units=newer)
        stage.load.start()
        in_flight(stage, proof, stage.under_way())
        stage.complete()
        told = stage.books.recorded("units")
        newer_ones = [each for each in told if each["dataschema"].endswith(":2") and "established" in each["data"]]
        proof.saw(newer_version=len(newer_ones))
        proof.demand(len(newer_ones) == stage.plan.total, "every event in the newer version")
