"""Commands and events of the registry: load → decide → save(state, events), one write each."""

from __future__ import annotations

from services.registry import events
from services.registry.domain import designation as domain
from services.registry.domain.decree import Decree
from services.registry.domain.designation import Designation
from services.registry.domain.public_view import standing
from services.registry.errors import NumberTaken
from services.registry.hearing import conclusion_of, institution_of
from services.registry.log.leaves import must_fit_the_log
from services.registry.rooms import Rooms
from shared.contracts.received import Received
from shared.failures import AlreadyExists
from shared.storage import Aggregate, Cause, Event, put_projection

TALLIED = [(status, predicate) for status in ("active", "revoked") for predicate in ("WBK", "WBBM")]


def draft_designation(rooms: Rooms, event: Received) -> None:
    """On `evaluation.concluded`: keep what was said, and insert the draft that it asks for, if any.

    Raises AlreadyExists (benign) when it stands, NumberTaken when another proposal's stands there.
    """
    rooms.heard.keep(event)
    drafted = domain.draft(conclusion_of(event.data), event.cause.time)
    if drafted is None:
        return
    try:
        rooms.designations.create(drafted.number, drafted, [events.drafted(drafted)], event.cause)
    except AlreadyExists:
        _same_proposal(rooms.designations.load(drafted.number).state, drafted)
        raise


def learn_institution(rooms: Rooms, event: Received) -> None:
    """On `units.institution_registered`: keep what was said, and the newest state that was said of the institution."""
    rooms.heard.keep(event)
    known = institution_of(event.data)
    put_projection(rooms.institutions, known["code"], known, source=event.subject, sequence=event.sequence)


def keep_bundle(rooms: Rooms, event: Received) -> None:
    """On `evaluation.bundle_published` and `evaluation.instrument_adopted`: keep what was said, for who recomputes."""
    rooms.heard.keep(event)


def publish_designation(
    rooms: Rooms, number: str, decree: Decree, cause: Cause, version: int | None = None
) -> Aggregate[Designation]:
    """Publish a draft by its decree: public from this write on.

    Raises NotFound, MoveNotOpen, InvalidDecree, EntryTooLong, StaleVersion, Away.
    """

    def decide(current: Designation) -> tuple[Designation, list[Event]]:
        public = domain.publish(current, decree, cause.time)
        must_fit_the_log(public)
        return public, [events.published(public)]

    saved = rooms.designations.change(number, decide, cause, version=version)
    rooms.counts.mark_stale()
    return saved


def revoke_designation(
    rooms: Rooms, number: str, decree: Decree, ground: str, cause: Cause, version: int | None = None
) -> Aggregate[Designation]:
    """End a published designation by decree; the page stays and says so.

    Raises NotFound, MoveNotOpen, InvalidDecree, NoRuleInForce, EntryTooLong, StaleVersion, Away.
    """

    def decide(current: Designation) -> tuple[Designation, list[Event]]:
        ended = domain.revoke(current, decree, ground, rooms.rules, cause.time)
        must_fit_the_log(ended)
        return ended, [events.revoked(ended)]

    saved = rooms.designations.change(number, decide, cause, version=version)
    rooms.counts.mark_stale()
    return saved


def append_to_log(rooms: Rooms) -> int:
    """Append to the public log what it lacks, if this process leads; gives how many entries went in.

    Raises LogDamaged, LogKeyUnusable, Away.
    """
    return rooms.sequencer.append_pending() if rooms.sequencer else 0


def refresh_counts(rooms: Rooms) -> None:
    """Count again what the front page shows, if something moved since."""
    if rooms.counts.take_stale():
        terms = [standing(*pair) for pair in TALLIED]
        rooms.counts.write({term: rooms.designations.count(term) for term in terms})


def _same_proposal(standing: Designation, drafted: Designation) -> None:
    if standing.proposal != drafted.proposal:
        raise NumberTaken(
            (
                f"{drafted.number} sudah berasal dari {standing.proposal}, bukan {drafted.proposal}",
                f"{drafted.number} stands for {standing.proposal} already, not for {drafted.proposal}",
            ),
            remedy=("Periksa kedua usulan.", "Look at both proposals."),
        )
