"""The ground plan: a frame of two coordinates in which the street grid is straight, bent around the main canal.

`across` is the distance east of the canal, `along` the distance north, both in metres. Streets and rivers are laid out
as straight lines in this frame; `Ground.place` bends them into EPSG:4549, parallel to the canal where they are near it
and gently curved where they are far. That is how a city that grew along a canal looks from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from demo.outline import metres

Floats = NDArray[np.float64]

CANAL = (
    (120.1745, 30.2510), (120.1700, 30.2640), (120.1612, 30.2745), (120.1545, 30.2850), (120.1538, 30.2950),
    (120.1462, 30.3045), (120.1375, 30.3135), (120.1352, 30.3245), (120.1395, 30.3370), (120.1432, 30.3480),
    (120.1490, 30.3590), (120.1536, 30.3700), (120.1560, 30.3810), (120.1590, 30.4080),
)  # fmt: skip
"""Control points of the main canal, longitude and latitude, from south to north."""
ORIGIN_NORTHING = 3_348_000.0
NORTH_END = 17_500.0
STEP = 25.0
BANK_REACH = 1_700.0
"""How far from the canal a street still follows its every bend."""
HILL_CENTRE = (120.1968, 30.3722)
HILL_RADII = (1_350.0, 1_750.0)
HILL_TILT = np.radians(-35.0)
OLD_TOWN = (120.1640, 30.2760)


def _smooth(values: Floats, reach: float) -> Floats:
    """Gaussian mean over `reach` metres along a table of `STEP`; the ends are continued straight."""
    n = int(3 * reach / STEP)
    kernel = np.exp(-0.5 * (np.arange(-n, n + 1) * STEP / reach) ** 2)
    steps = np.arange(1, n + 1)
    before = values[0] - steps[::-1] * (values[1] - values[0])
    after = values[-1] + steps * (values[-1] - values[-2])
    return np.convolve(np.concatenate([before, values, after]), kernel / kernel.sum(), mode="valid")


@dataclass(frozen=True)
class Ground:
    """The bent frame of one district. Built by `survey`; every table is sampled along the canal at `STEP` metres."""

    along: Floats
    canal: Floats
    trend: Floats
    slope: Floats
    phases: Floats

    def place(self, across: ArrayLike, along: ArrayLike) -> Floats:
        """Frame coordinates as an (n, 2) array of easting and northing in EPSG:4549."""
        u, v = np.broadcast_arrays(np.asarray(across, float), np.asarray(along, float))
        p = self.phases
        trend, canal, slope = (np.interp(v, self.along, t) for t in (self.trend, self.canal, self.slope))
        near = np.exp(-((u / BANK_REACH) ** 2))
        sway = 45.0 * np.sin(2 * np.pi * (v + 0.3 * u) / 3_900 + p[0]) + 9.0 * np.sin(2 * np.pi * v / 1_450 + p[1])
        easting = trend + u + (canal - trend) * near + sway * (1 - near)
        swell = 70.0 * np.sin(2 * np.pi * u / 5_200 + p[2]) + 11.0 * np.sin(2 * np.pi * (u + 0.4 * v) / 1_700 + p[3])
        northing = ORIGIN_NORTHING + v - 0.7 * slope * u + swell
        return np.column_stack([easting.ravel(), northing.ravel()])

    def line(self, across: Sequence[float], along: Sequence[float]) -> shapely.LineString:
        """The straight (or broken) line through frame points, bent into EPSG:4549 with a vertex every 60 m or so."""
        path = shapely.segmentize(shapely.LineString(np.column_stack([across, along])), 60.0)
        u, v = shapely.get_coordinates(path).T
        return shapely.LineString(self.place(u, v))


def survey(rng: np.random.Generator) -> Ground:
    """The frame of the demo district; the randomness shifts the small bends only."""
    control = metres(np.array(CANAL))
    along = np.arange(-1_000.0, NORTH_END, STEP)
    canal = _smooth(np.interp(along, control[:, 1] - ORIGIN_NORTHING, control[:, 0]), 260.0)
    trend = _smooth(canal, 2_200.0)
    slope = _smooth(np.gradient(trend, STEP), 1_200.0)
    return Ground(along, canal, trend, slope, rng.uniform(0, 2 * np.pi, 4))


def hill(rng: np.random.Generator) -> shapely.Polygon:
    """The foot of the wooded hill in the north-east, in EPSG:4549: an uneven ellipse of about 7 km²."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    waves = [rng.normal(0, 0.05) * np.sin(k * angle + rng.uniform(0, 6.3)) for k in range(2, 7)]
    local = (
        np.column_stack([np.cos(angle) * HILL_RADII[0], np.sin(angle) * HILL_RADII[1]])
        * (1 + np.sum(waves, axis=0))[:, None]
    )
    turn = np.array([[np.cos(HILL_TILT), np.sin(HILL_TILT)], [-np.sin(HILL_TILT), np.cos(HILL_TILT)]])
    return shapely.Polygon(metres(np.array([HILL_CENTRE])) + local @ turn)


def density(points: Floats) -> Floats:
    """How densely built the ground is at (n, 2) points of EPSG:4549: 1 in the old town, about 0.2 far from it."""
    away = np.hypot(*(points - metres(np.array([OLD_TOWN]))).T)
    built: Floats = 0.18 + 0.82 * np.exp(-((away / 5_600.0) ** 2))
    return built
