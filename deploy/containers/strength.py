"""What counts as a weak password: for `make secrets`, which names it, and for the containers, which refuse it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

SHORTEST = 16
FEWEST_DIFFERENT = 8
KNOWN = ("guest", "admin", "password", "changeme", "secret", "zona", "rabbitmq", "mongo", "root", "default", "example")


def weakness(password: str) -> str:
    """Why a password is weak, in words; empty if it is not."""
    if len(password) < SHORTEST:
        return f"the password has {len(password)} characters, fewer than {SHORTEST}"
    if len(set(password)) < FEWEST_DIFFERENT:
        return f"the password has {len(set(password))} different characters, fewer than {FEWEST_DIFFERENT}"
    for word in KNOWN:
        if not password.lower().replace(word, "").strip("0123456789!-_."):
            return f"the password is a variation of {word!r}"
    return ""


def weakness_of_uri(uri: str) -> str:
    """The weakness of the password that a URI holds; a URI without user and password is weak too."""
    parts = urlsplit(uri)
    if not parts.username or not parts.password:
        return "there is no user and password in it"
    return weakness(unquote(parts.password))
