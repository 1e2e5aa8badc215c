"""The client: several threads that file commands over HTTP, each again under its own key until it gets its yes."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from shared.observability import journal
from shared.testing import wait_until

THREADS = 4
ANSWER_WITHIN = 30.0
BETWEEN_TRIES = 0.1


@dataclass(frozen=True, slots=True)
class Plan:
    """How many commands each source gets; `names` what a source is called if not by its key."""

    commands: Mapping[str, int]
    names: Mapping[str, str]

    @property
    def total(self) -> int:
        return sum(self.commands.values())


def plan(events: int, each: int = 10) -> Plan:
    """`events` commands, `each` to one source."""
    return Plan({f"s{n:05}": min(each, events - n * each) for n in range(-(-events // each))}, {})


class Load:
    """Commands on their way. A source's commands go one after the other, those of different sources side by side.

    yeses     commands that were said yes to, so far
    tries     that ended without a yes: refused, or the connection broke
    repeated  commands that got their yes after a try that broke off or was refused
    """

    def __init__(self, address: str, plan: Plan, *, within: float = 300.0) -> None:
        self.plan, self._address, self._within = plan, address, within
        self._turn = threading.Condition()
        self._limit = plan.total
        self.yeses = self.tries = self.repeated = self._begun = 0
        self._faults: list[str] = []
        self._stopping = threading.Event()
        keys = list(plan.commands)
        shares = [keys[nth::THREADS] for nth in range(THREADS)]
        self._threads = [threading.Thread(target=self._run, args=(share,), daemon=True) for share in shares]

    def start(self, *, hold_at: float = 1.0) -> None:
        """Begin; pause when the share `hold_at` of the commands has been begun, until `release`."""
        self._limit = int(self.plan.total * hold_at)
        for thread in self._threads:
            thread.start()

    def release(self, share: float = 1.0) -> None:
        """Let the rest come, up to that share of the whole."""
        with self._turn:
            self._limit = max(self._limit, int(self.plan.total * share))
            self._turn.notify_all()

    def wait_for(self, share: float) -> None:
        """Until that share has its yes."""
        wait_until(lambda: self._faults or self.yeses >= share * self.plan.total, self._within, "the load's yeses")
        self._check()

    def finish(self) -> None:
        """Until every command has its yes; raises AssertionError when one never gets it."""
        self.release()
        self.wait_for(1.0)
        for thread in self._threads:
            thread.join(ANSWER_WITHIN)

    def stop(self) -> None:
        """Give up what has not been begun."""
        self._stopping.set()
        self.release()

    def _check(self) -> None:
        if self._faults:
            raise AssertionError(f"the load broke off: {self._faults[0]}")

    def _run(self, keys: list[str]) -> None:
        most = max((self.plan.commands[key] for key in keys), default=0)
        steps = [(key, number) for number in range(1, most + 1) for key in keys if number <= self.plan.commands[key]]
        with requests.Session() as session:
            try:
                for key, number in steps:
                    if self._my_turn():
                        self._file(session, key, number)
            except AssertionError as error:
                self._faults.append(str(error))

    def _my_turn(self) -> bool:
        with self._turn:
            self._turn.wait_for(lambda: self._begun < self._limit or self._stopping.is_set())
            self._begun += 1
        return not self._stopping.is_set()

    def _file(self, session: requests.Session, key: str, number: int) -> None:
        end, tries = time.monotonic() + self._within, 0
        while (answer := self._try(session, key, number)) is None:
            tries += 1
            with self._turn:
                self.tries += 1
            assert time.monotonic() < end, f"no yes for {key} {number} within {self._within:g} s"
            if self._stopping.wait(BETWEEN_TRIES):
                return
        journal.note("submitted", command=answer["command"], aggregate=answer["aggregate"], sequence=answer["sequence"])
        with self._turn:
            self.yeses += 1
            self.repeated += bool(tries)

    def _try(self, session: requests.Session, key: str, number: int) -> dict[str, str] | None:
        body = {"number": number, "name": self.plan.names.get(key, key)}
        headers = {"Idempotency-Key": f"{key}-{number}"}
        try:
            address = f"{self._address}/api/v1/sources/{key}/filings"
            answer = session.post(address, json=body, headers=headers, timeout=ANSWER_WITHIN)
        except requests.RequestException:
            return None
        assert answer.status_code < 400 or answer.status_code >= 500, f"{key} {number}: {answer.text[:300]}"
        return answer.json() if answer.ok else None
