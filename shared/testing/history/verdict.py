"""What a check found."""

from __future__ import annotations

from dataclasses import asdict, dataclass

SHOWN = 20
"""Faults that a failed test shows; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `says` is a sentence that a person can act on, `kind` a stable word for it.

    step       kinds
    submitted  unsaved, elsewhere, wrong_sequence
    saved      saved_twice, version_twice, version_gap, sequence_gap, duplicate_id, unpublished, unrecorded
    published  ghost, misplaced
    recorded   misplaced
    delivered  dead_lettered, stray, vanished
    effect     lost, doubled, invented, unheard, swapped, out_of_order
    """

    kind: str
    step: str
    event: str | None
    aggregate: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there was of what.

    lost                  promised and missing: saves of commands that were said yes to, events that were never
                          published or recorded, effects that never came
    effects_twice         effects beyond the first of an event at a consumer
    duplicates_published  confirmed again; allowed
    redelivered           settled deliveries that the broker marked as repeated; early and transient ones left out
    delivered_again       settled deliveries beyond the first of an event on a queue; likewise
    dead_lettered         poison included
    skipped               effects that a consumer of the newest may leave out, and did
    unnoted               events of saves whose note died with their process, known from the database alone
    torn                  lines cut off by the death of their writer
    """

    commands: int = 0
    saves: int = 0
    events: int = 0
    published: int = 0
    duplicates_published: int = 0
    deliveries: int = 0
    redelivered: int = 0
    delivered_again: int = 0
    dead_lettered: int = 0
    effects: int = 0
    effects_twice: int = 0
    lost: int = 0
    ghosts: int = 0
    out_of_order: int = 0
    skipped: int = 0
    unnoted: int = 0
    torn: int = 0

    def as_dict(self) -> dict[str, int]:
        """For a report as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts, and every fault that was found, in the order of the steps."""

    counts: Counts
    faults: tuple[Fault, ...]

    def require(self) -> None:
        """Raises AssertionError with the first faults, one a line, if there is any."""
        if not self.faults:
            return
        lines = [f"{fault.kind} ({fault.step}): {fault.says}" for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"… and {len(self.faults) - SHOWN} more")
        counted = ", ".join(f"{name} {count}" for name, count in self.counts.as_dict().items() if count)
        raise AssertionError("\n".join([f"the history is wrong in {len(self.faults)} places ({counted})", *lines]))
