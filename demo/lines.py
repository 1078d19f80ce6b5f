"""Names and attributes of roads, alleys and rivers: what their registers hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo import parties
from demo.blocks import Geometries
from demo.ground import density
from demo.locator import Locator
from demo.names import ALLEY_KINDS, first_of_the_kind, numbered, stems
from demo.network import Streets
from demo.regions import middles
from demo.roads import ALLEY, ARTERIAL, EXPRESSWAY, LANES, SECONDARY
from demo.table import Table, asset_codes, lifecycle, rounded
from demo.water import Water

BROKEN_LINES = 0.015
NEAR_END = 45.0
BORDER = "区界"
EXPRESSWAYS = (
    "南环快速路", "东环快速路", "北环快速路", "西环快速路", "中轴高架路", "中轴北延高架路", "西联快速路", "北联快速路",
)  # fmt: skip
RIVER_LEVEL = np.array(["", "市级", "区级", "街道级"])
CLEANING = np.array(["", "一类", "一类", "二类", "三类"])
MAINTENANCE = np.array(["", "I", "I", "II", "III"])


def road_names(streets: Streets, rng: np.random.Generator) -> list[str]:
    """A name for every street, roads before alleys, none twice. An alley is called after the road that it leaves."""
    taken: set[str] = set()
    source = stems(rng)
    fast = iter(EXPRESSWAYS)
    roads = np.flatnonzero(streets.klass < ALLEY)
    base: list[str] = []
    names: list[str] = []
    for i in roads:
        if streets.klass[i] == EXPRESSWAY:
            names.append(first_of_the_kind(next(fast, "联络"), taken, ("", "快速路")))
            base.append(names[-1][:2])
        else:
            base.append(next(source))
            names.append(first_of_the_kind(base[-1], taken, _suffixes(streets, int(i), rng)))
    alleys = streets.lines[streets.klass == ALLEY]
    nearest = shapely.STRtree(streets.lines[roads]).nearest(shapely.get_point(alleys, 0))
    kinds = [ALLEY_KINDS[k] for k in rng.integers(len(ALLEY_KINDS), size=len(alleys))]
    return names + [
        numbered(base[road], taken, (kind, *ALLEY_KINDS[:3])) for road, kind in zip(nearest, kinds, strict=True)
    ]


def _suffixes(streets: Streets, i: int, rng: np.random.Generator) -> tuple[str, ...]:
    first, last = (shapely.get_coordinates(shapely.get_point(streets.lines[i], at))[0] for at in (0, -1))
    eastward = abs(last[0] - first[0]) > abs(last[1] - first[1])
    if streets.klass[i] == ARTERIAL:
        return ("大道" if rng.random() < 0.25 else "路",)
    if streets.klass[i] == SECONDARY:
        return ("街" if eastward and rng.random() < 0.55 else "路",)
    return ("支路" if rng.random() < 0.2 else "街" if eastward and rng.random() < 0.4 else "路",)


def road_table(streets: Streets, names: list[str], locator: Locator, rng: np.random.Generator) -> Table:
    """Roads of classes 1 to 4 with the columns of layer `road`."""
    rows = np.flatnonzero(streets.klass < ALLEY)
    lines, klass = streets.lines[rows], streets.klass[rows]
    start, end = _from_to(lines, lines, names)
    zone = locator.subdistrict(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    code = klass.astype(str)
    return Table(lines, {
        "code": asset_codes("road", code), "class": code, "name": np.array([names[i] for i in rows]),
        "start": start, "end": end,
        "declared_length_m": rounded(shapely.length(lines)),
        "width_m": rounded(2 * streets.half_width[rows] + rng.integers(-2, 3, len(rows)), 0),
        "lanes": LANES[klass] + 2 * (rng.random(len(rows)) < 0.15),
        "pavement": np.where((klass == 4) & (rng.random(len(rows)) < 0.12), "水泥", "沥青"),
        "maintenance_grade": MAINTENANCE[klass], "cleaning_grade": CLEANING[klass],
        "manager": np.full(len(rows), parties.CITY_MANAGEMENT), "owner": np.full(len(rows), parties.HOUSING),
        "maintainer": np.array(parties.ROAD_WORKS)[zone % len(parties.ROAD_WORKS)],
        **lifecycle(len(rows), rng, 0.0),
    })  # fmt: skip


def alley_table(streets: Streets, names: list[str], locator: Locator, rng: np.random.Generator) -> Table:
    """Alleys with the columns of layer `alley`."""
    rows = np.flatnonzero(streets.klass == ALLEY)
    lines = streets.lines[rows]
    start, end = _from_to(lines, streets.lines, names, nowhere="断头")
    zone = locator.subdistrict(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    old = density(middles(lines))
    code = np.full(len(rows), str(ALLEY))
    paving = np.where(rng.random(len(rows)) < old * 0.45, rng.choice(["石板", "透水砖"], len(rows)), "沥青")
    paving = np.where(rng.random(len(rows)) < 0.3, "水泥", paving)
    return Table(lines, {
        "code": asset_codes("alley", code), "class": code,
        "name": np.array([names[i] for i in rows]), "start": start, "end": end,
        "declared_length_m": rounded(shapely.length(lines)), "width_m": rounded(rng.uniform(3.0, 6.5, len(rows))),
        "paving": paving, "property": np.where(rng.random(len(rows)) < 0.72, "公共", "小区"),
        "renovated_in": rng.integers(2005, 2025, len(rows)),
        "manager": np.full(len(rows), parties.CITY_MANAGEMENT), "owner": np.full(len(rows), parties.CITY_MANAGEMENT),
        "maintainer": np.array(parties.ROAD_WORKS)[zone % len(parties.ROAD_WORKS)],
        **lifecycle(len(rows), rng, BROKEN_LINES),
    })  # fmt: skip


def river_names(count: int, rng: np.random.Generator) -> list[str]:
    """A name for every river, the canal first, none twice."""
    source = stems(rng)
    kinds = ("河", "港", "浜", "河", "溪", "河")
    great = [next(source) + "塘河" for _i in range(5)]
    return ["古运河", *great, *(next(source) + kinds[rng.integers(len(kinds))] for _i in range(count - 6))]


def river_table(
    water: Water, names: list[str], roads: Geometries, road_names_: list[str], rng: np.random.Generator
) -> Table:
    """Rivers with the columns of layer `river`. A river starts and ends at another river, a road or the border."""
    count = len(water.lines)
    start, end = _from_to(water.lines, np.concatenate([water.lines, roads]), [*names, *road_names_])
    code = water.level.astype(str)
    chief = np.array([parties.person(int(i)) for i in rng.integers(0, 60, count)])
    return Table(water.lines, {
        "code": asset_codes("river", code), "class": code,
        "name": np.array(names), "level": RIVER_LEVEL[water.level], "start": start, "end": end,
        "declared_length_m": rounded(shapely.length(water.lines)), "width_m": rounded(water.width),
        "water_quality": rng.choice(["II", "III", "IV", "V", "劣V"], count, p=(0.16, 0.44, 0.3, 0.08, 0.02)),
        "river_chief": chief,
        "manager": np.full(count, parties.WATERWAYS), "owner": np.full(count, parties.WATERWAYS),
        "maintainer": np.array(parties.RIVER_KEEPERS)[rng.integers(0, 2, count)],
        **lifecycle(count, rng, 0.0),
    })  # fmt: skip


def _from_to(lines: Geometries, others: Geometries, names: list[str], nowhere: str = BORDER) -> Iterator[NDArray[Any]]:
    """The names of what lies at the two ends of each line, `nowhere` where nothing does."""
    tree, called = shapely.STRtree(others), np.array([*names[: len(others)], nowhere])
    for at in (0, -1):
        tips = shapely.get_point(lines, at)
        tip, other = tree.query(tips, predicate="dwithin", distance=NEAR_END)
        apart = shapely.distance(tips[tip], others[other])
        apart[others[other] == lines[tip]] = np.inf
        found = np.full(len(lines), len(others))
        order = np.lexsort([-apart, tip])
        order = order[np.isfinite(apart[order])]
        found[tip[order]] = other[order]
        yield called[found]
