"""What differs between two states of an asset, as a person reads it: a version and the next one, or what an asset is and what a
change would make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.columns import FACTS, field_label
from registry.i18n import in_language
from registry.models.catalogue import AssetClassRow, LayerRow
from registry.models.parties import Party
from registry.vocabulary.assets import Accuracy, AssetState, PartyRole
from registry.vocabulary.word_list import label

UNITS = {"_m": "m", "_mm": "mm", "_m2": "m²", "_deg": "°", "_rate": "%"}
MEASURES = {"length_m": "m", "area_m2": "m²"}
# Said elsewhere: the place by what moved, the scheme by the class, the attributes one by one.
_PLAIN = [name for name in FACTS if name not in {"layer", "scheme", "attributes", "geom"}]


@dataclass(frozen=True)
class Difference:
    """One field before and after."""

    field: str
    label: str
    old: str
    new: str


class Wording:
    """Names of parties and classes and headings of attributes for some states of assets of one layer: read at once.

    A state is an asset, a version or a change: what has the columns of `registry.assets.columns.FACTS`.
    """

    def __init__(self, session: Session, scope: Scope, layer: str, states: Sequence[Any]) -> None:
        self._parties = _parties(session, scope, states)
        self._classes = _classes(session, states)
        self._schema: dict[str, Any] = session.get_one(LayerRow, layer).schema.get("properties", {})

    def party(self, id: int | None) -> str:
        """The name of a department or a company; empty where none is registered."""
        return self._parties.get(id, "")

    def differences(self, old: Any, new: Any) -> list[Difference]:
        """Each field that differs, but for the place; where there is no old state, each that is filled."""
        before, after = self._shown(old) if old is not None else {}, self._shown(new)
        found = [
            Difference(name, (after.get(name) or before[name])[0], before.get(name, ("", ""))[1],
                       after.get(name, ("", ""))[1])
            for name in dict.fromkeys([*after, *before])
        ]  # fmt: skip
        return [difference for difference in found if difference.old != difference.new]

    def heading(self, name: str) -> str:
        """What an attribute is called."""
        described = self._schema.get(name, {})
        return in_language(described.get("title", name), described.get("title_en", ""))

    def attributes(self, filled: Mapping[str, Any]) -> list[str]:
        """Names of attributes in the order of the schema; what the schema does not know follows by its name."""
        return [*(name for name in self._schema if name in filled), *sorted(filled.keys() - self._schema)]

    def _shown(self, state: Any) -> dict[str, tuple[str, str]]:
        """Heading and value of each field, in the order in which they are shown."""
        shown = {name: (field_label(name), self._value(state, name)) for name in _PLAIN}
        for name in self.attributes(state.attributes):
            shown[f"attributes.{name}"] = (self.heading(name), with_unit(name, state.attributes[name]))
        return shown

    def _value(self, state: Any, name: str) -> str:
        match name:
            case "class":
                return self._classes.get((state.scheme, state.class_), str(state.class_))
            case "state":
                return label(AssetState, state.state)
            case "accuracy":
                return label(Accuracy, state.accuracy)
            case PartyRole.MANAGER | PartyRole.OWNER | PartyRole.MAINTAINER:
                return self.party(getattr(state, name))
            case _:
                return shown(getattr(state, name))


def _parties(session: Session, scope: Scope, states: Sequence[Any]) -> dict[int | None, str]:
    ids = {getattr(state, role) for state in states for role in PartyRole} - {None}
    if not ids:
        return {}
    found = session.execute(select(Party.id, Party.name).where(Party.district == scope.district, Party.id.in_(ids)))
    return {row.id: row.name for row in found}


def _classes(session: Session, states: Sequence[Any]) -> dict[tuple[str, str], str]:
    kinds = {(state.scheme, state.class_) for state in states}
    if not kinds:
        return {}
    found = session.scalars(select(AssetClassRow).where(tuple_(AssetClassRow.scheme, AssetClassRow.code).in_(kinds)))
    return {(k.scheme, k.code): f"{in_language(k.name_zh, k.name_en)} {k.code}" for k in found}


def measured(name: str, old: float | None, new: float | None) -> Difference:
    """How long or how large it was and is: `name` is length_m or area_m2."""
    was, now = (f"{value or 0:,.1f} {MEASURES[name]}" for value in (old, new))
    return Difference(name, field_label(name), was, now)


def with_unit(name: str, value: Any) -> str:
    """The value of an attribute, with the unit that its name tells."""
    if value is None:
        return ""
    unit = next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), "")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    words = shown(value) if not isinstance(value, dict | list) else orjson.dumps(value).decode()
    return f"{words} {unit}" if unit and is_number else words


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return in_language("是", "Yes") if value else in_language("否", "No")
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)
