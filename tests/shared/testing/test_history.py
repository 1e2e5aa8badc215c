"""The checker finds what is wrong with a history, all of it, and nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.testing.history import (
    Consumer,
    MalformedJournal,
    Order,
    by_contract,
    check,
    everything,
    of_types,
    read,
    steps,
)
from tests.shared.testing.histories import (
    CONSUMERS,
    Line,
    delivered,
    effect,
    published,
    recorded,
    right,
    saved,
    submitted,
)

Change = Callable[[list[Line]], None]


def without(**facts: object) -> Change:
    """Leave out the lines with these facts; at least one there must be."""

    def change(lines: list[Line]) -> None:
        kept = [line for line in lines if not all(line.get(name) == fact for name, fact in facts.items())]
        assert len(kept) < len(lines)
        lines[:] = kept

    return change


def adding(*more: Line) -> Change:
    return lambda lines: lines.extend(more)


def altering(old: Line, **facts: object) -> Change:
    def change(lines: list[Line]) -> None:
        lines[lines.index(old)] = {**old, **facts}

    return change


def swapping(first: Line, second: Line) -> Change:
    def change(lines: list[Line]) -> None:
        one, other = lines.index(first), lines.index(second)
        lines[one], lines[other] = lines[other], lines[one]

    return change


def all_of(*changes: Change) -> Change:
    def change(lines: list[Line]) -> None:
        for each in changes:
            each(lines)

    return change


A1, A2, A3 = ("a1", "thing:a", 1), ("a2", "thing:a", 2), ("a3", "thing:a", 3)
B1 = ("b1", "thing:b", 1)
WRONG: dict[str, tuple[Change, list[tuple[str, str, str | None, str | None]]]] = {
    "a yes without a save": (
        adding(submitted("k9", "thing:a", 3)),
        [("unsaved", "submitted", None, "thing:a")],
    ),
    "a yes for another aggregate": (
        altering(submitted("k2", "thing:a", 3), aggregate="thing:b", sequence=1),
        [("elsewhere", "submitted", None, "thing:b")],
    ),
    "a yes with a number that was not reached then": (
        altering(submitted("k2", "thing:a", 3), sequence=2),
        [("wrong_sequence", "submitted", None, "thing:a")],
    ),
    "a yes with a number that was never reached": (
        altering(submitted("k2", "thing:a", 3), sequence=4),
        [("wrong_sequence", "submitted", None, "thing:a")],
    ),
    "a command saved twice": (
        adding(saved("thing:a", 4, [], "k2")),
        [("saved_twice", "saved", None, "thing:a")],
    ),
    "an event that changed an aggregate twice": (
        adding(saved("thing:b", 2, [], "a1")),
        [("saved_twice", "saved", None, "thing:b")],
    ),
    "two saves of one version": (
        adding(saved("thing:a", 3, [], "k4")),
        [("version_twice", "saved", None, "thing:a")],
    ),
    "a version left out": (
        adding(saved("thing:a", 5, [], "k5")),
        [("version_gap", "saved", None, "thing:a")],
    ),
    "a save with its events gone": (
        all_of(without(step="saved", cause="k1"), without(event="a1"), without(command="k1")),
        [("version_gap", "saved", None, "thing:a")],
    ),
    "a number left out at the end": (
        all_of(
            altering(published("c2", "other:c", 2), sequence=3),
            altering(effect("board", "c2", "other:c", 2), sequence=3),
        ),
        [("sequence_gap", "saved", "c2", "other:c")],
    ),
    "a number left out in the middle": (
        all_of(
            *(altering(make(*A2), sequence=3) for make in (published, published)),
            altering(published(*A3), sequence=4),
            *(altering(effect(name, *A2), sequence=3) for name in CONSUMERS),
            *(altering(effect(name, *A3), sequence=4) for name in CONSUMERS),
            altering(submitted("k2", "thing:a", 3), sequence=4),
        ),
        [("sequence_gap", "saved", "a2", "thing:a")],
    ),
    "one id for two events": (
        adding(saved("thing:b", 2, ["a1"], "k6")),
        [("duplicate_id", "saved", "a1", "thing:b")],
    ),
    "an event that was never published": (
        all_of(without(event="a3"), adding(effect("board", *A3))),
        [("unpublished", "saved", "a3", "thing:a")],
    ),
    "a ghost": (
        adding(published("g1", "thing:g", 1)),
        [("ghost", "published", "g1", "thing:g")],
    ),
    "published under another aggregate": (
        adding(published("a1", "thing:b", 1)),
        [("misplaced", "published", "a1", "thing:b")],
    ),
    "published with another number": (
        altering(published(*A1), sequence=2),
        [("misplaced", "published", "a1", "thing:a")],
    ),
    "an event that was not recorded": (
        adding(*(recorded(*place) for place in (A1, A2, B1, ("c1", "other:c", 1), ("c2", "other:c", 2)))),
        [("unrecorded", "saved", "a3", "thing:a")],
    ),
    "an effect lost in the middle": (
        without(step="effect", consumer="follow", event="a2"),
        [("lost", "effect", "a2", "thing:a")],
    ),
    "an effect lost at the end": (
        without(step="effect", consumer="follow", event="a3"),
        [("lost", "effect", "a3", "thing:a")],
    ),
    "the newest lost": (
        without(step="effect", consumer="board", event="a3"),
        [("lost", "effect", "a3", "thing:a")],
    ),
    "an effect without order lost": (
        without(step="effect", consumer="mail", event="a1"),
        [("lost", "effect", "a1", "thing:a")],
    ),
    "an effect twice": (
        adding(effect("follow", *A1)),
        [("doubled", "effect", "a1", "thing:a")],
    ),
    "an effect without order twice": (
        adding(effect("mail", *B1)),
        [("doubled", "effect", "b1", "thing:b")],
    ),
    "an effect before its turn": (
        swapping(effect("follow", *A1), effect("follow", *A2)),
        [("out_of_order", "effect", "a1", "thing:a")],
    ),
    "an older effect after the newest": (
        swapping(effect("board", *A2), effect("board", *A3)),
        [("out_of_order", "effect", "a2", "thing:a")],
    ),
    "an effect of nothing": (
        adding(effect("follow", "g1", "thing:a", 4)),
        [("invented", "effect", "g1", "thing:a")],
    ),
    "an effect at a consumer that doesn't hear it": (
        adding(effect("follow", "c1", "other:c", 1)),
        [("unheard", "effect", "c1", "other:c")],
    ),
    "an effect at a consumer that nobody named": (
        adding(effect("stranger", *A1)),
        [("unheard", "effect", "a1", "thing:a")],
    ),
    "effects with their aggregates swapped": (
        all_of(
            altering(effect("mail", *A1), source="thing:b"),
            altering(effect("mail", *B1), source="thing:a"),
        ),
        [("swapped", "effect", "b1", "thing:a"), ("swapped", "effect", "a1", "thing:b")],
    ),
    "events with their aggregates swapped": (
        all_of(
            altering(published(*A1), aggregate="thing:b"),
            altering(published(*B1), aggregate="thing:a"),
        ),
        [("misplaced", "published", "a1", "thing:b"), ("misplaced", "published", "b1", "thing:a")],
    ),
    "a good event among the dead letters": (
        adding(delivered("follow", "a1", "dead")),
        [("dead_lettered", "delivered", "a1", "thing:a")],
    ),
    "a dead letter that nobody can read": (
        adding(delivered("follow", None, "dead")),
        [("dead_lettered", "delivered", None, None)],
    ),
    "a delivery of something never said": (
        adding(delivered("follow", "g1")),
        [("stray", "delivered", "g1", None)],
    ),
}


def test_a_right_history_passes_and_is_counted() -> None:
    verdict = check(steps(right()), CONSUMERS)
    verdict.require()
    counts = {name: count for name, count in verdict.counts.as_dict().items() if count}
    assert counts == {
        "commands": 3,
        "saves": 5,
        "events": 6,
        "published": 6,
        "duplicates_published": 1,
        "deliveries": 6,
        "redelivered": 1,
        "delivered_again": 1,
        "effects": 13,
        "skipped": 1,
    }


@pytest.mark.parametrize("case", WRONG)
def test_exactly_what_is_wrong_is_found_and_named(case: str) -> None:
    change, expected = WRONG[case]
    lines = right()
    change(lines)
    verdict = check(steps(lines), CONSUMERS)
    found = [(fault.kind, fault.step, fault.event, fault.aggregate) for fault in verdict.faults]
    assert found == expected
    with pytest.raises(AssertionError, match=expected[0][0]):
        verdict.require()


def test_a_sentence_says_who_misses_what_and_where_to_look() -> None:
    lines = right()
    without(step="effect", consumer="follow", event="a2")(lines)
    (fault,) = check(steps(lines), CONSUMERS).faults
    assert fault.says == (
        "follow never had the effect of a2 (thing:a 2): look in its queue, retry tiers and dead letters"
    )


def test_every_loss_and_every_double_is_counted() -> None:
    lines = right()
    without(step="effect", consumer="follow")(lines)
    adding(effect("mail", *A1), effect("mail", *A1), submitted("k9", "thing:a", None))(lines)
    counts = check(steps(lines), CONSUMERS).counts
    assert (counts.lost, counts.effects_twice) == (5, 2)


def test_poison_may_be_dead_lettered_but_not_vanish() -> None:
    lines = right()
    without(step="effect", consumer="mail", event="b1")(lines)
    only_mail = {"mail": CONSUMERS["mail"]}
    lines = [line for line in lines if line["step"] != "effect" or line["consumer"] == "mail"]
    assert [fault.kind for fault in check(steps(lines), only_mail).faults] == ["lost"]
    assert [fault.kind for fault in check(steps(lines), only_mail, poison={"b1"}).faults] == ["vanished"]
    lines.append(delivered("mail", "b1", "dead"))
    verdict = check(steps(lines), only_mail, poison={"b1"})
    verdict.require()
    assert verdict.counts.dead_lettered == 1


def test_a_message_that_nobody_can_read_may_be_declared() -> None:
    check(steps([*right(), delivered("follow", None, "dead")]), CONSUMERS, poison={None}).require()


def test_a_save_whose_note_died_with_its_process_is_known_from_the_database() -> None:
    lines = right()
    without(step="saved", cause="k2")(lines)
    assert {fault.kind for fault in check(steps(lines), CONSUMERS).faults} >= {"ghost", "version_gap", "unsaved"}
    places = [A1, A2, A3, B1, ("c1", "other:c", 1), ("c2", "other:c", 2)]
    lines += [recorded(*place, cause={"a2": "k2", "a3": "k2"}.get(place[0], "")) for place in places]
    verdict = check(steps(lines), CONSUMERS)
    verdict.require()
    assert verdict.counts.unnoted == 2


def test_a_save_whose_answer_died_with_its_database_is_known_from_the_effect_that_stands() -> None:
    places = [("a1", "thing:a", 1), ("a2", "thing:a", 2)]
    lines = [saved("thing:a", 1, ["a1"]), saved("thing:a", 2, ["a2"]), saved("echo:a", 2, [], "a2")]
    lines += [published(*place) for place in places]
    gap = [fault.kind for fault in check(steps(lines), {}).faults]
    assert gap == ["version_gap"]
    read_back = [{**effect("board", *place), "aggregate": "echo:a"} for place in places]
    check(steps(lines + read_back), {"board": Consumer(everything)}).require()


def test_aggregates_of_two_services_may_share_an_id() -> None:
    lines = [
        {**saved("job:x", 1, [], "k1"), "service": "units"},
        {**saved("job:x", 1, [], "k2"), "service": "registry"},
    ]
    check(steps(lines), {}).require()


def test_an_event_without_its_type_is_refused_by_who_asks_for_types() -> None:
    lines = [saved("thing:a", 1, ["a1"]), published(*A1)]
    with pytest.raises(ValueError, match="which type a1 is"):
        check(steps(lines), {"mail": Consumer(of_types({"x.y"}))})
    lines[1]["type"] = "x.z"
    check(steps(lines), {"mail": Consumer(of_types({"x.y"}))}).require()


def test_the_contracts_name_the_consumers() -> None:
    consumers = by_contract()
    lines = [
        saved("designation:d", 1, ["d1"]),
        {**published("d1", "designation:d", 1), "type": "registry.designation_drafted"},
    ]
    lost = check(steps(lines), consumers).faults
    assert [fault.says.partition(" ")[0] for fault in lost] == ["notifications.notify"]


def test_only_the_first_twenty_faults_are_shown() -> None:
    lines = [saved("thing:a", 1, [f"a{nth}" for nth in range(30)])]
    with pytest.raises(AssertionError) as refusal:
        check(steps(lines), {}).require()
    shown = str(refusal.value).splitlines()
    assert (len(shown), shown[0].partition(" (")[0], shown[-1]) == (
        22,
        "the history is wrong in 30 places",
        "… and 10 more",
    )


def test_a_line_cut_off_at_the_end_is_counted_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    lines = "".join(json.dumps(line) + "\n" for line in right())
    path.write_text(lines + json.dumps(submitted("k9", "thing:a", 1))[:30])
    history = read(path)
    assert history.torn == 1
    assert check(history, CONSUMERS).counts.torn == 1
    check(history, CONSUMERS).require()
    path.write_text(lines)
    assert read(path) == steps(right())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"step":"saved","aggr', "Unterminated"),
        ("[1]", "not a JSON object"),
        ("", "Expecting value"),
        ('{"step":"danced"}', "there is no step 'danced'"),
        ('{"step":"published","event":"e","aggregate":"a"}', "the fact 'sequence' is missing"),
        ('{"step":"published","event":"e","aggregate":"a","sequence":0}', "sequence must be a whole number from 1 on"),
        ('{"step":"published","event":"","aggregate":"a","sequence":1}', "event must be a text"),
        ('{"step":"saved","aggregate":"a","version":1,"events":"e","cause":null}', "events must be a list"),
    ],
)
def test_any_other_malformed_line_is_refused_with_its_number(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "journal"
    path.write_text(f"{json.dumps(published(*A1))}\n{line}\n{json.dumps(published(*A2))}\n")
    with pytest.raises(MalformedJournal, match=f"line 2: .*{says}"):
        read(path)


def test_a_hundred_thousand_lines_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with path.open("w") as file:
        for aggregate in range(2_500):
            name = f"thing:{aggregate}"
            for version in range(1, 11):
                event, command = f"{name}-{version}", f"k-{name}-{version}"
                for line in (
                    saved(name, version, [event], command),
                    submitted(command, name, version),
                    published(event, name, version),
                    effect("follow", event, name, version),
                ):
                    file.write(json.dumps(line) + "\n")
    began = time.perf_counter()
    verdict = check(read(path), {"follow": Consumer(everything, Order.EVERY)})
    verdict.require()
    assert verdict.counts.effects == 25_000
    assert time.perf_counter() - began < 60  # some 2 s; a bound against anything quadratic, not a measure
