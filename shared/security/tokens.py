"""Session tokens: JSON Web Tokens signed with Ed25519 (RFC 7519, RFC 8037), five minutes at most.

units issues them with the private key; every other service verifies them with the public one, without
asking anybody.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.failures import Unauthenticated
from shared.security.actors import Actor

LIFE = timedelta(minutes=5)
ISSUER = "zona/units"
ALGORITHMS = ["Ed25519", "EdDSA"]


def create_key_pair(folder: Path) -> tuple[Path, Path]:
    """Write `token-private.pem` (0600) and `token-public.pem` unless they stand there; gives both paths."""
    private, public = folder / "token-private.pem", folder / "token-public.pem"
    if not private.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = OKPKey.generate_key("Ed25519")
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.as_pem(private=True))
        public.write_bytes(key.as_pem(private=False))
    return private, public


def load_key(path: str | Path) -> OKPKey:
    """Read a PEM key; raises OSError or ValueError."""
    return OKPKey.import_key(Path(path).read_bytes())


def issue(actor: Actor, private_key: OKPKey, now: datetime) -> tuple[str, datetime]:
    """A token for `actor` and the moment it ends."""
    expires = (now + LIFE).replace(microsecond=0)
    claims = {
        "iss": ISSUER,
        "sub": actor.id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "institution": actor.institution,
        "unit": actor.unit,
        "iat": int(now.timestamp()),
        "exp": int(expires.timestamp()),
    }
    return jwt.encode({"alg": "Ed25519", "typ": "JWT"}, claims, private_key, algorithms=ALGORITHMS), expires


def verify(token: str, public_key: OKPKey, now: datetime) -> Actor:
    """Who the token speaks for; raises Unauthenticated."""
    try:
        claims = jwt.decode(token, public_key, algorithms=ALGORITHMS).claims
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        actor = Actor(claims["sub"], claims["name"], frozenset(claims["roles"]), claims["institution"], claims["unit"])
        issuer = claims["iss"]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _not_signed_in("Token tidak sah.", "The token is not valid.") from error
    if issuer != ISSUER or expires <= now:
        raise _not_signed_in("Sesi Anda sudah berakhir.", "Your session has ended.")
    return actor


def _not_signed_in(indonesian: str, english: str) -> Unauthenticated:
    return Unauthenticated(
        (indonesian, english),
        remedy=("Masuk lagi di /units/api/v1/sessions.", "Sign in again at /units/api/v1/sessions."),
    )
