"""Systems that no public parameters lead to: Xi'an 80, Beijing 54, a city's own. The operator supplies the parameters.

They may be secret by law. So they are read from a file outside the program's own folders, never stored, logged, exported or
shown: everything else in the program knows such a system by its name alone, errors name the system and not its contents,
and nothing here has a representation that would print them.
"""

from __future__ import annotations

import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from registry.errors import Invalid
from registry.settings import settings

if TYPE_CHECKING:
    import pyproj

Floats = NDArray[np.float64]

SETTING = "REGISTRY_DATUM_PARAMETERS"
KINDS = ("plane", "pipeline", "towgs84")
READABLE_BY_ALL = 0o004
FEWEST_POINTS = 3


@dataclass(frozen=True)
class Plane:
    """A similarity in the plane: east' = a x - b y + east, north' = b x + a y + north, in metres of the system `to`."""

    a: float = field(repr=False)
    b: float = field(repr=False)
    east: float = field(repr=False)
    north: float = field(repr=False)
    to: str

    def moved(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Source coordinates as eastings and northings of `to`."""
        return self.a * x - self.b * y + self.east, self.b * x + self.a * y + self.north

    def transform(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Source coordinates as longitudes and latitudes."""
        import pyproj

        onward = pyproj.Transformer.from_crs(self.to, 4490, always_xy=True, allow_ballpark=False)
        made: tuple[Any, Any] = onward.transform(*self.moved(x, y))
        return made


@dataclass(frozen=True)
class Supplied:
    """One system of the file: its name, and what leads from it to the register."""

    name: str
    kind: str
    definition: Any = field(repr=False)

    def transformer(self, source: str) -> pyproj.Transformer | Plane:
        """From source coordinates to degrees, longitude first. `source` is the system's own definition, for `towgs84`.

        Raises Invalid, which names the system and nothing of its parameters.
        """
        import pyproj
        from pyproj.crs import BoundCRS
        from pyproj.crs.coordinate_operation import ToWGS84Transformation
        from pyproj.exceptions import ProjError

        # What PROJ complains of quotes the parameters: it is dropped, and the message below has no context.
        with suppress(ProjError, TypeError, ValueError, KeyError, AttributeError):
            if self.kind == "plane":
                numbers = {name: float(self.definition[name]) for name in ("a", "b", "east", "north")}
                return Plane(**numbers, to=str(self.definition["to"]))
            if self.kind == "pipeline":
                return pyproj.Transformer.from_pipeline(self.definition)
            base = pyproj.CRS(source)
            shift = ToWGS84Transformation(base.geodetic_crs, *map(float, self.definition.split(",")))
            return pyproj.Transformer.from_crs(BoundCRS(base, 4326, shift), 4326, always_xy=True)
        raise _wrong("parameters.unusable", name=self.name)


def supplied(*names: str) -> Supplied | None:
    """The first of these names that the operator supplied parameters for, however it is spelled; None without any.

    Raises Invalid for a file that is not there, lies inside the program's folders, may be read by everybody, or is damaged.
    """
    path = settings().datum_parameters
    if path is None:
        return None
    known = _load(Path(path))
    return next((known[key] for name in names if (key := _key(name)) in known), None)


def supplied_planes() -> list[str]:
    """The names of all supplied systems that can be tried on coordinates in metres."""
    path = settings().datum_parameters
    return [] if path is None else [s.name for s in _load(Path(path)).values() if s.kind != "towgs84"]


@cache
def _load(path: Path) -> dict[str, Supplied]:
    outside(path)
    try:
        if path.stat().st_mode & READABLE_BY_ALL:
            raise _wrong("parameters.readable_by_all", path=path)
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong("parameters.unreadable", path=path, error=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise _wrong("parameters.not_toml", path=path) from None
    found = {}
    for name, table in tables.items():
        kinds = [kind for kind in KINDS if isinstance(table, dict) and kind in table]
        if len(kinds) != 1:
            raise _wrong("parameters.kind_missing", name=name, kinds=list(KINDS))
        found[_key(name)] = Supplied(name, kinds[0], table[kinds[0]])
    return found


def outside(path: Path) -> None:
    """Raise Invalid for a path inside the checkout, or inside the installed package."""
    program = Path(__file__).resolve().parents[2]
    if path.resolve().is_relative_to(program):
        raise _wrong("parameters.inside_program", path=path)


def fitted(source: Floats, target: Floats, to: str) -> tuple[Plane, Floats]:
    """The similarity that brings `source` to `target` (n × 2, metres of `to`) by least squares, and each point's miss (m).

    Raises Invalid for fewer than three points, or points that all lie in one place.
    """
    if len(source) < FEWEST_POINTS:
        raise Invalid("control_points.too_few", n=FEWEST_POINTS, found=len(source))
    z, w = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    spread = z - z.mean()
    if np.abs(spread).max() < 1.0:
        raise Invalid("control_points.one_place")
    turn = np.vdot(spread, w - w.mean()) / np.vdot(spread, spread)
    shift = w.mean() - turn * z.mean()
    plane = Plane(float(turn.real), float(turn.imag), float(shift.real), float(shift.imag), to)
    return plane, np.hypot(*(np.column_stack(plane.moved(*source.T)) - target).T)


def write(path: Path, name: str, plane: Plane) -> None:
    """Put a system into a parameter file that only its owner may read, beside those that are in it already."""
    import tomli_w

    outside(path)
    tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    parameters = {"a": plane.a, "b": plane.b, "east": plane.east, "north": plane.north, "to": plane.to}
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        tomli_w.dump({**tables, name: {"plane": parameters}}, file)
    fresh.replace(path)


def _key(name: str) -> str:
    return re.sub(r"[\s_:\-]", "", name.lower())


def _wrong(code: str, **details: Any) -> Invalid:
    return Invalid(code, setting=SETTING, **details)
