"""What a filter is made of. Each field is declared once, and everything that is done with a filter follows from that.

Reading and writing the query string, the conditions of the waist, whether the roll-up can answer, the key of caches, the words
of chips in pages and in the browser: nobody lists the fields anywhere else. A slice names its own in its announcement
(`registry.slices`, `filter_fields`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from registry.access.scope import Scope
    from registry.assets.filters import Filter
    from registry.assets.query import Matching
    from registry.catalogue.layers import Layer

T = TypeVar("T")
Conditions = Sequence["ColumnElement[bool]"]


@dataclass(frozen=True)
class Asked:
    """What a condition is written for: a table of assets, as whom, and together with which other conditions.

    `again` gives the same rows under another name, for a sub-select.
    """

    table: Any
    scope: Scope
    filter: Filter
    again: Callable[[], Any]

    @property
    def layers(self) -> list[str]:
        """The layers in scope that the filter asks for."""
        return sorted(self.filter.within(self.scope.layers))

    def within(self, table: Any) -> Conditions:
        """District and layers: what row security asks as well, said again so that the planner can use it."""
        return table.district == self.scope.district, table.layer.in_(self.layers)


@dataclass(frozen=True)
class Naming:
    """What names are looked up with: within this scope, `matching` (values of a filter) for what only an asset in scope may
    tell."""

    session: Session
    scope: Scope
    layers: Mapping[str, Layer]
    matching: Callable[..., Matching]


def _no_names(_naming: Naming, _value: Any) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class FilterField(Generic[T]):
    """A field of the filter: `name` in the program, `key` in the query string, `heading` in the reader's language.

    `read` makes the value of one or more texts of the query string, in canonical form, and raises Invalid; `write` gives them
    back. `condition` says it in SQL; `unasked` is the value it gets where none is given (None: no condition then).
    `rolled_up` says it of the roll-up (AssetCell); None where that cannot answer. `rows` gives other rows than the present
    ones to look among. `changes_tile` is false for what no tile shows differently. `names` are the words for the texts
    that `write` gives; what has none, and what is out of scope, keeps its text.
    """

    name: str
    key: str
    heading: Callable[[], str]
    read: Callable[[Sequence[str]], T]
    write: Callable[[T], Sequence[str]]
    condition: Callable[[Asked, T], Conditions]
    empty: T
    unasked: T | None = None
    rolled_up: Callable[[T], Conditions] | None = None
    rows: Callable[[T], Any] | None = None
    changes_tile: bool = True
    names: Callable[[Naming, T], Mapping[str, str]] = _no_names


FIELDS: dict[str, FilterField[Any]] = {}
"""By name, in the order of the canonical query string."""


def announce(field: FilterField[Any]) -> None:
    """Add a field. Raises ValueError for a name or key that is taken: two meanings of one query string."""
    if field.name in FIELDS or any(known.key == field.key for known in FIELDS.values()):
        raise ValueError(field.name)
    FIELDS[field.name] = field
