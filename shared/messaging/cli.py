"""`zi worker`, `zi topology`, `zi dlq`, `zi outbox`: run and operate the messaging."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import click

from shared.settings import SERVICES, Settings


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
def worker(service: str) -> None:
    """Run one service's worker: relay, event handlers, timers."""
    # a fresh interpreter: green threads must be in place before anything else is imported
    os.execv(sys.executable, [sys.executable, "-m", "shared.launcher", service])  # noqa: S606 - our own module


@click.group()
def topology() -> None:
    """Exchanges and queues of the whole house."""


@topology.command()
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
def apply(as_json: bool) -> None:
    """Declare everything that the contracts ask for; safe to repeat."""
    from shared.messaging.declare import BrokerUnreachable, TopologyDiffers
    from shared.messaging.declare import apply as declare

    try:
        exchanges, queues = declare(Settings.from_environment(needs=("amqp_uri",)).amqp_uri)
    except (BrokerUnreachable, TopologyDiffers) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(
        json.dumps({"exchanges": exchanges, "queues": queues})
        if as_json
        else f"{exchanges} exchanges, {queues} queues stand"
    )


@topology.command()
def export() -> None:
    """Print the topology as a RabbitMQ definitions file."""
    from shared.messaging.declare import definitions

    click.echo(json.dumps(definitions(), indent=2))


@click.group()
def dlq() -> None:
    """Dead letters: what no handler could take, with its reason."""


def _letters(service: tuple[str, ...]) -> Any:
    from shared.messaging.deadletters import DeadLetters

    return DeadLetters(Settings.from_environment(needs=("amqp_uri",)).amqp_uri, service or SERVICES)


services_option = click.option("--service", type=click.Choice(SERVICES), multiple=True, help="only these services")


@dlq.command("list")
@services_option
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
def list_letters(service: tuple[str, ...], as_json: bool) -> None:
    """List the dead letters: id, event, queue, reason, attempts."""
    rows = [letter.summary() for letter in _letters(service).read()]
    for row in rows if not as_json else ():
        click.echo(f"{row['id']}  {row['type']}  {row['queue']}  attempts {row['attempts']}  {row['reason']}")
    click.echo(json.dumps({"dead_lettered": len(rows), "letters": rows}) if as_json else f"{len(rows)} dead letters")


@dlq.command()
@click.argument("id")
@services_option
def show(id: str, service: tuple[str, ...]) -> None:
    """Show one dead letter whole."""
    found = [letter for letter in _letters(service).read() if letter.id == id]
    if not found:
        click.echo(f"there is no dead letter {id}: `zi dlq list` shows what there is", err=True)
        sys.exit(2)
    for letter in found:
        click.echo(json.dumps(letter.summary(), indent=2, ensure_ascii=False))
        click.echo(letter.body.decode(errors="backslashreplace"))


@dlq.command()
@click.argument("ids", nargs=-1)
@services_option
@click.option("--all", "everything", is_flag=True, help="every dead letter")
@click.option("--execute", is_flag=True, help="really do it; without this, only say what would be done")
def replay(ids: tuple[str, ...], service: tuple[str, ...], everything: bool, execute: bool) -> None:
    """Send dead letters to their queues again; a dry run unless --execute is given."""
    if bool(ids) == everything:
        click.echo("name the letters' ids, or give --all", err=True)
        sys.exit(2)
    chosen = _letters(service).replay(set(ids) or None, execute=execute)
    for letter in chosen:
        click.echo(f"{'replayed' if execute else 'would replay'} {letter.id} to {letter.queue}")
    click.echo(f"{len(chosen)} dead letters")


@click.group()
def outbox() -> None:
    """Outboxes: what was decided but not said yet."""


@outbox.command()
@click.option("--json", "as_json", is_flag=True, help="last line is JSON")
def status(as_json: bool) -> None:
    """Count the aggregates with events to say, for each service and kind."""
    from shared.messaging.outbox_status import waiting

    counts = waiting(Settings.from_environment(needs=("mongodb_uri",)))
    if as_json:
        click.echo(json.dumps(counts))
        return
    for place, count in counts.items():
        click.echo(f"{place}: {count}")
