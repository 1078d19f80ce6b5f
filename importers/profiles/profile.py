"""A profile: how the columns of one supplier's deliveries become fields of assets. Kept as TOML, shown to people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from importers.errors import NoGeometry, ProfileMismatch
from importers.profiles.column_names import ATTRIBUTE, FIELDS, IGNORE, POSITIONS, QUARANTINE
from importers.records import SourceLayer
from registry.i18n import N_, Words

ONE_COLUMN_EACH = frozenset({*FIELDS, *POSITIONS})
LARGEST_TOLERANCE_M = 50.0
TARGETS = frozenset({*ONE_COLUMN_EACH, IGNORE})


@dataclass(frozen=True)
class Identity:
    """How an asset without code and key is known again: equal in all `columns` of the file, or in place and class.

    `tolerance_m` is how far, in metres, a re-survey may put it from where it was.
    """

    columns: tuple[str, ...] = ()
    tolerance_m: float = 2.0


@dataclass(frozen=True)
class Profile:
    """`columns` maps a column of the file to a field of the asset, `attributes.<name>`, `x`, `y`, `xy`, `wkt` or `ignore`.

    A column that is not mentioned becomes an attribute under its own name. `values` replaces values of a column,
    `units` names the unit of a column, `constants` fills a field that the file does not have or leaves empty.
    `complete`: what the delivery does not have is proposed as retired. `accept_repairs` names the rows whose repair
    a person has agreed to though it changes the area, or is true for all of them.
    """

    layer: str
    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    encoding: str | None = None
    source_layer: str | None = None
    header_row: int | None = None
    scheme: str | None = None
    swap_axes: bool = False
    complete: bool = False
    accept_repairs: tuple[int, ...] | bool = False
    identity: Identity = Identity()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ProfileMismatch for targets that are not there, or taken twice."""
        for target in (*self.columns.values(), *self.constants):
            if target not in TARGETS and not (target.startswith(ATTRIBUTE) and len(target) > len(ATTRIBUTE)):
                raise ProfileMismatch("profile.target_unknown", target=target, targets=sorted(TARGETS))
        taken: dict[str, str] = {}
        for column, target in self.columns.items():
            if target != IGNORE and target in taken:
                raise ProfileMismatch("profile.target_twice", a=taken[target], b=column, target=target)
            taken[target] = column

    @property
    def key(self) -> str | None:
        """The column that holds the supplier's own id."""
        return self.column_for("external_key")

    def column_for(self, target: str) -> str | None:
        """The column mapped to a target."""
        return next((column for column, mapped in self.columns.items() if mapped == target), None)

    @property
    def identity_targets(self) -> tuple[str, ...]:
        """What the columns of `identity` become: fields, or `attributes.<name>`."""
        return tuple(self.columns.get(name, ATTRIBUTE + name) for name in self.identity.columns)

    def with_columns(self, mapped: Mapping[str, str]) -> Profile:
        """The same profile with these columns mapped anew; a target that takes one column leaves the one it had."""
        taken = {target for target in mapped.values() if target in ONE_COLUMN_EACH}
        others = {name: target for name, target in self.columns.items() if target not in taken and name not in mapped}
        return replace(self, columns={**others, **mapped})

    def kept(self, source: SourceLayer) -> list[str]:
        """Columns of the source that no rule mentions: they become attributes under their own names."""
        return [c.name for c in source.columns if c.name not in self.columns and c.name not in QUARANTINE]

    def check(self, source: SourceLayer) -> None:
        """Raise ProfileMismatch when a mapped column is absent, NoGeometry when nothing says where the rows lie."""
        there = {column.name for column in source.columns}
        missing = [
            name for name in (*self.columns, *self.values, *self.units, *self.identity.columns) if name not in there
        ]
        if missing:
            raise ProfileMismatch(
                "profile.columns_missing", names=list(dict.fromkeys(missing)), known=sorted(there) or Words(N_("无"))
            )
        placed = any(map(self.column_for, ("wkt", "xy"))) or (self.column_for("x") and self.column_for("y"))
        if source.geometry is None and not placed:
            raise NoGeometry("profile.without_place", name=source.name)

    def to_toml(self) -> str:
        """The profile as TOML text; what is not set is left out."""
        import tomli_w

        set_here = {f.name: getattr(self, f.name) for f in fields(self)}
        empty: tuple[Any, ...] = (None, False, {}, (), Identity())
        return tomli_w.dumps({name: _plain(value) for name, value in set_here.items() if value not in empty})

    @classmethod
    def from_toml(cls, text: str) -> Profile:
        """Read what `to_toml` wrote, or a person. Raises ProfileMismatch with the place of the mistake."""
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ProfileMismatch("profile.not_toml", error=error) from error
        types = {f.name: f for f in fields(cls)}
        if unknown := [name for name in found if name not in types]:
            raise ProfileMismatch("profile.keys_unknown", names=list(unknown), known=list(types))
        if "layer" not in found:
            raise ProfileMismatch("profile.without_layer")
        for name, value in found.items():
            _check_type(name, value)
        if "accept_repairs" in found and not isinstance(found["accept_repairs"], bool):
            found["accept_repairs"] = tuple(found["accept_repairs"])
        if "identity" in found:
            found["identity"] = _identity(found["identity"])
        return cls(**found)

    @classmethod
    def load(cls, path: str | Path) -> Profile:
        """Read a profile from a file."""
        try:
            return cls.from_toml(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ProfileMismatch("profile.unreadable", path=path, error=error.strerror) from error
        except UnicodeDecodeError as error:
            raise ProfileMismatch("profile.not_utf8", path=path) from error

    def save(self, path: str | Path) -> None:
        """Write the profile to a file."""
        Path(path).write_text(self.to_toml(), encoding="utf-8")


KINDS: dict[str, type | tuple[type, ...]] = {
    "layer": str, "crs": str, "encoding": str, "source_layer": str, "scheme": str, "header_row": int,
    "swap_axes": bool, "complete": bool, "accept_repairs": (bool, list), "identity": dict,
    "columns": dict, "values": dict, "units": dict, "constants": dict,
}  # fmt: skip


def _identity(table: dict[str, Any]) -> Identity:
    """The table [identity]. Raises ProfileMismatch."""
    columns, tolerance = table.get("columns", []), table.get("tolerance_m", 2.0)
    right = (
        set(table) <= {"columns", "tolerance_m"}
        and isinstance(columns, list)
        and all(isinstance(name, str) for name in columns)
        and isinstance(tolerance, int | float)
        and not isinstance(tolerance, bool)
        and 0 < tolerance <= LARGEST_TOLERANCE_M
    )
    if not right:
        raise ProfileMismatch("profile.identity_bad", name="identity", value=repr(table)[:80], most=LARGEST_TOLERANCE_M)
    return Identity(tuple(columns), float(tolerance))


def _check_type(name: str, value: Any) -> None:
    cells = value.values() if name in ("columns", "units", "constants") and isinstance(value, dict) else ()
    tables = value.values() if name == "values" and isinstance(value, dict) else ()
    numbers = value if name == "accept_repairs" and isinstance(value, list) else ()
    right = (
        isinstance(value, KINDS[name])
        and not (name == "header_row" and isinstance(value, bool))
        and all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
        and all(isinstance(cell, str) for cell in cells)
        and all(isinstance(table, dict) and all(isinstance(v, str) for v in table.values()) for table in tables)
    )
    if not right:
        raise ProfileMismatch("profile.value_bad", name=name, value=repr(value)[:80])


def _plain(value: Any) -> Any:
    """As TOML can say it."""
    if isinstance(value, Identity):
        return {"columns": list(value.columns), "tolerance_m": value.tolerance_m}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return list(value) if isinstance(value, tuple) else value
