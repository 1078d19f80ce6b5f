"""What the register holds of each component besides its place: code, class, the responsible triple, attributes."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.classes import class_names
from demo.component_kinds import KINDS
from demo.component_parties import responsible
from demo.components import Placed, place
from demo.locator import Locator
from demo.surroundings import Surroundings
from demo.table import Table, asset_codes, lifecycle

BROKEN = 0.025
SETTING = {"gutter": "车行道", "lane": "车行道", "axis": "车行道", "tree": "绿化带", "park": "绿化带", "bank": "其他"}
ON_TACTILE_PAVING = 0.012


def component_table(around: Surroundings, locator: Locator, rng: np.random.Generator) -> Table:
    """All components with the columns of layer `component`, and `supplier`: who delivers each."""
    placed = [place(kind, around, rng) for kind in KINDS]
    sizes = [kind.count for kind in KINDS]
    classes = np.repeat([kind.code for kind in KINDS], sizes)
    points = shapely.points(np.concatenate([part.spots.xy for part in placed]))
    manager, owner, maintainer = responsible(classes, locator.subdistrict(points))
    drawn = [_attributes(part, rng) for part in placed]
    cycle = lifecycle(len(classes), rng, BROKEN)
    setting = np.repeat([SETTING.get(kind.place, "人行道") for kind in KINDS], sizes)
    on_paving = (setting == "人行道") & (rng.random(len(classes)) < ON_TACTILE_PAVING)
    return Table(points, {
        "code": asset_codes("component", classes), "class": classes, "name": class_names("component", classes),
        "supplier": np.repeat([kind.supplier for kind in KINDS], sizes),
        "location": np.concatenate([part.location for part in placed]),
        "setting": setting, "on_tactile_paving": np.where(on_paving, "是", "否"),
        "shape": np.repeat([kind.shape for kind in KINDS], sizes),
        "material": np.concatenate([material for material, _size in drawn]),
        "size_mm": np.concatenate([size for _material, size in drawn]),
        "installed_in": _installed(cycle["surveyed_on"], rng),
        "manager": manager, "owner": owner, "maintainer": maintainer, **cycle,
    })  # fmt: skip


def _attributes(placed: Placed, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Material and size, the same along one street more often than not."""
    kind, line = placed.kind, placed.spots.line
    choice = np.where(rng.random(len(line)) < 0.85, line * 7 + int(kind.code), rng.integers(0, 99, len(line)))
    sizes = np.array(kind.sizes or (np.nan,), float)
    return np.array(kind.materials)[choice % len(kind.materials)], sizes[choice % len(sizes)]


def _installed(surveyed: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """The year of installation: some years before the survey."""
    year = surveyed.astype("datetime64[Y]").astype(int) + 1970
    installed: NDArray[np.int64] = year - rng.gamma(1.6, 4.0, len(year)).astype(int).clip(0, 35)
    return installed
