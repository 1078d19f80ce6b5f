"""Out of the register into a file: one layer, through the same filter as list and map, in a form that imports again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from importers.cells.text_quality import harmless
from registry.access.scope import Scope
from registry.assets.columns import CELLS, field_label
from registry.assets.filters import Filter
from registry.assets.query import matching
from registry.catalogue.layers import Layer
from registry.errors import Invalid
from registry.i18n import in_language
from registry.models.parties import Party
from registry.vocabulary.assets import AssetState, PartyRole
from registry.vocabulary.word_list import label

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".csv": "CSV", ".fgb": "FlatGeobuf"}
TYPES = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}
BATCH = 20_000


def export(session: Session, scope: Scope, layer: Layer, filter: Filter, path: Path) -> int:
    """Write the matching assets of a layer to `path`, whose ending tells the format; returns how many.

    EPSG:4490; a CSV carries WKT. Streamed: memory holds one batch. A look at a restricted layer is logged.
    Raises Invalid for an ending that is no format, NotFound for a layer out of reach.
    """
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise Invalid("export.format_unknown", suffix=path.suffix, known=" ".join(DRIVERS))
    scope.require_layer(layer.code)
    path.unlink(missing_ok=True)
    written = 0
    with matching(scope, filter).look(session, "export") as seen:
        names = _attribute_names(session, scope, layer, filter)
        for rows in _batches(session, scope, filter):
            _write(path, driver, layer, names, rows, append=written > 0)
            written += len(rows)
        seen.layers({layer.code: written})
    if not written:
        _write(path, driver, layer, names, [], append=False)
    return written


def _batches(session: Session, scope: Scope, filter: Filter) -> Iterator[Sequence[Any]]:
    found = matching(scope, filter)
    table = found.table
    parties = [aliased(Party) for _role in range(3)]
    statement = found.select(
        table.code, table.external_key, table.scheme, table.class_.label("class"), table.name, table.state,
        *(party.name.label(role) for party, role in zip(parties, PartyRole, strict=True)),
        table.surveyed_on, table.changed_on, table.source, table.accuracy, table.attributes,
        func.ST_AsBinary(table.geom).label("geom"),
    ).select_from(table)  # fmt: skip
    for party, role in zip(parties, (table.manager, table.owner, table.maintainer), strict=True):
        statement = statement.outerjoin(party, and_(party.district == table.district, party.id == role))
    yield from session.execute(statement.order_by(table.id).execution_options(yield_per=BATCH)).partitions()


def _attribute_names(session: Session, scope: Scope, layer: Layer, filter: Filter) -> list[str]:
    """The attributes of the schema, then those that only the data have."""
    found = matching(scope, filter)
    keys = found.select(func.jsonb_object_keys(found.table.attributes).label("key")).distinct().subquery()
    present = set(session.scalars(select(keys.c.key)))
    known = [name for name in layer.schema.get("properties", {}) if name in present]
    return [*known, *sorted(present - set(known))]


def _write(path: Path, driver: str, layer: Layer, names: list[str], rows: Sequence[Any], append: bool) -> None:
    import pyogrio.raw

    geometry = np.array([row.geom for row in rows], dtype=object)
    columns = {heading(field): _column(rows, field) for field in CELLS}
    described = layer.schema.get("properties", {})
    for name in names:
        title = in_language(described.get(name, {}).get("title", name), described.get(name, {}).get("title_en", ""))
        unique = title if title not in columns else name
        columns[unique] = _attribute(rows, name, described.get(name, {}).get("type", "string"))
    options = {"GEOMETRY": "AS_WKT", "WRITE_BOM": "YES"} if driver == "CSV" else {}
    if driver == "CSV":
        columns = {harmless(name): _harmless(column) for name, column in columns.items()}
    pyogrio.raw.write(
        path, geometry, list(columns.values()), list(columns), geometry_type=TYPES[layer.geometry], crs="EPSG:4490",
        driver=driver, layer=layer.code, append=append, **options,
    )  # fmt: skip


def heading(field: str) -> str:
    """The header of a field, by which an import knows it again."""
    special = {"class": in_language("小类代码", "class_code"), "scheme": in_language("分类标准", "scheme"),
               "external_key": in_language("编号", "external_key")}  # fmt: skip
    return special.get(field) or (field_label(field) if in_language("zh", "en") == "zh" else field)


def _column(rows: Sequence[Any], field: str) -> np.ndarray[Any, Any]:
    values = [getattr(row, field) for row in rows]
    if field == "state":
        values = [label(AssetState, value) for value in values]
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def _harmless(column: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Text that no spreadsheet takes for a formula; an import takes the apostrophe away again."""
    if column.dtype != object:
        return column
    return np.array([value if value is None else harmless(value) for value in column], dtype=object)


def _attribute(rows: Sequence[Any], name: str, kind: str) -> np.ndarray[Any, Any]:
    values = [row.attributes.get(name) for row in rows]
    if kind in ("number", "integer"):
        return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    return np.array([None if value is None else _text(value) for value in values], dtype=object)


def _text(value: Any) -> str:
    return in_language("是", "Yes") if value is True else in_language("否", "No") if value is False else str(value)
