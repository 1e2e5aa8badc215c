"""A worksheet as a file to take along; apart from `queries`, because workers do without the library that writes it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from services.evaluation import access, instrument_files
from services.evaluation.domain.instrument import Text
from services.evaluation.domain.workbook.identity import identity_of
from services.evaluation.domain.worksheet import Layer, worksheet_key
from services.evaluation.rooms import Rooms
from services.evaluation.workbooks import Heading, write_workbook

if TYPE_CHECKING:
    from shared.security import Actor

LAYERS: dict[Layer, Text] = {
    Layer.UNIT: ("Unit kerja", "Unit"),
    Layer.TPI: ("Tim penilai internal (TPI)", "Internal evaluators (TPI)"),
}


def workbook(rooms: Rooms, actor: Actor, unit: str, cycle: str, *, layer: Layer, at: datetime) -> bytes:
    """One layer as an .xlsx file with every answer's revision inside; raises NotFound, NotYours, Early."""
    sheet = rooms.worksheets.load(worksheet_key(unit, cycle)).state
    access.require_worksheet_reader(actor, sheet)
    instrument, card = instrument_files.load(sheet.instrument), rooms.known.unit(unit)
    identity = identity_of(instrument, sheet, layer, at=at.isoformat(timespec="seconds"))
    heading = Heading(unit, card.unit_name, card.institution_name, cycle, LAYERS[layer])
    return write_workbook(instrument, identity, heading, sheet.values_of(layer), at=at)
