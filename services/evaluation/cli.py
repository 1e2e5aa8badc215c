"""`zi score`: the score, the gates and, if wanted, the trace of one worksheet file; `zi worksheet`: to .xlsx and back.

Neither needs any server.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
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


@click.group()
def worksheet() -> None:
    """Worksheets as .xlsx files, without any server."""


@worksheet.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--unit", default="-", help="Code of the unit, if the file is to be uploaded.")
@click.option("--cycle", default="-", help="The cycle, if the file is to be uploaded.")
def export_worksheet(file: Path, output: Path, unit: str, cycle: str) -> None:
    """Write the worksheet FILE as the workbook OUTPUT (.xlsx), with live scores and gates."""
    from services.evaluation.workbook_files import exported

    try:
        content = exported(file, unit=unit, cycle=cycle, at=datetime.now(UTC))
    except InvalidInput as error:
        _explain(click.format_filename(file), error)
        sys.exit(BAD_INPUT)
    output.write_bytes(content)


@worksheet.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", help="WBK or WBBM; by default the instrument's first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def import_worksheet(file: Path, *, target: str | None, as_json: bool) -> None:
    """Print the answers in the workbook FILE as a worksheet file for `zi score`; name each bad cell on stderr.

    Ends with 2 if there is any bad cell; the good ones are printed all the same.
    """
    from services.evaluation.workbook_files import imported

    try:
        found = imported(file, target)
    except InvalidInput as error:
        _explain(click.format_filename(file), error)
        sys.exit(BAD_INPUT)
    click.echo(json.dumps(found.as_worksheet_file(), ensure_ascii=False, indent=None if as_json else 2))
    for fault in found.faults:
        place = f"{fault.sheet}!{fault.address}" if fault.address else fault.sheet
        click.echo(f"{place}: {fault.said[0]}\n{place}: {fault.said[1]}", err=True)
    sys.exit(BAD_INPUT if found.faults else 0)


def _result(sheet: Sheet, *, with_trace: bool) -> dict[str, Any]:
    scored = score_answers(sheet.instrument, sheet.answers)
    gates = gates_for(sheet.instrument, sheet.target, scored)
    result = score_result(scored, sheet.target, gates)
    return {**result, "trace": trace(scored, answers=sheet.answers, gates=gates)} if with_trace else result


def _explain(name: str, error: ZonaError) -> None:
    """Each fault with the file and the place, then what to do: Indonesian first."""
    for nth, language in enumerate(("id", "en")):
        if not error.errors:
            click.echo(f"{name}: {error.said[nth]}", err=True)
        for fault in error.errors[:MOST_SHOWN]:
            click.echo(f"{name}: {_place(fault['pointer'])}{fault['messages'][language]}", err=True)
        if len(error.errors) > MOST_SHOWN:
            click.echo(f"{name}: … +{len(error.errors) - MOST_SHOWN}", err=True)
        click.echo(f"→ {error.remedy[nth]}", err=True)


def _place(pointer: str) -> str:
    # A key may hold anything, also what a terminal would obey.
    plain = json.dumps(pointer)[1:-1]
    short = plain if len(plain) <= LONGEST_PLACE else plain[:LONGEST_PLACE] + "…"
    return f"{short}: " if short else ""
