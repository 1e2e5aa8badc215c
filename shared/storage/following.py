"""Effects in the order in which their source said them, whatever order the broker delivers.

A consumer that needs every step of a source aggregate keeps the sequence of the last one beside its own
state. The next one has its effect; a later one is early and waits; an older one had its effect before.
Below this watermark nothing has to be remembered by id.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.failures import Early
from shared.storage.causes import Cause
from shared.storage.refusals import already_heard

Followed = Mapping[str, int]
"""Source aggregate → sequence of its last event that had its effect here."""


def follow(id: str, followed: Followed, cause: Cause) -> Followed:
    """What aggregate `id` has followed once the event of `cause` has its effect.

    Raises AlreadyHeard for an event at or below the watermark, Early for one behind a gap, ValueError for a
    cause that is no heard event.
    """
    if cause.source is None or cause.sequence is None:
        raise ValueError("only an event that was heard has a place in its source's order")
    last = followed.get(cause.source, 0)
    if cause.sequence <= last:
        raise already_heard(id, cause.event_id)
    if cause.sequence > last + 1:
        raise Early(
            (
                f"{id} menunggu peristiwa {last + 1} dari {cause.source}; ini yang ke-{cause.sequence}",
                f"{id} waits for event {last + 1} of {cause.source}; this is number {cause.sequence}",
            )
        )
    return {**followed, cause.source: cause.sequence}
