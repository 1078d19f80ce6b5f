"""One catalogue for the whole product: Chinese is the message id, English the translation.

The web sets the language per request, the command line once from the locale.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
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
class Words:
    """A message that is put into words when somebody reads it, in that person's language; `asdict` makes JSON of it.

    `values` fill the message; they may be words themselves, and lists of them, which are read as an enumeration.
    """

    message: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.message, **{name: _worded(value) for name, value in self.values.items()}) if self.message else ""

    def __bool__(self) -> bool:
        return bool(self.message)

    @classmethod
    def of(cls, told: Any) -> Words:
        """Of what `asdict` made, or of a text that an earlier program put into words."""
        if isinstance(told, Words):
            return told
        if isinstance(told, Mapping):
            return cls(told["message"], {name: _unpacked(value) for name, value in told["values"].items()})
        return cls(N_("%(text)s"), {"text": str(told)}) if told else cls()


def _worded(value: Any) -> Any:
    return _("、").join(map(str, value)) if isinstance(value, list | tuple) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(one) for one in value]
    return Words.of(value) if isinstance(value, Mapping) else value


def in_languages(message: str) -> tuple[str, ...]:
    """The message in each language, its names unfilled."""
    return tuple(_catalogue(language).ugettext(message) for language in LANGUAGES)
