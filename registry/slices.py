"""The slices: capabilities with one name on every floor, and what each announces.

`SLICES` is the only list of them. A slice brings something on a floor by an `ANNOUNCEMENT` in the `__init__` of its folder
there (`registry/photos/__init__.py`, `web/photos/__init__.py`); a floor brings what belongs to no slice by one in its own.
Objects are named as "module:name" and loaded by whoever needs them, so that announcing costs nothing: a command starts
without Flask, a page without the readers of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# In the order of the main menu and of the demo's parts.
SLICES: tuple[str, ...] = (
    "operations", "access", "areas", "parties", "catalogue", "assets", "tiles", "home", "map", "register", "deliveries",
    "changes", "photos", "review", "contracts", "sign_in",
)  # fmt: skip
FLOORS = ("registry", "importers", "demo", "web", "benchmarks")


@dataclass(frozen=True)
class MenuEntry:
    """A line of the main menu. `label` is a text marked with N_; `key` is what its pages set as `here`.

    `endpoint` is the page's. `shown`: "module:name" of a function of the scope that says whether this person gets the line;
    empty: everybody does.
    """

    key: str
    label: str
    endpoint: str
    shown: str = ""


@dataclass(frozen=True)
class Announcement:
    """What a slice brings on one floor; everything is optional.

    `roles`: code of a role and its Chinese and English name.
    `commands`: name on the command line, after a blank for one of a group ("changes record"), and the click command.
    `blueprints`: Flask blueprints, in the order of registration. `scripted`: names of blueprints and endpoints whose answers
    a script reads, so that their errors are JSON. `menu`: lines of the main menu.
    `tasks`: kinds of job (`registry.jobs.tasks.Task`).
    `filter_fields`: fields of the filter (`registry.assets.filter_fields.FilterField`), in modules that do not import it.
    `texts`: mappings of code to `registry.messages.Text`, the words of the slice's errors.
    `demo`: functions of (url, manifest, folder) that add the slice's part to the demo district, after its deliveries.
    `documents`: pages of `docs/` that are about the slice.
    """

    roles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    blueprints: tuple[str, ...] = ()
    scripted: tuple[str, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    tasks: tuple[str, ...] = ()
    filter_fields: tuple[str, ...] = ()
    demo: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def announcements(*floors: str) -> Iterator[Announcement]:
    """What is announced on these floors, all where none is named: each floor's own first, then its slices in their order."""
    for floor in floors or FLOORS:
        for package in (floor, *(f"{floor}.{name}" for name in SLICES)):
            if (made := _announced(package)) is not None:
                yield made


@cache
def _announced(package: str) -> Announcement | None:
    """A package's announcement. A floor that is not installed (benchmarks) and a slice that has no room there have none."""
    if find_spec(package) is None:
        return None
    made: Announcement | None = getattr(import_module(package), "ANNOUNCEMENT", None)
    return made


def load(name: str) -> Any:
    """The object of a "module:name"."""
    module, _colon, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
