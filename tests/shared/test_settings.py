"""Settings: every fault at once, before anything starts."""

from __future__ import annotations

import pytest

from shared.settings import Settings, SettingsError


def test_every_missing_and_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(
            {"AMQP_URI": "http://x", "PREFETCH": "many", "ZONA_TOKEN_PUBLIC_KEY_FILE": "/nowhere"},
            needs=("mongodb_uri", "amqp_uri"),
        )
    told = "\n".join(refusal.value.faults)
    for name in ("MONGODB_URI", "AMQP_URI", "PREFETCH", "ZONA_TOKEN_PUBLIC_KEY_FILE"):
        assert name in told


def test_what_is_not_set_has_its_default() -> None:
    assert Settings.from_environment({}).prefetch == 10
