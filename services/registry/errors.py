"""What can go wrong in the registry.

ZonaError                      (shared.failures)
├── InvalidInput
│   ├── InvalidDecree          422  the decree or the ground of a command has faults; each with its place
│   ├── InvalidQuery           400  a parameter of a public list is unknown or malformed; each named
│   ├── BrokenConclusion       422  an event contradicts itself; dead-lettered, never drafted
│   ├── NoRuleInForce          422  no rule file covers the date of the decree
│   └── EntryTooLong           422  the public log takes no entry of that length
├── NotFound
│   ├── NotDesignated          404  nothing public stands under this number
│   ├── NoBundle               404  its score was concluded before there were bundles
│   └── NotLogged              404  the newest checkpoint of the public log does not cover it
├── WrongState
│   ├── MoveNotOpen            409  the table of moves does not allow it from here; carries the state
│   └── NotReplaceable         409  a rebuild can't be put in the place of what stands
├── BrokenBundle               500  permanent: a bundle or an instrument is not what its hash says
├── LogDamaged                 500  the log that stands is not the one that was signed; nothing is signed until it is
├── LogKeyUnusable             500  the file with the log's keys can't be read, or is of another log
├── BrokenHistory              500  permanent: what was recorded does not tell a designation
└── NumberTaken                409  permanent: two proposals claim one number
"""

from __future__ import annotations

from shared.failures import InvalidInput, NotFound, WrongState, ZonaError


class InvalidDecree(InvalidInput):
    code = "invalid_decree"
    title = ("Keputusan tidak sah", "Invalid decree")


class InvalidQuery(InvalidInput):
    code = "invalid_query"
    status = 400
    title = ("Parameter tidak dikenal", "Parameter not understood")


class BrokenConclusion(InvalidInput):
    code = "broken_conclusion"
    title = ("Hasil evaluasi tidak konsisten", "Contradictory conclusion")


class NoRuleInForce(InvalidInput):
    code = "no_rule_in_force"
    title = ("Tidak ada aturan yang berlaku", "No rule in force")


class EntryTooLong(InvalidInput):
    code = "entry_too_long"
    title = ("Terlalu panjang untuk log publik", "Too long for the public log")


class NotDesignated(NotFound):
    code = "not_designated"
    title = ("Tidak ada di registri", "Not in the registry")


class NoBundle(NotFound):
    code = "no_bundle"
    title = ("Tidak ada paket nilai", "No bundle of the score")


class BrokenBundle(ZonaError):
    code = "broken_bundle"
    title = ("Paket nilai tidak utuh", "Broken bundle")


class NotLogged(NotFound):
    code = "not_logged"
    title = ("Tidak ada di log publik", "Not in the public log")


class MoveNotOpen(WrongState):
    code = "wrong_state"


class NotReplaceable(WrongState):
    code = "not_replaceable"
    title = ("Belum dapat diganti", "Not to be replaced yet")


class LogDamaged(ZonaError):
    code = "log_damaged"
    title = ("Log publik rusak", "The public log is damaged")


class LogKeyUnusable(ZonaError):
    code = "log_key_unusable"
    title = ("Kunci log tidak dapat dipakai", "The log's key can't be used")


class BrokenHistory(ZonaError):
    code = "broken_history"
    title = ("Riwayat tidak utuh", "Broken history")


class NumberTaken(ZonaError):
    code = "number_taken"
    status = 409
    title = ("Nomor sudah dipakai", "Number already taken")
