"""Names and attributes of green spaces: what their register holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo import parties
from demo.greens import Greens
from demo.locator import Locator
from demo.names import numbered, stems
from demo.network import Streets
from demo.table import Table, asset_codes, lifecycle, rounded

BROKEN = 0.01
PARK_NAMES = {"EG12": "山森林公园", "EG13": "湿地公园", "G133": "园", "G134": "遗址公园", "G139": "体育公园"}
YARDS = {"AG": "学校绿地", "BG": "商务楼绿地", "MG": "产业园绿地", "UG": "泵站绿地"}
GRADES = np.array(["一级", "二级", "三级"])
FIRST_GRADE = {
    "公园": (0.8, 0.2, 0.0),
    "广场": (0.7, 0.3, 0.0),
    "社区公园": (0.4, 0.5, 0.1),
    "滨水绿地": (0.35, 0.5, 0.15),
}
SQUARE_METRES_PER_TREE = 55.0


def green_names(
    greens: Greens,
    streets: Streets,
    street_names: list[str],
    river_names: list[str],
    locator: Locator,
    rng: np.random.Generator,
) -> NDArray[Any]:
    """A name for every green space, none twice: after its river or street, its community, or itself."""
    middle = shapely.point_on_surface(greens.geometry)
    community = locator.community_name(middle)
    road = shapely.STRtree(streets.lines[streets.klass < 5]).nearest(middle)
    source, taken = stems(rng), set[str]()
    words = (
        _base_and_kind(greens, i, str(community[i]).replace("社区", ""), street_names[road[i]], river_names, source)
        for i in range(len(middle))
    )
    names = [numbered(base, taken, (kind,)) for base, kind in words]
    return np.array(names, dtype=object)


def _base_and_kind(
    greens: Greens, i: int, community: str, road: str, rivers: list[str], source: Iterator[str]
) -> tuple[str, str]:
    kind, code, beside = greens.kind[i], greens.code[i], greens.beside[i]
    if kind in ("公园", "森林公园"):
        return next(source), PARK_NAMES.get(code, "公园")
    if kind == "滨水绿地":
        return rivers[beside], "滨水绿地"
    if kind in ("防护林带", "街旁绿地", "口袋公园"):
        return road, kind
    if kind == "附属绿地":
        return community, YARDS[code]
    return community, kind if kind != "社区公园" else "公园"


def green_table(greens: Greens, names: NDArray[Any], locator: Locator, rng: np.random.Generator) -> Table:
    """Green spaces with the columns of layer `green`."""
    count, area = len(names), shapely.area(greens.geometry)
    zone = locator.subdistrict(shapely.point_on_surface(greens.geometry))
    grade = [rng.choice(GRADES, p=FIRST_GRADE.get(kind, (0.1, 0.5, 0.4))) for kind in greens.kind]
    estate = greens.kind == "小区绿地"
    return Table(greens.geometry, {
        "code": asset_codes("green", greens.code), "class": greens.code, "name": names,
        "grade": np.array(grade),
        "declared_area_m2": rounded(area * rng.normal(1.0, 0.006, count)),
        "greening_rate": rounded(np.where(greens.code == "G3", rng.uniform(36, 52, count), rng.uniform(66, 95, count))),
        "trees": (area / SQUARE_METRES_PER_TREE * rng.uniform(0.5, 1.4, count)).astype(int),
        "manager": np.full(count, parties.GARDENS),
        "owner": np.where(estate, parties.ESTATES, parties.GARDENS),
        "maintainer": np.array(parties.GARDENERS)[zone % len(parties.GARDENERS)],
        **lifecycle(count, rng, BROKEN),
    })  # fmt: skip
