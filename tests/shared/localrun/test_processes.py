"""The supervisor: readiness, failure with its reason, and nothing left behind, whatever happens."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shared.localrun.errors import DidNotStart, sentences
from shared.localrun.processes import Program, Supervisor
from shared.testing import wait_until

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, flush=True); time.sleep(600)"
)


def python(name, code, **options):
    return Program(name, (sys.executable, "-c", code), **options)


def said(log, text="up"):
    return lambda: log.exists() and text in log.read_text()


def alive(pid):
    """Whether it runs: a zombie does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture
def supervisor(tmp_path):
    with Supervisor(tmp_path / "logs") as supervisor:
        yield supervisor


def test_a_child_is_started_when_its_condition_holds(supervisor, tmp_path):
    log = tmp_path / "logs" / "one.log"
    child = supervisor.start(python("one", SLEEPER, ready=said(log)))
    assert alive(child.pid)
    assert log.read_text() == "up\n"


def test_leaving_stops_every_child_in_reverse_order(tmp_path):
    ends = tmp_path / "ends"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    open(sys.argv[1], 'a').write(sys.argv[2])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    with Supervisor(tmp_path) as supervisor:
        for name in "abc":
            arguments = (sys.executable, "-c", code, str(ends), name)
            supervisor.start(Program(name, arguments, ready=said(tmp_path / f"{name}.log")))
    assert ends.read_text() == "cba"


def test_a_child_that_dies_is_told_with_the_last_thing_it_said(supervisor):
    code = "import sys; print('first', flush=True); sys.exit('the disk is full')"
    with pytest.raises(DidNotStart) as refused:
        supervisor.start(python("broken", code, ready=lambda: False))
    assert "broken did not start: the disk is full (exit status 1)." in sentences(refused.value)
    assert "broken tidak dapat dijalankan" in sentences(refused.value)
    assert not supervisor.children


def test_the_reason_comes_from_this_run_and_not_from_an_earlier_one(supervisor):
    for word in ("before", "now"):
        with pytest.raises(DidNotStart, match=word):
            supervisor.start(python("broken", f"import sys; sys.exit('{word}')", ready=lambda: False))


def test_a_child_that_never_gets_ready_is_stopped_within_its_bound(supervisor, tmp_path):
    log = tmp_path / "logs" / "slow.log"
    with pytest.raises(DidNotStart, match=r"slow did not start: not ready after 1 s; up"):
        supervisor.start(python("slow", SLEEPER, ready=lambda: said(log)() and False, start_within=1))
    assert not supervisor.children


def test_a_program_that_is_not_there_is_told(supervisor):
    with pytest.raises(DidNotStart, match="No such file"):
        supervisor.start(Program("absent", ("/nowhere/program",)))


def test_a_child_that_ignores_sigterm_is_killed(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start(python("deaf", STUBBORN, ready=said(tmp_path / "deaf.log"), stop_within=0.3))
    assert child.exit_status == -signal.SIGKILL


def test_children_of_a_child_go_with_it_even_when_it_was_killed(tmp_path):
    with Supervisor(tmp_path) as supervisor:
        log = tmp_path / "family.log"
        child = supervisor.start(python("family", PARENT, ready=lambda: log.read_text().endswith("\n")))
        grandchild = int(log.read_text())
        os.kill(child.pid, signal.SIGKILL)
        wait_until(lambda: supervisor.dead() == [child], what="the death to be seen")
        assert alive(grandchild)
    assert not alive(grandchild)


def test_stopping_twice_does_nothing_more(supervisor):
    supervisor.start(python("one", SLEEPER))
    supervisor.stop("one")
    supervisor.stop("one")
    supervisor.close()
    supervisor.close()


def test_a_program_that_fails_is_told_and_one_that_ends_well_is_not(supervisor):
    supervisor.run(python("good", "pass"))
    with pytest.raises(DidNotStart, match="no such table"):
        supervisor.run(python("bad", "import sys; sys.exit('no such table')"))
    with pytest.raises(DidNotStart, match="took too long"):
        supervisor.run(python("long", SLEEPER, start_within=0.2))


def test_children_outlive_the_thread_that_started_them(supervisor):
    thread = threading.Thread(target=lambda: supervisor.start(python("one", SLEEPER)))
    thread.start()
    thread.join()
    assert supervisor.dead() == []
    assert alive(supervisor.children["one"].pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_children_stop_when_the_supervisor_itself_is_ended(tmp_path, number):
    code = (
        "import signal, sys, time; from pathlib import Path;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # a background shell hands it down as ignored
        "from shared.localrun.processes import Program, Supervisor;"
        "s = Supervisor(Path(sys.argv[1]));"
        f"print(s.start(Program('one', (sys.executable, '-c', {SLEEPER!r}))).pid, flush=True);"
        "time.sleep(600)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.send_signal(number)
    wait_until(lambda: not alive(pid), what="the orphan to be stopped")
