"""The whole system on this machine, a sample cycle through its public APIs, and what came of it.

What should have come of it is worked out by ``expected`` from the very answers that were sent, apart from the services.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner

from shared.journey.check import Outcome, duplicated, lost, outcome_of, settled_reading
from shared.journey.cli import journey
from shared.journey.client import Site
from shared.journey.crew import crew_of
from shared.journey.deciding import publish_all
from shared.journey.driver import Wish, journey_to, set_out
from shared.journey.filing import build, declare, fill_worksheet, propose
from shared.journey.judging import judge_all
from shared.journey.plan import Turn
from shared.journey.preparing import prepare
from shared.journey.program import dead_letters
from shared.journey.reading import Reading, read_back
from shared.journey.tour import Company, Record, Tour
from shared.localrun.mail import messages
from shared.localrun.ports import free_ports
from shared.localrun.system import System
from shared.recomputing.recompute import content_of, recompute
from tests.journeys import expected

FILINGS = int(os.environ.get("ZONA_JOURNEY_N", "40"))
WHILE_AWAY = 5
THREADS = 8
POINTS = ("total", "pengungkit", "hasil", "areas")
SHOWN_PLACES = 6


@dataclass(frozen=True)
class Played:
    """A journey that is over, and what the services said of it afterwards."""

    tour: Tour
    reading: Reading
    outcome: Outcome
    mails: tuple[EmailMessage, ...]

    def with_turn(self, turn: Turn) -> list[Record]:
        """The filings to which this happened; a test that needs one fails when the journey was too small for it."""
        found = [record for record in self.tour.records if record.filing.takes(turn)]
        assert found, f"a journey of {FILINGS} proposals has no filing that is {turn.name}"
        return found

    def detail(self, record: Record) -> dict[str, Any]:
        """What evaluation explains of a proposal."""
        shown: dict[str, Any] = self.tour.company.admin.get("evaluation", f"/proposals/{record.proposal}")
        return shown


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("system"), port=free_ports(1)[0]) as running:
        yield running


@pytest.fixture(scope="module")
def played(system: System) -> Played:
    with crew_of(THREADS, quiet=True) as crew:
        tour = journey_to(system.base_url, system.admin_password, crew, Wish(FILINGS))
        reading = settled_reading(tour, system.mail_folder)
    outcome = outcome_of(tour, reading, dead_lettered=dead_letters(system.amqp_uri), seconds=0)
    assert system.mail_folder is not None
    kept = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in messages(system.mail_folder)]
    return Played(tour, reading, outcome, tuple(kept))


def failed_gates(record: Record) -> tuple[str, set[str]]:
    """(stage, gates that do not hold) of an evaluated filing, worked out from what was sent."""
    target = record.filing.case.target
    at_screening = expected.failed_gates(expected.of_worksheet(record.filing.sheets.tpi), target)
    if at_screening:
        return "screening", at_screening
    return "panel", expected.failed_gates(final_score(record), target)


def final_score(record: Record) -> expected.Score:
    sheets = record.filing.sheets
    return expected.of_reviews(record.reviews.values(), sheets.ipak, sheets.ipkp)


def is_evaluated(record: Record) -> bool:
    return bool(record.proposal) and record.named_hash == record.worksheet_hash and not record.withdrawn


def is_designated(record: Record) -> bool:
    """Whether what was sent implies a designation: accepted, the right hash, every gate, the panel's approval."""
    return is_evaluated(record) and not failed_gates(record)[1] and record.decision == "approve"


def test_nothing_is_lost_and_nothing_is_doubled(played: Played) -> None:
    assert played.outcome.findings == ()
    assert (played.outcome.lost, played.outcome.duplicated, played.outcome.dead_lettered) == (0, 0, 0)


def test_every_filing_is_counted_once(played: Played) -> None:
    accepted = [record for record in played.tour.records if record.proposal]
    assert played.outcome.proposals == FILINGS
    assert set(played.reading.filed) == {record.proposal for record in accepted}
    assert played.outcome.submitted == len(accepted)
    assert played.outcome.concluded == sum(map(is_evaluated, accepted))


