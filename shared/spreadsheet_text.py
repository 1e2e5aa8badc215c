"""Text that a spreadsheet must show and never obey: for every file that leaves the house for Excel or LibreOffice.

A cell that begins with one of these characters is a formula to the program that opens a CSV, and to one in whose cell
somebody presses Enter (CWE-1236, OWASP "CSV Injection"). An apostrophe before it makes it text everywhere.
"""

from __future__ import annotations

OBEYED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also the full-width forms, which East Asian versions take for the plain ones."""


def inert(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would take it for a formula; otherwise unchanged.

    White space before the character does not help an attacker: some programs trim it.
    """
    return f"'{text}" if text.startswith(OBEYED) or text.lstrip().startswith(OBEYED) else text
