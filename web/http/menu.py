"""The main menu: the lines that slices announce, as far as they are for this person."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, url_for

from registry.i18n import _
from registry.slices import announcements, load


@dataclass(frozen=True)
class Entry:
    """A line of the menu. `key` is what the pages it leads to set as `here`."""

    key: str
    label: str
    url: str


def entries() -> list[Entry]:
    """The lines for whoever asks, in the order of the slices; none outside a district. Reads nothing."""
    if "district_code" not in g:
        return []
    known = g.get("scope")
    return [
        Entry(line.key, _(line.label), url_for(line.endpoint))
        for announcement in announcements("web")
        for line in announcement.menu
        if not line.shown or (known is not None and load(line.shown)(known))
    ]
