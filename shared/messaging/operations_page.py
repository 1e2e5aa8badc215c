"""The operators' page of one worker: its question read from the address, its answer as HTML. No server in here.

Complete without scripts, Indonesian first, `?lang=en` for English. It never holds a message's body, and what in a
reason looks like a person's address or number is hidden: `zi dlq show` is the place for both.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jinja2

from shared.failures import InvalidInput, Said
from shared.messaging.operations import MOST_LOOKED_AT, MOST_ROWS, Standing, figure
from shared.messaging.selection import EVERYTHING, NotASelection, Selection, age_of, event_of, reason_of, short_age

FOLDER = Path(__file__).parent / "templates"
LANGUAGES = ("id", "en")
STYLE = (FOLDER / "operations.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d(?:[ .-]?\d){8,}", re.ASCII)
"""E-mail addresses, and numbers of nine digits and more: NIK, NIP, telephones."""


class NotAQuestion(InvalidInput):
    """A parameter that is unknown, given twice or malformed; `parameter` is its name."""

    code = "not_a_question"

    def __init__(self, parameter: str, language: str, said: Said, remedy: Said) -> None:
        super().__init__(said, remedy=remedy)
        self.parameter, self.language = parameter, language


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for; the texts are as they were given, for the form."""

    language: str = "id"
    selection: Selection = EVERYTHING
    event: str = ""
    reason: str = ""
    older_than: str = ""

    def address(self, language: str) -> str:
        """The same question in another language."""
        given = {"event": self.event, "reason": self.reason, "older_than": self.older_than}
        asked = {name: value for name, value in given.items() if value}
        return "?" + urlencode(asked | ({"lang": language} if language != "id" else {}))

    def options(self) -> str:
        """The same filters for `zi dlq`."""
        pairs = (("--event", self.event), ("--reason", self.reason), ("--older-than", self.older_than))
        return "".join(f" {name} {shlex.quote(value)}" for name, value in pairs if value)


def read_question(query: str) -> Question:
    """Read a query string; a field that is empty is as good as absent. Raises NotAQuestion."""
    pairs = [(name, value.strip()) for name, value in parse_qsl(query, keep_blank_values=True)]
    language = next((value for name, value in pairs if name == "lang" and value in LANGUAGES), "id")
    known = ("event", "reason", "older_than", "lang")
    given: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise NotAQuestion(name, language, *_unknown(known))
        if name in given:
            raise NotAQuestion(name, language, *_twice())
        given[name] = value
    if given.get("lang") and given["lang"] not in LANGUAGES:
        raise NotAQuestion("lang", language, *_no_language())
    read = {name: _read(name, given.get(name, ""), language) for name in ("event", "reason", "older_than")}
    selection = Selection(
        events=frozenset({read["event"]} if read["event"] else ()),
        reason=read["reason"] or "",
        older_than=read["older_than"],
    )
    return Question(language, selection, *(given.get(name, "") for name in ("event", "reason", "older_than")))


def render(
    service: str,
    question: Question,
    standing: Standing,
    *,
    outboxes: dict[str, int] | None = None,
    refused: NotAQuestion | None = None,
) -> bytes:
    """The page; `refused` makes it the one that names the wrong parameter."""
    index = LANGUAGES.index(question.language)
    say: Callable[[str, str], str] = lambda *pair: pair[index]  # noqa: E731 - a word of the template
    page = (
        _environment()
        .get_template("operations.html")
        .render(
            service=service,
            question=question,
            standing=standing,
            outboxes=outboxes,
            stuck=_stuck(service),
            paused=figure("zona_consumers_paused", service) == 1,
            refused=refused,
            index=index,
            say=say,
            rows=_rows(service, standing),
            style=STYLE,
            most_rows=MOST_ROWS,
            most_looked_at=MOST_LOOKED_AT,
        )
    )
    return page.encode()


def _rows(service: str, standing: Standing) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        {
            "letter": letter,
            "reason": PERSONAL.sub("▒▒▒", letter.reason),
            "age": short_age(letter.age(now)),
            "named": f"{shlex.quote(letter.id)} --service {service}",
        }
        for letter in standing.letters
    ]


def _stuck(service: str) -> int:
    """Events that the broker refused in the last round of the relay; else those since the start."""
    last = figure("zona_outbox_stuck", service)
    return last if last is not None else figure("zona_relay_refused_total", service) or 0


def _read(name: str, value: str, language: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {"event": event_of, "reason": reason_of, "older_than": age_of}
    try:
        return readers[name](value) if value else None
    except NotASelection as error:
        raise NotAQuestion(name, language, error.said, error.remedy) from error


def _unknown(known: tuple[str, ...]) -> tuple[Said, Said]:
    names = ", ".join(known)
    return (
        ("parameter ini tidak dikenal", "this parameter is unknown"),
        (f"yang dikenal: {names}", f"known are {names}"),
    )


def _twice() -> tuple[Said, Said]:
    return ("parameter ini diberikan dua kali", "this parameter is given twice"), ("berikan sekali", "give it once")


def _no_language() -> tuple[Said, Said]:
    return ("bahasa ini tidak ada", "there is no such language"), ("tulis id atau en", "write id or en")


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
