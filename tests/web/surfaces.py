"""Every way in which an asset can be seen over HTTP, read back as the layers that were seen."""

from __future__ import annotations

import re
from math import asinh, floor, pi, radians, tan
from typing import Any

import mapbox_vector_tile
import seed
from flask.testing import FlaskClient

SURFACES = ("list", "base tile", "clusters", "points", "counts", "suggest", "identify", "card", "page", "map")
LAYERS = ("alley", "camera", "component", "green", "river", "road")
NOTHING: frozenset[str] = frozenset()


def tile_at(lon: float, lat: float, z: int) -> str:
    """Address of the tile over a point, below the tileset."""
    x = floor((lon + 180) / 360 * 2**z)
    y = floor((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * 2**z)
    return f"{z}/{x}/{y}.mvt"


def tile(
    client: FlaskClient, tileset: str, z: int, query: str = "", district: str = seed.DISTRICT, west: float = 0.005
) -> dict[str, Any]:
    """The decoded tile over the seeded components (cameras: 0.006 degrees west of the centre); {} when empty."""
    lon = seed.LON + (0.2 if district == seed.OTHER_DISTRICT else 0.0) - west
    response = client.get(f"/{district}/tiles/{tileset}/{tile_at(lon, seed.LAT - 0.0002, z)}?{query}")
    if response.status_code == 204:
        return {}
    assert response.status_code == 200, response.status_code
    decoded: dict[str, Any] = mapbox_vector_tile.decode(response.data)
    return decoded


def listed(client: FlaskClient, query: str = "", district: str = seed.DISTRICT) -> list[tuple[int, str]]:
    """Ids and layers of all lines of the list, page after page."""
    found: list[tuple[int, str]] = []
    address: str | None = f"/{district}/assets?{query}"
    while address:
        response = client.get(address)
        if response.status_code != 200:
            return found
        body = response.text.partition("<tbody>")[2].partition("</tbody>")[0]
        ids = re.findall(r'<th scope="row"><a href="[^"]*/assets/(\d+)"', body)
        layers = re.findall(r"layer-dot is-(\w+)", body)
        found += [(int(id), layer) for id, layer in zip(ids, layers, strict=True)]
        onward = re.search(r'rel="next" href="([^"]+)"', response.text)
        address = onward[1].replace("&amp;", "&") if onward else None
    return found


def seen(client: FlaskClient, ids: dict[str, list[int]], district: str = seed.DISTRICT) -> dict[str, frozenset[str]]:
    """For each surface the layers of which it shows anything at all. `ids`: all assets of the district, by layer."""
    east = 0.2 if district == seed.OTHER_DISTRICT else 0.0
    return {
        "list": frozenset(layer for _id, layer in listed(client, district=district)),
        **_tiles(client, district),
        "counts": _counts(client, district),
        "suggest": _suggested(client, district),
        "identify": _identified(client, district, east),
        "card": _opened(client, ids, district, "/card"),
        "page": _opened(client, ids, district, ""),
        "map": frozenset(
            re.findall(r'\{"code": "(\w+)", "name": "[^"]*", "geometry"', client.get(f"/{district}/map").text)
        ),
    }


def _tiles(client: FlaskClient, district: str) -> dict[str, frozenset[str]]:
    if client.get(f"/{district}/tiles/base/12/0/0.mvt").status_code in (401, 404):
        return dict.fromkeys(("base tile", "clusters", "points"), NOTHING)
    clusters = tile(client, "points", 12, district=district).get("cluster", {"features": []})
    return {
        "base tile": frozenset(tile(client, "base", 12, district=district)),
        "clusters": frozenset(feature["properties"]["l"] for feature in clusters["features"]),
        "points": frozenset(
            layer for west in (0.005, 0.006) for layer in tile(client, "points", 16, district=district, west=west)
        ),
    }


def _counts(client: FlaskClient, district: str) -> frozenset[str]:
    """A layer that is named at all is seen, with a count of nought too."""
    answer = client.get(f"/{district}/api/counts").json or {}
    return frozenset(answer.get("layers", {})) | frozenset(answer.get("classes", {}))


def _suggested(client: FlaskClient, district: str) -> frozenset[str]:
    found: set[str] = set()
    for text in (
        "试验公园",
        "试验河",
        "试验巷",
        "试验大道",
        "密探",
        "枪机",
        "路灯",
        "河道",
        "公园",
        "干路",
        "小巷",
        "CAM-1",
    ):
        answer = client.get(f"/{district}/api/suggest", query_string={"q": text}).json or {}
        found |= {hit["layer"] for kind in ("assets", "classes") for hit in answer.get(kind, [])}
    return frozenset(found)


def _identified(client: FlaskClient, district: str, east: float) -> frozenset[str]:
    lon = seed.LON + east
    found: set[str] = set()
    for x, y in (
        (-0.005, -0.0002),
        (-0.006, -0.0002),
        (-0.01, 0.002),
        (-0.01, 0.006),
        (-0.01, -0.012),
        (-0.009, 0.011),
    ):
        answer = client.get(f"/{district}/api/identify?zoom=17&lon={lon + x}&lat={seed.LAT + y}").json or {}
        found |= {feature["properties"]["layer"] for feature in answer.get("features", [])}
    return frozenset(found)


def _opened(client: FlaskClient, ids: dict[str, list[int]], district: str, suffix: str) -> frozenset[str]:
    answers = {layer: client.get(f"/{district}/assets/{some[0]}{suffix}").status_code for layer, some in ids.items()}
    assert set(answers.values()) <= {200, 404}
    return frozenset(layer for layer, status in answers.items() if status == 200)
