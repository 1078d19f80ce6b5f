"""A tile over HTTP beside the bare statement that cuts it, and beside tipg on the same table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg

from benchmarks.databases import Server
from benchmarks.demo import ACCOUNT, DISTRICT, password
from benchmarks.measuring import Absent, Cost, Fact, Group, Subject, compare, timed
from benchmarks.serving import Answer, Client, ours, tipg
from registry.i18n import _

ZOOMS = (12, 14, 16)
TILESETS = ("base", "points")
EXTENT = 4096
BUFFER = 64
NAMED_FROM = 13
METRES_PER_DEGREE = 111_320.0

# The tile with the most assets of the tileset.
BUSIEST = """
SELECT floor((ST_X(p) + 180) / 360 * 2 ^ %(z)s)::int AS x,
       floor((0.5 - asinh(tan(radians(ST_Y(p)))) / (2 * pi())) * 2 ^ %(z)s)::int AS y
FROM (SELECT ST_Centroid(a.geom) AS p FROM registry.asset a JOIN registry.layer l ON l.code = a.layer
      WHERE a.district = %(district)s AND (l.geometry = 'point') = %(points)s AND l.zoom_min <= %(z)s + 1) AS places
GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1
"""
# What somebody would write who has one user and no filter: every asset in the box, simplified to half a pixel.
STATEMENT = """
SELECT ST_AsMVT(feature, 'assets', %(extent)s, 'shape', 'id') FROM (
  SELECT a.id, a.class AS c, a.state AS s, CASE WHEN %(named)s THEN a.name END AS n,
         ST_AsMVTGeom(CASE WHEN %(points)s THEN a.geom_3857 ELSE ST_Simplify(a.geom_3857, %(pixel)s / 2, true) END,
                      ST_TileEnvelope(%(z)s, %(x)s, %(y)s), %(extent)s, %(buffer)s, true) AS shape
  FROM registry.asset a
  WHERE a.district = %(district)s AND a.layer = ANY (%(layers)s) AND a.state <> 'retired'
    AND a.geom && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(buffer)s / %(extent)s::float8), 4490)
) feature
"""
# What `apply` does to the tiles it touches: the next request finds nothing in any cache.
TOUCH = """
UPDATE registry.tile_revision SET revision = revision + 1
WHERE district = %(district)s
  AND cx BETWEEN floor(%(x)s * 2.0 ^ (14 - %(z)s)) AND ceil((%(x)s + 1) * 2.0 ^ (14 - %(z)s)) - 1
  AND cy BETWEEN floor(%(y)s * 2.0 ^ (14 - %(z)s)) AND ceil((%(y)s + 1) * 2.0 ^ (14 - %(z)s)) - 1
