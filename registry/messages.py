"""What is said to people: a code and named details until somebody reads it, and words then, in that person's language.

The words of each code are declared where it belongs, in a `texts.py` that a slice or a floor announces (`registry.slices`), so
that they are read when the first word is needed and not before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from registry.i18n import Words, _, storable
from registry.slices import announcements, load

AS_WRITTEN = "as_written"
_NAME = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a code: what was found, and what to do about it. `%(name)s` stands for a detail of that name."""

    message: str
    hint: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The details that the words quote."""
        return frozenset(_NAME.findall(self.message + self.hint))


@cache
def texts() -> Mapping[str, Text]:
    """The words of every code that is announced. Raises ValueError for a code that is declared twice."""
    found: dict[str, Text] = {}
    for place in (place for announcement in announcements() for place in announcement.texts):
        declared: Mapping[str, Text] = load(place)
        if twice := found.keys() & declared.keys():
            raise ValueError(f"{place}: {sorted(twice)}")
        found |= declared
    return found


class _Quoted(dict[str, Any]):
    """Details as they are quoted; of what is not known, an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True, slots=True)
class Message:
    """A code with its details; `str()` of it is its message in the language of this context."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """What was found. A code that this program does not know is shown as it is, with its details."""
        if self.code in texts():
            return self._in_words(texts()[self.code].message)
        return " ".join([self.code, *(f"{name}={value}" for name, value in self._spoken().items())])

    @property
    def hint(self) -> str:
        """What to do about it."""
        return self._in_words(texts()[self.code].hint) if self.code in texts() else ""

    def words(self) -> Words:
        """The message as a detail of another one."""
        return Words(texts()[self.code].message, dict(self.details)) if self.code in texts() else Words.of(self.code)

    def as_json(self) -> dict[str, Any]:
        """To be kept: `of` reads it again, in any language."""
        return {"code": self.code, "details": storable(self.details)}

    def spoken(self) -> dict[str, Any]:
        """For a program that asks: what is words among the details is in the language of this context."""
        return {"code": self.code, "details": self._spoken()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Message:
        """What `as_json` made, whatever else was kept beside it."""
        return cls(kept["code"], {name: Words.unpacked(value) for name, value in kept.get("details", {}).items()})

    def _in_words(self, text: str) -> str:
        return _(text) % _Quoted({name: Words.worded(value) for name, value in self.details.items()}) if text else ""

    def _spoken(self) -> dict[str, Any]:
        spoken: dict[str, Any] = storable(self.details, spoken=True)
        return spoken


def of_problem(code: str, field: str, value: str, details: Mapping[str, Any] | None) -> Message:
    """A problem as `registry.problem` keeps it. Without details no more is kept than its code: what it would quote is an
    ellipsis. `written` is what an earlier program put into words, for a code whose details it did not keep."""
    known = {"field": field, **({"value": value} if value or details is not None else {})}
    if details is None or "written" not in details:
        unpacked = {name: Words.unpacked(kept) for name, kept in (details or {}).items()}
        return Message(code, {**known, **unpacked})
    if code in texts() and texts()[code].names <= known.keys():
        return Message(code, known)
    return Message(AS_WRITTEN, details["written"])


def spoken(kept: Any) -> Any:
    """What was kept as JSON, with all the words in it in the language of this context."""
    if isinstance(kept, list):
        return [spoken(one) for one in kept]
    if not isinstance(kept, Mapping):
        return kept
    if kept.keys() == {"message", "values"}:
        return str(Words.of(kept))
    if kept.keys() == {"code", "details"}:
        return str(Message.of(kept))
    return {name: spoken(one) for name, one in kept.items()}


def title_of(title: str, source: Mapping[str, Any]) -> str:
    """What a change set is called: as a person or a file names it, else as the program does, in the language of this
    context."""
    return title or (str(Message.of(source["title"])) if "title" in source else "")
