"""One catalogue for the whole product: Chinese is the message id, English the translation.

The web sets the language per request, the command line once from the locale.
"""

from __future__ import annotations

from contextvars import ContextVar
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


def speak(language: str) -> None:
    """Use `language` (`"zh"` or `"en"`) for the messages of this context."""
    _language.set(language if language in LANGUAGES else "zh")


def spoken() -> str:
    """The language of this context."""
    return _language.get()


def in_language(zh: str, en: str) -> str:
    """The name in the language of this context; Chinese where there is no English one."""
    return en if en and _language.get() == "en" else zh


def _(message: str, /, **values: Any) -> str:
    """The message in the language of this context, with `%(name)s` filled from `values`."""
    text = _catalogue(_language.get()).ugettext(message)
    return text % values if values else text


def in_languages(message: str) -> tuple[str, ...]:
    """The message in each language, its names unfilled."""
    return tuple(_catalogue(language).ugettext(message) for language in LANGUAGES)
