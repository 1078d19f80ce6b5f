"""What every kind of tile does before it is sent: told apart by its tag, remembered, and in the log where it must be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select, union_all
from sqlalchemy.orm import Session

from registry.access.access_log import look, shown_again
from registry.access.scope import Scope


@dataclass(frozen=True)
class Cut:
    """A tile in Mapbox Vector Tile format, b"" when empty, and how many rows of which restricted layers it shows."""

    body: bytes
    restricted: Mapping[str, int]


NOTHING = Cut(b"", {})


class Memory(Protocol):
    """Tiles that were cut before, by tag, in the form in which they are sent."""

    def get(self, tag: str) -> Cut | None:
        """The tile of this tag, or None."""

    def put(self, tag: str, cut: Cut) -> Cut:
        """Keep a tile; the same in the form in which it is sent."""


@dataclass(frozen=True)
class Door:
    """Who asks for a tile: whether he has a tag already, and the memory that answers before the database is asked."""

    has: Callable[[str], bool]
    memory: Memory


@dataclass(frozen=True)
class Sight:
    """How the log names a tile: `act`, and the query string of what was `asked`."""

    act: str
    asked: str


def sent(session: Session, scope: Scope, door: Door, tag: str, sight: Sight, read: Callable[[], Cut]) -> bytes | None:
    """The tile of this tag as it is sent; None where the asker has it.

    `read` looks and is logged (`cut_parts`); what comes out of the memory is logged anew. Who has the tag was sent the tile
    today: day and person stand in the tag (`Scope.key`), and in the log.
    """
    if door.has(tag):
        return None
    found = door.memory.get(tag)
    if found is None:
        found = door.memory.put(tag, read())
    else:
        shown_again(session, scope, sight.act, found.restricted, asked=sight.asked)
    return found.body


def cut_parts(
    session: Session, scope: Scope, sight: Sight, layers: Collection[str], parts: Sequence[Select[Any]]
) -> Cut:
    """Read the parts of a tile (`registry.tiles.tile.mvt`) in one statement, in a look at these layers of the register."""
    with look(session, scope, sight.act, layers, asked=sight.asked) as seen:
        found = session.execute(union_all(*parts)).all()
        shown: dict[str, int] = {}
        for part in found:
            for layer, n in part.shown.items():
                shown[layer] = shown.get(layer, 0) + (n or 0)
        seen.layers(shown)
    restricted = {layer: n for layer, n in shown.items() if n and layer in scope.restricted}
    return Cut(b"".join(bytes(part.mvt or b"") for part in found), restricted)
