"""LibreOffice for the tests: found, or installed by the first package name that the system knows."""

import os

import pytest

from shared.localrun.errors import MissingPackage
from shared.testing.libreoffice import opened_and_saved, require_libreoffice


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(tmp_path, monkeypatch):
    """A PATH with nothing in it but what the test puts there, for somebody who may install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_a_system_that_knows_only_the_older_package_gets_that(only):
    makes = f'for last in "$@"; do :; done; [ "$last" = libreoffice-calc ] && echo > {only}/soffice'
    program(only, "apt-get", f"{makes} && /bin/chmod 755 {only}/soffice")
    assert require_libreoffice() == only / "soffice"


def test_without_any_package_it_is_said_what_to_install(only):
    program(only, "apt-get", "exit 1")
    with pytest.raises(MissingPackage, match="libreoffice-calc is not installed"):
        require_libreoffice()


def test_a_file_that_did_not_come_out_is_said(only, tmp_path):
    program(only, "soffice", "echo no such filter >&2")
    with pytest.raises(RuntimeError, match="did not write"):
        opened_and_saved([tmp_path / "a.xlsx"], tmp_path / "out")
