"""`zi job`: run and look at jobs."""

from __future__ import annotations

import importlib
import json
import sys

import click

from shared.observability import configure_logs
from shared.settings import SERVICES, Settings


@click.group()
def job() -> None:
    """Long work: imports and the like."""


@job.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("id")
def run(service: str, id: str) -> None:
    """Run one job if it is due (workers call this)."""
    from shared.jobs.running import run_job

    settings = Settings.from_environment(needs=("mongodb_uri",))
    configure_logs(settings, service, "job")
    rooms = importlib.import_module(f"services.{service}.rooms").build(settings)
    functions = importlib.import_module(f"services.{service}.jobs").JOBS
    sys.exit(0 if run_job(rooms, functions, id) else 1)


@job.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("id")
def show(service: str, id: str) -> None:
    """Show a job's state, progress and result."""
    from shared.jobs.store import JobDocument

    rooms = importlib.import_module(f"services.{service}.rooms").build(
        Settings.from_environment(needs=("mongodb_uri",))
    )
    found = rooms.jobs.find(id)
    if found is None:
        click.echo(f"{service} has no job {id}", err=True)
        sys.exit(2)
    click.echo(json.dumps(JobDocument().dump(found.state), indent=2, ensure_ascii=False))
