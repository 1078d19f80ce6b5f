"""How well places fit what the register knows, and how surprising that fit is.

A fit alone says little: in a dense street grid anything lies near a road. So the same places are also tried at shifts of
200 m to 1,500 m in all directions, where they certainly do not belong, and the fit counts by how far it stands out from
those. Neighbouring places are no independent witnesses, so that the spread never goes below that of the ground cells they
occupy. Plain arrays in metres; no coordinate systems, no database.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from registry.assets.reference_features import ReferenceFeatures

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

SEMI_MAJOR_AXIS, ECCENTRICITY_SQUARED = 6378137.0, 0.00669438002290
FARTHEST_M = 240.0
# Beyond so many match distances closeness is nothing (1/82).
REACH = 3.0
CONTROLS, BESIDE = 24, 9
CONTROL_RADII = (200.0, 1_500.0)
RINGS = ((30.0, 8), (60.0, 12), (100.0, 16))
WORTH_SHIFTING, OFF, OWN_NEAR = 2.0, 1.5, 10.0
MOST_SHIFTED = 250
FEWEST = 5
LEAST_SPREAD = 0.02


@dataclass(frozen=True)
class Plane:
    """Metres east and north of a point in degrees; right to 0.1 % within 20 km of it, which distances of 100 m ask for."""

    lon: float
    lat: float

    def metres(self, lon: Floats, lat: Floats) -> Floats:
        """Degrees as an (n, 2) array of metres."""
        phi = np.radians(self.lat)
        root = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
        east = SEMI_MAJOR_AXIS / np.sqrt(root) * np.cos(phi)
        north = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / root**1.5
        return np.column_stack((np.radians(lon - self.lon) * east, np.radians(lat - self.lat) * north))

    def geometry(self, geometry: Geometries) -> Geometries:
        """Geometries in degrees, in metres."""
        moved: Geometries = shapely.transform(geometry, lambda xy: self.metres(xy[:, 0], xy[:, 1]))
        return moved


@dataclass(frozen=True)
class Target:
    """Reference geometry of one kind, ready to be asked for nearest distances.

    `near` is the distance in metres that still counts as a match; `cell` the ground, in metres, on which places say the
    same thing; `inside` is where the reference is complete, None for everywhere.
    """

    name: str
    tree: shapely.STRtree
    near: float
    cell: float
    inside: shapely.Geometry | None

    def distances(self, places: Floats, reach: float | None = None) -> Floats:
        """Metres from each place to the nearest reference; infinite beyond `reach`, NaN where nothing is known."""
        found = np.full(len(places), np.inf)
        (index, _other), metres = self.tree.query_nearest(
            shapely.points(places), max_distance=reach or REACH * self.near, return_distance=True, all_matches=False
        )
        found[index] = metres
        if self.inside is not None:
            found[~shapely.contains_xy(self.inside, places)] = np.nan
        return found

    def share(self, places: Floats, fewest: int = FEWEST) -> float | None:
        """Share of the places near the reference (0..1, a place counts half at `near`); None where too few can be told."""
        distances = self.distances(places)
        known = ~np.isnan(distances)
        return closeness(distances[known], self.near) if known.sum() >= fewest else None


@dataclass(frozen=True)
class Fit:
    """The fit of places to one target: share near it (0..1), how many spreads that stands above chance, median metres.

    `off` is (metres east, metres north) where a small shift would fit clearly better, None where none would.
    """

    target: str
    share: float
    surprise: float
    residual_m: float
    off: tuple[float, float] | None = None


def target_of(
    name: str, known: ReferenceFeatures, plane: Plane, outline: shapely.Geometry | None, near: tuple[float, float]
) -> Target:
    """A target from known assets; `near` is its match distance for points and for lines."""
    kinds = shapely.get_dimensions(known.geometry)
    are_points = bool((kinds == 0).all())
    metres = plane.geometry(known.geometry)
    parts = shapely.get_parts(metres) if are_points else _segments(metres[kinds > 0])
    within = outline
    if known.cells is not None:
        cells = shapely.union_all(plane.geometry(shapely.box(*known.cells.T)))
        within = cells if outline is None else shapely.intersection(cells, outline)
    if within is not None:
        shapely.prepare(within)
    return Target(
        name, shapely.STRtree(parts), near[0] if are_points else near[1], 50.0 if are_points else 250.0, within
    )


def _segments(geometry: Geometries) -> Geometries:
    """Lines and outlines of areas as segments of two points: nearest distances are then found by the tree alone."""
    coordinates, owner = shapely.get_coordinates(shapely.get_parts(_lines(geometry)), return_index=True)
    follows = owner[1:] == owner[:-1]
    pairs = np.stack((coordinates[:-1][follows], coordinates[1:][follows]), axis=1)
    made: Geometries = shapely.linestrings(pairs)
    return made


def _lines(geometry: Geometries) -> Geometries:
    areas = shapely.get_dimensions(geometry) == 2
    lines = geometry.copy()
    lines[areas] = shapely.boundary(geometry[areas])
    return lines


def measure(places: Floats, targets: list[Target]) -> list[Fit]:
    """How the places fit each target, best first; targets of which too little is known around the places are left out."""
    fits = [fit for target in targets if (fit := _measured(places, target)) is not None]
    return sorted(fits, key=lambda fit: -fit.surprise)


def _measured(places: Floats, target: Target) -> Fit | None:
    distances = target.distances(places, FARTHEST_M)
    known = ~np.isnan(distances)
    if known.sum() < FEWEST:
        return None
    witnesses = places[known]
    fewer = witnesses[:: max(1, len(witnesses) // MOST_SHIFTED)]
    enough = max(FEWEST, len(fewer) // 2)
    chance = np.array([c for shift in _controls() if (c := target.share(fewer + shift, enough)) is not None])
    if len(chance) < CONTROLS // 3:
        return None
    share = closeness(distances[known], target.near)
    spread = _spread(chance, witnesses, target.cell)
    surprise = (share - max(float(np.median(chance)), _beside(fewer, target))) / spread
    off = _better(fewer, target, spread) if surprise > WORTH_SHIFTING and target.near > OWN_NEAR else None
    return Fit(target.name, share, surprise, float(np.median(distances[known])), off)


def _beside(places: Floats, target: Target) -> float:
    """The fit a few match distances away: assets strung along the same kerb lie near one another without being the same."""
    if target.near > OWN_NEAR:
        return 0.0
    angles = np.arange(BESIDE) * 2 * np.pi / BESIDE
    shifts = 4 * target.near * np.column_stack((np.cos(angles), np.sin(angles)))
    return float(np.median([target.share(places + shift) or 0.0 for shift in shifts]))


def closeness(distances: Floats, near: float) -> float:
    """Mean of 1 at no distance, one half at `near`, soon nothing beyond."""
    return float((1.0 / (1.0 + (distances / near) ** 4)).mean())


def _spread(chance: Floats, places: Floats, cell: float) -> float:
    """One standard deviation of chance: as the controls scatter, and never less than so few cells of ground allow."""
    scatter = 1.4826 * float(np.median(np.abs(chance - np.median(chance))))
    cells = len(np.unique(np.floor(places / cell), axis=0))
    return max(scatter, 0.5 / float(np.sqrt(cells)), LEAST_SPREAD)


def _controls() -> Floats:
    """Shifts scattered evenly over a ring by the golden angle."""
    steps = np.arange(CONTROLS)
    angle = steps * np.pi * (3.0 - np.sqrt(5.0))
    radius = np.linspace(*CONTROL_RADII, CONTROLS)
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


def _better(places: Floats, target: Target, spread: float) -> tuple[float, float] | None:
    """The small shift that would fit better by more than chance, None where there is none: another datum leaves one."""
    best, most = None, (target.share(places) or 0.0) + OFF * spread
    for shift in _ring():
        share = target.share(places + shift)
        if share is not None and share > most:
            best, most = (float(shift[0]), float(shift[1])), share
    return best


def _ring() -> Floats:
    """Shifts on three rings, some 25 m to 40 m apart."""
    rings = [(radius, np.arange(turns) * 2 * np.pi / turns) for radius, turns in RINGS]
    return np.concatenate([r * np.column_stack((np.cos(angles), np.sin(angles))) for r, angles in rings])