def test_the_public_list_shows_exactly_the_designations_that_gates_and_decisions_imply(played: Played) -> None:
    implied = {record.proposal: record.filing.case.target for record in played.tour.records if is_designated(record)}
    public = {card["proposal"]: card["predicate"] for card in played.reading.public}
    assert public == implied
    assert played.outcome.published == played.outcome.designated == len(implied)
    assert played.reading.drafts == ()


def test_the_bundle_of_each_designation_recomputes_to_what_the_public_record_shows(
    played: Played, system: System
) -> None:
    assert played.reading.public
    for record in played.reading.public:
        content = content_of(f"{system.base_url}/designations/{record['number']}/bundle.json")
        result = recompute(content, record["bundle_sha256"])
        assert result["faults"] == []
        assert {name: result[name] for name in POINTS} == {name: record["scores"][name] for name in POINTS}
        assert result["gates"] == record["gates"]


def test_every_result_names_the_gates_that_the_sheets_fail(played: Played) -> None:
    for record in filter(is_evaluated, played.tour.records):
        shown = played.detail(record)
        stage, failed = failed_gates(record)
        assert shown["stage"] == stage, record.filing.case.slug
        assert {gate["gate"] for gate in shown["gates"] if not gate["passed"]} == failed, record.filing.case.slug
        assert all(gate["article"] and Fraction(gate["limit"]) > 0 for gate in shown["gates"])


@pytest.mark.skipif(FILINGS < 36, reason="a journey of fewer proposals does not have every gate's case")
def test_each_gate_is_failed_by_some_proposal_and_all_but_one_of_them_alone(played: Played) -> None:
    evaluated = [failed_gates(record)[1] for record in filter(is_evaluated, played.tour.records)]
    assert {gate for failed in evaluated for gate in failed} == set(expected.LIMITS)
    alone = {next(iter(failed)) for failed in evaluated if len(failed) == 1}
    assert alone == set(expected.LIMITS) - {"birokrasi_bersih"}


def test_the_points_are_those_of_the_regulation(played: Played) -> None:
    for record in filter(is_evaluated, played.tour.records):
        shown = played.detail(record)
        at_screening = failed_gates(record)[0] == "screening"
        score = expected.of_worksheet(record.filing.sheets.tpi) if at_screening else final_score(record)
        verdict = shown["screening" if at_screening else "result"]
        told = {area: verdict["areas"][area]["score"] for area in expected.AREA_POINTS}
        told |= {"total": verdict["total"], "pengungkit": verdict["pengungkit"]}
        points = {**score.areas, "total": score.total, "pengungkit": score.pengungkit}
        assert {name: Fraction(text) for name, text in told.items()} == {
            name: round(exact, SHOWN_PLACES) for name, exact in points.items()
        }


def test_every_evaluated_proposal_has_three_evaluators_of_other_institutions(played: Played) -> None:
    home = {one["id"]: one["institution"] for one in played.reading.evaluators}
    reviewed = [record for record in played.tour.records if record.reviews]
    assert reviewed
    for record in reviewed:
        evaluators = played.reading.judged[record.proposal]["evaluators"]
        assert len(set(evaluators)) == 3
        assert record.filing.unit.institution not in {home[one] for one in evaluators}


def test_a_withdrawn_proposal_is_not_designated_and_frees_its_evaluators(played: Played) -> None:
    for record in played.with_turn(Turn.WITHDRAWN):
        assert played.reading.filed[record.proposal]["state"] == "withdrawn"
        assert played.reading.judged[record.proposal]["state"] == "withdrawn"
        assert all(record.proposal not in one["reservations"] for one in played.reading.evaluators)
        assert record.proposal not in {card["proposal"] for card in played.reading.public}


