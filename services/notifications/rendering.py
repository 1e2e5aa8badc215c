"""Events into texts: one template for each (language, event type), its words in `names.yaml` beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.domain.contact import Language
from services.notifications.domain.message import Text
from services.notifications.domain.recipients import facts_for
from services.notifications.pages import page_for

TEMPLATES = Path(__file__).parent / "templates"
WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesia Time, the ministry's; it has no daylight saving, so no time zone database is needed."""
SHOWN = Decimal("0.01")
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes messages. Made once for each process; `base_url` is the public address in every link."""

    base_url: str
    environments: Mapping[Language, Environment]

    def write(self, event_type: str, data: Mapping[str, Any], role: str, message: str) -> dict[str, Text]:
        """The text in every language, by language code.

        Raises jinja2.UndefinedError when the event lacks what its template says, jinja2.TemplateNotFound for
        an event without a template: faults of the program, both.
        """
        facts = one_line(facts_for(data))
        facts |= {
            "role": role,
            "message": message,
            "base_url": self.base_url.rstrip("/"),
            "page": page_for(event_type, role, facts, self.base_url),
            "unit_label": label_of(facts),
        }
        return {
            language.value: _parted(environment.get_template(f"{language.value}/{event_type}.txt.j2").render(facts))
            for language, environment in self.environments.items()
        }


def writer(base_url: str) -> Writer:
    """A writer with the templates of this service."""
    return Writer(base_url, {language: _environment(language) for language in Language})


def one_line(value: Any) -> Any:
    """Every text within `value` on one line: what people typed can neither forge a header nor a paragraph."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {name: one_line(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [one_line(inner) for inner in value]
    return value


def label_of(facts: Mapping[str, Any]) -> str:
    """The unit by name and code, or by code alone where the event does not carry the name."""
    return f"{facts['unit_name']} ({facts['unit']})" if "unit_name" in facts else str(facts["unit"])


def _environment(language: Language) -> Environment:
    names = yaml.safe_load((TEMPLATES / language.value / "names.yaml").read_text(encoding="utf-8"))
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text, where escaping would show
    )
    environment.globals["names"] = names
    environment.filters |= _filters(names)
    return environment


def _filters(names: Mapping[str, Any]) -> dict[str, Callable[[str], str]]:
    def day(value: str) -> str:
        return _day(date.fromisoformat(value), names)

    def moment(value: str) -> str:
        local = datetime.fromisoformat(value).astimezone(WIB)
        return str(names["moment"].format(date=_day(local.date(), names), hour=local.hour, minute=local.minute))

    def points(value: str) -> str:
        # Down, never up: 74.999 shown as 75.00 beside a limit of 75 would look like an error of the gate.
        return str(Decimal(value).quantize(SHOWN, ROUND_DOWN)).replace(".", names["decimal"])

    return {"day": day, "moment": moment, "points": points}


def _day(value: date, names: Mapping[str, Any]) -> str:
    return f"{value.day} {names['months'][value.month - 1]} {value.year}"


def _parted(rendered: str) -> Text:
    """The first line is the subject, the rest the body; at most one empty line in a row."""
    subject, _, body = rendered.strip().partition("\n")
    paragraphs = [block.strip("\n") for block in body.split("\n\n")]
    return Text(subject.strip()[:LONGEST_SUBJECT], "\n\n".join(block for block in paragraphs if block) + "\n")
