"""A designation's history told again: the same steps through the same rules give the same designation.

Each step carries what its decision knew then, its moment included; so a replay reads no clock, and what came
first is said by the order of the steps alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from services.registry.domain.bar import BarRule
from services.registry.domain.conclusion import Conclusion
from services.registry.domain.decree import Decree
from services.registry.domain.designation import Designation, draft, publish, revoke
from services.registry.errors import BrokenHistory


@dataclass(frozen=True, slots=True)
class Drafted:
    """A conclusion was heard `at` and asked for a draft."""

    conclusion: Conclusion
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """The draft was published by `decree`."""

    decree: Decree
    at: datetime


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was published was ended by `decree` on `ground`."""

    decree: Decree
    ground: str
    at: datetime


Step = Drafted | Published | Revoked


def replay(steps: Sequence[Step], rules: Iterable[BarRule]) -> list[Designation]:
    """The designation as it stood after each of `steps`, the last as it stands now.

    `rules`: every rule on the bar, as for `revoke`. Raises BrokenHistory for steps that don't begin with the
    one draft of a positive conclusion, and whatever the rules raise for a step that they don't allow.
    """
    known = tuple(rules)
    begun = _begun(steps[0] if steps else None)
    return list(accumulate(steps[1:], lambda stands, step: _after(stands, step, known), initial=begun))


def _begun(first: Step | None) -> Designation:
    drafted = draft(first.conclusion, first.at) if isinstance(first, Drafted) else None
    if drafted is None:
        raise BrokenHistory(
            ("Riwayatnya tidak dimulai dengan rancangan.", "Its history does not begin with a draft."),
            remedy=("Pulihkan peristiwa yang hilang dari cadangan.", "Restore the missing events from a backup."),
        )
    return drafted


def _after(stands: Designation, step: Step, rules: tuple[BarRule, ...]) -> Designation:
    match step:
        case Published(decree, at):
            return publish(stands, decree, at)
        case Revoked(decree, ground, at):
            return revoke(stands, decree, ground, rules, at)
    raise BrokenHistory(
        (f"{stands.number} dirancang dua kali.", f"{stands.number} was drafted twice."),
        remedy=("Periksa peristiwanya.", "Look at its events."),
    )
