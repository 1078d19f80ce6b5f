"""Cameras: on poles at crossings, along streets and alleys, in parks and around estates; several on most poles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo import parties
from demo.blocks import Geometries
from demo.ground import Floats, density
from demo.locator import Locator
from demo.outline import DISTRICT_CODE
from demo.placement import Ints, Spots, at_arms, strung
from demo.regions import middles
from demo.surroundings import Surroundings, compass
from demo.table import Table, asset_codes, lifecycle

BROKEN = 0.022
TYPES = np.array(["", "枪机", "球机", "半球", "全景"])
ARM_LENGTH = 0.35
"""Metres from the pole to a camera on it."""
GATE_INSET = -5.0
NETWORKS = np.array(["公安网", "政务网", "互联网"])


@dataclass(frozen=True)
class Site:
    """A kind of place: cameras on each pole (least, most), shares of the four types, of the three networks, heights."""

    name: str
    cameras: tuple[int, int]
    types: tuple[float, float, float, float]
    networks: tuple[float, float, float]
    height: tuple[float, float]


CROSSING = Site("路口", (2, 4), (0.72, 0.2, 0.0, 0.08), (0.8, 0.2, 0.0), (5.5, 7.0))
ROADSIDE = Site("道路", (1, 3), (0.66, 0.32, 0.0, 0.02), (0.6, 0.4, 0.0), (4.5, 6.5))
LANE = Site("小巷", (1, 2), (0.74, 0.22, 0.04, 0.0), (0.55, 0.45, 0.0), (3.2, 4.5))
PARK = Site("公园", (1, 2), (0.45, 0.45, 0.0, 0.1), (0.2, 0.8, 0.0), (3.5, 5.0))
ESTATE = Site("小区", (1, 3), (0.6, 0.16, 0.22, 0.02), (0.25, 0.15, 0.6), (2.8, 4.2))


@dataclass(frozen=True)
class Poles:
    """Poles of one kind of site with what stands in the name of their cameras."""

    site: Site
    spots: Spots
    called: NDArray[Any]


def camera_table(
    around: Surroundings, parcels: Geometries, locator: Locator, count: int, rng: np.random.Generator
) -> Table:
    """Exactly `count` cameras with the columns of layer `camera`; estates take what the streets leave."""
    groups = [_crossings(around), _roadside(around, rng), _lanes(around, rng), _parks(around, rng)]
    groups.append(_estates(around, parcels, locator, rng))
    columns = zip(*(vars(_on_poles(poles, rng)).values() for poles in groups), strict=True)
    cameras = Cameras(*(np.concatenate(column)[:count] for column in columns))
    if len(cameras.kind) < count:
        raise ValueError(f"room for {len(cameras.kind)} of {count} cameras")
    return _table(cameras, locator, rng)


@dataclass(frozen=True)
class Cameras:
    """Cameras as parallel arrays."""

    xy: Floats
    kind: Ints
    direction: Floats
    height: Floats
    network: NDArray[Any]
    name: NDArray[Any]


def _crossings(around: Surroundings) -> Poles:
    chosen = around.arms.taken(np.flatnonzero(around.arms.rank <= 4))
    tried = at_arms(around.streets, chosen, 3.5, 1.4)
    tried = Spots(tried.xy, np.arange(len(tried)), tried.station, tried.side, tried.bearing)
    spots = around.clearance.off_the_carriageway(tried)
    arm = chosen.taken(spots.line)
    street, other = around.street_names[arm.street], around.street_names[arm.other]
    heading = compass(spots.bearing + np.where(arm.heading > 0, 0.0, 180.0))
    called = [f"{a}{b}口{h}侧" for a, b, h in zip(street, other, heading, strict=True)]
    return Poles(CROSSING, spots, np.array(called, dtype=object))


def _roadside(around: Surroundings, rng: np.random.Generator) -> Poles:
    return _along(around, "1234", 76.0, 1.0, ROADSIDE, rng)


def _lanes(around: Surroundings, rng: np.random.Generator) -> Poles:
    return _along(around, "5", 44.0, 0.6, LANE, rng)


def _along(
    around: Surroundings, classes: str, spacing: float, offset: float, site: Site, rng: np.random.Generator
) -> Poles:
    streets = around.streets
    rows = around.streets_in_turn(classes, rng)
    tried = strung(streets.lines, rows, spacing, streets.half_carriageway + offset, "alternate", rng)
    spots = around.clearance.off_the_carriageway(tried)
    names = zip(around.street_names[spots.line], compass(spots.bearing - 90.0 * spots.side), spots.station, strict=True)
    return Poles(site, spots, np.array([f"{n}{s}侧{m:.0f}米" for n, s, m in names], dtype=object))


def _parks(around: Surroundings, rng: np.random.Generator) -> Poles:
    tried = strung(around.paths, around.paths_in_turn(rng), 70.0, np.full(len(around.paths), -1.2), "one", rng)
    spots = around.clearance.off_the_carriageway(tried)
    return Poles(PARK, spots, _numbered(around.path_names[spots.line]))


def _estates(around: Surroundings, parcels: Geometries, locator: Locator, rng: np.random.Generator) -> Poles:
    """Poles inside the fences of built-up parcels, the dense town first."""
    area = shapely.area(parcels)
    built = parcels[(area > 2_500) & (area < 90_000)]
    fences, owner = shapely.get_parts(shapely.buffer(built, GATE_INSET, quad_segs=2), return_index=True)
    lines = shapely.get_exterior_ring(fences)
    turn = rng.exponential(1.0, len(built)) / density(middles(built)) ** 0.5
    rows = np.argsort(turn[owner], kind="stable")
    spots = around.clearance.off_the_carriageway(strung(lines, rows, 48.0, np.zeros(len(lines)), "one", rng))
    return Poles(ESTATE, spots, _numbered(locator.community_name(shapely.point_on_surface(built))[owner][spots.line]))


def _numbered(places: NDArray[Any]) -> NDArray[Any]:
    """Poles of one place numbered from 1 in their order."""
    number = np.empty(len(places), np.int64)
    order = np.argsort(places, kind="stable")
    number[order] = np.arange(len(places)) - np.searchsorted(places[order], places[order]) + 1
    return np.array([f"{place}{n}号杆" for place, n in zip(places, number, strict=True)], dtype=object)


def _on_poles(poles: Poles, rng: np.random.Generator) -> Cameras:
    """Cameras on poles, looking along the street, back, and across it."""
    site, spots = poles.site, poles.spots
    each = rng.integers(site.cameras[0], site.cameras[1] + 1, len(spots))
    pole = np.repeat(np.arange(len(spots)), each)
    nth = np.arange(len(pole)) - np.repeat(np.cumsum(each) - each, each)
    turned = np.array([0.0, 180.0, 90.0, 270.0])[nth] + rng.normal(0, 9, len(pole))
    direction = np.round((spots.bearing[pole] + turned) % 360) % 360
    look = np.radians(direction)
    xy = spots.xy[pole] + ARM_LENGTH * np.column_stack([np.sin(look), np.cos(look)])
    kind = rng.choice([1, 2, 3, 4], len(pole), p=site.types)
    height = np.round(rng.uniform(*site.height, len(spots))[pole], 1)
    called = zip(poles.called[pole], TYPES[kind], nth + 1, strict=True)
    name = np.array([f"{place}{type_}{n:02d}" for place, type_, n in called], dtype=object)
    network = NETWORKS[rng.choice(3, len(spots), p=site.networks)[pole]]
    return Cameras(xy, kind, direction, height, network, name)


def _table(cameras: Cameras, locator: Locator, rng: np.random.Generator) -> Table:
    points = shapely.points(cameras.xy)
    zone = locator.subdistrict(points)
    police = cameras.network == "公安网"
    estate = cameras.network == "互联网"
    code = cameras.kind.astype(str)
    serial = np.array([f"{DISTRICT_CODE}00001320{i:06d}" for i in range(1, len(points) + 1)], dtype=object)
    owner = np.where(police, parties.POLICE, np.where(estate, parties.ESTATES, parties.DATA_OFFICE))
    return Table(points, {
        "code": asset_codes("camera", code), "class": code,
        "name": cameras.name, "camera_type": TYPES[cameras.kind], "direction_deg": cameras.direction,
        "height_m": cameras.height, "network": cameras.network, "gb28181_id": serial,
        "manager": np.where(police, parties.POLICE, parties.DATA_OFFICE), "owner": owner,
        "maintainer": np.array(parties.SECURITY)[zone % len(parties.SECURITY)],
        **lifecycle(len(points), rng, BROKEN),
    })  # fmt: skip
