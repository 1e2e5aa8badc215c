"""`zi dlq`: list, show, replay and park dead letters.

To look takes a letter away from everybody else for that moment; it comes back whatever happens. What moves is
confirmed in its new queue first. Exit status: 0 done, 1 failed or refused, 2 bad input.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click
from pika.exceptions import AMQPError

from shared.failures import Said, ZonaError
from shared.messaging.deadletter import DeadLetter
from shared.messaging.deadletter_moves import Move, Parking
from shared.messaging.deadletters import DeadLetters
from shared.messaging.declare import BrokerUnreachable
from shared.messaging.dlq_options import (
    filters,
    limit_option,
    parked_option,
    require_selection,
    selection_from,
)
from shared.messaging.selection import short_age
from shared.settings import SERVICES, Settings

FAILURE, BAD_INPUT = 1, 2
SHOWN = 100
MOVES_LISTED = 1_000
"""Moves that the JSON of `replay` and `park` names one by one; the counts are always whole."""


@click.group()
def dlq() -> None:
    """Dead letters: what no handler could take, with its reason."""


def _telling(command: Callable[..., None]) -> Callable[..., None]:
    """What the broker can't do is one sentence in both languages, exit 1."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except BrokerUnreachable as error:
            _fail(error.said)
        except ZonaError as error:
            _fail((f"{error.said[0]}: {error.remedy[0]}", f"{error.said[1]}: {error.remedy[1]}"))
        except AMQPError as error:
            why = str(error) or type(error).__name__
            _fail(
                (
                    f"sambungan ke broker putus ({why}): semua surat yang belum pindah tetap di tempatnya; ulangi",
                    f"the connection to the broker broke ({why}): what had not moved stays where it was; repeat",
                )
            )

    return run


def _fail(said: Said, status: int = FAILURE) -> None:
    click.echo(f"zi dlq: {said[0]}\nzi dlq: {said[1]}", err=True)
    sys.exit(status)


def _letters(service: tuple[str, ...]) -> DeadLetters:
    return DeadLetters(Settings.from_environment(needs=("amqp_uri",)).amqp_uri, service or SERVICES)


@dlq.command("list")
@filters
@parked_option
@limit_option(SHOWN, most=10_000)
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
@_telling
def list_letters(service: tuple[str, ...], parked: bool, limit: int, as_json: bool, **given: Any) -> None:
    """List dead letters: id, event, queue, attempts, age, reason."""
    letters = _letters(service)
    waiting = letters.count(parked=parked)
    found = letters.read(selection_from(given), parked=parked, limit=limit + 1, bodies=False)
    shown, more = found[:limit], len(found) > limit
    if as_json:
        rows = [letter.summary() for letter in shown]
        click.echo(json.dumps({"dead_lettered": waiting, "shown": len(rows), "more": more, "letters": rows}))
        return
    now = datetime.now(UTC)
    for letter in shown:
        click.echo(_line(letter, now))
    click.echo(f"{len(shown)} of {waiting} {'parked letters' if parked else 'dead letters'}{_more(more)}")


@dlq.command()
@click.argument("id")
@filters
@parked_option
@limit_option(10, most=1_000)
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
@_telling
def show(id: str, service: tuple[str, ...], parked: bool, limit: int, as_json: bool, **given: Any) -> None:
    """Show one dead letter whole, its body too; it may wait in the queues of several handlers."""
    selection = replace(selection_from(given), ids=frozenset({id}))
    found = _letters(service).read(selection, parked=parked, limit=limit)
    if not found:
        _fail(_none(id), BAD_INPUT)
    bodies = [letter.body.decode(errors="backslashreplace") for letter in found]
    if as_json:
        both = zip(found, bodies, strict=True)
        click.echo(json.dumps({"letters": [{**letter.summary(), "body": body} for letter, body in both]}))
        return
    for letter, body in zip(found, bodies, strict=True):
        click.echo(json.dumps(letter.summary(), indent=2, ensure_ascii=False))
        click.echo(body)


@dlq.command()
@click.argument("ids", nargs=-1)
@filters
@click.option("--all", "everything", is_flag=True, help="every letter")
@parked_option
@limit_option(None)
@click.option("--execute", is_flag=True, help="really do it; without this, only say what would be done")
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
@_telling
def replay(ids: tuple[str, ...], service: tuple[str, ...], everything: bool, parked: bool, **given: Any) -> None:
    """Send letters to their queues again; a dry run unless --execute is given.

    Name the letters' IDS, or a filter, or --all. What had its effect before has it no second time.
    """
    require_selection(ids, service, everything, given)
    told = _Told(ids, given, ("replayed", "would replay"))
    tally = _letters(service).replay(
        selection_from(given, ids), execute=told.execute, parked=parked, limit=given["limit"], tell=told
    )
    told.end(tally)


