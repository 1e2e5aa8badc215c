"""The instrument files of this service: which there are, their exact content, and the instruments made from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from marshmallow import ValidationError

from services.evaluation import instrument_checks
from services.evaluation.domain.faults import Fault, shown
from services.evaluation.domain.instrument import Instrument
from services.evaluation.instrument_building import build
from services.evaluation.instrument_schema import INDONESIAN, InstrumentSchema
from shared.failures import NotFound, ZonaError

FOLDER = Path(__file__).with_name("instruments")


class InstrumentFileInvalid(ZonaError):
    """An instrument file that can't be used; `errors` names every fault in it."""

    code = "instrument_file_invalid"
    title = ("Berkas instrumen rusak", "Malformed instrument file")


def available() -> tuple[str, ...]:
    """The ids of the instruments, oldest first."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(instrument_id: str) -> Instrument:
    """The instrument, made once per process. Raises NotFound, or InstrumentFileInvalid with every fault."""
    return _load(_known(instrument_id))


def load_document(instrument_id: str) -> dict[str, Any]:
    """The file's whole content as plain data (text, lists, mappings), in its order. Raises as `load`."""
    document: dict[str, Any] = json.loads(_text(_known(instrument_id)))
    return document


def load_content(instrument_id: str) -> str:
    """The content's canonical JSON, whose SHA-256 is the instrument's hash. Raises as `load`."""
    return _canonical(load_document(instrument_id))


def content_hash(instrument_id: str) -> str:
    """SHA-256 (hex) of the content's canonical JSON: sorted keys, no spaces, UTF-8. Raises as `load`."""
    return load(instrument_id).content_hash


def read_instrument(path: Path) -> Instrument:
    """The instrument of one file. Raises InstrumentFileInvalid naming every fault of the file."""
    document = _parse(path)
    try:
        data = InstrumentSchema().load(document)
    except ValidationError as error:
        raise _invalid(path, list(_schema_faults(error.messages))) from error
    faults = instrument_checks.faults_in(data, path.stem)
    if faults:
        raise _invalid(path, faults)
    return build(data, hash_of(document))


def hash_of(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the document's canonical JSON. There are no numbers in it, so sorting keys suffices."""
    return hashlib.sha256(_canonical(document).encode()).hexdigest()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@cache
def _text(instrument_id: str) -> str:
    # Parsing YAML takes a quarter of a second, and every conclusion carries the document.
    load(instrument_id)
    return json.dumps(_parse(FOLDER / f"{instrument_id}.yaml"), ensure_ascii=False)


@cache
def _load(instrument_id: str) -> Instrument:
    return read_instrument(FOLDER / f"{instrument_id}.yaml")


def _known(instrument_id: str) -> str:
    # Looked up in the list, never joined to a path unseen: the id may come from outside.
    if instrument_id not in available():
        words = ", ".join(available())
        raise NotFound(
            (f"Instrumen {shown(instrument_id)} tidak ada.", f"There is no instrument {shown(instrument_id)}."),
            remedy=(f"Pilih salah satu: {words}.", f"Choose one of: {words}."),
        )
    return instrument_id


def _parse(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 (a SafeLoader subclass)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = (f"Bukan YAML yang sah: {error}", f"Not valid YAML: {error}")
        raise _invalid(path, [Fault((), "not_yaml", said)]) from error
    if not isinstance(document, dict):
        raise _invalid(path, [Fault((), "not_a_mapping", ("Harus pasangan kunci dan nilai.", "Must be a mapping."))])
    return document


def _invalid(path: Path, faults: list[Fault]) -> InstrumentFileInvalid:
    named = [f"{fault.pointer or '/'}: " for fault in faults]
    indonesian = "\n".join(place + fault.said[0] for place, fault in zip(named, faults, strict=True))
    english = "\n".join(place + fault.said[1] for place, fault in zip(named, faults, strict=True))
    return InstrumentFileInvalid(
        (f"{path.name}: {len(faults)} kesalahan.\n{indonesian}", f"{path.name}: {len(faults)} faults.\n{english}"),
        remedy=("Perbaiki berkas instrumen itu.", "Correct the instrument file."),
        errors=[fault.as_error() for fault in faults],
    )


def _schema_faults(messages: Any, place: tuple[str, ...] = ()) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            yield from _schema_faults(below, (*place, str(key)))
        return
    for message in messages:
        yield Fault(place, "malformed", (INDONESIAN.get(message, message), message))


class _UniqueKeys(yaml.SafeLoader):
    """YAML lets a repeated key win silently; a repeated threshold must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        if repeated:
            raise yaml.constructor.ConstructorError(None, None, f"repeated keys {repeated}", node.start_mark)
        return dict(super().construct_mapping(node, deep))
