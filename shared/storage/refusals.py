"""What a store answers when a write can't be made, in both languages."""

from __future__ import annotations

from shared.failures import AlreadyExists, AlreadyHeard, Contended, NotFound, StaleVersion


def not_found(kind: str, key: str) -> NotFound:
    """There is nothing to change."""
    return NotFound(
        (f"{kind} {key} tidak ada", f"there is no {kind} {key}"), remedy=("Periksa kodenya.", "Check the code.")
    )


def stale(id: str, given: int, current: int) -> StaleVersion:
    """The command was decided on an older state."""
    return StaleVersion(
        (
            f"{id} sudah berubah: versi Anda {given}, sekarang {current}",
            f"{id} has changed: your version is {given}, it is now {current}",
        ),
        remedy=("Muat ulang, lihat perubahannya, lalu kirim lagi.", "Reload, look at what changed, then send again."),
        current_version=current,
    )


def contended(kind: str, key: str) -> Contended:
    """Somebody else's write came first too many times in a row."""
    return Contended(
        (f"{kind} {key} sedang diubah banyak orang", f"{kind} {key} is being changed by many at once"),
        remedy=("Kirim ulang permintaan yang sama.", "Send the same request again."),
    )


def already_exists(kind: str, key: str) -> AlreadyExists:
    """Another cause made it."""
    return AlreadyExists(
        (f"{kind} {key} sudah ada", f"{kind} {key} exists already"),
        remedy=("Gunakan yang sudah ada, atau pilih kode lain.", "Use the existing one, or choose another code."),
    )


def already_heard(id: str, event_id: str | None) -> AlreadyHeard:
    """The event's second delivery."""
    return AlreadyHeard((f"{id} sudah memproses {event_id}", f"{id} has heard {event_id} before"))
