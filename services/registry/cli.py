"""`zi rebuild registry`: the public state told again from recorded events, and compared byte for byte."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from shared.settings import SERVICES, Settings

if TYPE_CHECKING:
    from services.registry.comparison import Comparison

REBUILT = "registry"
FAILURE, BAD_INPUT = 1, 2
STAGES = {
    "designations": "Penetapan · designations",
    "outboxes": "Kotak keluar · outboxes",
    "institutions": "Instansi · institutions",
    "comparison": "Perbandingan · comparison",
    "replacement": "Penggantian · replacement",
}


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.option("--execute", is_flag=True, help="put what was rebuilt in the place of what differs")
@click.option("--set-aside", is_flag=True, help="with --execute: also remove what no event tells of (it is kept aside)")
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
def rebuild(service: str, execute: bool, set_aside: bool, as_json: bool) -> None:
    """Rebuild a service's public state from its events and compare it with the live one; only `registry` today.

    Without --execute nothing that is live is touched. Exit status: 0 equal, 1 different or failed, 2 bad input.
    """
    if service != REBUILT:
        _say(
            f"{service} belum dapat dibangun ulang; saat ini hanya {REBUILT}: zi rebuild {REBUILT}",
            f"{service} can't be rebuilt yet; only {REBUILT} can today: zi rebuild {REBUILT}",
        )
        sys.exit(BAD_INPUT)
    settings = Settings.from_environment(needs=("mongodb_uri",))
    began = time.monotonic()
    found = _rebuilt(settings, execute=execute, set_aside=set_aside)
    _show(found)
    if as_json:
        click.echo(json.dumps(_summary(found, execute, time.monotonic() - began), ensure_ascii=False))
    sys.exit(0 if found.equal else FAILURE)


def _rebuilt(settings: Settings, *, execute: bool, set_aside: bool) -> Comparison:
    from pymongo.errors import PyMongoError

    from services.registry.comparison import Comparer
    from services.registry.rebuilding import Rebuilt
    from services.registry.replacing import replace
    from services.registry.rooms import build
    from shared.failures import ZonaError
    from shared.progress import shown

    try:
        with shown() as told:

            def tell(stage: str, done: int, total: int) -> None:
                told(STAGES[stage], done, total)

            rooms = build(settings)
            rebuilt = Rebuilt(rooms)
            rebuilt.build(tell)
            found = Comparer(rooms, rebuilt, tell).compare()
            if execute and not found.equal:
                _show(found)
                found = replace(rooms, rebuilt, found, tell, set_aside=set_aside)
            if found.equal:
                rebuilt.drop()
            return found
    except ZonaError as error:
        _say(f"{error.said[0]} {error.remedy[0]}", f"{error.said[1]} {error.remedy[1]}")
    except PyMongoError as error:
        reason = str(error)[:200]
        _say(
            f"Basis data registry tidak menjawab ({reason}). Jalankan, atau perbaiki MONGODB_URI; lalu ulangi.",
            f"The registry's database does not answer ({reason}). Start it, or correct MONGODB_URI; then do it again.",
        )
    sys.exit(FAILURE)


def _show(found: Comparison) -> None:
    click.echo(f"live     sha256 {found.live}\nrebuilt  sha256 {found.rebuilt}")
    for each in found.first:
        click.echo(f"{each.number}  {each.field}  live: {each.live}  rebuilt: {each.rebuilt}")
    more = f" (+{found.differences - len(found.first)})" if found.differences > len(found.first) else ""
    click.echo(
        f"{found.designations} penetapan / designations, {found.institutions} instansi / institutions, "
        + (f"{found.differences} perbedaan / differences{more}" if not found.equal else "sama / equal")
    )


def _summary(found: Comparison, executed: bool, seconds: float) -> dict[str, Any]:
    return {
        "service": REBUILT,
        "equal": found.equal,
        "live": found.live,
        "rebuilt": found.rebuilt,
        "designations": found.designations,
        "institutions": found.institutions,
        "differences": found.differences,
        "first": [asdict(each) for each in found.first],
        "broken": found.broken,
        "untold": found.untold,
        "executed": executed,
        "seconds": round(seconds, 1),
    }


def _say(indonesian: str, english: str) -> None:
    click.echo(f"{indonesian}\n{english}", err=True)
