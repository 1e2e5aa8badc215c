"""Drawn histories: a right one always passes, and one wrong operation in it is always caught."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.testing.history import check, steps
from tests.shared.testing.histories import CONSUMERS, Line, delivered, effect, histories, published, saved, submitted

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)
"""Derandomized: the same histories each time, so a red test is a change of ours. `max_examples` bounds the time."""

Choose = Callable[[list[Line]], Line]


def of(lines: list[Line], step: str, **facts: object) -> list[Line]:
    return [each for each in lines if each["step"] == step and facts.items() <= each.items()]


def chosen(choose: Choose, among: list[Line]) -> Line:
    assume(among)
    return choose(among)


def lose_an_effect(lines: list[Line], choose: Choose) -> set[str]:
    lines.remove(chosen(choose, of(lines, "effect", consumer="follow") + of(lines, "effect", consumer="mail")))
    return {"lost"}


def double_an_effect(lines: list[Line], choose: Choose) -> set[str]:
    lines.append(dict(chosen(choose, of(lines, "effect"))))
    return {"doubled"}


def turn_two_effects_round(lines: list[Line], choose: Choose) -> set[str]:
    heard = of(lines, "effect", consumer="follow") + of(lines, "effect", consumer="board")
    one = chosen(choose, heard)
    other = chosen(choose, [e for e in heard if e is not one and all(e[n] == one[n] for n in ("consumer", "source"))])
    first, second = (next(nth for nth, line in enumerate(lines) if line is each) for each in (one, other))
    lines[first], lines[second] = lines[second], lines[first]
    return {"out_of_order"}


def invent_an_effect(lines: list[Line], choose: Choose) -> set[str]:
    lines.append({**chosen(choose, of(lines, "effect")), "event": "never-said"})
    return {"invented"}


def tell_a_stranger(lines: list[Line], choose: Choose) -> set[str]:
    lines.append({**chosen(choose, of(lines, "effect")), "consumer": "stranger"})
    return {"unheard"}


def take_one_for_another(lines: list[Line], choose: Choose) -> set[str]:
    one = chosen(choose, of(lines, "effect"))
    lines[lines.index(one)] = {**one, "source": "thing:elsewhere"}
    return {"swapped"}


def publish_a_ghost(lines: list[Line], choose: Choose) -> set[str]:
    lines.append({**chosen(choose, of(lines, "published")), "event": "never-said"})
    return {"ghost"}


def forget_to_publish(lines: list[Line], choose: Choose) -> set[str]:
    event = chosen(choose, of(lines, "published"))["event"]
    lines[:] = [line for line in lines if not (line["step"] == "published" and line["event"] == event)]
    return {"unpublished"}


def lose_an_acknowledged_save(lines: list[Line], choose: Choose) -> set[str]:
    command = chosen(choose, of(lines, "submitted"))["command"]
    lines[:] = [line for line in lines if not (line["step"] == "saved" and line["cause"] == command)]
    return {"unsaved"}


def lose_an_acknowledged_save_with_all_it_said(lines: list[Line], choose: Choose) -> set[str]:
    command = chosen(choose, of(lines, "submitted"))["command"]
    save = chosen(choose, of(lines, "saved", cause=command))
    lines[:] = [line for line in lines if line is not save and line.get("event") not in save["events"]]
    return {"unsaved"}


def obey_a_command_twice(lines: list[Line], choose: Choose) -> set[str]:
    save = chosen(choose, of(lines, "saved"))
    version = max(each["version"] for each in of(lines, "saved", aggregate=save["aggregate"]))
    lines.append(saved(save["aggregate"], version + 1, [], save["cause"]))
    return {"saved_twice"}


def save_a_version_twice(lines: list[Line], choose: Choose) -> set[str]:
    save = chosen(choose, of(lines, "saved"))
    lines.append(saved(save["aggregate"], save["version"], [], "k-rival"))
    return {"version_twice"}


def use_an_id_twice(lines: list[Line], choose: Choose) -> set[str]:
    event = chosen(choose, of(lines, "published"))["event"]
    lines.append(saved("thing:z", 1, [event], "k-z"))
    return {"duplicate_id"}


def bury_a_good_event(lines: list[Line], choose: Choose) -> set[str]:
    lines.append(delivered("follow", chosen(choose, of(lines, "published"))["event"], "dead"))
    return {"dead_lettered"}


def promise_too_much(lines: list[Line], choose: Choose) -> set[str]:
    lines.append(submitted("k-never", chosen(choose, of(lines, "saved"))["aggregate"], 1))
    return {"unsaved"}


def leave_out_a_number(lines: list[Line], choose: Choose) -> set[str]:
    """From one event on, everything that is told of this aggregate is a number too high."""
    one = chosen(choose, of(lines, "published"))
    for line in lines:
        name = "source" if line["step"] == "effect" else "aggregate"
        told = line["step"] in {"published", "effect"} and line[name] == one["aggregate"]
        if told and line["sequence"] >= one["sequence"] and line is not one:
            line["sequence"] += 1
    one["sequence"] += 1
    return {"sequence_gap"}


WRONG = [
    lose_an_effect,
    double_an_effect,
    turn_two_effects_round,
    invent_an_effect,
    tell_a_stranger,
    take_one_for_another,
    publish_a_ghost,
    forget_to_publish,
    lose_an_acknowledged_save,
    lose_an_acknowledged_save_with_all_it_said,
    obey_a_command_twice,
    save_a_version_twice,
    use_an_id_twice,
    bury_a_good_event,
    promise_too_much,
    leave_out_a_number,
]


@SETTINGS
@given(histories())
def test_a_right_history_passes(lines: list[Line]) -> None:
    check(steps(lines), CONSUMERS).require()


@settings(SETTINGS, max_examples=400)
@given(histories(), st.sampled_from(WRONG), st.data())
def test_one_wrong_operation_is_always_caught(
    lines: list[Line], wrong: Callable[[list[Line], Choose], set[str]], data: st.DataObject
) -> None:
    lines = [dict(line) for line in lines]
    kinds = wrong(lines, lambda among: among[data.draw(st.integers(0, len(among) - 1))])
    assert kinds <= {fault.kind for fault in check(steps(lines), CONSUMERS).faults}


def test_a_second_effect_elsewhere_is_still_a_second_effect() -> None:
    lines = [saved("thing:a", 1, ["a1"]), published("a1", "thing:a", 1)]
    lines += [effect(name, "a1", "thing:a", 1) for name in CONSUMERS]
    lines.append({**effect("mail", "a1", "thing:a", 1), "aggregate": "message:other"})
    assert [fault.kind for fault in check(steps(lines), CONSUMERS).faults] == ["doubled"]
