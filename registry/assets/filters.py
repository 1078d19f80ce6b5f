"""What a person asks for. One query string makes one Filter, for the list, the map, the counts, the search and exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from registry.assets.conditions import BUILT_IN, LIVE, STATES
from registry.assets.filter_fields import FIELDS, FilterField, announce
from registry.slices import announcements, load


def gather() -> None:
    """Take the fields in: the built-in ones, then those of the slices."""
    FIELDS.clear()
    for field in (
        *BUILT_IN,
        *(load(name) for announcement in announcements("registry") for name in announcement.filter_fields),
    ):
        announce(field)


gather()


class Filter:
    """Conditions that an asset must meet, by the names of the declared fields; an empty one asks for nothing.

    Lists are alternatives. `box` is west, south, east, north in degrees (EPSG:4490); `as_of` asks for the state at that
    moment. Without `states`, retired assets are left out. A value: equal when it asks for the same.
    """

    layers: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    areas: tuple[str, ...]
    parties: tuple[int, ...]
    text: str
    box: tuple[float, float, float, float] | None
    as_of: datetime | None

    def __init__(self, **values: Any) -> None:
        if unknown := values.keys() - FIELDS.keys():
            raise TypeError(f"no field of a filter: {', '.join(sorted(unknown))}")
        self._values = {name: values[name] for name in FIELDS if name in values and values[name] != FIELDS[name].empty}

    def __getattr__(self, name: str) -> Any:
        if name not in FIELDS:
            raise AttributeError(name)
        return self._values.get(name, FIELDS[name].empty)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        return f"Filter({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> Filter:
        """A filter from the pairs of a query string; names that are no filter are ignored, empty values too.

        Raises Invalid for a value that cannot be understood.
        """
        given: dict[str, list[str]] = {}
        for key, value in pairs:
            if value.strip():
                given.setdefault(key, []).append(value.strip())
        return cls(**{field.name: field.read(given[field.key]) for field in FIELDS.values() if field.key in given})

    def asked(self) -> Iterator[tuple[FilterField[Any], Any]]:
        """The fields that ask for something, with their values."""
        for name, value in self._values.items():
            yield FIELDS[name], value

    def query_pairs(self) -> list[tuple[str, str]]:
        """The filter as pairs of a query string, in one order for one filter."""
        return [(field.key, text) for field, value in self.asked() for text in field.write(value)]

    def query_string(self) -> str:
        """The filter as a query string, so that a view can be shared."""
        return urlencode(self.query_pairs())

    def tile_key(self) -> str:
        """What of the filter a tile is made by."""
        return urlencode([(f.key, text) for f, value in self.asked() if f.changes_tile for text in f.write(value)])

    def within(self, layers: frozenset[str]) -> frozenset[str]:
        """Those of the layers that are asked for."""
        return layers.intersection(self.layers) if self.layers else layers

    @property
    def is_plain(self) -> bool:
        """Whether the roll-up of clusters can answer: each field that asks for something can be asked of it."""
        return all(field.rolled_up is not None for field, _value in self.asked())


def keys() -> list[str]:
    """The keys of the query string, in canonical order."""
    return [field.key for field in FIELDS.values()]


def headings() -> dict[str, str]:
    """What each key is called, in the language of this context."""
    return {field.key: field.heading() for field in FIELDS.values()}


__all__ = ["LIVE", "STATES", "Filter", "headings", "keys"]
