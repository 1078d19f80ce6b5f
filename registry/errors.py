"""The five ways a person's request can fail. The web maps them to HTTP status, the command line to exit codes.

A message says what was found (quoted) and where; the hint says what to do.
"""

from __future__ import annotations


class RegistryError(Exception):
    """Base of every error that a person may read."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class NotFound(RegistryError):
    """Absent, or outside the caller's scope: the two are one answer on purpose."""


class NotAllowed(RegistryError):
    """The caller may see the thing but not do this to it."""


class Invalid(RegistryError):
    """What was given cannot be understood or breaks a rule."""


class Conflict(RegistryError):
    """Somebody changed the same thing in the meantime."""


class Unavailable(RegistryError):
    """The database, a file or a setting that is needed is not there, or took too long."""
