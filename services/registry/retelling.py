"""From recorded events back to a designation's document, by the rules that made it.

Causality and the aggregate's own sequence give the order, never a clock: a drafted event names the conclusion
that it followed from (`causationid`), and the sequence counts what was said of one designation without gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.registry import events as words
from services.registry.domain.designation import Designation, move
from services.registry.domain.replay import Drafted, Published, Revoked, Step, replay
from services.registry.errors import BrokenHistory
from services.registry.hearing import conclusion_of
from services.registry.rooms import Rooms
from services.registry.store import DecreeDocument
from shared.failures import Said, ZonaError
from shared.storage import Cause, Event
from shared.storage.recorded import histories

DRAFTED, PUBLISHED, REVOKED = (move(name).says for name in ("draft", "publish", "revoke"))
SAYS: Mapping[str, Callable[[Designation], Event]] = {
    DRAFTED: words.drafted,
    PUBLISHED: words.published,
    REVOKED: words.revoked,
}

Envelope = dict[str, Any]
Document = dict[str, Any]
Conclusions = Mapping[str, Envelope]
"""What was heard, by event id."""
Retold = dict[str, Document | ZonaError]
"""The document of each subject that something was said of, or why it can't be told again."""


def retell(rooms: Rooms, subjects: Collection[str], outboxes: Mapping[str, Sequence[Envelope]]) -> Retold:
    """Tell these designations again; what waits in an outbox was said too, recorded or not yet."""
    recorded = histories(rooms.database["events"], subjects)
    told = {
        subject: said
        for subject in subjects
        if (said := _in_order([record["event"] for record in recorded.get(subject, [])], outboxes.get(subject, ())))
    }
    conclusions = rooms.heard.of({said[0].get("causationid", "") for said in told.values()})
    return {subject: _document_or_fault(rooms, said, conclusions) for subject, said in told.items()}


def document_of(rooms: Rooms, said: Sequence[Envelope], conclusions: Conclusions) -> Document:
    """The document that one designation's events lead to.

    Raises BrokenHistory when an event or the conclusion is missing, or when the rules of today say something
    else than was recorded, and whatever the rules raise.
    """
    missing = sorted(set(range(1, len(said) + 1)) - {event["sequence"] for event in said})
    if missing:
        raise _broken((f"Peristiwa ke-{missing[0]} tidak tercatat.", f"Event {missing[0]} of it is not recorded."))
    stages = replay([_step(event, conclusions) for event in said], rooms.rules)
    for stage, event in zip(stages, said, strict=True):
        _must_say_the_same(stage, event)
    return rooms.designations.settled(stages[-1], [_cause(event) for event in said])


def _in_order(recorded: Sequence[Envelope], waiting: Sequence[Envelope]) -> list[Envelope]:
    each_once = {event["id"]: event for event in (*waiting, *recorded)}
    return sorted(each_once.values(), key=lambda event: int(event["sequence"]))


def _document_or_fault(rooms: Rooms, said: Sequence[Envelope], conclusions: Conclusions) -> Document | ZonaError:
    try:
        return document_of(rooms, said, conclusions)
    except ZonaError as fault:
        return fault


def _step(event: Envelope, conclusions: Conclusions) -> Step:
    data = event["data"]
    if event["type"] == DRAFTED:
        return Drafted(conclusion_of(_heard(event, conclusions)["data"]), datetime.fromisoformat(event["time"]))
    decree = DecreeDocument().load(data["decree"])
    if event["type"] == PUBLISHED:
        return Published(decree, datetime.fromisoformat(data["published_at"]))
    if event["type"] == REVOKED:
        return Revoked(decree, data["ground"], datetime.fromisoformat(data["revoked_at"]))
    raise _broken((f"{event['type']} tidak dikenal.", f"{event['type']} is not known."))


def _heard(drafted: Envelope, conclusions: Conclusions) -> Envelope:
    cause = drafted["causationid"]
    if cause not in conclusions:
        raise BrokenHistory(
            (f"Hasil evaluasi {cause} tidak tercatat.", f"The conclusion {cause} is not among what was heard."),
            remedy=(
                "Perdengarkan lagi: zi fill registry.draft_designation --execute.",
                "Let it be heard again: zi fill registry.draft_designation --execute.",
            ),
        )
    return conclusions[cause]


def _must_say_the_same(stage: Designation, event: Envelope) -> None:
    again = SAYS[event["type"]](stage).data
    differing = [name for name in again if again[name] != event["data"].get(name)]
    if differing:
        name = differing[0]
        recorded, now = event["data"].get(name), again[name]
        raise _broken(
            (
                f"{event['type']} mencatat {name} {recorded}, aturan menghasilkan {now}.",
                f"{event['type']} recorded {name} {recorded}, the rules give {now}.",
            )
        )


def _cause(event: Envelope) -> Cause:
    """What made the step: the first follows from a conclusion, the others from commands.

    A command without a key of its own is recorded under its correlation id, and leaves nothing to repeat.
    """
    time, correlation, cause = datetime.fromisoformat(event["time"]), event["correlationid"], event["causationid"]
    if event["type"] == DRAFTED:
        return Cause(time, correlation, event_id=cause)
    return Cause(time, correlation, command_id=cause if cause != correlation else None)


def _broken(text: Said) -> BrokenHistory:
    return BrokenHistory(text, remedy=("Periksa peristiwanya di events.", "Look at its events in `events`."))
