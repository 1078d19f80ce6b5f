"""Which community and subdistrict a point of the demo district lies in."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.areas import Hierarchy
from demo.blocks import Geometries


class Locator:
    """Answers for many points at once, through the index of the unit grids."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._tree = shapely.STRtree(hierarchy.grid.geometry)
        self._community = np.searchsorted(hierarchy.community.code, hierarchy.grid.parent)
        self._subdistrict = np.searchsorted(hierarchy.subdistrict.code, hierarchy.community.parent)
        self._community_name = hierarchy.community.name

    def community(self, points: Geometries) -> NDArray[np.int64]:
        """The position of each point's community; a point outside the district counts to the nearest."""
        where, grid = self._tree.query(points, predicate="intersects")
        found = np.full(len(points), -1)
        found[where] = self._community[grid]
        lost = found < 0
        if lost.any():
            found[lost] = self._community[self._tree.nearest(points[lost])]
        return found

    def subdistrict(self, points: Geometries) -> NDArray[np.int64]:
        """The position of each point's subdistrict."""
        return self._subdistrict[self.community(points)]

    def community_name(self, points: Geometries) -> NDArray[Any]:
        """The name of each point's community."""
        return self._community_name[self.community(points)]
