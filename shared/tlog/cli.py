"""`zi log`: check the public log, co-sign it, copy it, replace its key."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

FAILURE, BAD_INPUT = 1, 2
as_json_option = click.option("--json", "as_json", is_flag=True, help="last line is JSON")
key_option = click.option(
    "--key", "keys", multiple=True, help="the log's verifier key that you trust; default: what the log itself names"
)


@click.group()
def log() -> None:
    """The public transparency log of designations: docs/log.md."""


@log.command("verify")
@click.argument("place", metavar="URL-or-DIR")
@click.option("--checkpoint", "earlier", type=click.Path(path_type=Path), help="an earlier checkpoint to begin with")
@key_option
@click.option("--witness", "witnesses", multiple=True, help="verifier key of a witness that must have co-signed")
@as_json_option
def verify_log(
    place: str, earlier: Path | None, keys: tuple[str, ...], witnesses: tuple[str, ...], as_json: bool
) -> None:
    """Check a log: its signature, every entry and tile, and that it begins with an earlier checkpoint.

    Reads an address or a folder, or a site's with the log under log/. Exit status: 0 verified, 1 something is wrong,
    2 nothing could be read.
    """
    from shared.progress import shown
    from shared.tlog.sources import source_of
    from shared.tlog.verifying import Wanted, verify

    began = time.monotonic()
    wanted = Wanted(_keys(keys), _keys(witnesses), _text(earlier) if earlier else None)
    with shown() as told:
        source = _or_bad_input(lambda: source_of(place), place)
        verdict = _or_bad_input(lambda: verify(source, wanted, lambda *done: told("Entri · entries", *done)), place)
    for fault in verdict.faults[:20]:
        click.echo(f"{fault.kind}: {fault.message}", err=True)
    _tell_verdict(verdict)
    if as_json:
        click.echo(json.dumps({**verdict.as_json(), "seconds": round(time.monotonic() - began, 2)}))
    sys.exit(0 if verdict.verified else FAILURE)


@log.command("witness")
@click.argument("place", metavar="URL-or-DIR")
@click.option("--witness-key", required=True, type=click.Path(path_type=Path), help="its private key; made if absent")
@click.option("--name", default="", help="of a key that is made: like an address without scheme, e.g. saksi.example.id")
@click.option(
    "--state", required=True, type=click.Path(path_type=Path), help="the checkpoint it signed last; kept here"
)
@key_option
@as_json_option
def witness(place: str, witness_key: Path, name: str, state: Path, keys: tuple[str, ...], as_json: bool) -> None:
    """Co-sign the newest checkpoint (cosignature/v1) if the log still begins with what was co-signed before.

    Prints the checkpoint with the signature added. Exit status: 0 co-signed, 1 the log is not what it was, 2 bad input.
    """
    from shared.tlog.merkle import BadProof
    from shared.tlog.notes import BadNote
    from shared.tlog.sources import NotServed, source_of
    from shared.tlog.verifying import served_keys
    from shared.tlog.witnessing import cosign

    signer = _witness_key(witness_key, name)
    last = _text(state) if state.exists() else None
    source = _or_bad_input(lambda: source_of(place), place)
    trusted = _keys(keys) or _or_bad_input(lambda: served_keys(source), place)
    try:
        note = _or_bad_input(lambda: cosign(source, trusted, signer, last, int(time.time())), place, BadNote, NotServed)
    except (BadNote, BadProof, NotServed) as error:
        _say(f"Tidak ditandatangani: {error}", f"Not co-signed: {error}")
        if as_json:
            click.echo(json.dumps({"cosigned": False, "reason": str(error), "witness": str(signer.verifier)}))
        sys.exit(FAILURE)
    _keep(state, note)
    click.echo(note, nl=False)
    if as_json:
        click.echo(json.dumps({"cosigned": True, "witness": str(signer.verifier), "note": note}))


@log.command("copy")
@click.argument("place", metavar="URL-or-DIR")
@click.argument("folder", type=click.Path(path_type=Path))
@as_json_option
def copy_log(place: str, folder: Path, as_json: bool) -> None:
    """Copy a log into a folder as static files; `zi log verify FOLDER` then checks it offline."""
    from shared.progress import shown
    from shared.tlog.copying import copy
    from shared.tlog.sources import source_of

    with shown() as told:
        source = _or_bad_input(lambda: source_of(place), place)
        size = _or_bad_input(lambda: copy(source, folder, lambda *done: told("Berkas · files", *done)), place)
    click.echo(f"{size} entri / entries → {folder}")
    if as_json:
        click.echo(json.dumps({"size": size, "folder": str(folder)}))


@log.group("key")
def key_commands() -> None:
    """The file with the keys that sign the log (ZONA_LOG_KEY_FILE); never shows a private key."""


@key_commands.command("show")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def show_keys(file: Path) -> None:
    """The verifier keys of a key file, the one in use longest first."""
    _tell_keys(file)


@key_commands.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
def add_key(file: Path) -> None:
    """Begin a rotation: a new key signs beside the old ones from the next checkpoint on."""
    from shared.tlog import keyfile
    from shared.tlog.notes import SignerKey

    keys = _or_bad_input(lambda: keyfile.read(file), str(file))
    keyfile.replace(file, [*keys, SignerKey.make(keys[0].verifier.name, keys[0].verifier.kind)])
    _tell_keys(file)


@key_commands.command("retire")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.argument("id")
def retire_key(file: Path, id: str) -> None:
    """End a rotation: the key with that id (8 hexadecimal digits) signs no more. The last key stays."""
    from shared.tlog import keyfile

    keys = _or_bad_input(lambda: keyfile.read(file), str(file))
    left = [key for key in keys if key.verifier.id.hex() != id]
    if not left or len(left) == len(keys):
        known = ", ".join(key.verifier.id.hex() for key in keys)
        _refuse(
            f"Kunci {id} tidak dapat dicabut; kunci yang ada: {known}, dan satu harus tinggal.",
            f"The key {id} can't be retired; there are: {known}, and one must stay.",
        )
    keyfile.replace(file, left)
    _tell_keys(file)


def _tell_keys(file: Path) -> None:
    from shared.tlog import keyfile

    for key in _or_bad_input(lambda: keyfile.read(file), str(file)):
        click.echo(str(key.verifier))


def _tell_verdict(verdict: Any) -> None:
    since = f"; berawal dari / begins with {verdict.consistent_with}" if verdict.consistent_with is not None else ""
    known = "" if verdict.pinned else " (kunci dari log itu sendiri / key taken from the log itself: --key)"
    said = "TERVERIFIKASI / VERIFIED" if verdict.verified else "TIDAK COCOK / NOT VERIFIED"
    click.echo(f"{said}: {verdict.origin}, {verdict.size} entri / entries{since}{known}")


def _witness_key(path: Path, name: str) -> Any:
    from shared.tlog import keyfile
    from shared.tlog.notes import WITNESS, SignerKey

    if not path.exists():
        if not name:
            _refuse(f"{path} belum ada; beri --name untuk membuatnya.", f"{path} is not there; give --name to make it.")
        made = _or_bad_input(lambda: SignerKey.make(name, WITNESS), name)
        _or_bad_input(lambda: keyfile.write_new(path, [made]), str(path))
    key = _or_bad_input(lambda: keyfile.read(path), str(path))[-1]
    if key.verifier.kind != WITNESS:
        _refuse(f"{path} bukan kunci saksi.", f"{path} is no witness's key.")
    return key


def _keys(texts: tuple[str, ...]) -> list[Any]:
    from shared.tlog.notes import VerifierKey

    return [_or_bad_input(partial(VerifierKey.parse, text), text) for text in texts]


def _text(path: Path) -> str:
    return str(_or_bad_input(path.read_text, str(path)))


def _keep(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(text)
    unfinished.rename(path)


def _or_bad_input(do: Callable[[], Any], place: str, *but: type[Exception]) -> Any:
    """What `do` gives; ends with status 2 and a sentence when it can't be read. Exceptions of `but` pass."""
    from shared.tlog.notes import BadNote
    from shared.tlog.sources import NotServed, Unreachable

    try:
        return do()
    except (BadNote, NotServed, Unreachable, OSError, UnicodeDecodeError) as error:
        if isinstance(error, but):
            raise
        _refuse(f"{place[:200]}: {error}. Periksa alamat atau berkasnya.", f"{place[:200]}: {error}. Check it.")


def _refuse(indonesian: str, english: str) -> NoReturn:
    _say(indonesian, english)
    sys.exit(BAD_INPUT)


def _say(indonesian: str, english: str) -> None:
    click.echo(f"{indonesian}\n{english}", err=True)
