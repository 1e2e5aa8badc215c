"""Commands on a worksheet's evidence: hand in, say what it proves, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.evaluation import access, instrument_files
from services.evaluation.domain import proving
from services.evaluation.domain.evidence import Evidence
from services.evaluation.domain.worksheet import Worksheet, worksheet_key
from services.evaluation.evidence_rules import rules_of
from services.evaluation.evidence_store import FileState
from services.evaluation.handlers.evidence_intake import Offer, keep_file, require_size
from services.evaluation.inspection.names import require_kind
from services.evaluation.inspection.refusals import Refused, error_of
from services.evaluation.rooms import Rooms
from shared.storage import Aggregate, Cause

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor

Sheet = Aggregate[Worksheet]


@dataclass(frozen=True, slots=True)
class Taken:
    """Evidence that was handed in, the state of its file, and the worksheet's version."""

    evidence: Evidence
    state: FileState
    version: int


def hand_in_evidence(
    rooms: Rooms,
    actor: Actor,
    cause: Cause,
    *,
    unit: str,
    cycle: str,
    name: str,
    questions: Sequence[str],
    chunks: Iterable[bytes],
    length: int | None = None,
    replaces: str | None = None,
) -> Taken:
    """Take a file as evidence for `questions`, or as the next version of the evidence `replaces`.

    The same content again is the same evidence, so a repetition changes nothing. Raises NotFound, NotYours,
    WorksheetIsSealed, EvidenceUnknown, InvalidInput (/query/question), QuotaExceeded, and what `keep_file` raises.
    """
    key = worksheet_key(unit, cycle)
    sheet = rooms.worksheets.load(key).state
    access.require_unit(actor, unit)
    rules, known = rules_of(cycle), instrument_files.load(sheet.instrument).questions
    proving.check_offer(sheet, questions=questions, known=known, replaces=replaces, rules=rules)
    try:
        kind = require_kind(name, rules.sizes)
    except Refused as reason:
        raise error_of(reason) from reason
    require_size(length or 0, rules.sizes[kind])
    file, state = keep_file(rooms, Offer(name, kind, length, actor.id, cause.time), chunks, rules, key)
    saved = rooms.worksheets.change(
        key,
        lambda now: (proving.attach(now, file, questions=questions, replaces=replaces, rules=rules), []),
        replace(cause, command_id=None),  # the content's hash makes a repetition harmless
    )
    return Taken(proving.with_content(saved.state, file.sha256), state, saved.version)


def prove_questions(
    rooms: Rooms,
    actor: Actor,
    cause: Cause,
    *,
    unit: str,
    cycle: str,
    id: str,
    questions: Sequence[str],
    version: int | None = None,
) -> Sheet:
    """Let the evidence `id` stand for exactly `questions`.

    Raises NotFound, NotYours, WorksheetIsSealed, EvidenceUnknown, InvalidInput (/questions).
    """
    key = worksheet_key(unit, cycle)
    access.require_unit(actor, unit)
    known = instrument_files.load(rooms.worksheets.load(key).state.instrument).questions
    return rooms.worksheets.change(
        key, lambda sheet: (proving.prove(sheet, id, questions, known=known), []), cause, version=version
    )


def withdraw_evidence(rooms: Rooms, actor: Actor, cause: Cause, *, unit: str, cycle: str, id: str) -> Sheet:
    """Take evidence out of the worksheet; its bytes go too, within the hour, unless a seal or another unit holds them.

    Raises NotFound, NotYours, WorksheetIsSealed, EvidenceUnknown.
    """
    key = worksheet_key(unit, cycle)
    access.require_unit(actor, unit)
    gone = proving.evidence_of(rooms.worksheets.load(key).state, id)
    saved = rooms.worksheets.change(key, lambda sheet: (proving.withdraw(sheet, id), []), cause)
    for file in gone.versions:
        rooms.files.loosen(file.sha256, cause.time)
    return saved
