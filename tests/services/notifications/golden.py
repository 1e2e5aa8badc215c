"""The golden texts: `python -m tests.services.notifications.golden` writes them anew; read the difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.notifications.domain.message import Text
from services.notifications.domain.recipients import CALLED
from services.notifications.rendering import writer
from tests.services.notifications.samples import SAMPLES

FOLDER = Path(__file__).parent / "golden"
MESSAGE = "00000000-0000-5000-8000-000000000000"


def golden_files() -> Iterator[tuple[Path, str]]:
    """Each golden file and what should stand in it: one for each sample, recipient's role and language."""
    written = writer("https://zona.example.go.id")
    for name, (type, data) in SAMPLES.items():
        for called in CALLED[type]:
            for language, text in written.write(type, data, called.role, MESSAGE).items():
                yield FOLDER / language / f"{name}.{called.role}.txt", shown(text)


def shown(text: Text) -> str:
    """A text as its golden file holds it."""
    return f"{text.subject}\n\n{text.body}"


if __name__ == "__main__":
    for path, text in golden_files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
