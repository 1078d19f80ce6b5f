"""Deliveries of a few rows, normalised: what the tests of it share."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from importers.normalise.normaliser import Normaliser, Prepared
from importers.problems.problem import Problem
from importers.profiles.profile import Profile
from importers.records import Column, DeclaredCrs, Encoding, Rows, SourceLayer, type_of
from registry.catalogue.layers import reference_layers
from registry.i18n import Words

LAYERS = reference_layers()
DEGREES = DeclaredCrs("EPSG:4490", "CGCS2000", "file")
HERE = (120.1550123, 30.3200456)
GONGSHU = (120.0869, 30.2578, 120.219, 30.4023)
ROAD = Profile("road", constants={"class": "2"})
GREEN = Profile("green", constants={"class": "G1"})


def delivery(columns: dict[str, Any], geometry: Any = "points", crs: DeclaredCrs = DEGREES, first: int = 11) -> Any:
    """A source layer and its one batch; rows are numbered from 11, so that no index passes for a row number."""
    arrays = {name: pa.array(values) for name, values in columns.items()}
    count = len(next(iter(arrays.values()))) if arrays else len(geometry)
    if isinstance(geometry, str):
        geometry = shapely.points(np.round(HERE[0] + np.arange(count) * 1e-5, 9), np.full(count, HERE[1]))
    described = tuple(Column(name, type_of(array.type)) for name, array in arrays.items())
    kind = None if geometry is None else "point"
    source = SourceLayer("t", "test", count, described, kind, Encoding("UTF-8", "", Words()), crs)
    return source, Rows(np.arange(first, first + count), arrays, geometry)


def prepared(
    columns: dict[str, Any], profile: Profile, geometry: Any = "points", crs: DeclaredCrs = DEGREES
) -> Prepared:
    source, rows = delivery(columns, geometry, crs)
    return Normaliser(profile, LAYERS[profile.layer], source, LAYERS).prepare(rows)


def as_tuples(problems: list[Problem]) -> list[tuple[str, int | None, str, str]]:
    return [(str(p.code), p.row, p.field, p.value) for p in problems]


def attributes(batch: Prepared) -> list[dict[str, Any]]:
    return [orjson.loads(text) for text in batch.attributes.to_pylist()]


LAMP = Profile("component", constants={"class": "0118"})
