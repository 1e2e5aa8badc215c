"""`zi up`: the whole system on this machine until Ctrl-C."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.failures import Said

if TYPE_CHECKING:
    from rich.console import Console

    from shared.localrun.system import System

STATE = Path(".zona")


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True, help="port of the site")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=STATE,
    show_default=True,
    help="folder of data, keys, logs and mail",
)
@click.option("--fresh", is_flag=True, help="first forget everything that the state folder holds")
@click.option("--mail/--no-mail", default=True, show_default=True, help="keep the e-mails that are sent as files")
def up(port: int, state: Path, fresh: bool, mail: bool) -> None:
    """Run broker, database, web and four workers on this machine until Ctrl-C.

    AMQP_URI, MONGODB_URI and SMTP_URI name servers to use in the place of private ones. Exit status: 0 after
    Ctrl-C or SIGTERM, 1 if something did not start or ended by itself, 2 for a wrong option.
    """
    from rich.console import Console

    from shared.localrun.errors import LocalRunError, sentences
    from shared.localrun.system import System

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        with (
            console.status("Zona…") as status,
            System(state, port=port, mail=mail, fresh=fresh, tell=steps_on(console)) as system,
        ):
            status.stop()
            click.echo(introduction(system))
            system.watch()
    except LocalRunError as error:
        console.print(sentences(error), style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("Semuanya sudah berhenti. / Everything has stopped.")


def steps_on(console: Console) -> Callable[[Said], None]:
    """Shows each step as a line with the seconds that have passed."""
    began = time.monotonic()

    def tell(step: Said) -> None:
        console.print(f"{time.monotonic() - began:5.1f} s  {step[0]}\n         [dim]{step[1]}[/dim]")

    return tell


def introduction(system: System) -> str:
    """Where everything is, for a person at the terminal."""
    rows = [
        ("Situs / Site", f"{system.base_url}/"),
        *(("API", f"{system.base_url}{path}/openapi.json") for path in ("", "/units", "/evaluation", "/notifications")),
        ("Masuk / Sign in", f"POST {system.base_url}/units/api/v1/sessions"),
        ("Akun / Account", f"admin, {system.admin_password}"),
        ("Surat / Mail", f"{system.mail_folder or 'SMTP_URI'}"),
        ("Catatan / Logs", f"{system.supervisor.logs}"),
        *(("Pekerja / Worker", f"{address}  ({service})") for service, address in system.operations.items()),
        ("Berhenti / Stop", "Ctrl-C"),
    ]
    return "\n".join(f"{name:<16} {what}" for name, what in rows)
