"""`zi recompute`: the module that stands alone, as a command of the house."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("bundle")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
@click.option("--sha256", metavar="HEX", help="The hash that the designation's page tells.")
def recompute(bundle: str, *, as_json: bool, sha256: str | None) -> None:
    """Recompute a published score and its gates from its public BUNDLE (a file or an address), offline for a file.

    Exit status: 0 everything agrees, 1 something does not (each place is named), 2 not a bundle.
    """
    from shared.recomputing.recompute import run

    sys.exit(run(bundle, as_json=as_json, sha256=sha256))
