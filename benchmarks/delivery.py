"""The files that imports are measured with: components as a surveyor delivers them, and delivers them again."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyproj import Transformer

CLASSES = {
    "0101": "上水井盖",
    "0102": "污水井盖",
    "0103": "雨水井盖",
    "0104": "雨水箅子",
    "0118": "路灯",
    "0305": "垃圾箱",
}
CHANGED_EVERY = 100
MOVED_M = 3.0


def write_components(folder: Path, count: int, seed: int = 1, changed: bool = False) -> Path:
    """A GBK shapefile in EPSG:4549 without .cpg: `count` points, seven text columns. Returns the .shp.

    `changed`: the same assets some time later, every hundredth either 3 m to the north or in another state.
    """
    columns, x, y = _components(count, seed)
    if changed:
        y[::CHANGED_EVERY][::2] += MOVED_M
        states = columns["ObjState"][::CHANGED_EVERY]
        states[1::2] = np.where(states[1::2] == "完好", "破损", "完好")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"components_{count}{'_changed' if changed else ''}.shp"
    pyogrio.raw.write(
        path, shapely.to_wkb(shapely.points(np.round(x, 4), np.round(y, 4))), list(columns.values()), list(columns),
        geometry_type="Point", crs="EPSG:4549", encoding="GB18030", driver="ESRI Shapefile",
    )  # fmt: skip
    path.with_suffix(".cpg").unlink(missing_ok=True)
    with path.with_suffix(".dbf").open("r+b") as file:  # byte 29, the language driver id, is what old programs leave 0
        file.seek(29)
        file.write(b"\0")
    return path


def _components(count: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Text columns, eastings and northings."""
    rng = np.random.default_rng(seed)
    codes = rng.choice(list(CLASSES), count)
    x, y = Transformer.from_crs(4490, 4549, always_xy=True).transform(
        rng.uniform(120.0869, 120.219, count), rng.uniform(30.2578, 30.4023, count)
    )
    numbers = _rank(codes).tolist()
    columns = {
        "ObjID": np.array([f"330105{c}{n:06d}" for c, n in zip(codes, numbers, strict=True)], dtype=object),
        "ObjName": np.array([CLASSES[c] for c in codes], dtype=object),
        "DeptName1": rng.choice(np.array(["示例区城市管理局", "示例区园林绿化中心"], dtype=object), count),
        "DeptName3": rng.choice(np.array([f"示例{n}号养护有限公司" for n in "一二三四五六"], dtype=object), count),
        "ObjState": rng.choice(np.array(["完好", "破损"], dtype=object), count, p=[0.97, 0.03]),
        "ORDate": np.array(
            [f"2024{m:02d}{d:02d}" for m, d in rng.integers(1, 28, (count, 2)) % [12, 28] + 1], dtype=object
        ),
        "Material": rng.choice(np.array(["铸铁", "水泥", "复合材料"], dtype=object), count),
    }
    return columns, x, y


def _rank(codes: np.ndarray) -> np.ndarray:
    """1, 2, 3 … within each class."""
    order = np.argsort(codes, kind="stable")
    ranks = np.empty(len(codes), dtype=np.int64)
    starts = np.r_[True, codes[order][1:] != codes[order][:-1]]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(codes)), 0))
    ranks[order] = np.arange(len(codes)) - first + 1
    return ranks


if __name__ == "__main__":
    for later in (False, True)[: 1 + ("again" in sys.argv[3:])]:
        write_components(Path(sys.argv[1]), int(sys.argv[2]), changed=later)