def test_a_unit_that_lacks_a_prerequisite_is_refused_with_the_article(played: Played) -> None:
    for record in played.with_turn(Turn.LACKS_PREREQUISITE):
        assert (record.refusal["status"], record.refusal["code"]) == (422, "prerequisites_not_met")
        lacking = [one for one in record.refusal["answers"] if not one["met"]]
        assert [one["rule"] for one in lacking] == ["tlhp"]
        assert "Tabel 5" in lacking[0]["article"]
        assert all(lacking[0]["messages"][language] for language in ("id", "en"))
        assert all(card["unit"] != record.filing.unit.code for card in played.reading.filed.values())


def test_an_override_and_the_affirmation_let_a_unit_propose_all_the_same(played: Played) -> None:
    for record in (*played.with_turn(Turn.OVERRIDDEN), *played.with_turn(Turn.BELOW_PAR)):
        assert played.reading.filed[record.proposal]["state"] == "designated"


def test_a_proposal_with_another_hash_is_returned_and_may_come_again(played: Played) -> None:
    for record in played.with_turn(Turn.WRONG_HASH):
        assert played.reading.filed[record.proposal]["state"] == "returned"
    again = [record for record in played.tour.records if record.filing.case.slug == "proposed-again"]
    assert [played.reading.filed[record.proposal]["state"] for record in again] == ["designated"]


def test_what_the_panel_refuses_is_not_designated_though_every_gate_holds(played: Played) -> None:
    for record in played.with_turn(Turn.PANEL_REJECTS):
        assert failed_gates(record) == ("panel", set())
        assert played.detail(record)["outcome"] == "failed"
        assert record.proposal not in {card["proposal"] for card in played.reading.public}


def test_a_revoked_designation_stays_public_as_revoked_and_bars_the_unit(played: Played) -> None:
    public = {card["proposal"]: card for card in played.reading.public}
    for record in played.with_turn(Turn.REVOKED):
        assert public[record.proposal]["status"] == "revoked"
        assert public[record.proposal]["revocation"]["ground"]
        wanted = {"cycle": played.tour.cycles[1], "target": "WBK"}
        path = f"/units/{record.filing.unit.code}/prerequisites"
        answers = played.tour.company.admin.get("units", path, **wanted)["answers"]
        assert [one["rule"] for one in answers if not one["met"]] == ["revocation_bar"]


def test_wbbm_stands_only_on_a_wbk_of_the_cycle_before(played: Played) -> None:
    public = {(card["unit"], card["predicate"]): card for card in played.reading.public}
    wbbm = [unit for unit, predicate in public if predicate == "WBBM"]
    assert wbbm
    assert all((unit, "WBK") in public for unit in wbbm)


def test_everybody_concerned_has_a_mail_in_their_language_that_carries_the_correlation(played: Played) -> None:
    messages = {one["id"]: one for one in played.reading.messages}
    assert {mail["X-Zona-Message-Id"] for mail in played.mails} == set(messages)
    for mail in played.mails:
        assert mail["X-Correlation-ID"] == messages[mail["X-Zona-Message-Id"]]["correlation_id"]
        assert played.tour.caused(mail["X-Correlation-ID"])
    language = {account.email: account.language for account in played.tour.nation.accounts}
    spoken = Counter((language[str(mail["To"])], mail["Content-Language"]) for mail in played.mails)
    assert set(spoken) == {("id", "id"), ("en", "en")}


def without(cards: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: card for key, card in cards.items() if key != name}


