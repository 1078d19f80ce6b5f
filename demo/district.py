"""The whole demo district, in memory: areas and six layers, from a seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from demo.areas import Hierarchy, draw_areas
from demo.cameras import camera_table
from demo.component_table import component_table
from demo.green_table import green_names, green_table
from demo.greens import Land, draw_greens
from demo.ground import hill, survey
from demo.land import parcels
from demo.lattice import draw_lattice
from demo.lines import alley_table, river_names, river_table, road_names, road_table
from demo.locator import Locator
from demo.names import community_names
from demo.network import Network, build_network
from demo.streets import main_streets
from demo.surroundings import look_around
from demo.table import Table
from demo.water import Water, draw_water

ROADS, ALLEYS, RIVERS, GREENS, COMPONENTS, CAMERAS = 360, 2_100, 88, 950, 58_000, 70_000
COMMUNITIES = 170
PARK_BLOCKS = 9


@dataclass(frozen=True)
class District:
    """The district as it is before anybody delivers it. Geometries are in EPSG:4549."""

    network: Network
    water: Water
    areas: Hierarchy
    roads: Table
    alleys: Table
    rivers: Table
    greens: Table
    components: Table
    cameras: Table


def build_district(seed: int, progress: Callable[[str], None] = lambda _step: None) -> District:
    """The district of a seed: the same seed gives the same district, to the last coordinate.

    Each part draws from its own stream of random numbers, so that a change to one leaves the others as they were.
    `progress` hears of each step before it begins.
    """

    def rng(part: str) -> np.random.Generator:
        return np.random.default_rng([seed, zlib.crc32(part.encode())])

    progress("streets and water")
    ground, mountain = survey(rng("ground")), hill(rng("hill"))
    lattice = draw_lattice(ground, rng("lattice"))
    water = draw_water(ground, lattice, mountain, RIVERS, rng("water"))
    main = main_streets(ground, lattice, mountain, rng("streets"))
    network = build_network(main, water, mountain, ROADS, ALLEYS, PARK_BLOCKS, rng("network"))
    streets = network.streets
    progress("areas")
    areas = draw_areas(network, water, mountain, COMMUNITIES, community_names(COMMUNITIES, rng("names")), rng("areas"))
    locator = Locator(areas)
    progress("green spaces")
    land = Land(network, water, mountain, parcels(streets, water))
    greens = draw_greens(land, rng("greens"))
    called, rivers = road_names(streets, rng("road names")), river_names(RIVERS, rng("river names"))
    green_called = green_names(greens, streets, called, rivers, locator, rng("green names"))
    around = look_around(streets, called, water, rivers, greens, green_called, rng("around"))
    progress("components and cameras")
    return District(
        network,
        water,
        areas,
        road_table(streets, called, locator, rng("roads")),
        alley_table(streets, called, locator, rng("alleys")),
        river_table(water, rivers, streets.lines, called, rng("rivers")),
        green_table(greens, green_called, locator, rng("green table")),
        component_table(around, locator, rng("components")),
        camera_table(around, land.parcels, locator, CAMERAS, rng("cameras")),
    )
