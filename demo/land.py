"""Land: what streets and water leave of the district, as one parcel per plot. Greens and squares are laid out on it."""

from __future__ import annotations

import numpy as np
import shapely

from demo.blocks import Geometries
from demo.network import Streets
from demo.outline import outline
from demo.water import Water

BANK = 3.0
"""Metres of wall or reeds between the water and the land that is laid out."""


def parcels(streets: Streets, water: Water) -> Geometries:
    """Parcels between the red lines of the streets and the banks of the rivers, in a stable order."""
    corridors = shapely.buffer(streets.lines, streets.half_width, quad_segs=3)
    taken = shapely.union_all(np.concatenate([corridors, water.surface(BANK)]))
    found: Geometries = shapely.get_parts(shapely.difference(outline(), taken))
    middle = shapely.get_coordinates(shapely.point_on_surface(found))
    return found[np.lexsort(np.round(middle, 3).T)]
