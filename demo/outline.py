"""The outline of the demo district: where it lies and how far it reaches.

Drawn by hand inside the extent of Gongshu (longitude 120.0869 to 120.2190, latitude 30.2578 to 30.4023) and close to
its area of 98 km², so that coordinates, areas and distances are those of a real district. It is nobody's boundary.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

DISTRICT_CODE = "330105"
DEGREES = "EPSG:4490"
METRES = "EPSG:4549"
"""The district lies beside the central meridian of this zone: a metre here is a metre on the ground within 7 ppm."""
DEGREE_DECIMALS = 9

VERTICES = (
    (120.1545, 30.2622), (120.1600, 30.2586), (120.1702, 30.2592), (120.1795, 30.2578), (120.1862, 30.2612),
    (120.1886, 30.2684), (120.1893, 30.2763), (120.1862, 30.2851), (120.1872, 30.2935), (120.1845, 30.3021),
    (120.1868, 30.3102), (120.1917, 30.3158), (120.1944, 30.3241), (120.1946, 30.3329), (120.1987, 30.3402),
    (120.1979, 30.3491), (120.2046, 30.3542), (120.2119, 30.3611), (120.2190, 30.3732), (120.2149, 30.3817),
    (120.2086, 30.3859), (120.2009, 30.3893), (120.1922, 30.3941), (120.1828, 30.3982), (120.1757, 30.4023),
    (120.1709, 30.3921), (120.1667, 30.3826), (120.1572, 30.3801), (120.1508, 30.3726), (120.1421, 30.3717),
    (120.1340, 30.3648), (120.1253, 30.3651), (120.1198, 30.3582), (120.1114, 30.3548), (120.1041, 30.3487),
    (120.0971, 30.3466), (120.0938, 30.3426), (120.0884, 30.3407), (120.0869, 30.3332), (120.0932, 30.3277),
    (120.0994, 30.3244), (120.1051, 30.3203), (120.1123, 30.3142), (120.1188, 30.3111), (120.1229, 30.3033),
    (120.1303, 30.3002), (120.1354, 30.2916), (120.1412, 30.2867), (120.1446, 30.2781), (120.1507, 30.2742),
    (120.1522, 30.2673),
)  # fmt: skip


@cache
def _to_metres() -> Transformer:
    return Transformer.from_crs(DEGREES, METRES, always_xy=True)


def metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates of shape (n, 2), longitude and latitude in EPSG:4490, as easting and northing in EPSG:4549."""
    return np.column_stack(_to_metres().transform(degrees[:, 0], degrees[:, 1]))


def degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates of shape (n, 2), easting and northing in EPSG:4549, as longitude and latitude in EPSG:4490.

    Rounded to `DEGREE_DECIMALS` (a tenth of a millimetre): points that were equal stay equal, so a partition stays one.
    """
    lon, lat = _to_metres().transform(metres[:, 0], metres[:, 1], direction="INVERSE")
    return np.round(np.column_stack([lon, lat]), DEGREE_DECIMALS)


@cache
def outline() -> shapely.Polygon:
    """The district's outline in EPSG:4549, valid, about 98 km²."""
    return shapely.Polygon(metres(np.array(VERTICES)))
