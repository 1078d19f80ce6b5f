"""What slices announce is there, and the house's rooms are counted rightly."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from registry.slices import FLOORS, Announcement, announcements, load
from tests import rooms

DOCS = Path(__file__).resolve().parents[2] / "docs"
# About the house as a whole, not about one slice.
OF_ALL = {"architecture.md", "contributing.md", "glossary.md", "regressions.md"}


def places(announcement: Announcement) -> list[str]:
    """Everything that is named as "module:object" in an announcement."""
    found = [line.shown for line in announcement.menu if line.shown]
    for one in fields(announcement):
        value = getattr(announcement, one.name)
        given = value.values() if isinstance(value, dict) else value
        found += [place for place in given if isinstance(place, str) and ":" in place]
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_what_is_announced_can_be_loaded(floor: str) -> None:
    for announcement in announcements(floor):
        for place in places(announcement):
            assert load(place) is not None, place


def test_every_floor_announces_something() -> None:
    assert all(list(announcements(floor)) for floor in FLOORS)


def test_each_command_is_announced_once() -> None:
    names = [name for announcement in announcements() for name in announcement.commands]
    assert len(names) > 15
    assert len(names) == len(set(names))


def test_every_document_is_of_a_slice_or_of_the_house() -> None:
    announced = [name for announcement in announcements() for name in announcement.documents]
    assert len(announced) == len(set(announced))
    assert {path.name for path in DOCS.glob("*.md")} == OF_ALL | set(announced)


def test_rooms_floors_and_arrows_are_counted(tmp_path: Path) -> None:
    floor = tmp_path / "registry"
    (floor / "assets").mkdir(parents=True)
    for name, text in {
        "__init__.py": "", "assets/__init__.py": "", "assets/query.py": "from registry.database import connect\n",
        "database.py": "import registry.errors\n", "errors.py": "",
    }.items():  # fmt: skip
        (floor / name).write_text(text)
    arrows = rooms.arrows_of(floor)
    assert set(rooms.rooms_of(floor)) == {"assets", "database", "errors"}
    assert arrows == {("assets", "database"), ("database", "errors")}
    assert rooms.height(arrows) == 3
    with pytest.raises(ValueError, match="circle"):
        rooms.height({("a", "b"), ("b", "a")})
