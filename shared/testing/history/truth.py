"""What was saved: the events that exist, each with its place, and what is wrong with the saves themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from shared.testing.history.lines import History, Said, Saved, Submitted
from shared.testing.history.verdict import Fault


@dataclass(slots=True)
class Truth:
    """`events` by id; `causes` the aggregates that each cause changed, with their sequence after it."""

    events: dict[str, Said] = field(default_factory=dict)
    causes: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    last: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unnoted: int = 0
    faults: list[Fault] = field(default_factory=list)

    def count_in(self, said: Said, cause: str | None) -> None:
        self.events[said.event] = said
        self.last[said.aggregate] = max(self.last[said.aggregate], said.sequence)
        if cause:
            self.causes[cause][said.aggregate] = said.sequence

    def blame(self, kind: str, step: str, event: str | None, aggregate: str | None, says: str) -> None:
        self.faults.append(Fault(kind, step, event, aggregate, says))


def truth_of(history: History) -> Truth:
    """Number the saved events as their aggregates' versions say, and compare with what was said of them later.

    A process may die between a save and its note, and a database between a save and its answer. An event that the
    database has and no save names counts as saved, if the read-back of the databases was noted (`recorded`); so does
    the save behind an effect that was read back, if no save of that aggregate names its event.
    """
    truth, told = Truth(), _told(history)
    noted = {event for save in history.saved for event in save.events}
    causes = {(save.aggregate, save.cause) for save in history.saved}
    unnoted: dict[str, set[str]] = defaultdict(set)
    for said in history.recorded:
        if said.event not in noted and said.event not in truth.events:
            unnoted[said.aggregate].add(said.cause or said.event)
            truth.count_in(said, said.cause)
    truth.unnoted = len(truth.events)
    for effect in history.effects:
        if (effect.aggregate, effect.event) not in causes:
            unnoted[effect.aggregate].add(effect.event)
    for saves in _by_aggregate(history.saved):
        _Numbering(truth, told, saves, len(unnoted[saves[0].aggregate])).run()
    for submitted in history.submitted:
        _acknowledged(truth, submitted)
    return truth


def _told(history: History) -> dict[str, Said]:
    """What was said of each event first: the database's word before the broker's."""
    told: dict[str, Said] = {}
    for said in chain(history.recorded, history.published):
        known = told.setdefault(said.event, said)
        if said.type and not known.type:
            told[said.event] = replace(known, type=said.type)
    return told


def _by_aggregate(saved: Sequence[Saved]) -> list[list[Saved]]:
    """By version, not by place in the file: of two writers the later one may note first."""
    found: dict[tuple[str, str], list[Saved]] = defaultdict(list)
    for save in saved:
        found[save.service, save.aggregate].append(save)
    return [sorted(saves, key=lambda save: save.version) for saves in found.values()]


@dataclass(slots=True)
class _Numbering:
    """The saved events of one aggregate get their sequence; `missing` saves at most may lack their note.

    `sure` is False where the sequence before an event isn't known: there its own word is taken.
    """

    truth: Truth
    told: Mapping[str, Said]
    saves: Sequence[Saved]
    missing: int
    after: dict[str, str] = field(default_factory=dict)
    sequence: int = 0
    sure: bool = True

    def run(self) -> None:
        self.after = dict(pairwise(event for save in self.saves for event in save.events))
        version = 0
        causes: set[str] = set()
        for save in self.saves:
            if save.version != version + 1:
                self.sure = False
                self._blame_version(save, version)
            if save.cause in causes:
                says = f"{save.aggregate} was changed twice by {save.cause}, the second time as version {save.version}"
                self.truth.blame("saved_twice", "saved", None, save.aggregate, says)
            for event in save.events:
                self._number(save.aggregate, event)
            if save.cause:
                causes.add(save.cause)
                self.truth.causes[save.cause].setdefault(save.aggregate, self.sequence)
            version = save.version

    def _blame_version(self, save: Saved, before: int) -> None:
        self.missing -= max(0, save.version - before - 1)
        if save.version == before:
            says = f"{save.aggregate} was saved twice as version {before}: the guard of its update let both through"
            self.truth.blame("version_twice", "saved", None, save.aggregate, says)
        elif self.missing < 0:
            says = f"{save.aggregate} went from version {before} to {save.version}: a save is not noted, or not guarded"
            self.truth.blame("version_gap", "saved", None, save.aggregate, says)

    def _number(self, aggregate: str, event: str) -> None:
        expected, self.sequence = self.sequence + 1, self.sequence + 1
        other = self.truth.events.get(event)
        if other is not None:
            self.sure = False
            says = f"the id {event} stands for two events: {other.aggregate} {other.sequence}, {aggregate} {expected}"
            return self.truth.blame("duplicate_id", "saved", event, aggregate, says)
        said = self._said(aggregate, event)
        if said is not None and said.sequence != expected and not (self.sure and self._odd(said)):
            self.sequence = said.sequence
            if self.sure:
                says = f"{event} is number {said.sequence} of {aggregate}, where number {expected} was due"
                self.truth.blame("sequence_gap", "saved", event, aggregate, says)
        self.sure = self.sure or said is not None
        return self.truth.count_in(Said(event, aggregate, self.sequence, said.type if said else ""), None)

    def _said(self, aggregate: str, event: str) -> Said | None:
        said = self.told.get(event)
        return said if said is not None and said.aggregate == aggregate else None

    def _odd(self, said: Said) -> bool:
        """True when the next event doesn't follow on: then this one was told wrong, and nothing is missing."""
        following = self._said(said.aggregate, self.after.get(said.event, ""))
        return following is not None and following.sequence != said.sequence + 1


def _acknowledged(truth: Truth, submitted: Submitted) -> None:
    """What a client was told stands: a repeated command may be answered from a later state, never from an earlier."""
    at, command = submitted.aggregate, submitted.command
    changed = truth.causes.get(command)
    if changed is None:
        says = f"a client got its yes for {command} to {at}, and no save has that command: it is lost"
        truth.blame("unsaved", "submitted", None, at, says)
    elif at not in changed:
        says = f"a client was told that {command} changed {at}, but it changed {', '.join(sorted(changed))}"
        truth.blame("elsewhere", "submitted", None, at, says)
    elif submitted.sequence is not None and not changed[at] <= submitted.sequence <= truth.last[at]:
        says = f"a client was told number {submitted.sequence} of {at} for {command}, which said number {changed[at]}"
        truth.blame("wrong_sequence", "submitted", None, at, says)
