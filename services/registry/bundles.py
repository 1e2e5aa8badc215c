"""The bundles of scores as the registry heard them: read from what is kept anyway, so there is nothing to rebuild."""

from __future__ import annotations

from typing import Any

from services.registry.domain.bundle import PublicBundle, assembled
from services.registry.domain.designation import Designation
from services.registry.errors import NoBundle
from services.registry.heard import HeardEvents
from services.registry.hearing import BUNDLE_PUBLISHED, INSTRUMENT_ADOPTED
from shared.failures import Early


def bundle_of(heard: HeardEvents, designation: Designation) -> PublicBundle:
    """The bundle that the designation's conclusion named.

    Raises NoBundle (concluded before there were bundles), Early (not heard of yet), BrokenBundle.
    """
    wanted = designation.result.bundle_sha256
    if wanted is None:
        raise NoBundle(
            (f"{designation.number} tidak punya paket nilai.", f"{designation.number} has no bundle of its score."),
            remedy=("Penilaiannya selesai sebelum paket dibuat.", "It was concluded before bundles were made."),
        )
    told = _told(heard, f"proposal:{designation.proposal}", BUNDLE_PUBLISHED, "bundle_sha256", wanted)
    hashed = designation.result.instrument_hash
    adopted = _told(heard, f"instrument:{hashed}", INSTRUMENT_ADOPTED, "content_hash", hashed)
    return assembled(told["bundle"], adopted["document"], wanted)


def _told(heard: HeardEvents, subject: str, type: str, name: str, wanted: str) -> dict[str, Any]:
    for data in heard.data_of(subject, type):
        if data[name] == wanted:
            return data
    raise Early(
        ("Paket nilainya sedang dikirim ke registri.", "The bundle of its score is still on its way to the registry."),
        remedy=("Coba lagi sebentar lagi.", "Try again soon."),
        retry_after=1,
    )
