"""Accounts, passwords and the counter of failed sign-ins."""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest

from services.units import handlers, passwords
from services.units.domain.account import Account
from services.units.errors import SignInRefused
from services.units.rooms import Rooms
from shared.failures import AlreadyExists, InvalidInput, TooMuch
from tests.services.units.samples import CITY, NOW, cause, said

PASSWORD = "correct horse battery"
ADMIN = Account("admin", "Administrator", passwords.hashed(PASSWORD), ("admin",))


def sign_in(rooms: Rooms, name: str, password: str, minutes: float = 0) -> Account:
    return handlers.sign_in(rooms, name, password, passwords.matches, NOW + timedelta(minutes=minutes))


@pytest.fixture
def with_admin(rooms: Rooms) -> Rooms:
    """Rooms with the account `admin`."""
    handlers.register_account(rooms, ADMIN, cause())
    return rooms


def test_the_right_password_opens(with_admin: Rooms) -> None:
    assert sign_in(with_admin, "admin", PASSWORD) == ADMIN


def test_the_event_of_an_account_holds_nothing_personal(with_admin: Rooms) -> None:
    assert said(with_admin, "accounts", "admin")[0]["data"] == {
        "account": "admin",
        "roles": ["admin"],
        "institution": None,
        "unit": None,
    }


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(with_admin: Rooms) -> None:
    answers = []
    for name in ("admin", "nobody"):
        with pytest.raises(SignInRefused) as refusal:
            sign_in(with_admin, name, "wrong password")
        answers.append((refusal.value.said, refusal.value.remedy, refusal.value.code))
    assert answers[0] == answers[1]


def test_an_unknown_name_costs_a_hash_too() -> None:
    def seconds(known: str | None) -> float:
        began = perf_counter()
        assert not passwords.matches(known, "wrong password")
        return perf_counter() - began

    seconds(None)
    unknown, wrong = (median(seconds(known) for _ in range(5)) for known in (None, ADMIN.password_hash))
    assert unknown > wrong / 4


def test_a_broken_hash_opens_to_nobody() -> None:
    assert not passwords.matches("not a hash", PASSWORD)


@pytest.mark.parametrize("name", ["admin", "nobody"])
def test_after_ten_failures_a_name_waits_whether_it_exists_or_not(with_admin: Rooms, name: str) -> None:
    for _ in range(10):
        with pytest.raises(SignInRefused):
            sign_in(with_admin, name, "wrong password")
    with pytest.raises(TooMuch):
        sign_in(with_admin, name, PASSWORD)
    with pytest.raises(TooMuch):
        sign_in(with_admin, name, PASSWORD, minutes=4.9)


def test_a_name_may_try_again_after_the_wait_and_a_success_forgets_the_failures(with_admin: Rooms) -> None:
    for _ in range(10):
        with pytest.raises(SignInRefused):
            sign_in(with_admin, "admin", "wrong password")
    assert sign_in(with_admin, "admin", PASSWORD, minutes=5) == ADMIN
    for _ in range(9):
        with pytest.raises(SignInRefused):
            sign_in(with_admin, "admin", "wrong password", minutes=6)
    sign_in(with_admin, "admin", PASSWORD, minutes=6)
    with pytest.raises(SignInRefused):
        sign_in(with_admin, "admin", "wrong password", minutes=6)


def test_failures_spread_over_time_lock_nobody_out(with_admin: Rooms) -> None:
    for nth in range(12):
        with pytest.raises(SignInRefused):
            sign_in(with_admin, "admin", "wrong password", minutes=5.1 * nth)


def test_roles_are_bound_to_what_exists(rooms: Rooms) -> None:
    handlers.import_institution(rooms, CITY, cause())
    for account, pointers in (
        (Account("tpi-1", "T", "-", ("tpi",)), ["/institution"]),
        (Account("tpi-1", "T", "-", ("tpi",), institution="L9999"), ["/institution"]),
        (Account("officer-1", "O", "-", ("unit_officer",)), ["/unit"]),
        (Account("officer-1", "O", "-", ("unit_officer",), unit="L3171-NONE"), ["/unit"]),
    ):
        with pytest.raises(InvalidInput) as refusal:
            handlers.register_account(rooms, account, cause())
        assert [error["pointer"] for error in refusal.value.errors] == pointers
    made = handlers.register_account(rooms, Account("tpi-1", "T", "-", ("tpi",), institution=CITY.code), cause())
    assert made.state.institution == CITY.code


def test_a_name_is_taken_once(with_admin: Rooms) -> None:
    with pytest.raises(AlreadyExists):
        handlers.register_account(with_admin, ADMIN, cause())
