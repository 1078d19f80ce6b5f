"""What was kept to be put into words, in the language of whoever reads the page."""

from __future__ import annotations

from registry.i18n import Words


def worded(told: object) -> str:
    """Words as JSON, or a text that an earlier program put into words, in the language of this request."""
    return str(Words.of(told))
