"""Short cuts for the tests of evidence: a begun worksheet, a file handed in, what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from services.evaluation import handlers
from services.evaluation.handlers.evidence import Taken
from services.evaluation.rooms import Rooms
from shared.security import Actor
from tests.services.evaluation.samples import CYCLE, NOW, OFFICER, UNIT, cause, know

QUESTION, OTHER_QUESTION = "A.I.MP.i.a", "A.I.MP.i.b"
TEXT = b"catatan rapat\n"


def begin(rooms: Rooms) -> None:
    know(rooms)
    handlers.begin_worksheet(rooms, OFFICER, cause(), unit=UNIT, cycle=CYCLE)


def hand_in(
    rooms: Rooms,
    data: bytes | Iterable[bytes] = TEXT,
    name: str = "catatan.txt",
    *,
    questions: Sequence[str] = (QUESTION,),
    actor: Actor = OFFICER,
    minutes: int = 0,
    **more: Any,
) -> Taken:
    chunks = [data] if isinstance(data, bytes) else data
    at = cause(at=NOW + timedelta(minutes=minutes))
    return handlers.hand_in_evidence(
        rooms, actor, at, unit=UNIT, cycle=CYCLE, name=name, questions=questions, chunks=chunks, **more
    )


def sweep(rooms: Rooms, *, minutes: int) -> int:
    """Run the timer as if it were so many minutes later."""
    return handlers.sweep_evidence(rooms, cause(at=NOW + timedelta(minutes=minutes)))


def kept(rooms: Rooms) -> dict[str, int]:
    """How much there is of everything that keeps a file."""
    names = ("uploads", "evidence_files", "blobs.files", "blobs.chunks")
    return {name: len(list(rooms.database[name].find({}, {"_id": 1}))) for name in names}


NOTHING = {"uploads": 0, "evidence_files": 0, "blobs.files": 0, "blobs.chunks": 0}
ONE_FILE = {"uploads": 0, "evidence_files": 1, "blobs.files": 1, "blobs.chunks": 1}
