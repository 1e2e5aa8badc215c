"""Who asks: session tokens that every service verifies by itself."""

from shared.security.actors import ROLES, Actor
from shared.security.tokens import LIFE, create_key_pair, issue, verify

__all__ = ["LIFE", "ROLES", "Actor", "create_key_pair", "issue", "verify"]
