"""What was kept to be put into words, in the language of whoever reads the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.i18n import Words
from registry.messages import Message


def worded(told: object) -> str:
    """Words as JSON, or a text that an earlier program put into words, in the language of this request."""
    return str(Words.of(told))


def said(kept: Mapping[str, Any]) -> Message:
    """A message as JSON: its `message` and `hint` are in the language of this request."""
    return Message.of(kept)
