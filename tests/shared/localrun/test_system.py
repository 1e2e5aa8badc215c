"""The whole system for real: ready when entered, reachable through its addresses, gone when left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from shared.localrun.errors import PortInUse, sentences
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.programs import answers_ok, why_no_application
from shared.localrun.site import MOUNTS
from shared.localrun.system import System
from shared.settings import SERVICES
from shared.testing import wait_until

ALONE = {}
"""An environment that names no servers: the system brings its own."""
WITHIN = 30


def naming(folder):
    """Ids of the processes that have the folder in their command line or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in said and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def sign_in(system):
    address = f"{system.base_url}/units/api/v1/sessions"
    return requests.post(address, json={"name": "admin", "password": system.admin_password}, timeout=WITHIN)


def ready(system, service):
    return answers_ok(f"http://{LOOPBACK}:{system._ports[service]}/health/ready")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("state") / "zona"


@pytest.fixture(scope="module")
def system(folder):
    with System(folder, port=free_ports(1)[0], environment=ALONE) as system:
        yield system
    wait_until(lambda: not naming(folder), what="every process of the system to be gone")


def test_every_part_is_ready_when_the_context_is_entered(system):
    assert all(answers_ok(f"{system.base_url}{path}/health/ready")() for path in MOUNTS.values())
    assert all(ready(system, service)() for service in SERVICES)


def test_the_first_account_signs_in_with_the_password_that_is_printed(system):
    answer = sign_in(system)
    assert answer.status_code == 200
    assert answer.json()["account"]["roles"] == ["admin"]


def test_no_process_is_told_a_secret_that_it_does_not_need(system):
    for service in SERVICES:
        told = Path(f"/proc/{system.supervisor.children[f'worker-{service}'].pid}/environ").read_bytes()
        assert system.admin_password.encode() not in told
        assert b"token-private" not in told
    web = Path(f"/proc/{system.supervisor.children['web'].pid}/environ").read_bytes()
    assert b"amqp://" not in web
    assert system.admin_password.encode() not in web


def test_the_site_answers_while_the_broker_is_away_and_the_workers_come_back_after_it(system):
    system.stop_broker()
    assert sign_in(system).status_code == 200
    system.start_broker()
    for service in SERVICES:
        wait_until(ready(system, service), WITHIN, f"the {service} worker to be ready again")


def test_a_worker_that_was_killed_is_started_again(system):
    system.kill_worker("registry")
    assert not ready(system, "registry")()
    system.restart_worker("registry")
    assert ready(system, "registry")()


def test_a_second_system_on_the_same_port_is_refused_with_the_remedy(system, tmp_path):
    with pytest.raises(PortInUse) as refused, System(tmp_path / "other", port=system.port, environment=ALONE):
        pass
    assert f"zi up --port {system.port + 1}" in sentences(refused.value)
    assert not (tmp_path / "other").exists()


def test_zi_up_prints_where_everything_is_and_ends_well_on_sigterm(tmp_path):
    port, state = free_ports(1)[0], tmp_path / "state"
    command = [str(Path(sys.executable).with_name("zi")), "up", "--port", str(port), "--state", str(state)]
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_URI")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as up:
        introduction = "".join(up.stdout.readline() for _ in range(14))
        assert f"http://127.0.0.1:{port}/" in introduction
        assert (state / "admin-password").read_text() in introduction
        assert introduction.count("/operations  (") == 4
        assert answers_ok(f"http://{LOOPBACK}:{port}/health/ready")()
        up.send_signal(signal.SIGTERM)
        _, progress = up.communicate(timeout=60)
    assert up.returncode == 0
    assert "Everything has stopped." in progress
    wait_until(lambda: not naming(state), what="every process of the system to be gone")


def test_zi_up_tells_a_taken_port_in_one_sentence_and_exits_with_1(system, tmp_path):
    zi = str(Path(sys.executable).with_name("zi"))
    command = [zi, "up", "--port", str(system.port), "--state", str(tmp_path / "state")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WITHIN)
    assert done.returncode == 1
    assert f"Port {system.port} is in use by process" in done.stderr
    assert "Traceback" not in done.stderr


def test_why_there_is_no_application_is_what_the_application_said():
    output = "Traceback\nModuleNotFoundError: No module named 'x'\n[2026] [1] [ERROR] Reason: Worker failed to boot.\n"
    assert why_no_application(output) == "ModuleNotFoundError: No module named 'x'"
