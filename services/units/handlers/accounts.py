"""Accounts and sign-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.units import events
from services.units.domain.account import Account, missing_bindings
from services.units.errors import SignInRefused
from services.units.store import Stores
from shared.failures import InvalidInput, TooMuch, said
from shared.storage import Aggregate, Cause

Matches = Callable[[str | None, str], bool]
"""Whether a password is the hash's; the hash is None for a name that nobody has, and the time is the same.

Hashing is handed in by who calls: the worker runs without it.
"""


def register_account(stores: Stores, account: Account, cause: Cause) -> Aggregate[Account]:
    """Make an account; its roles must be bound to what exists. Raises InvalidInput, AlreadyExists."""
    faults = _binding_faults(stores, account)
    if faults:
        raise InvalidInput(
            ("Peran akun ini belum terikat dengan benar.", "The roles of this account are not bound rightly."),
            remedy=("Sebut instansi atau unit yang terdaftar.", "Name a registered institution or unit."),
            errors=faults,
        )
    return stores.accounts.create(account.id, account, [events.account_registered(account)], cause)


def sign_in(stores: Stores, name: str, password: str, matches: Matches, at: datetime) -> Account:
    """The account behind a name and its password.

    Raises SignInRefused, the same and after the same time for an unknown name and a wrong password, and TooMuch after
    too many failures in a row.
    """
    if stores.attempts.exhausted(name, at):
        raise TooMuch(
            ("Terlalu banyak percobaan masuk yang gagal.", "Too many failed sign-ins."),
            remedy=("Tunggu lima menit, lalu coba lagi.", "Wait five minutes, then try again."),
            retry_after=int(stores.attempts.WITHIN.total_seconds()),
        )
    found = stores.accounts.find(name)
    if not matches(found.state.password_hash if found else None, password) or found is None:
        stores.attempts.failed(name, at)
        raise SignInRefused(
            ("Nama atau kata sandi salah.", "The name or the password is wrong."),
            remedy=("Periksa keduanya, atau hubungi admin.", "Check both, or ask the admin."),
        )
    stores.attempts.succeeded(name)
    return found.state


def _binding_faults(stores: Stores, account: Account) -> list[dict[str, object]]:
    faults: list[dict[str, object]] = []
    for place, roles in missing_bindings(account.roles, account.institution, account.unit).items():
        names = ", ".join(roles)
        faults.append(_fault(place, f"Peran {names} memerlukan {place}.", f"The roles {names} need {place}."))
    if account.institution and stores.institutions.find(account.institution) is None:
        faults.append(_fault("institution", "Instansi tidak dikenal.", "Unknown institution."))
    if account.unit and stores.units.find(account.unit) is None:
        faults.append(_fault("unit", "Unit tidak dikenal.", "Unknown unit."))
    return faults


def _fault(name: str, indonesian: str, english: str) -> dict[str, object]:
    return {"pointer": f"/{name}", "code": "binding", "messages": said((indonesian, english))}
