"""Which areas a geometry lies in, and the loading of areas.

In memory rather than in SQL: prepared polygons against all points at once took a twentieth of the time of ST_Intersects.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import psycopg
import shapely

from registry.database.statements import reference_rows
from registry.errors import Invalid

KINDS = {6: "district", 9: "subdistrict", 12: "community", 14: "grid", 15: "grid"}


@dataclass(frozen=True)
class AreaShape:
    """An area to load: code (its length tells the kind), names, polygon in EPSG:4490."""

    code: str
    name_zh: str
    name_en: str
    geometry: shapely.Geometry


class Areas:
    """The areas of a district, ready to be asked which of them many geometries touch."""

    def __init__(self, codes: list[str], polygons: np.ndarray[Any, Any]) -> None:
        self._codes = codes
        self._polygons = polygons

    @classmethod
    def load(cls, connection: psycopg.Connection[Any], district: str) -> Areas:
        """The finest areas that the district has: grids, or else communities, or else subdistricts."""
        rows = connection.execute(
            "SELECT code, ST_AsBinary(geom) FROM registry.area WHERE district = %(district)s AND kind ="
            " (SELECT kind FROM registry.area WHERE district = %(district)s ORDER BY length(code) DESC LIMIT 1)"
            " AND kind <> 'district' ORDER BY code",
            {"district": district},
        ).fetchall()
        return cls([row[0] for row in rows], shapely.from_wkb([row[1] for row in rows]))

    def locate(self, geometries: np.ndarray[Any, Any]) -> list[str]:
        """For each geometry the codes of the areas it touches, parents included, as a PostgreSQL array literal.

        Grids partition communities and communities subdistricts, and a code begins with its parent's.
        """
        touched: list[str] = ["{}"] * len(geometries)
        if not self._codes:
            return touched
        geometry, area = self._touching(geometries)
        literals = [_literal((code,)) for code in self._codes]
        single = np.bincount(geometry, minlength=len(geometries))[geometry] == 1
        for row, index in zip(geometry[single].tolist(), area[single].tolist(), strict=True):
            touched[row] = literals[index]
        several: dict[int, list[str]] = {}
        for row, index in zip(geometry[~single].tolist(), area[~single].tolist(), strict=True):
            several.setdefault(row, []).append(self._codes[index])
        for row, codes in several.items():
            touched[row] = _literal(codes)
        return touched

    def _touching(self, geometries: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Pairs (geometry, area). The tree holds the geometries, so that each polygon is prepared once."""
        area, geometry = shapely.STRtree(geometries).query(self._polygons, predicate="intersects")
        return geometry, area


def _literal(codes: Iterable[str]) -> str:
    parts = {code[:length] for code in codes for length in (9, 12, len(code)) if len(code) >= length}
    return "{" + ",".join(sorted(parts)) + "}"


def district_outline(connection: psycopg.Connection[Any], district: str) -> shapely.Geometry | None:
    """The district's own outline (EPSG:4490), or that of its subdistricts together; None where neither is loaded."""
    row = connection.execute(
        "SELECT ST_AsBinary(ST_Union(geom ORDER BY code)) FROM registry.area WHERE district = %(district)s AND kind ="
        " (SELECT kind FROM registry.area WHERE district = %(district)s AND kind IN ('district', 'subdistrict')"
        " ORDER BY kind LIMIT 1)",
        {"district": district},
    ).fetchone()
    return shapely.from_wkb(row[0]) if row is not None and row[0] is not None else None


def load_areas(connection: psycopg.Connection[Any], district: str, shapes: Iterable[AreaShape]) -> dict[str, int]:
    """Insert or replace areas of a district, by code; returns how many of each kind. Needs the owner's connection.

    Raises Invalid for a code of another district or of a length that no kind has.
    """
    counts: dict[str, int] = {}
    initials = {row["code"]: row["pinyin_initials"] for row in reference_rows("subdistricts.csv")}
    rows = []
    for shape in shapes:
        kind = KINDS.get(len(shape.code))
        if kind is None or not shape.code.startswith(district):
            raise Invalid("area.code_of_other_district", code=shape.code, district=district)
        counts[kind] = counts.get(kind, 0) + 1
        place = shapely.to_wkb(shape.geometry, hex=True)
        names = (shape.name_zh, shape.name_en, initials.get(shape.code, ""))
        rows.append((district, shape.code, kind, *names, place))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO registry.area (district, code, kind, name_zh, name_en, initials, geom)"
            " VALUES (%s, %s, %s, %s, %s, %s, ST_Multi(ST_SetSRID(%s::geometry, 4490)))"
            " ON CONFLICT (district, code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en,"
            " initials = excluded.initials, geom = excluded.geom",
            rows,
        )
    return counts


# What says where it lies: assets, their earlier versions (which an undo brings back) and proposals that wait. Each as the
# statement that pages through it by a two-part key, and the one that writes.
_LYING = (
    (
        "SELECT id, 0, ST_AsBinary(geom) FROM registry.asset"
        " WHERE district = %s AND (id, 0) > (%s, %s) ORDER BY 1, 2 LIMIT %s",
        "UPDATE registry.asset a SET areas = n.areas::text[]"
        " FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS n (id, _, areas)"
        " WHERE a.district = %s AND a.id = n.id AND a.areas <> n.areas::text[]",
    ),
    (
        "SELECT id, version, ST_AsBinary(geom) FROM registry.asset_version"
        " WHERE district = %s AND (id, version) > (%s, %s) ORDER BY 1, 2 LIMIT %s",
        "UPDATE registry.asset_version a SET areas = n.areas::text[]"
        " FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS n (id, version, areas)"
        " WHERE a.district = %s AND (a.id, a.version) = (n.id, n.version) AND a.areas <> n.areas::text[]",
    ),
    (
        "SELECT c.change_set, c.seq, ST_AsBinary(c.geom) FROM registry.change c"
        " JOIN registry.change_set s ON s.district = c.district AND s.id = c.change_set AND s.status = 'proposed'"
        " WHERE c.district = %s AND (c.change_set, c.seq) > (%s, %s) ORDER BY 1, 2 LIMIT %s",
        "UPDATE registry.change a SET areas = n.areas::text[]"
        " FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS n (change_set, seq, areas)"
        " WHERE a.district = %s AND (a.change_set, a.seq) = (n.change_set, n.seq) AND a.areas <> n.areas::text[]",
    ),
)


def relocate(connection: psycopg.Connection[Any], district: str, batch: int = 50_000) -> int:
    """Ask anew where everything lies, after areas were redrawn; returns how many assets changed. Needs the owner's connection.

    Derived data only: no version is made. Earlier versions and waiting proposals follow, so that an undo and an apply after
    it speak of the areas of today.
    """
    areas = Areas.load(connection, district)
    changed, *_others = [_relocate(connection, district, areas, batch, *statements) for statements in _LYING]
    if changed:  # a tile filtered by area may now be another
        connection.execute("UPDATE registry.tile_revision SET revision = revision + 1 WHERE district = %s", (district,))
    return changed


def _relocate(
    connection: psycopg.Connection[Any],
    district: str,
    areas: Areas,
    batch: int,
    page: LiteralString,
    write: LiteralString,
) -> int:
    changed, last = 0, (-1, -1)
    while rows := connection.execute(page, (district, *last, batch)).fetchall():
        first, second, shapes = map(list, zip(*rows, strict=True))
        located = areas.locate(shapely.from_wkb(shapes))
        changed += connection.execute(write, (first, second, located, district)).rowcount
        last = (first[-1], second[-1])
    return changed
