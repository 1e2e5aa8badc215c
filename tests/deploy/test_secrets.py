"""`make secrets`: strong, made once, kept; what is weak or missing is named."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import make_secrets
from deploy.containers.strength import weakness, weakness_of_uri
from shared.settings import SERVICES
from shared.tlog import keyfile
from tests.deploy.conftest import ROOT


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.make_secrets"]
    surroundings = {**os.environ, "ZONA_SECRETS": str(folder), **environment}
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False, timeout=60)


def test_everything_is_made_once_and_kept(secret_folder: Path) -> None:
    before = contents(secret_folder)
    assert make_secrets.make(secret_folder) == []
    assert contents(secret_folder) == before


def test_only_what_is_missing_is_made_anew(secret_folder: Path) -> None:
    before = contents(secret_folder)
    (secret_folder / "units-amqp-uri").unlink()
    assert make_secrets.make(secret_folder) == ["units-amqp-uri", "rabbitmq-definitions.json"]
    after = contents(secret_folder)
    assert {name for name in after if after[name] != before[name]} == {"units-amqp-uri", "rabbitmq-definitions.json"}


def test_every_password_is_strong_and_no_two_are_the_same(secret_folder: Path) -> None:
    assert make_secrets.weak_ones(secret_folder) == {}
    uris = [secret_folder / f"{owner}-{kind}-uri" for owner in ("setup", *SERVICES) for kind in ("mongodb", "amqp")]
    passwords = [make_secrets.password_in(path.read_text()) for path in uris]
    assert len(set(passwords)) == len(uris)
    assert all(len(password) >= 40 for password in passwords)


def test_the_folder_is_for_its_owner_alone_and_the_files_are_readable_in_their_containers(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert run(folder).returncode == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}


def test_a_weak_or_empty_secret_is_named_with_the_remedy_and_not_replaced(secret_folder: Path) -> None:
    weak = {
        "registry-amqp-uri": "amqp://registry:guest@rabbitmq:5672/%2F",
        "units-mongodb-uri": "mongodb://mongo:27017/",
        "admin-password": "aaaaaaaaaaaaaaaaaaaaaaaa",
        "smtp-uri": "",
    }
    for name, text in weak.items():
        make_secrets.write(secret_folder / name, text)
    done = run(secret_folder)
    assert done.returncode == 1
    named = {line.split(":")[0].rpartition("/")[2] for line in done.stdout.splitlines() if line.startswith("WEAK")}
    assert named == set(weak)
    assert all(
        "Delete the file and run `make secrets` again" in line for line in done.stdout.splitlines() if "WEAK" in line
    )
    assert {name: contents(secret_folder)[name] for name in weak} == weak


def test_a_named_mail_server_takes_the_place_of_the_demos(tmp_path: Path) -> None:
    assert "demo" in run(tmp_path / "demo").stdout
    done = run(tmp_path / "real", SMTP_URI="smtps://zona:x@mail.example.go.id")
    assert "demo" not in done.stdout
    assert (tmp_path / "real/smtp-uri").read_text() == "smtps://zona:x@mail.example.go.id"


def test_the_key_of_the_public_log_is_named_after_the_site(tmp_path: Path) -> None:
    assert run(tmp_path, ZONA_BASE_URL="https://zona.example.go.id").returncode == 0
    (key,) = keyfile.read(tmp_path / "log.key")
    assert key.verifier.name == "zona.example.go.id/log"


def test_the_definitions_hold_hashes_and_no_password(secret_folder: Path) -> None:
    text = (secret_folder / "rabbitmq-definitions.json").read_text()
    for each in json.loads(text)["users"]:
        owner = "setup" if each["name"] == "zona-setup" else each["name"]
        password = make_secrets.password_in((secret_folder / f"{owner}-amqp-uri").read_text())
        raw = base64.b64decode(each["password_hash"])
        assert raw[4:] == hashlib.sha256(raw[:4] + password.encode()).digest()
        assert password not in text


@pytest.mark.parametrize(
    "password", ["", "guest", "short-but-varied", "aaaaaaaaaaaaaaaaaaaa", "password-password-1", "zona2026zona2026"]
)
def test_weak_passwords_are_known(password: str) -> None:
    assert weakness(password[:15] if password == "short-but-varied" else password)


def test_a_uri_without_a_password_is_weak() -> None:
    assert weakness_of_uri("amqp://rabbitmq:5672/")
    assert weakness_of_uri("amqp://u:%67uest@rabbitmq:5672/")
    assert not weakness_of_uri(f"amqp://u:{make_secrets.fresh()}@rabbitmq:5672/")
