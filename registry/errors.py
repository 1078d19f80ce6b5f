"""The five ways a person's request can fail. The web maps them to HTTP status, the command line to exit codes.

An error carries a code and named details; its words stand in a `texts.py` (`registry.messages`) and are made when somebody
reads them, in that person's language. They say what was found (quoted) and where; the hint says what to do.
"""

from __future__ import annotations

from typing import Any

from registry.i18n import Name, Words
from registry.messages import Message


class RegistryError(Exception):
    """Base of every error that a person may read: `raise NotFound("layer.unknown", layer=code)`."""

    def __init__(self, code: str, /, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = {name: _lasting(value) for name, value in details.items()}

    @property
    def said(self) -> Message:
        """The code and the details, to be kept or put into words."""
        return Message(self.code, self.details)

    @property
    def message(self) -> str:
        """What was found, in the language of this context."""
        return self.said.message

    @property
    def hint(self) -> str:
        """What to do about it, in the language of this context."""
        return self.said.hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


def _lasting(value: Any) -> Any:
    """A detail that outlives what it was taken from: another error by its words, a path or an exception as text."""
    if isinstance(value, RegistryError):
        return value.said.words()
    if isinstance(value, list | tuple | set | frozenset):
        return [_lasting(one) for one in value]
    return value if value is None or isinstance(value, Words | Name | str | int | float) else str(value)


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
