"""`zi indexes`: the databases' indexes."""

from __future__ import annotations

import importlib
import sys

import click
from pymongo.errors import PyMongoError

from shared.settings import SERVICES, Settings


@click.group()
def indexes() -> None:
    """Indexes of the services' databases."""


@indexes.command()
@click.option("--service", type=click.Choice(SERVICES), multiple=True, default=SERVICES, help="only these")
def apply(service: tuple[str, ...]) -> None:
    """Create what is missing; safe beside running services."""
    from shared.storage.indexes import ensure_shared_indexes

    settings = Settings.from_environment(needs=("mongodb_uri",))
    for name in service:
        rooms = importlib.import_module(f"services.{name}.rooms").build(settings)
        try:
            rooms.ensure_indexes()
            ensure_shared_indexes(rooms.database)
        except PyMongoError as error:
            click.echo(
                f"{name}: the database does not answer ({str(error)[:200]}): start it, or correct MONGODB_URI", err=True
            )
            sys.exit(1)
        click.echo(f"{name}: indexes stand")
