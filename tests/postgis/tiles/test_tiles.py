"""Tiles: the counts add up to the truth at every zoom; a filter gives the list's assets; a tag changes with what is shown."""

from collections.abc import Iterator
from math import asinh, pi, radians, tan
from typing import Any

import mapbox_vector_tile
import pytest
import seed
from sqlalchemy.orm import Session

from registry.access.scope import Scope, open_scope
from registry.assets import query as assets
from registry.assets.filters import Filter
from registry.database.connections import engine, raw
from registry.errors import Invalid
from registry.tiles import asset_tiles as tiles


@pytest.fixture
def session(seeded_database: str) -> Iterator[Session]:
    made = engine(seeded_database, 30)
    with Session(made) as opened:
        yield opened
    made.dispose()


def scope_of(session: Session, username: str) -> Scope:
    row = raw(session).execute("SELECT id FROM registry.person WHERE username = %s", (username,)).fetchone()
    assert row is not None
    return open_scope(raw(session), seed.DISTRICT, row[0])


def covering(z: int) -> Iterator[tuple[int, int]]:
    """The tiles over the seeded district."""

    def column(lon: float) -> int:
        return int((lon + 180) / 360 * 2**z)

    def row(lat: float) -> int:
        return int((0.5 - asinh(tan(radians(lat))) / (2 * pi)) * 2**z)

    for x in range(column(seed.LON - 0.012), column(seed.LON + 0.002) + 1):
        for y in range(row(seed.LAT + 0.002), row(seed.LAT - 0.012) + 1):
            yield x, y


def points(session: Session, scope: Scope, wanted: Filter, z: int) -> dict[str, int]:
    """How many assets of each layer the tiles of a zoom show, each counted where it lies."""
    shown: dict[str, int] = {}
    for x, y in covering(z):
        tile = tiles.cut(session, scope, wanted, tiles.Address.parse("points", z, x, y)).body
        for name, layer in (mapbox_vector_tile.decode(tile) if tile else {}).items():
            for feature in layer["features"]:
                if all(0 <= c < tiles.EXTENT for c in feature["geometry"]["coordinates"]):
                    properties: dict[str, Any] = feature["properties"]
                    key = properties.get("l", name)
                    shown[key] = shown.get(key, 0) + properties.get("n", 1)
    return shown


@pytest.mark.parametrize("z", range(8, 17))
@pytest.mark.parametrize(
    "wanted", [Filter(), Filter(states=("damaged",)), Filter(classes=(("CJ/T 214-2007", "0118"),))]
)
def test_counts_add_up_to_the_truth_at_every_zoom(session: Session, z: int, wanted: Filter) -> None:
    scope = scope_of(session, "camera_viewer")
    truth = {
        k: n for k, n in assets.counts(session, scope, wanted).layers.items() if n and k in ("component", "camera")
    }
    assert truth
    assert points(session, scope, wanted, z) == truth


@pytest.mark.parametrize("z", [12, 16])
def test_no_tile_is_cut_short(session: Session, z: int) -> None:
    """Peers stop at 10,000 features of a tile, without a word. All of these lie in one tile, as clusters and singly."""
    scope = scope_of(session, "inspector")
    wanted = Filter(states=("missing",))
    many, connection = 10_500, raw(session)
    connection.execute("SET LOCAL ROLE chengji_owner")
    connection.execute(
        "INSERT INTO registry.asset (district, id, code, layer, scheme, class, name, state, geom, version, change_set,"
        " valid_from) SELECT %s, 900000 + n, '3301050118' || lpad((900000 + n)::text, 6, '0'), 'component', 'CJ/T 214-2007',"
        " '0118', '路灯', 'missing', ST_SetSRID(ST_MakePoint(%s + (n %% 105) * 1e-6, %s + (n / 105) * 1e-6), 4490), 1,"
        " (SELECT min(id) FROM registry.change_set WHERE district = %s), now() FROM generate_series(1, %s) n",
        (seed.DISTRICT, seed.LON - 0.005, seed.LAT - 0.005, seed.DISTRICT, many),
    )
    connection.execute("SET LOCAL ROLE chengji_app")
    assert points(session, scope, wanted, z) == {"component": many}
    session.rollback()


@pytest.mark.parametrize("z", [10, 14])
def test_the_roll_up_and_the_waist_cut_the_same_clusters(session: Session, z: int) -> None:
    """A filter that lets everything through goes on the fly; the tile must be the roll-up's, byte for byte in content."""
    scope = scope_of(session, "camera_viewer")
    everything = Filter(states=("intact", "damaged", "missing", "abandoned"))
    for x, y in covering(z):
        address = tiles.Address("points", z, x, y)
        rolled = mapbox_vector_tile.decode(tiles.cut(session, scope, Filter(), address).body)
        on_the_fly = mapbox_vector_tile.decode(tiles.cut(session, scope, everything, address).body)
        key = lambda f: (f["geometry"]["coordinates"], sorted(f["properties"].items()))  # noqa: E731
        assert sorted(map(key, rolled["cluster"]["features"])) == sorted(map(key, on_the_fly["cluster"]["features"]))


