"""A missing program: found, or a sentence with what to install; nothing is installed without the right to."""

import os
from pathlib import Path

import pytest

from shared.localrun import packages, rabbitmq
from shared.localrun.database import PrivateDatabase
from shared.localrun.errors import MissingPackage, sentences
from shared.localrun.packages import find_or_install
from shared.localrun.processes import Supervisor

INSTEAD = ("beri AMQP_URI", "set AMQP_URI")


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(tmp_path, monkeypatch):
    """A PATH with nothing in it but what the test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_program_that_is_there_is_simply_taken(only):
    assert find_or_install(lambda: Path("/bin/true"), "true", INSTEAD) == Path("/bin/true")


def test_without_a_package_manager_it_is_said_what_to_install(only):
    with pytest.raises(MissingPackage) as missing:
        find_or_install(lambda: None, "rabbitmq-server", INSTEAD)
    assert sentences(missing.value) == (
        "rabbitmq-server belum terpasang. Pasang paket rabbitmq-server dari sistem Anda, atau beri AMQP_URI.\n"
        "rabbitmq-server is not installed. Install your system's rabbitmq-server package, or set AMQP_URI."
    )


def test_who_may_not_install_is_given_the_command(only, monkeypatch):
    program(only, "apt-get", "touch called")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MissingPackage) as missing:
        find_or_install(lambda: None, "rabbitmq-server", INSTEAD)
    assert "Install it with `sudo apt-get install rabbitmq-server`, or set AMQP_URI." in sentences(missing.value)
    assert not Path("called").exists()


def test_root_installs_it_once_and_goes_on(only, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(only, "apt-get", f'echo "$@" >> {only}/calls; case "$*" in *install*) : > {only}/installed;; esac')
    found = find_or_install(lambda: p if (p := only / "installed").exists() else None, "rabbitmq-server", INSTEAD)
    assert found == only / "installed"
    refresh, install = (only / "calls").read_text().splitlines()
    assert "update" in refresh
    assert install.endswith("rabbitmq-server")


def test_what_the_package_manager_complained_of_is_passed_on(only, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(only, "apt-get", 'echo "E: Unable to locate package rabbitmq-server"; exit 100')
    with pytest.raises(MissingPackage, match=r"not installed \(E: Unable to locate package rabbitmq-server\)"):
        find_or_install(lambda: None, "rabbitmq-server", INSTEAD)


def test_the_wrapper_of_the_system_is_used_only_when_there_is_nothing_behind_it():
    found = rabbitmq.find_server()
    assert found is not None
    assert found != Path("/usr/sbin/rabbitmq-server")
    assert os.access(found, os.X_OK)


def test_neither_mongod_nor_the_stand_in_is_told(only, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with Supervisor(tmp_path / "logs") as supervisor, pytest.raises(MissingPackage) as missing:
        PrivateDatabase(supervisor, tmp_path / "database").start()
    assert "make setup" in sentences(missing.value)
    assert "MONGODB_URI" in sentences(missing.value)


def test_every_known_package_manager_is_asked_without_questions():
    assert all("-y" in tool.install for tool in packages.TOOLS)
