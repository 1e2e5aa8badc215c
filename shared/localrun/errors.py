"""What can keep a machine from running the system, each with its remedy.

ZonaError
└── LocalRunError       exit status 1
    ├── PortInUse       somebody else listens there
    ├── MissingPackage  a program is not installed, and may not be installed for the user
    ├── DidNotStart     a child process died or was not ready in time
    ├── Died            a child process ended while the system ran
    ├── NotReachable    a server named by the environment does not answer
    └── StateInUse      the state folder belongs to another run, or is no state folder
"""

from __future__ import annotations

from typing import ClassVar

from shared.failures import Said, ZonaError


class LocalRunError(ZonaError):
    code = "local_run"
    title: ClassVar[Said] = ("Sistem tidak dapat dijalankan", "The system can't run")


class PortInUse(LocalRunError):
    code = "port_in_use"


class MissingPackage(LocalRunError):
    code = "missing_package"


class DidNotStart(LocalRunError):
    code = "did_not_start"


class Died(LocalRunError):
    code = "died"


class NotReachable(LocalRunError):
    code = "not_reachable"


class StateInUse(LocalRunError):
    code = "state_in_use"


def sentences(error: ZonaError) -> str:
    """The error as a person reads it in a terminal: what happened and the remedy, Indonesian above English."""
    return "\n".join(" ".join(part for part in pair if part) for pair in zip(error.said, error.remedy, strict=True))
