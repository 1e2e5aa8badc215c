"""The check: sets compared for equality, and every difference named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shared.testing.history.consumers import Consumer, Order
from shared.testing.history.lines import Delivered, Effect, History, Said
from shared.testing.history.truth import Truth, truth_of
from shared.testing.history.verdict import Counts, Verdict

LOSSES = {"unsaved", "unpublished", "unrecorded", "lost"}
WAITING = {"early", "transient"}
"""Outcomes of deliveries that say nothing about the event: its turn had not come, or the database was away."""
DEAD = "dead"


def check(
    history: History, consumers: Mapping[str, Consumer] | None = None, *, poison: Collection[str | None] = ()
) -> Verdict:
    """Compare what clients were promised with what was saved, said, delivered and done.

    `consumers` by name: whose effects the history has, what each hears and in which order. `poison`: ids of
    events that may be dead-lettered (None for a message that nobody can read), and then have no effect.
    """
    consumers = consumers or {}
    truth = truth_of(history)
    _said(truth, history)
    effects = _Effects(truth, consumers)
    for effect in history.effects:
        effects.hear(effect)
    said = {each.event for each in history.published}
    for name, consumer in consumers.items():
        effects.complete(name, consumer, said, poison)
    _deliveries(truth, history, poison)
    return Verdict(_counts(history, truth, effects), tuple(truth.faults))


def _said(truth: Truth, history: History) -> None:
    """Every saved event is published and, where the read-back is there, recorded; nothing else is."""
    for step, lines in (("published", history.published), ("recorded", history.recorded)):
        told = {(each.event, each.aggregate, each.sequence): each for each in lines}
        for each in told.values():
            _one_said(truth, step, each)
        missing = truth.events.keys() - {each.event for each in lines} if lines or step == "published" else set()
        for event in sorted(missing):
            known = truth.events[event]
            says = f"{_named(known)} was saved and never {step}: look whether it stands in the outbox still"
            truth.blame(f"un{step}", "saved", event, known.aggregate, says)


def _one_said(truth: Truth, step: str, said: Said) -> None:
    known = truth.events.get(said.event)
    if known is None:
        says = f"{_named(said)} was {step}, and no save has it: an event of something that never happened"
        truth.blame("ghost", step, said.event, said.aggregate, says)
    elif (known.aggregate, known.sequence) != (said.aggregate, said.sequence):
        says = f"{said.event} was {step} as {said.aggregate} {said.sequence}, but is {known.aggregate} {known.sequence}"
        truth.blame("misplaced", step, said.event, said.aggregate, says)


@dataclass(slots=True)
class _Effects:
    """The effects as they come, by consumer."""

    truth: Truth
    consumers: Mapping[str, Consumer]
    times: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    highest: dict[tuple[str, str], Said] = field(default_factory=dict)
    skipped: int = 0

    def hear(self, effect: Effect) -> None:
        """Is this one due here, for this event, once, and now?"""
        known, consumer = self.truth.events.get(effect.event), self.consumers.get(effect.consumer)
        if known is None:
            return self._blame("invented", effect, "no save has that event")
        if consumer is None or not consumer.hears(known):
            return self._blame("unheard", effect, f"it doesn't hear {_named(known)}")
        self.times[effect.consumer][effect.event] += 1
        times = self.times[effect.consumer][effect.event]
        if (effect.source, effect.sequence) != (known.aggregate, known.sequence):
            self._blame("swapped", effect, f"it took {_named(known)} for {effect.source} {effect.sequence}")
        elif times > 1:
            self._blame("doubled", effect, f"effect number {times} of {_named(known)}")
        elif consumer.order is not Order.ANY:
            self._in_order(effect, known)
        return None

    def _in_order(self, effect: Effect, known: Said) -> None:
        before = self.highest.setdefault((effect.consumer, known.aggregate), known)
        if known.sequence < before.sequence:
            return self._blame("out_of_order", effect, f"{_named(known)} came after number {before.sequence}")
        self.highest[effect.consumer, known.aggregate] = known
        return None

    def complete(self, name: str, consumer: Consumer, said: set[str], poison: Collection[str | None]) -> None:
        """Every effect that is due has come: of what was said, what is heard here, and is no poison."""
        due = [e for id, e in self.truth.events.items() if id in said and id not in poison and consumer.hears(e)]
        missing = [event for event in due if event.event not in self.times[name]]
        if consumer.order is Order.NEWEST:
            last = {e.aggregate: e.sequence for e in sorted(due, key=lambda event: event.sequence)}
            late = [event for event in missing if event.sequence == last[event.aggregate]]
            self.skipped += len(missing) - len(late)
            missing = late
        for event in missing:
            says = f"{name} never had the effect of {_named(event)}: look in its queue, retry tiers and dead letters"
            self.truth.blame("lost", "effect", event.event, event.aggregate, says)

    def _blame(self, kind: str, effect: Effect, why: str) -> None:
        says = f"{effect.consumer} has an effect of {effect.event} at {effect.aggregate}: {why}"
        self.truth.blame(kind, "effect", effect.event, effect.source, says)


def _deliveries(truth: Truth, history: History, poison: Collection[str | None]) -> None:
    """Nothing is dead-lettered that is not poison, nothing is delivered that nobody said, no poison vanishes."""
    said = {each.event for each in history.published}
    for queue, event, outcome in sorted({(d.queue, d.event or "", d.outcome) for d in history.delivered}):
        known = truth.events.get(event)
        aggregate = known.aggregate if known else None
        if (event or None) in poison:
            continue
        if outcome == DEAD:
            says = (
                f"{queue} dead-lettered {_named(known) if known else event or 'a message without id'}: it is no poison"
            )
            truth.blame("dead_lettered", "delivered", event or None, aggregate, says)
        elif event and known is None and event not in said:
            truth.blame(
                "stray", "delivered", event, None, f"{queue} got {event}, which was neither saved nor published"
            )
    settled = {d.event for d in history.delivered if d.outcome == DEAD} | {each.event for each in history.effects}
    for event in sorted((each or "" for each in poison if each not in settled), key=str):
        if history.delivered:
            says = f"the poison {event or 'without id'} neither reached the dead letters nor had an effect: it is gone"
            truth.blame("vanished", "delivered", event or None, None, says)


def _counts(history: History, truth: Truth, effects: _Effects) -> Counts:
    kinds = Counter(fault.kind for fault in truth.faults)
    published = len({each.event for each in history.published})
    settled = [each for each in history.delivered if each.outcome not in WAITING]
    return Counts(
        commands=len({each.command for each in history.submitted}),
        saves=len(history.saved),
        events=len(truth.events),
        published=published,
        duplicates_published=len(history.published) - published,
        deliveries=len(history.delivered),
        redelivered=sum(each.redelivered for each in settled),
        delivered_again=_again(settled),
        dead_lettered=sum(each.outcome == DEAD for each in settled),
        effects=len(history.effects),
        effects_twice=sum(times - 1 for seen in effects.times.values() for times in seen.values()),
        lost=sum(kinds[kind] for kind in LOSSES),
        ghosts=kinds["ghost"] + kinds["invented"] + kinds["stray"],
        out_of_order=kinds["out_of_order"],
        skipped=effects.skipped,
        unnoted=truth.unnoted,
        torn=history.torn,
    )


def _again(settled: list[Delivered]) -> int:
    """An outcome `retry` is left out: its next attempt is the same delivery, later."""
    ended = [(each.queue, each.event) for each in settled if each.outcome != "retry" and each.event]
    return len(ended) - len(set(ended))


def _named(said: Said) -> str:
    return f"{said.event} ({said.aggregate} {said.sequence})"
