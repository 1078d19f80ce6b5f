"""The manifest of a set of deliveries: what to import where, with which options, and what must come out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Delivery:
    """One file for one layer.

    `crs` and `encoding` are given only where the file cannot tell: they are the options of the import; `scheme` is the
    class scheme its codes or names belong to, `profile` the name to keep the suggested mapping under. `good` rows must
    arrive; `defects` lists, by kind (`importers.problems.problem.Code`), the numbers in the file of the rows that must not:
    sheet row, line of the text file, or feature number from 1.
    """

    file: str
    layer: str
    profile: str
    scheme: str
    good: int
    defects: dict[str, list[int]]
    crs: str | None = None
    encoding: str | None = None

    @property
    def bad(self) -> int:
        """How many rows are defective."""
        return sum(map(len, self.defects.values()))


@dataclass(frozen=True)
class AreaDelivery:
    """The file of areas: a GeoPackage in EPSG:4490 with a layer per level; `levels` counts their rows, from the top."""

    file: str
    levels: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    """All deliveries of one district, areas first."""

    seed: int
    district: str
    areas: AreaDelivery
    deliveries: tuple[Delivery, ...]

    def good(self, layer: str) -> int:
        """How many assets of a layer there are when everything is imported."""
        return sum(delivery.good for delivery in self.deliveries if delivery.layer == layer)

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into the folder of the deliveries."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest that lies beside deliveries. Raises OSError when there is none."""
    payload = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    deliveries = tuple(Delivery(**delivery) for delivery in payload["deliveries"])
    return Manifest(payload["seed"], payload["district"], AreaDelivery(**payload["areas"]), deliveries)
