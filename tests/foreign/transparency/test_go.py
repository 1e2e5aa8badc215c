"""The log as Go's own client of transparency logs reads it: golang.org/x/mod/sumdb, which knows nothing of Zona."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from services.registry import handlers
from services.registry.web import furnish
from shared.settings import Settings
from shared.tlog.copying import copy
from shared.tlog.sources import NotServed
from shared.tlog.tiles import pack, unpack
from tests.services.registry.log.appending import fill_log, publish_many, with_key

pytestmark = pytest.mark.slow

CLIENT = Path(__file__).with_name("client.go")
PACKAGES = ("golang-1.19-go", "golang-1.19-src", "golang-golang-x-mod-dev")
ENTRIES = 600


class Served:
    """The registry's application as a source of a log's files."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.rooms = with_key(settings, folder)
        fill_log(self.rooms, ENTRIES - 22)
        publish_many(self.rooms, 0, 20)
        handlers.append_to_log(self.rooms)
        self._client = furnish(settings, self.rooms).test_client()

    def get(self, path: str) -> bytes:
        answer = self._client.get(f"/log/{path}")
        if answer.status_code != 200:
            raise NotServed(path)
        return answer.data


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled client; the compiler and the library are the installed ones, else Debian's, unpacked beside."""
    folder = tmp_path_factory.mktemp("go")
    go, library = shutil.which("go"), Path("/usr/share/gocode/src/golang.org/x/mod")
    if not go or not library.exists():
        if not shutil.which("apt-get"):
            pytest.skip("there is no Go, and no apt-get to fetch it with")
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True, timeout=300)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, folder / "root"], check=True, timeout=120)
        go = str(folder / "root/usr/lib/go-1.19/bin/go")
        library = folder / "root/usr/share/gocode/src/golang.org/x/mod"
    path = folder / "path/src/golang.org/x"
    path.mkdir(parents=True)
    (path / "mod").symlink_to(library)
    told = {"GOPATH": str(folder / "path"), "GO111MODULE": "off", "GOCACHE": str(folder / "cache"), "GOFLAGS": "-p=1"}
    made = folder / "client"
    subprocess.run([go, "build", "-o", made, CLIENT], env={**os.environ, **told}, check=True, timeout=600)
    return made


@pytest.fixture
def log(settings: Settings, tmp_path: Path) -> Path:
    """A log of 600 entries, copied from the registry's application."""
    assert copy(Served(settings, tmp_path), tmp_path / "log") == ENTRIES
    return tmp_path / "log"


def ask(program: Path, log: Path) -> subprocess.CompletedProcess[str]:
    key = (log / "key").read_text().strip()
    return subprocess.run([program, log, key], capture_output=True, text=True, timeout=300, check=False)


def test_go_verifies_the_checkpoint_every_tile_every_entry_and_every_smaller_tree(program: Path, log: Path) -> None:
    done = ask(program, log)
    assert done.returncode == 0, done.stderr
    expected = {"origin": "127.0.0.1:8080/log", "size": ENTRIES, "entries": ENTRIES, "trees": ENTRIES}
    assert json.loads(done.stdout) == expected


def test_go_refuses_what_zi_refuses(program: Path, log: Path) -> None:
    bundle = log / "tile/entries/001"
    entries = unpack(bundle.read_bytes())
    bundle.write_bytes(pack([*entries[:3], b"{}", *entries[4:]]))
    done = ask(program, log)
    assert done.returncode == 1
    assert "entry 259" in done.stderr
