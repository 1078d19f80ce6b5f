"""The demo's components as a surveyor delivers them with codes, and as another one measures them again without."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

FIRST, KEYED, KEYLESS, SHIFTED = "survey_first", "survey_keyed", "survey_keyless", "survey_shifted"
TRUTH = "survey_truth.npy"
JITTER_M = 1.0
SHIFT_M = (1.2, -0.9)
CROWDED, CROWDED_M = 400, 0.6
TEXTS = (
    "class",
    "name",
    "location",
    "setting",
    "shape",
    "material",
    "manager",
    "owner",
    "maintainer",
    "state",
    "source",
)
CODE = "code"


def write_surveys(folder: Path, seed: int = 330105) -> None:
    """Four GeoPackages in EPSG:4549, and who is who in the last two: an index into the first for each row, -1 for new ones.

    58,000 components, every one of the first 400 with a twin of its class 0.6 m beside it that says the same. Measured again
    in another order with up to 1 m of error each, one in a hundred gone and one in a hundred new; once 1.5 m off as a whole.
    """
    from importers.demo.district import build_district

    table = build_district(seed, lambda _step: None).components
    rng = np.random.default_rng(seed)
    crowded = rng.permutation(len(table))[:CROWDED]
    rows = np.concatenate([np.arange(len(table)), crowded])
    xy = shapely.get_coordinates(table.geometry)[rows]
    xy[len(table) :] += [CROWDED_M, 0.0]
    columns = {name: table.columns[name][rows].astype(object) for name in TEXTS}
    columns[CODE] = np.array([f"33010599{n:08d}" for n in range(len(rows))], dtype=object)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, FIRST, columns, xy)
    order = rng.permutation(len(rows))
    gone = len(rows) // 100
    truth = np.concatenate([order[gone:], np.full(gone, -1)])
    source = np.concatenate([order[gone:], order[gone : 2 * gone]])
    angle, away = rng.uniform(0, 2 * np.pi, len(source)), JITTER_M * rng.uniform(0, 1, len(source)) ** 0.5
    again = xy[source] + np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)
    again[-gone:] += rng.uniform(20, 60, (gone, 2))
    measured = {name: column[source] for name, column in columns.items()}
    keyless = {name: column for name, column in measured.items() if name != CODE}
    _write(folder, KEYED, {name: column[:-gone] for name, column in measured.items()}, again[:-gone])
    _write(folder, KEYLESS, keyless, again)
    _write(folder, SHIFTED, keyless, again + np.array(SHIFT_M))
    np.save(folder / TRUTH, truth)


def _write(folder: Path, name: str, columns: dict[str, NDArray[Any]], xy: NDArray[np.float64]) -> None:
    path = folder / f"{name}.gpkg"
    path.unlink(missing_ok=True)
    pyogrio.raw.write(
        path, shapely.to_wkb(shapely.points(np.round(xy, 3))), list(columns.values()), list(columns),
        geometry_type="Point", crs="EPSG:4549", driver="GPKG", layer="components",
    )  # fmt: skip


if __name__ == "__main__":
    write_surveys(Path(sys.argv[1]))
