"""What the subcommands of `zi dlq` take: filters, limits, ids. A wrong one is named, in both languages, exit 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from shared.messaging.selection import NotASelection, Selection, age_of, event_of, reason_of
from shared.settings import SERVICES

Command = Callable[..., None]


class Read(click.ParamType):  # type: ignore[type-arg]  # generic in new releases of click alone
    """A value that `read` makes out of the text, or refuses with NotASelection."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name, self._read = name, read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except NotASelection as error:
            self.fail(
                " / ".join(f"{what}: {todo}" for what, todo in zip(error.said, error.remedy, strict=True)), param, ctx
            )


def _service(text: str) -> str:
    if text in SERVICES:
        return text
    raise NotASelection(
        (f"tidak ada layanan {text!a}", f"there is no service {text!a}"),
        remedy=(f"pilih {', '.join(SERVICES)}", f"choose {', '.join(SERVICES)}"),
    )


def _limit(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and 0 < int(text[:12]) <= most:
            return int(text)
        raise NotASelection(
            (f"{text!a} bukan jumlah", f"{text!a} is not a count"),
            remedy=(f"tulis 1 sampai {most}", f"write 1 to {most}"),
        )

    return read


def filters(command: Command) -> Command:
    """The filters of every subcommand."""
    options = (
        click.option("--service", type=Read("service", _service), multiple=True, help="only these services"),
        click.option("--event", type=Read("type", event_of), multiple=True, help="only these events"),
        click.option("--reason", type=Read("text", reason_of), help="only where the reason holds this text"),
        click.option("--older-than", type=Read("age", age_of), help="dead for longer than 90s, 15m, 2h, 3d"),
        click.option("--newer-than", type=Read("age", age_of), help="dead for less than that"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def limit_option(default: int | None, most: int = 1_000_000) -> Callable[[Command], Command]:
    """`--limit`: not more letters than that."""
    return click.option(
        "--limit", type=Read("count", _limit(most)), default=default, show_default=default is not None, help="not more"
    )


parked_option = click.option("--parked", is_flag=True, help="of the letters that were put aside")


def selection_from(given: dict[str, Any], ids: tuple[str, ...] = ()) -> Selection:
    """The selection that the options ask for."""
    return Selection(
        ids=frozenset(ids),
        events=frozenset(given["event"]),
        reason=given["reason"] or "",
        older_than=given["older_than"],
        newer_than=given["newer_than"],
    )


def require_selection(ids: tuple[str, ...], service: tuple[str, ...], everything: bool, given: dict[str, Any]) -> None:
    """Letters move only when somebody said which: by ids, filters or --all, and not by --all beside others."""
    named = bool(ids or service or selection_from(given) != Selection())
    if named == everything:
        raise click.UsageError(
            "sebutkan id surat atau saringan, atau --all saja / name the letters' ids or a filter, or --all alone"
        )
