"""What the map's script asks: counts, what lies under a click, what a few letters may mean. JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from flask import Response, request

from registry.assets import proximity, search
from registry.assets import query as assets
from registry.catalogue.layers import stored_layers
from registry.errors import Invalid
from registry.vocabulary.areas import AreaKind
from registry.vocabulary.word_list import label
from web.http.routing import asked, district_blueprint
from web.http.transaction import connection, scope, session

blueprint = district_blueprint("questions", __name__, "/api")
LIMITS = {"lon": (-180.0, 180.0), "lat": (-85.0, 85.0), "zoom": (0.0, 24.0)}


@blueprint.get("/counts")
def counts() -> Response:
    """How many assets meet the filter, per layer and per class."""
    counted = assets.counts(session(), scope(), asked())
    names = _class_names()
    classes = {
        layer: [
            {"scheme": scheme, "code": code, "name": names[scheme, code], "n": n}
            for (scheme, code), n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        ]
        for layer, found in counted.classes.items()
    }
    return _json({"layers": counted.layers, "total": counted.total, "classes": classes})


@blueprint.get("/identify")
def identify() -> Response:
    """The assets under a click, nearest first, at most ten; outlines simplified for drawing."""
    wanted = asked()
    lon, lat, zoom = (_number(name) for name in ("lon", "lat", "zoom"))
    found = proximity.identify(session(), scope(), wanted, lon, lat, zoom)
    return _json({"type": "FeatureCollection", "features": [_feature(hit) for hit in found]}, "application/geo+json")


@blueprint.get("/suggest")
def suggest() -> Response:
    """Classes, areas and assets that the typed letters may mean."""
    found = search.suggest(session(), scope(), request.args.get("q", ""))
    layers = stored_layers(connection())
    return _json(
        {
            "assets": [_suggested(hit, layer_name=layers[hit.layer].name) for hit in found.assets],
            "areas": [_suggested(hit, kind_name=label(AreaKind, hit.kind)) for hit in found.areas],
            "classes": [{**asdict(hit), "layer_name": layers[hit.layer].name} for hit in found.classes],
        }
    )


def _class_names() -> dict[tuple[str, str], str]:
    layers = stored_layers(connection())
    return {(kind.scheme, kind.code): kind.name for layer in layers.values() for kind in layer.classes}


def _number(name: str) -> float:
    """A number of the query string within its limits; "nan" is within none."""
    low, high = LIMITS[name]
    value = request.args.get(name, type=float)
    if value is None or not low <= value <= high:
        given = request.args.get(name, "")[:40]
        raise Invalid("form.number_bad", name=name, value=given, low=f"{low:g}", high=f"{high:g}")
    return value


def _feature(hit: proximity.Hit) -> dict[str, Any]:
    properties = asdict(hit)
    geometry = properties.pop("geometry")
    return {
        "type": "Feature",
        "id": hit.id,
        "geometry": geometry and orjson.Fragment(geometry),
        "properties": properties,
    }


def _suggested(hit: search.AssetHit | search.AreaHit, **names: str) -> dict[str, Any]:
    values = asdict(hit)
    values["bbox"] = values.pop("box")
    return {**values, **names}


def _json(value: dict[str, Any], mimetype: str = "application/json") -> Response:
    return Response(orjson.dumps(value), mimetype=mimetype)
