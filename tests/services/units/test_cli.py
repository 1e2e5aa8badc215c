"""`zi units` as an operator runs it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from services.units.cli import institutions, units
from services.units.passwords import matches
from services.units.rooms import build
from shared.settings import Settings

ZI = Path(sys.executable).with_name("zi")


def bootstrap(settings: Settings, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "ZONA_ADMIN_PASSWORD": settings.admin_password,
        **environment,
    }
    command = [str(ZI), "units", "bootstrap"]
    return subprocess.run(command, env={**os.environ, **known}, capture_output=True, text=True, check=False)


def test_bootstrap_makes_the_admin_once_and_keeps_the_password(settings: Settings) -> None:
    assert "was created" in bootstrap(settings).stdout
    again = bootstrap(settings, ZONA_ADMIN_PASSWORD="another long password")
    assert (again.returncode, "there already" in again.stdout) == (0, True)
    account = build(settings).accounts.load("admin").state
    assert account.roles == ("admin",)
    assert matches(account.password_hash, settings.admin_password)


def test_bootstrap_says_what_is_wrong_with_its_password(settings: Settings) -> None:
    short = bootstrap(settings, ZONA_ADMIN_PASSWORD="short")
    missing = bootstrap(settings, ZONA_ADMIN_PASSWORD="")
    assert (short.returncode, missing.returncode) == (2, 2)
    assert "ZONA_ADMIN_PASSWORD" in short.stderr
    assert "ZONA_ADMIN_PASSWORD" in missing.stderr


def test_export_prints_the_nation_as_the_import_reads_it(tmp_path: Path) -> None:
    printed = CliRunner().invoke(units, ["export-institutions"])
    rows = list(csv.reader(printed.stdout.splitlines()))
    assert rows[0] == ["code", "name", "kind", "province"]
    assert [tuple(row) for row in rows[1:]] == list(institutions())
    file = tmp_path / "institutions.csv"
    assert CliRunner().invoke(units, ["export-institutions", str(file)]).exit_code == 0
    assert file.read_text("utf-8") == printed.stdout
