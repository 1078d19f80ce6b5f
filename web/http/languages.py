"""Chinese first, English second: the cookie decides, then the browser."""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import Babel

from registry.i18n import FOLDER, LANGUAGES, set_language

COOKIE = "language"


def init_app(app: Flask) -> None:
    """One catalogue for templates (Flask-Babel) and for the domain's messages (registry.i18n)."""
    app.config.update(BABEL_TRANSLATION_DIRECTORIES=str(FOLDER), BABEL_DEFAULT_LOCALE="zh")
    Babel(app, locale_selector=language)
    app.before_request(_speak)


def language() -> str:
    """The language of this request."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE)
        g.language = chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "zh")
    spoken: str = g.language
    return spoken


def _speak() -> None:
    set_language(language())
