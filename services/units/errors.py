"""What units refuses, as one tree.

    ZonaError (shared)
    ├── NotFound
    ├── Unauthenticated
    │   └── SignInRefused          401  sign_in_refused        the same for an unknown name and a wrong password
    ├── WrongState
    │   ├── MoveRefused            409  wrong_state            names the state, what is allowed, the remedy
    │   ├── WindowClosed           409  window_closed          names when it opens and closes
    │   ├── QuotaExceeded          409  quota_exceeded         names the quota
    │   └── AlreadyDecided         409  already_decided        this cycle, or the predicate, is settled for the unit
    ├── InvalidInput
    │   ├── PrerequisitesNotMet    422  prerequisites_not_met  carries every answer with its article
    │   └── ImportInvalid          422  import_invalid         every fault of the file with line and column
    └── RuleFileBroken             500  rule_file_broken       a rule file of ours that can't be read: a defect

Domain code raises from here too: this module and shared.failures stand on the standard library alone.
"""

from __future__ import annotations

from typing import ClassVar

from shared.failures import InvalidInput, Said, Unauthenticated, WrongState, ZonaError


class SignInRefused(Unauthenticated):
    code: ClassVar[str] = "sign_in_refused"
    title: ClassVar[Said] = ("Tidak dapat masuk", "Sign-in refused")


class MoveRefused(WrongState):
    """A step that the unit's state does not allow; members `state` and `allowed`."""


class WindowClosed(WrongState):
    code: ClassVar[str] = "window_closed"
    title: ClassVar[Said] = ("Jendela waktu tidak terbuka", "The window is not open")


class QuotaExceeded(WrongState):
    code: ClassVar[str] = "quota_exceeded"
    title: ClassVar[Said] = ("Kuota instansi sudah terpakai", "The institution's quota is used up")


class AlreadyDecided(WrongState):
    code: ClassVar[str] = "already_decided"
    title: ClassVar[Said] = ("Sudah diputuskan", "Already decided")


class PrerequisitesNotMet(InvalidInput):
    code: ClassVar[str] = "prerequisites_not_met"
    title: ClassVar[Said] = ("Prasyarat belum terpenuhi", "Prerequisites are not met")


class ImportInvalid(InvalidInput):
    code: ClassVar[str] = "import_invalid"
    title: ClassVar[Said] = ("Berkas impor tidak sah", "The import file is not valid")


class RuleFileBroken(ZonaError):
    code: ClassVar[str] = "rule_file_broken"
    title: ClassVar[Said] = ("Berkas aturan rusak", "A rule file is broken")
