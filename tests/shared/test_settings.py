"""Settings: every fault at once, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.settings import Settings, SettingsError


def test_every_missing_and_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(
            {
                "AMQP_URI": "http://x",
                "PREFETCH": "many",
                "EVALUATION_ORPHAN_SECONDS": "soon",
                "LOG_LEVEL": "loud",
                "ZONA_TOKEN_PUBLIC_KEY_FILE": "/nowhere",
            },
            needs=("mongodb_uri", "amqp_uri"),
        )
    told = "\n".join(refusal.value.faults)
    wrong = (
        "MONGODB_URI",
        "AMQP_URI",
        "PREFETCH",
        "EVALUATION_ORPHAN_SECONDS",
        "LOG_LEVEL",
        "ZONA_TOKEN_PUBLIC_KEY_FILE",
    )
    for name in wrong:
        assert name in told


def test_what_is_not_set_has_its_default() -> None:
    assert Settings.from_environment({}).prefetch == 50


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "uri").write_text("mongodb://user:secret@host/\n")
    settings = Settings.from_environment({"MONGODB_URI_FILE": str(tmp_path / "uri")}, needs=("mongodb_uri",))
    assert settings.mongodb_uri == "mongodb://user:secret@host/"


def test_a_secrets_file_that_cannot_be_read_is_named() -> None:
    with pytest.raises(SettingsError, match="MONGODB_URI_FILE=/nowhere can't be read"):
        Settings.from_environment({"MONGODB_URI_FILE": "/nowhere"})
