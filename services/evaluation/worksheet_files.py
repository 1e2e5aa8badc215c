"""A worksheet as a file (`zi score`): JSON of an instrument, a target and answers, read with every fault named."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from services.evaluation.domain.answers import Answer, faults_in, read_answers
from services.evaluation.domain.faults import Fault, refusal, refuse, shown
from services.evaluation.domain.gates import target_faults
from services.evaluation.domain.instrument import Instrument
from services.evaluation.instrument_files import available, load

LARGEST_FILE = 1024 * 1024
"""Bytes. A full sheet takes some 10 KiB."""
KEYS = ("instrument", "target", "answers")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet whose every part has been checked."""

    instrument: Instrument
    target: str
    answers: Mapping[str, Answer]


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys stood there more than once."""

    repeated: tuple[str, ...] = ()


def read_worksheet(path: Path) -> Sheet:
    """The sheet in a file. Raises InvalidInput with every fault that can be told."""
    document = _parse(_content(path))
    refuse(list(_repeated_keys(document)))
    if not isinstance(document, dict):
        said = (f"Berkas harus berupa objek JSON, bukan {shown(document)}.", "The file must hold a JSON object.")
        refuse([Fault((), "not_an_object", said)])
    refuse(list(_faults(document)))
    instrument = load(document["instrument"])
    return Sheet(instrument, document["target"], read_answers(instrument, document["answers"]))


def _faults(document: dict[str, Any]) -> Iterator[Fault]:
    words = ", ".join(KEYS)
    for key in (key for key in document if key not in KEYS):
        said = (f"Kunci tidak dikenal. Yang boleh: {words}.", f"Unknown key. Allowed: {words}.")
        yield Fault((key,), "unknown_key", said)
    for key in (key for key in KEYS if key not in document):
        yield Fault((key,), "missing_key", ("Belum ada dalam berkas. Tambahkan.", "Missing in the file. Add it."))
    name = document.get("instrument")
    if name in available():
        yield from _sheet_faults(load(name), document)
    elif "instrument" in document:
        ids = ", ".join(available())
        said = (f"Instrumen {shown(name)} tidak ada. Pilih: {ids}.", f"No instrument {shown(name)}. Choose: {ids}.")
        yield Fault(("instrument",), "unknown_instrument", said)


def _sheet_faults(instrument: Instrument, document: dict[str, Any]) -> Iterator[Fault]:
    if "target" in document:
        yield from target_faults(instrument, document["target"])
    if "answers" in document:
        yield from faults_in(instrument, document["answers"])


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large, also one without an end.
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        said = (f"Berkas tidak terbaca ({error.strerror}).", f"The file can't be read ({error.strerror}).")
        _refuse_file("unreadable", said)
    if len(content) > LARGEST_FILE:
        _refuse_file(
            "too_large", (f"Berkas melebihi {LARGEST_FILE} bita.", f"The file is larger than {LARGEST_FILE} bytes.")
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + 1
        said = (f"Bukan UTF-8 pada bita {at}. Simpan sebagai UTF-8.", f"Not UTF-8 at byte {at}. Save it as UTF-8.")
        _refuse_file("not_utf8", said)


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = (f"baris {error.lineno} kolom {error.colno}", f"line {error.lineno} column {error.colno}")
        said = (f"Bukan JSON yang sah, {place[0]}: {error.msg}.", f"Not valid JSON, {place[1]}: {error.msg}.")
        _refuse_file("not_json", said)
    except RecursionError:
        _refuse_file("too_deep", ("JSON bersarang terlalu dalam.", "The JSON is nested too deeply."))
    except ValueError:  # Python's own bound on the digits of a number
        _refuse_file("number_too_long", ("Ada bilangan yang terlalu panjang.", "A number has too many digits."))


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        found.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


def _repeated_keys(document: Any) -> Iterator[Fault]:
    """JSON lets the last of two equal keys win silently; two answers to one question are a fault."""
    said = ("Kunci ini tertulis lebih dari sekali. Hapus salah satu.", "This key stands more than once. Keep one.")
    waiting: list[tuple[tuple[str, ...], Any]] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, _Object):
            yield from (Fault((*place, key), "repeated_key", said) for key in value.repeated)
            waiting += [((*place, key), below) for key, below in value.items()]
        elif isinstance(value, list):
            waiting += [((*place, str(at)), below) for at, below in enumerate(value)]


def _refuse_constant(name: str) -> NoReturn:
    _refuse_file("not_a_number", (f"{name} bukan angka JSON. Hapus.", f"{name} is no JSON number. Remove it."))


def _refuse_file(code: str, said: tuple[str, str]) -> NoReturn:
    raise refusal([Fault((), code, said)])
