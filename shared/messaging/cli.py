"""`zi worker`, `zi topology`, `zi outbox`: run and operate the messaging (`zi dlq`: dlq_cli)."""

from __future__ import annotations

import json
import os
import sys

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
