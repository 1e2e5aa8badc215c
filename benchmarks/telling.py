"""Where a benchmark says how far it is: stderr."""

from __future__ import annotations

import click


def tell(line: str) -> None:
    """One line of progress."""
    click.echo(line, err=True)
