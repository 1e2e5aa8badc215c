"""`zi score`: the score, the gates and, if wanted, the trace of one worksheet file, without any server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from services.evaluation.domain.gates import gates_for
from services.evaluation.domain.results import score_result
from services.evaluation.domain.scoring import score_answers
from services.evaluation.domain.trace import trace
from services.evaluation.instrument_files import InstrumentFileInvalid
from services.evaluation.score_table import print_score, print_trace
from services.evaluation.worksheet_files import Sheet, read_worksheet
from shared.failures import InvalidInput, ZonaError

BAD_INPUT = 2
FAILURE = 1
MOST_SHOWN = 200
LONGEST_PLACE = 120


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
@click.option("--trace", "with_trace", is_flag=True, help="Also show how each number came about.")
def score(file: Path, *, as_json: bool, with_trace: bool) -> None:
    """Score a worksheet FILE exactly and check the gates of its target, without any server."""
    try:
        sheet = read_worksheet(file)
    except InvalidInput as error:
        _explain(click.format_filename(file), error)
        sys.exit(BAD_INPUT)
    except InstrumentFileInvalid as error:
        click.echo(f"{error.said[0]}\n{error.said[1]}", err=True)
        sys.exit(FAILURE)
    result = _result(sheet, with_trace=with_trace)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    console = Console()
    print_score(result, {code: area.name for code, area in sheet.instrument.areas.items()}, console)
    if with_trace:
        print_trace(result["trace"], console)


def _result(sheet: Sheet, *, with_trace: bool) -> dict[str, Any]:
    scored = score_answers(sheet.instrument, sheet.answers)
    gates = gates_for(sheet.instrument, sheet.target, scored)
    result = score_result(scored, sheet.target, gates)
    return {**result, "trace": trace(scored, answers=sheet.answers, gates=gates)} if with_trace else result


def _explain(name: str, error: ZonaError) -> None:
    """Each fault with the file and the place, then what to do: Indonesian first."""
    for language, remedy in (("id", error.remedy[0]), ("en", error.remedy[1])):
        for fault in error.errors[:MOST_SHOWN]:
            click.echo(f"{name}: {_place(fault['pointer'])}{fault['messages'][language]}", err=True)
        if len(error.errors) > MOST_SHOWN:
            click.echo(f"{name}: … +{len(error.errors) - MOST_SHOWN}", err=True)
        click.echo(f"→ {remedy}", err=True)


def _place(pointer: str) -> str:
    # A key may hold anything, also what a terminal would obey.
    plain = json.dumps(pointer)[1:-1]
    short = plain if len(plain) <= LONGEST_PLACE else plain[:LONGEST_PLACE] + "…"
    return f"{short}: " if short else ""
