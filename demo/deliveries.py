"""The deliveries of the demo district: which file, in which format, with which defects."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo import suppliers, writers
from demo.areas import Areas, Hierarchy
from demo.classes import SCHEMES
from demo.district import District
from demo.manifest import AreaDelivery, Delivery
from demo.outline import DEGREES, METRES
from demo.sheet import Defect, Heads, Sheet, spoiled
from demo.suppliers import to_degrees
from demo.table import Table

AREAS_FILE = "areas.gpkg"
ZONE_40 = "EPSG:4528"
LEDGER_TITLE = "示例区环卫设施台账（演示数据，单位和人员均为虚构）"


@dataclass(frozen=True)
class Plan:
    """One file to be made: from which table, by which supplier, how written; `first_row` is the number of row 0.

    `layer` and `crs` are what the manifest declares.
    """

    file: str
    layer: str
    table: Callable[[District], Table]
    supplier: Callable[[Table, np.random.Generator], Sheet]
    write: Callable[[Path, Sheet], None]
    first_row: int
    defects: tuple[Defect, ...]
    crs: str | None = None


def _shapefile(stem: str, kind: str) -> Callable[[Path, Sheet], None]:
    return lambda path, sheet: writers.write_shapefile(path, stem, sheet, kind, METRES)


def _geopackage(layer: str, kind: str, crs: str) -> Callable[[Path, Sheet], None]:
    return lambda path, sheet: writers.write_geopackage(path, layer, sheet, kind, crs)


PLANS = (
    Plan(
        "roads.zip", "road", lambda d: d.roads, suppliers.roads,
        _shapefile("DL_2025", "LineString"), 1,
        (Defect("geometry_missing", 2), Defect("code_repeated", 2), Defect("class_unknown", 1, "高速匝道"),
         Defect("number_bad", 2), Defect("date_bad", 1), Defect("outside_district", 1, "far")),
    ),
    Plan(
        "alleys.geojson", "alley", lambda d: d.alleys, suppliers.alleys,
        writers.write_geojson, 1,
        (Defect("geometry_missing", 1), Defect("code_repeated", 2), Defect("number_bad", 1), Defect("date_bad", 1),
         Defect("axes_swapped", 1)),
    ),
    Plan(
        "rivers.gpkg", "river", lambda d: d.rivers, suppliers.rivers,
        _geopackage("河道", "LineString", METRES), 1,
        (Defect("geometry_missing", 1), Defect("code_repeated", 1), Defect("class_unknown", 1, "省级河道"),
         Defect("number_bad", 1), Defect("date_bad", 1)),
    ),
    Plan(
        "greens.gpkg", "green", lambda d: d.greens, suppliers.greens,
        _geopackage("绿地", "Unknown", DEGREES), 1,
        (Defect("geometry_invalid", 2), Defect("geometry_missing", 1), Defect("code_repeated", 1),
         Defect("class_unknown", 1, "G9"), Defect("number_bad", 1), Defect("date_bad", 1)),
    ),
    Plan(
        "components_municipal.zip", "component", lambda d: d.components, suppliers.municipal,
        _shapefile("SZBJ_2025", "Point"), 1,
        (Defect("geometry_missing", 2), Defect("code_repeated", 3), Defect("class_unknown", 2, "0199"),
         Defect("number_bad", 1), Defect("date_bad", 2), Defect("outside_district", 1)),
    ),
    Plan(
        "components_sanitation.xlsx", "component", lambda d: d.components, suppliers.sanitation,
        lambda path, sheet: writers.write_ledger(path, LEDGER_TITLE, sheet), 3,
        (Defect("position_missing", 2), Defect("code_repeated", 2), Defect("code_damaged", 3),
         Defect("class_unknown", 1, "分类垃圾亭"), Defect("date_bad", 1), Defect("axes_swapped", 1)),
        "GCJ-02",
    ),
    Plan(
        "components_greening.csv", "component", lambda d: d.components, suppliers.greening,
        writers.write_csv, 2,
        (Defect("position_missing", 2), Defect("position_not_number", 1), Defect("code_repeated", 2),
         Defect("code_damaged", 2), Defect("class_unknown", 1, "0499"), Defect("date_bad", 1),
         Defect("outside_district", 1, "far")),
        ZONE_40,
    ),
    Plan(
        "cameras.csv", "camera", lambda d: d.cameras, suppliers.cameras,
        writers.write_csv, 2,
        (Defect("position_missing", 2), Defect("outside_district", 2), Defect("axes_swapped", 2),
         Defect("code_repeated", 2), Defect("class_unknown", 1, "热成像"), Defect("number_bad", 1), Defect("date_bad", 1)),
        "EPSG:4326",
    ),
)  # fmt: skip


def deliver(district: District, folder: Path, seed: int) -> Iterator[Delivery]:
    """Write the file of every plan into `folder`, replacing what is there, and tell of each."""
    for plan in PLANS:
        rng = np.random.default_rng([seed, zlib.crc32(plan.file.encode())])
        sheet = plan.supplier(plan.table(district), rng)
        dirty, where = spoiled(sheet, plan.defects, rng)
        path = folder / plan.file
        path.unlink(missing_ok=True)
        plan.write(path, dirty)
        rows = {kind: [int(row) + plan.first_row for row in found] for kind, found in where.items()}
        name = f"demo-{path.stem.replace('_', '-')}"
        yield Delivery(plan.file, plan.layer, name, SCHEMES[plan.layer], len(sheet), rows, plan.crs)


def deliver_areas(areas: Hierarchy, folder: Path) -> AreaDelivery:
    """Write the four levels of areas into one GeoPackage in EPSG:4490, replacing what is there."""
    path = folder / AREAS_FILE
    path.unlink(missing_ok=True)
    for name, level in areas.levels():
        writers.write_geopackage(path, name, _sheet(level), "Polygon", DEGREES)
    return AreaDelivery(AREAS_FILE, {name: len(level.code) for name, level in areas.levels()})


def _sheet(level: Areas) -> Sheet:
    columns = {head: getattr(level, head).astype(object) for head in ("code", "name", "name_en", "parent")}
    return Sheet(columns, Heads(), to_degrees(level.geometry))
