"""Session tokens, and when they end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from shared.failures import Unauthenticated
from shared.security.actors import Actor
from shared.security.tokens import issue, load_key, verify
from tests.integration.moment import NOW


def test_a_token_ends_after_five_minutes_at_most(token_keys: tuple[Path, Path]) -> None:
    private, public = (load_key(path) for path in token_keys)
    actor = Actor("adi", "Adi", frozenset({"admin"}))
    token, ends = issue(actor, private, NOW)
    assert ends <= NOW + timedelta(minutes=5)
    assert verify(token, public, NOW + timedelta(minutes=4, seconds=58)).id == "adi"
    with pytest.raises(Unauthenticated):
        verify(token, public, NOW + timedelta(minutes=5))
