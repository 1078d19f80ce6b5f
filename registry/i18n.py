"""One catalogue for the whole product: Chinese is the message id, English the translation.

The web sets the language per request, the command line once from the locale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent / "translations"
LANGUAGES = ("zh", "en")

_language: ContextVar[str] = ContextVar("language", default="zh")


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])


def set_language(language: str) -> None:
    """Use `language` (`"zh"` or `"en"`) for the messages of this context."""
    _language.set(language if language in LANGUAGES else "zh")


def current_language() -> str:
    """The language of this context."""
    return _language.get()


def in_language(zh: str, en: str) -> str:
    """The name in the language of this context; Chinese where there is no English one."""
    return en if en and _language.get() == "en" else zh


def _(message: str, /, **values: Any) -> str:
    """The message in the language of this context, with `%(name)s` filled from `values`."""
    text = _catalogue(_language.get()).ugettext(message)
    return text % values if values else text


def N_(message: str) -> str:  # noqa: N802 - the name by which the catalogue's extractor knows it
    """Mark a text for translation without translating it yet."""
    return message


@dataclass(frozen=True, slots=True)
class Name:
    """A name that has a Chinese and perhaps an English form, as a detail of a message."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return in_language(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Words:
    """A message that is put into words when somebody reads it, in that person's language; `storable` makes JSON of it.

    `values` fill the message; they may be words themselves, and lists of them, which are read as an enumeration.
    """

    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        filled = {name: Words.worded(value) for name, value in self.values.items()}
        return _(self.message, **filled) if self.message else ""

    def __bool__(self) -> bool:
        return bool(self.message)

    @classmethod
    def of(cls, kept: Any) -> Words:
        """Of what `storable` made, or of a text that an earlier program put into words."""
        if isinstance(kept, Words):
            return kept
        if isinstance(kept, Mapping):
            return cls(kept["message"], {name: cls.unpacked(value) for name, value in kept["values"].items()})
        return cls(N_("%(text)s"), {"text": str(kept)}) if kept else cls()

    @classmethod
    def joined(cls, parts: Iterable[Any], by: str) -> Words:
        """Several one after another, with nothing but `by` between them."""
        values = {f"part{number}": part for number, part in enumerate(parts)}
        return cls(by.join(f"%({name})s" for name in values), values)

    @staticmethod
    def worded(value: Any) -> Any:
        """A value as it is read: a list as an enumeration."""
        return _("、").join(map(str, value)) if isinstance(value, list | tuple) else value

    @staticmethod
    def unpacked(value: Any) -> Any:
        """A value that `storable` made, with its words as such again."""
        if isinstance(value, list):
            return [Words.unpacked(one) for one in value]
        if isinstance(value, Mapping):
            return Name(**value) if value.keys() == {"zh", "en"} else Words.of(value)
        return value


def storable(value: Any, spoken: bool = False) -> Any:
    """A value as JSON that the database keeps: words by their message and values, or `spoken` in the language of this
    context; what is no number as null; what is no list or mapping as text without NUL and half characters."""
    if isinstance(value, Words | Name) and not spoken:
        value = {name: getattr(value, name) for name in value.__slots__}
    if isinstance(value, Mapping):
        return {storable(str(name)): storable(one, spoken) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one, spoken) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value if not isinstance(value, float) or isfinite(value) else None
    return (
        int(value) if hasattr(value, "__index__") else str(value).replace("\0", "").encode("utf-8", "replace").decode()
    )
