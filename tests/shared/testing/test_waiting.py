"""Waiting: for a condition, within a bound, with words for when it does not come."""

import pytest

from shared.testing import wait_until


def test_what_was_awaited_is_given_back():
    answers = iter([None, 0, "here"])
    assert wait_until(lambda: next(answers)) == "here"


def test_what_did_not_come_is_named_with_what_was_seen():
    with pytest.raises(AssertionError, match=r"waited 0\.05 s for the bus; the last look showed \[\]"):
        wait_until(list, timeout=0.05, what="the bus")


def test_a_condition_that_fails_is_not_waited_for():
    def broken():
        raise ValueError("no such column")

    with pytest.raises(ValueError, match="no such column"):
        wait_until(broken)
