"""What lies near a point: the assets under a click, and the neighbours of an asset."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from registry.access.scope import Scope
from registry.assets.filters import Filter
from registry.assets.query import matching
from registry.i18n import in_language
from registry.models.assets import Asset
from registry.models.catalogue import AssetClassRow

EQUATOR_M = 2 * pi * 6378137
REACH_PIXELS = 12
NEIGHBOUR_M = 60


@dataclass(frozen=True)
class Hit:
    """An asset near a point: its distance in metres; its outline as GeoJSON text, simplified for drawing, or None."""

    id: int
    layer: str
    code: str
    name: str
    class_name: str
    state: str
    distance_m: float
    geometry: str | None = None


def identify(
    session: Session, scope: Scope, filter: Filter, lon: float, lat: float, zoom: float, most: int = 10
) -> list[Hit]:
    """The assets under a click: within 12 pixels at this zoom (256 px tiles), points before lines before areas, each
    nearest first."""
    pixel = EQUATOR_M / 256 / 2**zoom
    found = matching(scope, filter)
    outline = func.ST_Transform(func.ST_Simplify(found.table.geom_3857, pixel / 2, True), 4490)
    with found.look(session, "identify") as seen:
        hits = _near(session, found, (lon, lat), REACH_PIXELS * pixel, most, func.ST_AsGeoJSON(outline, 7, 0))
        seen.rows(hits)
    return hits


def neighbours(session: Session, scope: Scope, asset: Asset, lon: float, lat: float, most: int = 8) -> list[Hit]:
    """The live assets around an asset, nearest first."""
    reach = NEIGHBOUR_M / cos(radians(lat))
    found = matching(scope, Filter())
    with found.look(session, "neighbours") as seen:
        hits = _near(session, found, (lon, lat), reach, most + 1, None)
        kept = [hit for hit in hits if hit.id != asset.id][:most]
        seen.rows(kept)
    return kept


def _near(session: Session, found: Any, place: tuple[float, float], reach: float, most: int, outline: Any) -> list[Hit]:
    """`reach` in metres of EPSG:3857, in which the distances are measured and then scaled to the ground."""
    table = found.table
    lon, lat = place
    degrees = reach / EQUATOR_M * 360
    here = func.ST_Transform(func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4490), 3857)
    distance = func.ST_Distance(table.geom_3857, here)
    columns = (table.id, table.layer, table.code, table.name, AssetClassRow.name_zh, AssetClassRow.name_en, table.state)
    extra = (distance.label("distance"), *((outline.label("outline"),) if outline is not None else ()))
    statement = (
        found.with_class(*columns, *extra)
        .where(*found.touching((lon - degrees, lat - degrees, lon + degrees, lat + degrees)))
        .where(distance <= reach)
        .order_by(func.ST_Dimension(table.geom), distance, table.id)
        .limit(most)
    )
    return [
        Hit(r.id, r.layer, r.code, r.name, in_language(r.name_zh, r.name_en), r.state,
            round(r.distance * cos(radians(lat)), 2), r.outline if outline is not None else None)
        for r in session.execute(statement)
    ]  # fmt: skip
