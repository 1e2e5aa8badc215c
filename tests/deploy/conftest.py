"""What the tests of the containers read, and a real nginx where one can be had."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import make_secrets

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors resolved; variables stay as they are written."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture
def secret_folder(tmp_path: Path) -> Path:
    """Secrets as `make secrets` makes them the first time."""
    make_secrets.make(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The nginx program and its mime.types: the installed ones, else Debian's, unpacked without being installed.

    Unpacking needs no rights and starts no service on this machine.
    """
    installed = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if installed and Path("/etc/nginx/mime.types").exists():
        return installed, Path("/etc/nginx/mime.types")
    if not shutil.which("apt-get"):
        pytest.skip("there is no nginx, and no apt-get to fetch it with")
    folder = tmp_path_factory.mktemp("nginx")
    subprocess.run(["apt-get", "download", "-q", "nginx", "nginx-common"], cwd=folder, check=True, timeout=300)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, folder / "root"], check=True, timeout=60)
    return str(folder / "root/usr/sbin/nginx"), folder / "root/etc/nginx/mime.types"
