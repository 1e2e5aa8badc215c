"""`zi worksheet`: a worksheet file (as `zi score` reads it) to an .xlsx and back, without any server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.evaluation import instrument_files
from services.evaluation.domain.answers import Answer
from services.evaluation.domain.faults import Fault, refusal
from services.evaluation.domain.workbook.cells import CellFault, read_sheets
from services.evaluation.domain.workbook.identity import identity_of, read_identity, require_same
from services.evaluation.domain.workbook.layout import IDENTITY, layout_of
from services.evaluation.domain.worksheet import Layer, Worksheet
from services.evaluation.workbooks import LARGEST_FILE, Heading, read_workbook, write_workbook
from services.evaluation.worksheet_files import read_worksheet

LAYER_NAME = ("Unit kerja", "Unit")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a workbook says, and the cells that could not be taken."""

    instrument: str
    target: str
    answers: Mapping[str, Answer]
    faults: tuple[CellFault, ...]

    def as_worksheet_file(self) -> dict[str, Any]:
        """As `zi score` reads it."""
        return {"instrument": self.instrument, "target": self.target, "answers": dict(self.answers)}


def exported(path: Path, *, unit: str, cycle: str, at: datetime) -> bytes:
    """The unit's workbook of a worksheet file, as of a worksheet that nobody has answered yet. Raises InvalidInput."""
    sheet = read_worksheet(path)
    empty = Worksheet(unit, "", cycle, sheet.instrument.id)
    identity = identity_of(sheet.instrument, empty, Layer.UNIT, at=at.isoformat(timespec="seconds"))
    heading = Heading(unit, "", "", cycle, LAYER_NAME)
    return write_workbook(sheet.instrument, identity, heading, sheet.answers, at=at)


def imported(path: Path, target: str | None) -> Imported:
    """What a workbook says, whoever's it is. Raises InvalidInput for a file that can't be read, or of an instrument
    that is not here in that very version.
    """
    cells = read_workbook(_content(path))
    identity = read_identity(cells.get(IDENTITY, {}))
    if identity.instrument not in instrument_files.available():
        words = ", ".join(instrument_files.available())
        said = (
            f"Instrumennya tidak ada di sini. Yang ada: {words}.",
            f"Its instrument is not here; there are: {words}.",
        )
        raise refusal([Fault(("instrument",), "unknown_instrument", said)])
    instrument = instrument_files.load(identity.instrument)
    own = Worksheet(identity.unit, "", identity.cycle, instrument.id)
    require_same(identity, identity_of(instrument, own, Layer(identity.layer), at=""))
    read = read_sheets(layout_of(instrument), cells)
    return Imported(instrument.id, target or instrument.targets[0], read.answers, read.faults)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large, also one without an end.
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        said = (f"Berkas tidak terbaca ({error.strerror}).", f"The file can't be read ({error.strerror}).")
        raise refusal([Fault((), "unreadable", said)]) from error