@dlq.command()
@click.argument("ids", nargs=-1)
@filters
@click.option("--all", "everything", is_flag=True, help="every letter")
@click.option("--note", required=True, help="why, for whoever comes next (not more than 500 characters)")
@click.option("--by", help="who you are; otherwise your name on this machine")
@limit_option(None)
@click.option("--execute", is_flag=True, help="really do it; without this, only say what would be done")
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
@_telling
def park(ids: tuple[str, ...], service: tuple[str, ...], everything: bool, note: str, by: str, **given: Any) -> None:
    """Put letters aside with a note; a dry run unless --execute is given.

    `zi dlq list --parked` shows them, `zi dlq replay --parked` sends them to their queues.
    """
    require_selection(ids, service, everything, given)
    if not note.strip() or len(note) > 500:
        raise click.BadParameter(
            "tulis alasannya, 1 sampai 500 karakter / write why, 1 to 500 characters", param_hint="--note"
        )
    told = _Told(ids, given, ("parked", "would park"))
    parking = Parking(note.strip(), by or _operator())
    letters = _letters(service)
    tally = letters.park(selection_from(given, ids), parking, execute=told.execute, limit=given["limit"], tell=told)
    told.end(tally)


class _Told:
    """Says each move as it happens, and the sum at the end."""

    def __init__(self, ids: tuple[str, ...], given: dict[str, Any], verbs: tuple[str, str]) -> None:
        self.execute: bool = given["execute"]
        self._as_json: bool = given["as_json"]
        self._verb = verbs[0] if self.execute else verbs[1]
        self._missing = set(ids)
        self._rows: list[dict[str, Any]] = []

    def __call__(self, move: Move) -> None:
        letter = move.letter
        self._missing.discard(letter.id)
        if len(self._rows) < MOVES_LISTED:
            reason = {"id": move.refused[0], "en": move.refused[1]} if move.refused else None
            self._rows.append({"id": letter.id, "service": letter.service, "target": move.target, "refused": reason})
        if move.refused:
            click.echo(
                f"{_plain(letter.id)} tetap: {move.refused[0]}\n{_plain(letter.id)} stays: {move.refused[1]}", err=True
            )
        elif not self._as_json:
            click.echo(f"{self._verb} {_plain(letter.id)} to {_plain(move.target)}")

    def end(self, tally: dict[str, int]) -> None:
        moved, refused = tally["moved"], tally["refused"]
        for id in sorted(self._missing):
            said = _none(id)
            click.echo(f"zi dlq: {said[0]}\nzi dlq: {said[1]}", err=True)
        counts = {"executed": self.execute, "moved" if self.execute else "would_move": moved, "refused": refused}
        if self._as_json:
            click.echo(json.dumps({**counts, "missing": sorted(self._missing), "letters": self._rows}))
        else:
            tail = "" if self.execute else "; nothing has moved, --execute does it"
            click.echo(f"{self._verb} {moved}, refused {refused}{tail}")
        if self._missing or refused:
            sys.exit(BAD_INPUT if self._missing else FAILURE)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "?"


def _none(id: str) -> Said:
    name = _plain(id)
    return (
        f"tidak ada surat mati {name}, atau orang lain sedang melihatnya: `zi dlq list` menunjukkan yang ada",
        f"there is no dead letter {name}, or somebody else looks at it now: `zi dlq list` shows what there is",
    )


def _line(letter: DeadLetter, now: datetime) -> str:
    age = letter.age(now)
    parts = [letter.id, letter.type or "-", letter.queue or "-", f"attempts {letter.attempts}", f"age {short_age(age)}"]
    parts += [f"replayed {letter.replayed}"] if letter.replayed else []
    parts += [letter.reason]
    parts += [f"parked {letter.parked_at} by {letter.parked_by}: {letter.note}"] if letter.parked_at else []
    return "  ".join(_plain(part) for part in parts)


def _plain(text: str) -> str:
    """Nothing that a terminal would obey: a letter may hold anything."""
    return "".join(each if each.isprintable() else "�" for each in text)


def _more(more: bool) -> str:
    return "; there are more: --limit, or a filter" if more else ""
