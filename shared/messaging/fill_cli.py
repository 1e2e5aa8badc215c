"""`zi fill QUEUE`: send recorded events again, to one queue alone."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import NoReturn

import click
from pymongo.errors import PyMongoError

from shared.failures import InvalidInput, Said, ZonaError
from shared.messaging.declare import BrokerUnreachable
from shared.messaging.filling import Filled, Wanted, recorded, wanted_by
from shared.messaging.filling import fill as send
from shared.messaging.publisher import BrokerAway
from shared.progress import shown
from shared.settings import Settings

FAILURE, BAD_INPUT = 1, 2
GO_ON: Said = ("Ulangi perintah yang sama: ia melanjutkan.", "Give the same command again: it goes on.")


@click.command()
@click.argument("queue")
@click.option("--type", "types", multiple=True, help="only these event types, of those that the queue hears")
@click.option("--since", help="only what was recorded since then: ISO 8601, UTC unless it says otherwise")
@click.option("--execute", is_flag=True, help="really send; without this, only count what would be sent")
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
def fill(queue: str, types: tuple[str, ...], since: str | None, execute: bool, as_json: bool) -> None:
    """Fill QUEUE, such as registry.learn_institution, with the recorded events that it is bound to.

    No other queue gets anything. A run that was stopped goes on where it was. Exit status: 0 done, 1 failed,
    2 bad input.
    """
    settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri") if execute else ("mongodb_uri",))
    began = time.monotonic()
    try:
        wanted = wanted_by(queue, types, _moment(since))
        found = recorded(settings, wanted)
        filled = _sent(settings, wanted, sum(found.values())) if execute else None
    except InvalidInput as error:
        _give_up(error, BAD_INPUT)
    except ZonaError as error:
        _give_up(error, FAILURE)
    except (BrokerUnreachable, BrokerAway, PyMongoError) as error:
        reason = str(error)[:200]
        _say((f"Terputus ({reason}). {GO_ON[0]}", f"Interrupted ({reason}). {GO_ON[1]}"))
        sys.exit(FAILURE)
    _report(wanted, found, filled)
    if as_json:
        click.echo(json.dumps(_summary(wanted, found, filled, time.monotonic() - began)))


def _sent(settings: Settings, wanted: Wanted, total: int) -> Filled:
    with shown() as tell:
        return send(settings, wanted, tell, total=total)


def _report(wanted: Wanted, found: dict[str, int], filled: Filled | None) -> None:
    for type, there in found.items():
        click.echo(f"{type}: {there}" if filled is None else f"{type}: {filled.events.get(type, 0)} / {there}")
    if filled is None:
        click.echo(f"uji coba; --execute mengirimnya ke {wanted.queue} / dry run; --execute sends them there")
    else:
        resumed = " (dilanjutkan / resumed)" if filled.resumed else ""
        click.echo(f"{sum(filled.events.values())} → {wanted.queue}{resumed}")


def _summary(wanted: Wanted, found: dict[str, int], filled: Filled | None, seconds: float) -> dict[str, object]:
    return {
        "queue": wanted.queue,
        "executed": filled is not None,
        "recorded": found,
        "sent": sum(filled.events.values()) if filled else 0,
        "aggregates": filled.aggregates if filled else 0,
        "resumed": bool(filled and filled.resumed),
        "seconds": round(seconds, 1),
    }


def _moment(text: str | None) -> datetime | None:
    """A moment in whole milliseconds, as the database keeps them."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            (f"--since {text!r} bukan waktu ISO 8601.", f"--since {text!r} is no ISO 8601 time."),
            remedy=("Misalnya 2026-11-24T07:00:00+07:00.", "Such as 2026-11-24T07:00:00+07:00."),
        ) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.replace(microsecond=aware.microsecond // 1000 * 1000)


def _give_up(error: ZonaError, status: int) -> NoReturn:
    _say((f"{error.said[0]} {error.remedy[0]}", f"{error.said[1]} {error.remedy[1]}"))
    sys.exit(status)


def _say(text: Said) -> None:
    click.echo(f"{text[0]}\n{text[1]}", err=True)
