"""The demo's components as a surveyor delivers them with codes, and as another one measures them again without."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
Places = NDArray[np.float64]

FIRST, KEYED, KEYLESS, SHIFTED = "survey_first", "survey_keyed", "survey_keyless", "survey_shifted"
TWINS_FIRST, TWINS = "twins_first", "twins_keyless"
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
    """Six GeoPackages in EPSG:4549, and for each re-survey who is who: an index into the first one for each row, -1 for new.

    The demo's 58,000 components as they lie there. Measured again in another order with up to 1 m of error each, one in a
    hundred gone and one in a hundred new; once 1.5 m off as a whole. The same once more where 400 components have a twin of
    their class 0.6 m beside them that says the same: which of two is which nobody can tell then, and the program must say so.
    """
    from demo.district import build_district

    table = build_district(seed, lambda _step: None).components
    rng = np.random.default_rng(seed)
    xy = shapely.get_coordinates(table.geometry)
    columns = {name: table.columns[name].astype(object) for name in TEXTS}
    folder.mkdir(parents=True, exist_ok=True)
    coded = {**columns, CODE: _codes(len(xy))}
    _write(folder, FIRST, coded, xy)
    measured, again, truth = _measured_again(coded, xy, rng)
    known = truth >= 0
    keyless = {name: column for name, column in measured.items() if name != CODE}
    _write(folder, KEYED, {name: column[known] for name, column in measured.items()}, again[known])
    _write(folder, KEYLESS, keyless, again)
    _write(folder, SHIFTED, keyless, again + np.array(SHIFT_M))
    np.save(folder / f"{KEYED}.npy", truth[known])
    np.save(folder / f"{KEYLESS}.npy", truth)
    np.save(folder / f"{SHIFTED}.npy", truth)
    _write_twins(folder, columns, xy, rng)


def _write_twins(folder: Path, columns: Columns, xy: Places, rng: np.random.Generator) -> None:
    rows = np.concatenate([np.arange(len(xy)), rng.permutation(len(xy))[:CROWDED]])
    crowded = xy[rows]
    crowded[len(xy) :] += [CROWDED_M, 0.0]
    kept = {name: column[rows] for name, column in columns.items()}
    _write(folder, TWINS_FIRST, {**kept, CODE: _codes(len(rows))}, crowded)
    measured, again, truth = _measured_again(kept, crowded, rng)
    _write(folder, TWINS, measured, again)
    np.save(folder / f"{TWINS}.npy", truth)


def _measured_again(
    columns: Columns, xy: Places, rng: np.random.Generator
) -> tuple[Columns, Places, NDArray[np.int64]]:
    """Cells, places and who is who of a re-survey; the new ones come last, 20 to 60 m beside others that they are like."""
    order = rng.permutation(len(xy))
    gone = len(xy) // 100
    truth = np.concatenate([order[gone:], np.full(gone, -1)])
    source = np.concatenate([order[gone:], order[gone : 2 * gone]])
    angle, away = rng.uniform(0, 2 * np.pi, len(source)), JITTER_M * rng.uniform(0, 1, len(source)) ** 0.5
    again = xy[source] + np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)
    again[-gone:] += rng.uniform(20, 60, (gone, 2))
    return {name: column[source] for name, column in columns.items()}, again, truth


def _codes(count: int) -> NDArray[np.object_]:
    return np.array([f"33010599{n:08d}" for n in range(count)], dtype=object)


def _write(folder: Path, name: str, columns: Columns, xy: Places) -> None:
    path = folder / f"{name}.gpkg"
    path.unlink(missing_ok=True)
    pyogrio.raw.write(
        path, shapely.to_wkb(shapely.points(np.round(xy, 3))), list(columns.values()), list(columns),
        geometry_type="Point", crs="EPSG:4549", driver="GPKG", layer="components",
    )  # fmt: skip


if __name__ == "__main__":
    write_surveys(Path(sys.argv[1]))
