"""Many answers at once: from an uploaded workbook, from last year's worksheet. Both may run twice; neither overwrites
what somebody else answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.evaluation import access, instrument_files
from services.evaluation.domain import worksheet as sheets
from services.evaluation.domain.carrying import CarryOver, carry_over
from services.evaluation.domain.workbook.cells import ReadSheet, Sheets, read_sheets
from services.evaluation.domain.workbook.identity import Identity, identity_of, read_identity, require_same
from services.evaluation.domain.workbook.layout import IDENTITY, layout_of
from services.evaluation.domain.workbook.merging import Merge, merge, moved_on
from services.evaluation.domain.workbook.report import report_of
from services.evaluation.domain.worksheet import Given, Layer, Worksheet, worksheet_key
from services.evaluation.rooms import Rooms
from shared.failures import InvalidInput
from shared.storage import Aggregate, Cause, Event

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor

Sheet = Aggregate[Worksheet]
Chosen = Mapping[str, Given]


class _NothingNewError(Exception):
    """Nothing is left to write: the worksheet keeps its version."""


def take_workbook(
    rooms: Rooms, actor: Actor, cause: Cause, *, unit: str, cycle: str, layer: Layer, cells: Sheets
) -> dict[str, Any]:
    """Take the good cells of a workbook and tell what became of the others (`domain.workbook.report`).

    Raises NotFound, NotYours, NotThisWorksheet (each difference), WorksheetIsSealed.
    """
    key = worksheet_key(unit, cycle)
    sheet = rooms.worksheets.load(key).state
    access.require_layer(actor, sheet, layer)
    instrument = instrument_files.load(sheet.instrument)
    identity = read_identity(cells.get(IDENTITY, {}))
    require_same(identity, identity_of(instrument, sheet, layer, at=""))
    layout = layout_of(instrument)
    read = read_sheets(layout, cells)
    merged = Merge()

    def choose(sheet: Worksheet) -> Chosen:
        nonlocal merged
        merged = _merged(rooms, key, sheet, layer, identity, read, by=actor.id)
        return merged.taken

    saved = _answer_chosen(rooms, actor, cause, key, layer, choose)
    report = report_of(layout, read, merged, saved.state.answers_of(layer))
    return {**report, "version": saved.version}


def copy_answers(
    rooms: Rooms,
    actor: Actor,
    cause: Cause,
    *,
    unit: str,
    cycle: str,
    layer: Layer,
    from_cycle: str,
    version: int | None = None,
) -> tuple[Sheet, str, CarryOver]:
    """Answer what is unanswered as it was answered in `from_cycle`, where the question is still the same.

    Gives the worksheet, the instrument of `from_cycle`, and what was copied and left. Raises NotFound (either
    worksheet), NotYours, InvalidInput (/from_cycle), WorksheetIsSealed.
    """
    if from_cycle == cycle:
        raise _same_cycle(cycle)
    key = worksheet_key(unit, cycle)
    sheet, source = rooms.worksheets.load(key).state, rooms.worksheets.load(worksheet_key(unit, from_cycle)).state
    access.require_layer(actor, sheet, layer)
    access.require_layer(actor, source, layer)
    before, after = instrument_files.load(source.instrument), instrument_files.load(sheet.instrument)
    carried = CarryOver({}, (), ())

    def choose(sheet: Worksheet) -> Chosen:
        nonlocal carried
        carried = carry_over(before, after, source.values_of(layer), sheet.answers_of(layer))
        return {question: Given(answer, 0) for question, answer in carried.copied.items()}

    saved = _answer_chosen(rooms, actor, cause, key, layer, choose, version=version)
    return saved, before.id, carried


def _answer_chosen(
    rooms: Rooms,
    actor: Actor,
    cause: Cause,
    key: str,
    layer: Layer,
    choose: Callable[[Worksheet], Chosen],
    version: int | None = None,
) -> Sheet:
    """Answer what `choose` gives for the worksheet as it stands; it runs again when somebody else wrote first."""
    chosen = False

    def decide(sheet: Worksheet) -> tuple[Worksheet, Sequence[Event]]:
        nonlocal chosen
        given, chosen = choose(sheet), True
        answered, replaced = sheets.answer(sheet, layer, given, by=actor.id, at=cause.time)
        if not given:
            raise _NothingNewError
        # Copied before they are replaced: a crash here leaves a copy too many, never one too few.
        rooms.history.keep(key, replaced)
        return answered, []

    try:
        saved = rooms.worksheets.change(key, decide, cause, version=version)
    except _NothingNewError:
        return rooms.worksheets.load(key)
    if not chosen:
        choose(saved.state)  # this very command had its effect before: told as it stands now
    return saved


def _merged(
    rooms: Rooms, key: str, sheet: Worksheet, layer: Layer, identity: Identity, read: ReadSheet, *, by: str
) -> Merge:
    present = sheet.answers_of(layer)
    spans = moved_on(read, identity.base, present)
    between = rooms.history.between(key, layer, spans)
    return merge(instrument_files.load(sheet.instrument), read, identity.base, present, by=by, between=between)


def _same_cycle(cycle: str) -> InvalidInput:
    said = (f"{cycle} adalah siklus lembar kerja ini sendiri.", f"{cycle} is this worksheet's own cycle.")
    return InvalidInput(
        said,
        remedy=("Sebutkan siklus yang lalu.", "Name an earlier cycle."),
        errors=[{"pointer": "/from_cycle", "code": "same_cycle", "messages": {"id": said[0], "en": said[1]}}],
    )
