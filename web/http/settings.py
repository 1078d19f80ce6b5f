"""The settings of this application, as whoever started it handed them in."""

from __future__ import annotations

from flask import current_app

from registry.settings import Settings


def settings() -> Settings:
    """Of the application that answers this request."""
    found: Settings = current_app.extensions["chengji.settings"]
    return found
