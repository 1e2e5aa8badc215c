"""`zi journey` and `zi demo`: a sample cycle on a system of one's own, or on one that runs elsewhere."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import click

from shared.failures import Said
from shared.journey.check import Outcome, outcome_of, settled_reading
from shared.journey.client import JourneyError
from shared.journey.crew import crew_of
from shared.journey.driver import Wish, journey_to
from shared.journey.logged import faults_of_log
from shared.journey.people import password_of
from shared.journey.program import dead_letters
from shared.journey.tour import ADMIN, Tour
from shared.settings import Settings

BAD_INPUT = 2
SHOWN_ROLES = ("institution_officer", "unit_officer", "tpi", "evaluator", "surveyor", "panel", "registrar")


@dataclass(frozen=True, slots=True)
class Ground:
    """The system that a journey plays on; what of its inside is known only for one of our own."""

    base_url: str
    admin_password: str
    amqp_uri: str = ""
    mail_folder: Path | None = None
    stay: Callable[[], None] = lambda: None
    """Returns when the system ends."""


@contextmanager
def own_ground(port: int | None) -> Iterator[Ground]:
    """A new system on this machine in a folder of its own, stopped at the end.

    The folder stays when something went wrong, for the logs in it.

    Raises:
        JourneyError: the system does not start, with the reason and the remedy.
    """
    from shared.localrun.errors import LocalRunError, sentences
    from shared.localrun.ports import free_ports
    from shared.localrun.system import System

    folder = Path(mkdtemp(prefix="zona-journey-"))
    try:
        with System(folder, port=port or free_ports(1)[0], tell=say) as system:
            yield Ground(system.base_url, system.admin_password, system.amqp_uri, system.mail_folder, system.watch)
    except LocalRunError as error:
        raise JourneyError(f"{sentences(error)}\nCatatan · logs: {folder / 'logs'}") from error
    except JourneyError as error:
        error.add_note(f"Catatan · logs: {folder / 'logs'}")
        raise
    except KeyboardInterrupt:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)


def say(step: Said) -> None:
    """One step of the start, in both languages."""
    click.echo(f"{step[0]} · {step[1]}", err=True)


@contextmanager
def ground_of(base_url: str, admin_password: str) -> Iterator[Ground]:
    """The system at an address, or a new one of our own if none is given.

    Of a system elsewhere the broker is known only if AMQP_URI names it; dead letters can't be counted without.
    """
    if base_url:
        yield Ground(base_url, admin_password, Settings.from_environment().amqp_uri)
    else:
        with own_ground(None) as ground:
            yield ground


class Unsound(JourneyError):
    """A journey that went through, but lost, doubled, dead-lettered or published otherwise than decided."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__("\n".join(("The journey did not end well:", *outcome.findings)))
        self.outcome = outcome


def travel(ground: Ground, wish: Wish, threads: int) -> tuple[Tour, Outcome]:
    """Plays a journey and reads its outcome back; raises JourneyError, above all Unsound."""
    began = time.monotonic()
    with crew_of(threads) as crew:
        tour = journey_to(ground.base_url, ground.admin_password, crew, wish)
        reading = settled_reading(tour, ground.mail_folder)
        faults = faults_of_log(tour)
    letters, seconds = dead_letters(ground.amqp_uri), time.monotonic() - began
    outcome = outcome_of(tour, reading, dead_lettered=letters, seconds=seconds, log_faults=faults)
    if not outcome.sound:
        raise Unsound(outcome)
    return tour, outcome


count_option = click.option("--n", "filings", default=40, show_default=True, type=click.IntRange(1), help="proposals")
seed_option = click.option("--seed", default=1, show_default=True, type=click.IntRange(1), help="another sample nation")
threads_option = click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))


@click.command()
@count_option
@seed_option
@threads_option
@click.option("--base-url", default="", envvar="BASE_URL", help="a system that already runs; default: one of our own")
@click.option("--admin-password", default="", envvar="ZONA_ADMIN_PASSWORD", help="of that system's first account")
@click.option("--json", is_flag=True, expose_value=False, help="for uniformity: the last line is always JSON")
def journey(filings: int, seed: int, threads: int, base_url: str, admin_password: str) -> None:
    """Run a sample national cycle once, check it, and print the counts; exit 1 if anything was lost or doubled."""
    if base_url and not admin_password:
        click.echo("BASE_URL needs ZONA_ADMIN_PASSWORD or --admin-password: the admin makes the accounts", err=True)
        sys.exit(BAD_INPUT)
    try:
        with ground_of(base_url, admin_password) as ground:
            _, outcome = travel(ground, Wish(filings, seed), threads)
    except JourneyError as error:
        sys.exit(fail(error))
    report(outcome)


@click.command()
@count_option
@seed_option
@threads_option
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="of the site")
def demo(filings: int, seed: int, threads: int, port: int) -> None:
    """Start everything, run a sample national cycle, print where to look and who may sign in; up until Ctrl-C."""
    try:
        with own_ground(port) as ground:
            tour, outcome = travel(ground, Wish(filings, seed), threads)
            report(outcome)
            show_around(ground, tour)
            ground.stay()
    except KeyboardInterrupt:
        click.echo("Semuanya sudah berhenti · Everything has stopped.", err=True)
    except JourneyError as error:
        sys.exit(fail(error))


def fail(error: JourneyError) -> int:
    """Says what went wrong, with the counts as the last line if there are any; the exit status."""
    click.echo("\n".join((str(error), *getattr(error, "__notes__", ()))), err=True)
    if isinstance(error, Unsound):
        report(error.outcome)
    return 1


def report(outcome: Outcome) -> None:
    """The counts as one line on stdout."""
    click.echo(json.dumps(outcome.as_json()))


def show_around(ground: Ground, tour: Tour) -> None:
    """Where to look, who may sign in, where the mails lie."""
    revoked = [f"{ground.base_url}/designations/{one.number}" for one in tour.records if one.revoked]
    places = [
        ("Situs · site", f"{ground.base_url}/"),
        *(("Dicabut · revoked", address) for address in revoked),
        ("Surat · mails", str(ground.mail_folder or "SMTP_URI")),
    ]
    names = [(ADMIN, ADMIN, ground.admin_password), *sign_ins(tour)]
    width = max(len(name) for _, name, _ in names)
    lines = [
        *(f"  {what:<19} {where}" for what, where in places),
        "",
        *(f"  {role:<19} {name:<{width}}  {password}" for role, name, password in names),
        "",
        "  Data contoh: hasilnya rekaan. Sample data: the results are made up.",
        "  Ctrl-C berhenti · stops",
    ]
    click.echo("\n".join(["", *lines, ""]), err=True)


def sign_ins(tour: Tour) -> list[tuple[str, str, str]]:
    """(role, name, password) of one account of each role, all of the first filing's unit where they are bound."""
    unit = tour.records[0].filing.unit
    institution = {"institution": unit.institution}
    bound = {"unit_officer": {"unit": unit.code}, "institution_officer": institution, "tpi": institution}
    accounts = [tour.nation.account(role, **bound.get(role, {})) for role in SHOWN_ROLES]
    return [(one.role, one.id, password_of(one.id, tour.company.secret)) for one in accounts]