def test_without_the_grant_cameras_are_in_no_tile(session: Session) -> None:
    scope = scope_of(session, "inspector")
    for z in (10, 16):
        assert "camera" not in points(session, scope, Filter(), z)
        assert points(session, scope, Filter(layers=("camera",)), z) == {}


def test_a_tile_that_shows_cameras_is_a_look_at_any_zoom(session: Session) -> None:
    """A cluster of one stands where its camera stands. A tile without any is none, nor one that does not ask for them."""
    viewer, shown = scope_of(session, "camera_viewer"), []
    for z in (8, 12, 14, 16):
        x, y = next((x, y) for x, y in covering(z) if cameras(session, viewer, Filter(), z, x, y))
        shown.append(f"tile {z}/{x}/{y}")
        tiles.cut(session, viewer, Filter(layers=("component",)), tiles.Address("points", z, x, y))
        tiles.cut(session, viewer, Filter(text="密探枪机0"), tiles.Address("points", z, x, y))
    tiles.cut(session, viewer, Filter(), tiles.Address("points", 16, 0, 0))
    raw(session).execute("SET LOCAL ROLE chengji_owner")
    logged = raw(session).execute(
        "SELECT act, layer, (detail ->> 'n')::int, detail ->> 'asked' FROM registry.access_log"
        " WHERE person_id = %s ORDER BY id",
        (viewer.person_id,),
    )
    tiled = [row for row in logged.fetchall() if row[0].startswith("tile")]
    assert {row[0] for row in tiled} == set(shown)
    assert {row[1] for row in tiled} == {"camera"}
    assert [row[2] for row in tiled if "q=" in row[3]] == [1] * len(shown)


def cameras(session: Session, scope: Scope, wanted: Filter, z: int, x: int, y: int) -> int:
    """How many a tile shows, by its own account."""
    return tiles.cut(session, scope, wanted, tiles.Address("points", z, x, y)).restricted.get("camera", 0)


def test_lines_and_areas_are_drawn_from_their_zoom(session: Session) -> None:
    scope = scope_of(session, "inspector")
    names: dict[int, set[str]] = {}
    for z in (11, 12, 14):
        found: set[str] = set()
        for x, y in covering(z):
            tile = tiles.cut(session, scope, Filter(), tiles.Address("base", z, x, y)).body
            found |= set(mapbox_vector_tile.decode(tile)) if tile else set()
        names[z] = found
    assert names[11] == {"road", "river", "green"}
    assert names[12] == names[14] == {"road", "river", "green", "alley"}


def test_names_come_where_they_can_be_read(session: Session) -> None:
    scope = scope_of(session, "inspector")

    def names_at(z: int) -> set[str]:
        found: set[str] = set()
        for x, y in covering(z):
            tile = tiles.cut(session, scope, Filter(layers=("road",)), tiles.Address("base", z, x, y)).body
            for layer in (mapbox_vector_tile.decode(tile) if tile else {}).values():
                found |= {f["properties"].get("n", "") for f in layer["features"]}
        return found

    assert names_at(12) == {""}
    assert names_at(13) == {"试验大道1段", "试验大道2段"}


@pytest.mark.parametrize(
    "address", [("base", 17, 0, 0), ("base", 3, 8, 0), ("base", 3, 0, -1), ("base", -1, 0, 0), ("other", 3, 0, 0)]
)
def test_tiles_that_cannot_exist_are_refused_before_any_sql(address: tuple[str, int, int, int]) -> None:
    with pytest.raises(Invalid):
        tiles.Address.parse(*address)


def test_the_tag_tells_scope_filter_and_revision(seeded_clone: str) -> None:
    from registry.database.connections import connect

    made = engine(seeded_clone, 30)
    x, y = next(covering(15))
    address = tiles.Address("points", 15, x, y)
    far = tiles.Address("points", 15, x + 40, y)

    def tags() -> list[str]:
        with Session(made) as session:
            inspector, viewer = scope_of(session, "inspector"), scope_of(session, "camera_viewer")
            return [
                tiles.etag(session, inspector, Filter(), address),
                tiles.etag(session, viewer, Filter(), address),
                tiles.etag(session, inspector, Filter(layers=("component",)), address),
                tiles.etag(session, inspector, Filter(), tiles.Address("base", 15, x, y)),
                tiles.etag(session, inspector, Filter(), far),
            ]

    before = tags()
    assert len(set(before)) == 5
    assert tags() == before
    with connect(seeded_clone) as connection:
        row = connection.execute("SELECT id FROM registry.person WHERE username = 'surveyor'").fetchone()
        assert row is not None
        import shapely

        new = seed.Delivered("CJ/T 214-2007", "0118", shapely.Point(seed.LON - 0.005, seed.LAT - 0.00005))
        seed.put(connection, seed.DISTRICT, row[0], "component", [new])
    after = tags()
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, False, False, False, True]
    made.dispose()
