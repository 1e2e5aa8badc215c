"""What a workbook says of itself, on a hidden sheet: whose it is, on which instrument, and what stood at download.

The base (each answered question with its revision and value) lets an upload tell what its person changed from what
somebody else changed meanwhile. A check sum finds damage; it is no signature: who edits these rows could as well send
the same answers by the API, as the same account.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.worksheet import Answered, Answers, Layer, Worksheet
from services.evaluation.errors import NotThisWorksheet
from shared.failures import InvalidInput, Said, said

FORMAT = "zona-workbook/1"
BASE_HEADER = ("question", "revision", "value")
MOST_ROWS = 1000
LARGEST_REVISION = 1_000_000
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer as it stood at download."""

    revision: int
    value: Answer


@dataclass(frozen=True, slots=True)
class Identity:
    """The hidden sheet. `downloaded_at` is ISO 8601."""

    instrument: str
    instrument_version: str
    instrument_hash: str
    unit: str
    cycle: str
    layer: str
    worksheet_revision: str
    downloaded_at: str
    base: Mapping[str, Standing] = field(default_factory=dict)


NAMES: Mapping[str, Said] = {
    "instrument": ("instrumen", "instrument"),
    "instrument_version": ("versi instrumen", "instrument version"),
    "instrument_hash": ("hash instrumen", "instrument hash"),
    "unit": ("unit kerja", "unit"),
    "cycle": ("siklus", "cycle"),
    "layer": ("lapisan", "layer"),
}
"""What must be the worksheet's own; the rest only informs."""


def identity_of(instrument: Instrument, sheet: Worksheet, layer: Layer, *, at: str) -> Identity:
    """What the hidden sheet of a download says."""
    return Identity(
        instrument.id,
        instrument.version,
        instrument.content_hash,
        sheet.unit,
        sheet.cycle,
        layer.value,
        str(sheet.revision),
        at,
        base_of(sheet.answers_of(layer)),
    )


def base_of(answers: Answers) -> dict[str, Standing]:
    """Answers as the hidden sheet keeps them: without who gave them."""
    return {question: _standing(answered) for question, answered in answers.items()}


def rows_of(identity: Identity) -> list[Row]:
    """The hidden sheet's rows, all of them text that no program takes for a formula."""
    rows: list[Row] = [("format", FORMAT), *((name, getattr(identity, name)) for name in _said_fields())]
    rows += [("", ""), BASE_HEADER]
    rows += [
        (question, str(one.revision), _canonical(one.value if isinstance(one.value, str) else dict(one.value)))
        for question, one in identity.base.items()
    ]
    return [("check", _check_sum(rows)), *rows]


def read_identity(cells: Mapping[tuple[int, int], object]) -> Identity:
    """The identity in a hidden sheet's cells. Raises NotThisWorksheet when they are not whole as they were written."""
    last = max((row for row, _ in cells), default=-1)
    texts = [_texts(cells, row) for row in range(min(last + 1, MOST_ROWS))]
    while texts and not texts[-1]:
        texts.pop()
    try:
        (name, check), *said_rows = texts
        head = {name: text for name, text in said_rows[: said_rows.index(())]}  # noqa: C416 - refuses other lengths
        base = said_rows[said_rows.index(BASE_HEADER) + 1 :]
        if (name, head.pop("format")) != ("check", FORMAT) or check != _check_sum(said_rows):
            raise _damaged()
        return Identity(**head, base={question: _read_standing(*rest) for question, *rest in base})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged() from error


def require_same(found: Identity, wanted: Identity) -> None:
    """Raise NotThisWorksheet naming each difference: another unit, cycle, layer, or version of the instrument."""
    errors = []
    for name, words in NAMES.items():
        given, needed = getattr(found, name), getattr(wanted, name)
        if given != needed:
            sentence = (
                f"Berkas ini untuk {words[0]} {given[:64]}, yang diminta {needed}.",
                f"This file is for the {words[1]} {given[:64]}, wanted is {needed}.",
            )
            errors.append({"pointer": f"/{name}", "code": f"other_{name}", "messages": said(sentence)})
    if errors:
        first = errors[0]["messages"]
        raise NotThisWorksheet(
            (first["id"], first["en"]),  # type: ignore[index] # the messages of `said`
            remedy=(
                "Unduh lembar kerja ini lagi dan isi di berkas itu; tidak ada yang diubah.",
                "Download this worksheet again and fill in that file; nothing was changed.",
            ),
            errors=errors,
        )


def _texts(cells: Mapping[tuple[int, int], object], row: int) -> Row:
    found = (cells.get((row, column)) for column in range(len(BASE_HEADER)))
    return tuple(str(cell) for cell in found if cell not in (None, ""))


def _said_fields() -> list[str]:
    return [one.name for one in fields(Identity) if one.name != "base"]


def _standing(answered: Answered) -> Standing:
    return Standing(answered.revision, answered.value)


def _read_standing(revision: str, value: str) -> Standing:
    read = json.loads(value)
    if not isinstance(read, str | dict) or not 0 < int(revision) <= LARGEST_REVISION:
        raise _damaged()
    return Standing(int(revision), read)


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _check_sum(rows: Sequence[Row]) -> str:
    # Empty cells don't come back, so they don't count.
    kept = [[cell for cell in row if cell] for row in rows]
    return hashlib.sha256(_canonical(kept).encode()).hexdigest()


def _damaged() -> InvalidInput:
    return NotThisWorksheet(
        (
            "Lembar tersembunyi berkas ini hilang, rusak, atau bukan buatan Zona.",
            "The hidden sheet of this file is missing, damaged, or not one of Zona's.",
        ),
        remedy=(
            "Unduh lembar kerja lagi, salin jawaban ke berkas itu, lalu unggah.",
            "Download the worksheet again, copy the answers into that file, then upload it.",
        ),
    )