def test_the_check_would_see_what_is_lost(played: Played) -> None:
    whole, tour = played.reading, played.tour
    record = next(record for record in tour.records if record.number and not record.revoked)
    name = record.proposal
    told = [one for one in whole.messages if one["recipient"] != tour.nation.evaluators[0].account.id]
    stuck = {**whole.messages[0], "state": "queued"}
    cases = {
        "evaluation has not heard of it": replace(whole, judged=without(whole.judged, name)),
        "units does not": replace(whole, filed=without(whole.filed, name)),
        "stands at assigned": replace(
            whole, judged={**whole.judged, name: {**whole.judged[name], "state": "assigned"}}
        ),
        "neither a draft nor a designation": replace(
            whole, public=tuple(card for card in whole.public if card["proposal"] != name)
        ),
        "failed in units": replace(whole, filed={**whole.filed, name: {**whole.filed[name], "state": "failed"}}),
        "should have been told": replace(whole, messages=tuple(told)),
        "is queued": replace(whole, messages=(*whole.messages, stuck)),
    }
    for said, reading in cases.items():
        assert any(said in finding for finding in lost(tour, reading)), said


def test_the_check_would_see_what_is_there_twice(played: Played) -> None:
    whole, tour = played.reading, played.tour
    name = next(record.proposal for record in tour.records if record.reviews)
    card = whole.judged[name]
    crowded = {**card, "evaluators": [*card["evaluators"], "evaluator-1-99"]}
    idle = {**whole.evaluators[0], "reservations": [next(iter(without(whole.judged, name))), f"{name}9"]}
    assert whole.mails
    cases = {
        "holds the evaluators": replace(whole, judged={**whole.judged, name: crowded}),
        "holds a place for": replace(whole, evaluators=(*whole.evaluators, idle)),
        "more than one draft or designation": replace(whole, public=(*whole.public, whole.public[0])),
        "two messages for": replace(whole, messages=(*whole.messages, whole.messages[0])),
        "two mails": replace(whole, mails=(*whole.mails, whole.mails[0])),
    }
    for said, reading in cases.items():
        assert any(said in finding for finding in duplicated(tour, reading)), said


def test_proposals_are_accepted_while_the_broker_is_away_and_flow_on_when_it_returns(system: System) -> None:
    company = Company(Site(system.base_url), system.admin_password)
    with crew_of(THREADS, quiet=True) as crew:
        tour = set_out(company, crew, Wish(WHILE_AWAY, seed=2))
        prepare(tour, "lke-2021")
        for act in (declare, build, fill_worksheet):
            crew.each(act.__name__, tour.records, partial(act, tour))
        system.stop_broker()
        crew.each("propose", tour.records, partial(propose, tour))
        away = read_back(tour)
        system.start_broker()
        judge_all(tour, tour.records)
        publish_all(tour, tour.records)
        back = settled_reading(tour, None)
    accepted = {record.proposal for record in tour.records if record.proposal}
    assert set(away.filed) == accepted
    assert away.judged == {}
    assert len(accepted) == WHILE_AWAY - 1
    assert outcome_of(tour, back, dead_lettered=dead_letters(system.amqp_uri), seconds=0).findings == ()
    assert {card["proposal"] for card in back.public} == {one.proposal for one in tour.records if is_designated(one)}


def test_the_command_ends_with_one_line_of_counts_on_a_system_that_runs_already(system: System) -> None:
    surroundings = {
        "BASE_URL": system.base_url,
        "ZONA_ADMIN_PASSWORD": system.admin_password,
        "AMQP_URI": system.amqp_uri,
    }
    ended = CliRunner().invoke(journey, ["--n", "2", "--seed", "3"], env=surroundings)
    assert ended.exit_code == 0, ended.output
    counts = json.loads(ended.stdout.splitlines()[-1])
    assert counts.pop("seconds") > 0
    assert counts.pop("notified") > 0
    assert counts == {
        "proposals": 2,
        "submitted": 2,
        "assigned": 2,
        "concluded": 2,
        "designated": 1,
        "published": 1,
        "lost": 0,
        "duplicated": 0,
        "dead_lettered": 0,
        "log_verified": True,
    }


def test_an_address_without_the_admins_password_is_bad_input() -> None:
    ended = CliRunner().invoke(journey, ["--base-url", "http://127.0.0.1:1"], env={"ZONA_ADMIN_PASSWORD": ""})
    assert ended.exit_code == 2
    assert "ZONA_ADMIN_PASSWORD" in ended.stderr
