"""Who manages, owns and maintains a component: by its class, and for maintainers by the subdistrict too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo import parties as p

_ROADS = (p.HOUSING, p.HOUSING, p.ROAD_WORKS)
_TRAFFIC = (p.TRAFFIC, p.TRAFFIC, p.ELECTRICIANS)
_LIGHTS = (p.CITY_MANAGEMENT, p.LIGHTING, p.ELECTRICIANS)
_PLANTS = (p.GARDENS, p.GARDENS, p.GARDENERS)
_CLEANING = (p.CITY_MANAGEMENT, p.CITY_MANAGEMENT, p.CLEANERS)


def _own(owner: str) -> tuple[str, str, tuple[str, ...]]:
    """An owner that maintains its things itself, under the city management."""
    return p.CITY_MANAGEMENT, owner, (owner,)


RESPONSIBLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "0101": _own(p.WATER_SUPPLY), "0113": _own(p.WATER_SUPPLY),
    "0102": (p.HOUSING, p.DRAINAGE, p.ROAD_WORKS), "0103": (p.HOUSING, p.DRAINAGE, p.ROAD_WORKS),
    "0104": (p.HOUSING, p.DRAINAGE, p.ROAD_WORKS), "0302": (p.HOUSING, p.ESTATES, p.CLEANERS),
    "0105": _own(p.POWER), "0116": _own(p.POWER), "0134": _own(p.POWER), "0117": _own(p.POWER),
    "0111": _own(p.GAS), "0135": _own(p.GAS), "0110": _own(p.GAS),
    "0107": _own(p.TELECOM), "0109": _own(p.TELECOM), "0115": _own(p.TELECOM), "0108": _own(p.CABLE),
    "0118": _LIGHTS, "0106": _LIGHTS, "0119": _LIGHTS, "0120": _LIGHTS,
    "0112": (p.POLICE, p.POLICE, p.SECURITY),
    "0138": (p.POLICE, p.POLICE, p.SECURITY), "0203": _own(p.BUSES), "0204": _own(p.BUSES),
    "0306": _own(p.ADVERTISING), "0307": _own(p.ADVERTISING),
    "0603": (p.WATERWAYS, p.WATERWAYS, p.RIVER_KEEPERS), "0310": (p.WATERWAYS, p.WATERWAYS, p.RIVER_KEEPERS),
    "0126": (p.CITY_MANAGEMENT, p.CITY_MANAGEMENT, p.GARDENERS),
    "01": _ROADS, "02": _TRAFFIC, "03": _CLEANING, "04": _PLANTS, "05": _CLEANING, "06": _ROADS,
}  # fmt: skip
"""(department, owner, maintainers) by class, or by major class where the class is not listed."""


def responsible(classes: NDArray[Any], zone: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Department, owner and maintainer of components, `zone` being the number of the subdistrict of each."""
    kinds, kind = np.unique(classes, return_inverse=True)
    triples = [RESPONSIBLE.get(k) or RESPONSIBLE[k[:2]] for k in kinds]
    most = max(len(t[2]) for t in triples)
    firms = np.array([[t[2][i % len(t[2])] for i in range(most * 12)] for t in triples], dtype=object)
    manager, owner = (np.array([t[i] for t in triples], dtype=object) for i in (0, 1))
    return manager[kind], owner[kind], firms[kind, zone % firms.shape[1]]
