"""`zi`: every command of the house, found through entry points and loaded only when it is called."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points

import click

from shared.settings import SettingsError


class Commands(click.Group):
    """Commands of the entry-point group `zi.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_found())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = _found().get(cmd_name)
        return None if entry is None else entry.load()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            try:
                command = self.get_command(ctx, name)
            except ModuleNotFoundError as error:  # an image holds only what its process needs
                rows.append((name, f"(not here: {error.name} is not installed)"))
                continue
            rows.append((name, command.get_short_help_str(90) if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _found() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group="zi.commands")}


@click.command(cls=Commands)
@click.version_option(package_name="zona")
def cli() -> None:
    """Zona: from a declaration of integrity to a public designation."""


def main() -> None:
    """Entry point of the `zi` program; settings faults are one line each, exit 2."""
    try:
        cli()
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