"""


@dataclass(frozen=True)
class Tile:
    """One tile, and how each of the three is asked for it."""

    tileset: str
    z: int
    x: int
    y: int
    layers: tuple[str, ...]

    @property
    def pixel(self) -> float:
        """Metres of the mercator plane in one of 512 pixels."""
        return float(40075016.68 / 2**self.z / 512)

    @property
    def values(self) -> dict[str, Any]:
        """For the statements."""
        return {
            "district": DISTRICT, "points": self.tileset == "points", "z": self.z, "x": self.x, "y": self.y,
            "extent": EXTENT, "buffer": BUFFER, "pixel": self.pixel, "named": self.z >= NAMED_FROM and self.tileset == "base",
            "layers": list(self.layers),
        }  # fmt: skip

    @property
    def path(self) -> str:
        """Ours."""
        return f"/{DISTRICT}/tiles/{self.tileset}/{self.z}/{self.x}/{self.y}.mvt"

    @property
    def peer_path(self) -> str:
        """tipg's: the same layers, columns and simplification, which it wants in the table's degrees."""
        names = ", ".join(f"'{layer}'" for layer in self.layers)
        query = {"geom-column": "geom", "properties": "id,class,state", "filter-lang": "cql2-text",
                 "filter": f"district = '{DISTRICT}' AND layer IN ({names})", "limit": "1000000"}  # fmt: skip
        if self.tileset == "base":
            query |= {"simplify": f"{self.pixel / 2 / METRES_PER_DEGREE:.9f}"}
            query |= {"properties": "id,class,state,name"} if self.z >= NAMED_FROM else {}
        return f"/collections/registry.asset/tiles/WebMercatorQuad/{self.z}/{self.x}/{self.y}?{urlencode(query)}"


def measure(server: Server, database: str, runs: int) -> list[Group]:
    """The busiest tile of each tileset at each zoom. Raises Absent without tipg."""
    with (
        server.connect(database) as connection,
        ours(server, database) as our_port,
        tipg(server, database) as their_port,
    ):
        us, them = Client(our_port), Client(their_port)
        us.sign_in(ACCOUNT, password(server))
        tiles = [busiest(connection, tileset, z) for tileset in TILESETS for z in ZOOMS]
        return [_Contest(connection, us, them, tile).group(runs) for tile in tiles]


def busiest(connection: psycopg.Connection[Any], tileset: str, z: int) -> Tile:
    """The tile with the most assets."""
    values = {"district": DISTRICT, "points": tileset == "points", "z": z}
    place = connection.execute(BUSIEST, values).fetchone()
    layers = connection.execute(
        "SELECT code FROM registry.layer WHERE (geometry = 'point') = %(points)s"
        " AND %(z)s + 1 BETWEEN zoom_min AND zoom_max ORDER BY position", values,
    ).fetchall()  # fmt: skip
    assert place is not None
    return Tile(tileset, z, place[0], place[1], tuple(row[0] for row in layers))


class _Contest:
    """One tile, asked of all."""

    def __init__(self, connection: psycopg.Connection[Any], us: Client, them: Client, tile: Tile) -> None:
        self._connection, self._us, self._them, self._tile = connection, us, them, tile

    def group(self, runs: int) -> Group:
        """All ways of asking, in turn; the facts say what each of them carried."""
        subjects = [
            Subject("statement", _("裸 ST_AsMVT 语句，无权限控制"), lambda: timed(self._statement)),
            Subject("http", _("HTTP，刚有变更，须重新切"), self._fresh),
            Subject("http_cached", _("HTTP，已在内存"), lambda: timed(self._ask)),
            Subject("http_304", _("HTTP，未变更 (304)"), self._revalidation()),
            Subject("tipg", "tipg", lambda: timed(self._peer)),
        ]
        tile = self._tile
        label = _("瓦片 %(tile)s", tile=f"{tile.tileset}/{tile.z}/{tile.x}/{tile.y}")
        return compare(f"tile_{tile.tileset}_{tile.z}", label, subjects, runs, warm=2, facts=self._carried())

    def _statement(self) -> bytes:
        row = self._connection.execute(STATEMENT, self._tile.values).fetchone()
        assert row is not None
        return bytes(row[0])

    def _ask(self) -> Answer:
        return _ok(self._us.get(self._tile.path))

    def _fresh(self) -> Cost:
        self._connection.execute(TOUCH, self._tile.values)
        return timed(self._ask)

    def _revalidation(self) -> Callable[[], Cost]:
        def ask() -> None:
            answer = self._us.get(self._tile.path, If_None_Match=known[0])
            if answer.status != 304:
                known[0] = answer.headers["ETag"]

        def run() -> Cost:
            ask()  # what was cut a moment ago has a new tag
            return timed(ask)

        known = ['"none"']
        return run

    def _peer(self) -> Answer:
        return _ok(self._them.get(self._tile.peer_path))

    def _carried(self) -> tuple[Fact, ...]:
        """Features and bytes over the wire: what is compared should be the same answer."""
        answers = {"http": self._ask(), "tipg": self._peer()}
        sizes = (Fact(f"{name}_bytes", f"{name}：{_('传输')}", len(a.body), "B") for name, a in answers.items())
        tiles = {"statement": self._statement(), **{name: answer.plain for name, answer in answers.items()}}
        counts = (Fact(f"{name}_assets", f"{name}：{_('资产')}", assets(tile)) for name, tile in tiles.items())
        return (*sizes, *counts)


def _ok(answer: Answer) -> Answer:
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.plain[:500]!r}")
    return answer


def assets(tile: bytes) -> int:
    """How many assets a tile speaks of: lines and areas, and points within it, single or counted in clusters."""
    try:
        import mapbox_vector_tile  # type: ignore[import-untyped]
    except ImportError as error:
        raise Absent("mapbox-vector-tile (requirements/dev.txt)") from error
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return sum(_objects_of(feature) for layer in layers.values() for feature in layer["features"])


def _objects_of(feature: dict[str, Any]) -> int:
    """What one feature stands for; a point of the margin belongs to the tile beside it."""
    if feature["geometry"]["type"] != "Point":
        return 1
    x, y = feature["geometry"]["coordinates"]
    return int(feature["properties"].get("n", 1)) if 0 <= x < EXTENT and 0 <= y < EXTENT else 0
