"""Geometry collections as what they hold, where that is of one kind."""

from __future__ import annotations

import numpy as np
import shapely

from importers.records import Geometries

POINT, LINE, POLYGON, COLLECTION = 0, 1, 3, 7
GATHER = {POINT: shapely.multipoints, LINE: shapely.multilinestrings, POLYGON: shapely.multipolygons}


def unwrapped(geometry: Geometries) -> Geometries:
    """The same geometries; a collection of points (or lines, or polygons) alone becomes one such geometry.

    A collection of one member becomes that member. Mixed and empty collections stay, for a later verdict.
    """
    places = np.flatnonzero(shapely.get_type_id(geometry) == COLLECTION)
    if not len(places):
        return geometry
    made = geometry.copy()
    for place in places:
        made[place] = _unwrapped(geometry[place])
    return made


def _unwrapped(collection: shapely.Geometry) -> shapely.Geometry:
    parts = np.array([collection], dtype=object)
    while len(parts) and (shapely.get_type_id(parts) >= 4).any():  # collections in collections, and multiple geometries
        taken = shapely.get_parts(parts)
        if len(taken) == len(parts) and (taken == parts).all():
            break
        parts = taken
    parts = parts[~shapely.is_empty(parts)]
    kinds = np.unique(shapely.get_type_id(parts))
    if len(parts) == 1:
        return parts[0]
    gather = GATHER.get(int(kinds[0])) if len(kinds) == 1 else None
    return gather(parts) if gather is not None else collection
