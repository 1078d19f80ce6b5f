"""What was kept to be put into words, in the language of whoever reads the page; and the words that templates name."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from flask import Flask

from registry.i18n import Words, in_language
from registry.messages import Message
from registry.slices import announcements
from registry.vocabulary import modules
from registry.vocabulary.word_list import Vocabulary, label, labels


def init_app(app: Flask) -> None:
    """Give templates `worded`, the vocabularies by name, and their labels: `label(vocabulary.AssetState, asset.state)`."""
    app.add_template_filter(worded)
    app.add_template_filter(said)
    app.jinja_env.globals.update(
        vocabulary=SimpleNamespace(**_vocabularies()), label=label, labels=labels, role_label=role_label
    )


def role_label(code: str) -> str:
    """What a role is called, by the slice that announces it."""
    announced = {role: names for slice_ in announcements("registry") for role, names in slice_.roles.items()}
    return in_language(*announced[code])


def _vocabularies() -> dict[str, type[Vocabulary]]:
    named = (pair for module in modules() for pair in vars(module).items())
    return {name: words for name, words in named if isinstance(words, type) and issubclass(words, Vocabulary)}


def worded(stored: object) -> str:
    """Words as JSON, or a text that an earlier program put into words, in the language of this request."""
    return str(Words.of(stored))


def said(kept: Mapping[str, Any]) -> Message:
    """A message as JSON: its `message` and `hint` are in the language of this request."""
    return Message.of(kept)
