"""Commands on worksheets: begin, answer, seal, reopen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.evaluation import access, events, instrument_files
from services.evaluation.domain import worksheet as sheets
from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.states import ProposalState, frees_worksheet
from services.evaluation.domain.worksheet import Given, Layer, Worksheet, worksheet_key
from services.evaluation.rooms import Rooms
from services.evaluation.store import every_row
from shared.storage import Aggregate, Cause, Event

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor

Sheet = Aggregate[Worksheet]
Decided = tuple[Worksheet, Sequence[Event]]


def begin_worksheet(rooms: Rooms, actor: Actor, cause: Cause, *, unit: str, cycle: str) -> Sheet:
    """An empty worksheet on the cycle's instrument.

    Raises NotYours, Early (unit or cycle not heard of yet), AlreadyExists.
    """
    access.require_unit(actor, unit)
    card, known = rooms.known.unit(unit), rooms.known.cycle(cycle)
    instrument_files.load(known.instrument)
    sheet = Worksheet(unit, card.institution, cycle, known.instrument)
    return rooms.worksheets.create(worksheet_key(unit, cycle), sheet, [], cause)


def answer_questions(
    rooms: Rooms,
    actor: Actor,
    cause: Cause,
    *,
    unit: str,
    cycle: str,
    layer: Layer,
    answers: Mapping[str, Mapping[str, Any]],
    version: int | None = None,
) -> Sheet:
    """Put {question: {value, revision}} into a layer, all or nothing.

    Raises NotFound, NotYours, InvalidInput (every fault, /answers/<question>), StaleAnswer, WorksheetIsSealed.
    """
    key = worksheet_key(unit, cycle)
    sheet = rooms.worksheets.load(key).state
    access.require_layer(actor, sheet, layer)
    values = read_answers(
        instrument_files.load(sheet.instrument), {name: one["value"] for name, one in answers.items()}
    )
    given = {question: Given(value, answers[question]["revision"]) for question, value in values.items()}

    def decide(sheet: Worksheet) -> Decided:
        answered, replaced = sheets.answer(sheet, layer, given, by=actor.id, at=cause.time)
        # Copied before they are replaced: a crash here leaves a copy too many, never one too few.
        rooms.history.keep(key, replaced)
        return answered, []

    return rooms.worksheets.change(key, decide, cause, version=version)


def seal_worksheet(
    rooms: Rooms, actor: Actor, cause: Cause, *, unit: str, cycle: str, version: int | None = None
) -> Sheet:
    """Close the revision under its manifest's hash; raises NotFound, NotYours, WorksheetIsSealed, NothingToSeal."""
    key = worksheet_key(unit, cycle)
    sheet = rooms.worksheets.load(key).state
    access.require_tpi(actor, sheet.institution)
    instrument_hash = instrument_files.content_hash(sheet.instrument)

    def decide(sheet: Worksheet) -> Decided:
        manifest = sheets.manifest_of(sheet, instrument_hash=instrument_hash, at=cause.time)
        sealed = sheets.seal(sheet, sheets.hash_of(manifest), by=actor.id, at=cause.time)
        # Named by its own hash and kept before the seal names it: no receipt without its manifest.
        rooms.manifests.keep(sealed.seals[-1].worksheet_hash, manifest)
        return sealed, [events.worksheet_sealed(sealed, sealed.seals[-1])]

    return rooms.worksheets.change(key, decide, cause, version=version)


def reopen_worksheet(
    rooms: Rooms, actor: Actor, cause: Cause, *, unit: str, cycle: str, version: int | None = None
) -> Sheet:
    """Open the next revision after a return or a withdrawal.

    Raises NotFound, NotYours, WorksheetNotSealed, NotReopenable. A proposal that arrives meanwhile is judged by the
    seal that it names and keeps that manifest, so it does not matter which comes first.
    """
    key = worksheet_key(unit, cycle)
    access.require_tpi(actor, rooms.worksheets.load(key).state.institution)
    rows = every_row(rooms.proposals, {"summary.unit": unit, "summary.cycle": cycle}, "proposal")
    freed = frees_worksheet([ProposalState(row["state"]) for row in rows])

    def decide(sheet: Worksheet) -> Decided:
        return sheets.reopen(sheet, freed=freed), []

    return rooms.worksheets.change(key, decide, cause, version=version)
