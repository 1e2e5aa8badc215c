"""Who asks. `tokens` (session tokens) is imported by web processes alone: workers need no cryptography."""

from shared.security.actors import ROLES, Actor

__all__ = ["ROLES", "Actor"]
