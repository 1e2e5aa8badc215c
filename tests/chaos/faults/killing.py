"""Workers and the web process killed at an exact point, three times each, and asked to stop under load."""

from __future__ import annotations

import time

from shared.testing import history, wait_until
from tests.chaos import points
from tests.chaos.books import QUEUES
from tests.chaos.faults.base import Fault, in_flight
from tests.chaos.proof import Proof
from tests.chaos.staff import KILLED, Post, stop_at
from tests.chaos.stage import Stage

TIMES = 3
STOPS_WITHIN = 10.0


class _KilledAtPoints(Fault):
    """A process of `service` stops dead at one point after the other; each time it is looked at, killed, replaced."""

    service: str
    stops: tuple[str, ...]

    def look(self, stage: Stage, proof: Proof, point: str, marker: dict[str, object]) -> None:
        """Demand that the databases show the process to stand where it says."""
        raise NotImplementedError

    def happen(self, stage: Stage, proof: Proof) -> None:
        each = max(2, stage.good // (2 * len(self.stops) + 2))
        first, *rest = [stop_at(point, each) for point in self.stops]
        posts = stage.crew(**{self.service: first})
        stage.load.start(hold_at=0.8)
        struck, before = posts[self.service], []
        for point, following in zip(self.stops, [*rest, {}], strict=True):
            marker = struck.stopped_at(stage.size.patience)
            before.append(stage.effects())
            self.look(stage, proof, point, marker)
            struck = self._replace(stage, proof, struck, following)
        proof.saw(points=list(self.stops))
        stage.load.release()
        in_flight(stage, proof, before[-1])
        stage.complete()
        self.afterwards(stage, proof)

    def afterwards(self, stage: Stage, proof: Proof) -> None:
        """Demand what only the whole story shows."""

    def _replace(self, stage: Stage, proof: Proof, struck: Post, following: dict[str, str]) -> Post:
        status = stage.staff.kill(struck)
        proof.demand(status == KILLED, f"exit status {KILLED} of {struck.name}, not {status}")
        proof.saw(killed=proof.facts.get("killed", 0) + 1)
        started = stage.staff.web if self.service == "web" else None
        replaced = started(**following) if started else stage.staff.worker(self.service, **following)
        if not following:  # one that has a point may stand there before it is ready
            stage.staff.ready(replaced)
        return replaced


class KillBeforePublish(_KilledAtPoints):
    """The event stands in the outbox, and the broker never had it."""

    slug = "kill-before-publish"
    service = "units"
    stops = (points.BEFORE_PUBLISH,) * TIMES

    def look(self, stage: Stage, proof: Proof, point: str, marker: dict[str, object]) -> None:
        events = set(marker["events"])  # type: ignore[call-overload]  # a list of ids
        proof.demand(
            events and events <= stage.books.waiting("units"), "the events in the outbox while the relay stands"
        )
        proof.demand(not events & _applied(stage), "no effect of what was not published")


class KillBeforeMark(_KilledAtPoints):
    """The broker has the event, and the outbox still holds it: it will be said again."""

    slug = "kill-before-mark"
    service = "units"
    stops = (points.BEFORE_RECORD, points.BEFORE_RECORD, points.BEFORE_TAKE_OUT)

    def look(self, stage: Stage, proof: Proof, point: str, marker: dict[str, object]) -> None:
        events = set(marker["events"])  # type: ignore[call-overload]  # a list of ids
        recorded = {event["id"] for event in stage.books.recorded("units")}
        proof.demand(events and events <= stage.books.waiting("units"), f"{len(events)} events in the outbox still")
        wanted = set() if point == points.BEFORE_RECORD else events
        proof.demand(events & recorded == wanted, f"{len(wanted)} of the events recorded")
        heard = wait_until(lambda: events <= _applied(stage), stage.size.patience, "effects of what was published")
        proof.demand(heard, "the effects of events that their relay holds still")

    def afterwards(self, stage: Stage, proof: Proof) -> None:
        told = [each.event for each in history.read(stage.journal).delivered if each.queue == QUEUES["registry"]]
        proof.saw(delivered_again=len(told) - len(set(told)))
        proof.demand(len(told) > len(set(told)), "events that were said, and delivered, again")


class KillMidHandler(_KilledAtPoints):
    """Before the effect's write, and after it but before the acknowledgement: the broker hands the event out again."""

    slug = "kill-mid-handler"
    service = "registry"
    stops = (points.BEFORE_EFFECT, points.AFTER_EFFECT) * TIMES

    def look(self, stage: Stage, proof: Proof, point: str, marker: dict[str, object]) -> None:
        event, written = marker["cause"], point == points.AFTER_EFFECT
        proof.demand(
            (event in _applied(stage)) is written, f"{event} {'written' if written else 'not written'} at {point}"
        )

    def afterwards(self, stage: Stage, proof: Proof) -> None:
        again = [each for each in history.read(stage.journal).delivered if each.redelivered]
        proof.saw(redelivered=len(again))
        proof.demand(len(again) >= len(self.stops), "deliveries that the broker made again")


class KillWebAfterWrite(_KilledAtPoints):
    """The command is obeyed, and nobody tells the client, who sends it again under its key."""

    slug = "kill-web-after-write"
    service = "web"
    stops = (points.AFTER_EFFECT,) * TIMES

    def look(self, stage: Stage, proof: Proof, point: str, marker: dict[str, object]) -> None:
        found = [each for each in stage.books.documents("units") if marker["cause"] in each["commands"]]
        proof.demand(len(found) == 1, "the command's effect in the database before its answer")
        answered = stage.books.databases["units"]["answers"].find_one({"_id": marker["cause"]})
        proof.demand(answered is None, "no answer kept for the command")

    def afterwards(self, stage: Stage, proof: Proof) -> None:
        proof.saw(repeated_by_client=stage.load.repeated)
        proof.demand(stage.load.repeated >= TIMES, "commands that were sent again")


class SigtermUnderLoad(Fault):
    """Each process in turn is asked to stop while events flow, and goes within seconds."""

    slug = "sigterm-under-load"

    def happen(self, stage: Stage, proof: Proof) -> None:
        posts = stage.crew()
        stage.load.start(hold_at=0.3)
        before = stage.under_way()
        stops = {}
        for share, (service, post) in enumerate(posts.items(), start=4):
            stage.load.release(share / 10)
            began = time.monotonic()
            status = stage.staff.stop(post)
            stops[service] = round(time.monotonic() - began, 2)
            proof.demand(status == 0, f"exit status 0 of {post.name}, not {status}")
            proof.demand(stops[service] < STOPS_WITHIN, f"{post.name} gone within {STOPS_WITHIN:g} s")
            stage.staff.ready(stage.staff.web() if service == "web" else stage.staff.worker(service))
        proof.saw(stopped_in_seconds=stops)
        in_flight(stage, proof, before)


def _applied(stage: Stage) -> set[str]:
    return {effect["event"] for _, effect in stage.books.effects("registry")}
