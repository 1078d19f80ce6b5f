"""Photos of assets: found by name or by place, proposed, applied and undone like everything else."""

import io
from pathlib import Path
from typing import Any

import psycopg
import pytest
import seed
import shapely
from PIL import Image
from seed import Delivered, put

from registry.access.scope import Scope, open_scope
from registry.changes import change_sets
from registry.errors import Invalid, NotAllowed, NotFound
from registry.photos import photos as attachments
from registry.photos.photos import Photo
from registry.settings import settings
from registry.vocabulary.photos import PhotoReason

CJ = "CJ/T 214-2007"
CODE = "3301050118000001"
EAST = 96_160.0
Connection = psycopg.Connection[Any]


def photo(name: str, east_m: float | None = None, colour: int = 0, lat: float = seed.LAT) -> Photo:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (colour * 25 % 256, 90, 120)).save(made, "JPEG")
    place = (None, None) if east_m is None else (seed.LON + east_m / EAST, lat)
    return Photo(name, made.getvalue(), 40, 30, None, *place)


@pytest.fixture
def scope(connection: Connection, people: dict[str, int]) -> Scope:
    """Two lamps 10 m apart, one with a key, and a third 2 m beside the second."""
    at = [shapely.Point(seed.LON + x / EAST, seed.LAT) for x in (0, 10, 12)]
    rows = [
        Delivered(CJ, "0118", at[0], code=CODE),
        Delivered(CJ, "0118", at[1], external_key="L-7"),
        Delivered(CJ, "0118", at[2]),
    ]
    put(connection, seed.DISTRICT, people["surveyor"], "component", rows)
    return open_scope(connection, seed.DISTRICT, people["surveyor"])


def test_by_name_then_by_place_else_a_reason(connection: Connection, scope: Scope) -> None:
    given = [
        photo(f"现场/{CODE}_1.jpg", 500, 1), photo("L-7 (2).jpg", None, 2), photo(f"{CODE} L-7.jpg", 0, 3),
        photo("a.jpg", 2, 4),
        photo("b.jpg", 11.2, 5), photo("c.jpg", -40, 6), photo("d.jpg", None, 7), photo("e.jpg", 0, 8, lat=43.5),
        photo("f.jpg", 2, 4),
    ]  # fmt: skip
    _change_set, found = attachments.propose(connection, scope, settings().home, "component", "photos.zip", given)
    keyed = connection.execute("SELECT code FROM registry.asset WHERE external_key = 'L-7'").fetchone()
    assert keyed is not None
    assert [(p.code, p.matched_by, p.reason) for p in found] == [
        (CODE, "name", ""), (keyed[0], "name", ""), (None, None, "several_named"), (CODE, "position", ""),
        (None, None, "several_near"), (None, None, "nothing_near"), (None, None, "no_position"), (None, None, "outside"),
        (None, None, "known"),
    ]  # fmt: skip
    assert found[3].distance_m == pytest.approx(2.0, abs=0.02)
    assert {p.reason for p in found} - {""} == set(PhotoReason) - {PhotoReason.DROPPED}, "that one a person says"


def test_seen_while_applied_and_not_undone(connection: Connection, scope: Scope) -> None:
    number, found = attachments.propose(connection, scope, settings().home, "component", "x", [photo("a.jpg", 0)])
    asset_id = found[0].asset_id
    assert asset_id is not None

    def seen() -> int:
        return len(attachments.of_asset(connection, scope, asset_id))

    assert seen() == 0
    with pytest.raises(NotFound):
        attachments.content(connection, scope, settings().home, asset_id, found[0].id, "thumb")
    change_sets.apply(connection, scope, number)
    assert seen() == 1
    undo = change_sets.undo(connection, scope, number)
    assert seen() == 1
    change_sets.apply(connection, scope, undo.change_set)
    assert seen() == 0
    redo = change_sets.undo(connection, scope, undo.change_set)
    change_sets.apply(connection, scope, redo.change_set)
    assert seen() == 1


def test_a_person_says_whose_it_is(connection: Connection, scope: Scope) -> None:
    number, found = attachments.propose(connection, scope, settings().home, "component", "x", [photo("a.jpg")])
    with pytest.raises(NotFound):
        attachments.assign(connection, scope, found[0].id, "3301050118999999")
    attachments.assign(connection, scope, found[0].id, CODE)
    photos = attachments.of_change_set(connection, scope, number)
    assert [(p.code, p.matched_by, p.reason) for p in photos] == [(CODE, "person", "")]
    change_sets.apply(connection, scope, number)
    with pytest.raises(NotFound):
        attachments.assign(connection, scope, found[0].id, CODE)


def test_the_same_photo_is_not_attached_twice(connection: Connection, scope: Scope) -> None:
    number, _found = attachments.propose(connection, scope, settings().home, "component", "x", [photo("a.jpg", 0)])
    change_sets.apply(connection, scope, number)
    _number, again = attachments.propose(
        connection, scope, settings().home, "component", "x", [photo("other name.jpg", 0)]
    )
    assert [(p.asset_id, p.reason) for p in again] == [(None, "known")]


def test_files_by_checksum_and_copies_for_serving(connection: Connection, scope: Scope) -> None:
    given = photo("a.jpg", 0, 8)
    number, found = attachments.propose(connection, scope, settings().home, "component", "x", [given])
    change_sets.apply(connection, scope, number)
    assert found[0].asset_id is not None
    path = attachments.content(connection, scope, settings().home, found[0].asset_id, found[0].id, "thumb")
    assert path.is_relative_to(settings().home / "attachments")
    assert Path(str(path).removesuffix(".thumb.jpg")).read_bytes() == given.content
    assert path.read_bytes().startswith(b"\xff\xd8\xff")
    with pytest.raises(Invalid):
        attachments.propose(
            connection, scope, settings().home, "component", "x", [Photo("cut.jpg", given.content[:60], 40, 30)]
        )


def test_photos_are_as_closed_as_their_layer(connection: Connection, people: dict[str, int]) -> None:
    """Cameras: seen with a grant for the layer; by the inspector without one, and from the next district, not at all."""
    put(connection, seed.DISTRICT, people["camera_surveyor"], "camera",
        [Delivered("local camera type", "1", shapely.Point(seed.LON, seed.LAT), external_key="CAM-9")])  # fmt: skip
    writer = open_scope(connection, seed.DISTRICT, people["camera_surveyor"])
    number, found = attachments.propose(connection, writer, settings().home, "camera", "x", [photo("CAM-9.jpg")])
    change_sets.apply(connection, writer, number)
    asset_id = found[0].asset_id
    assert asset_id is not None
    for name, seen in (("camera_viewer", 1), ("inspector", 0), ("surveyor", 0)):
        other = open_scope(connection, seed.DISTRICT, people[name])
        assert len(attachments.of_asset(connection, other, asset_id)) == seen, name
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():  # may not even ask
        attachments.of_asset(connection, open_scope(connection, seed.DISTRICT, people["contractor"]), asset_id)
    neighbour = open_scope(connection, seed.OTHER_DISTRICT, people["neighbour"])
    assert attachments.of_asset(connection, neighbour, asset_id) == []
    viewer = open_scope(connection, seed.DISTRICT, people["camera_viewer"])
    with pytest.raises(NotAllowed):
        attachments.propose(connection, viewer, settings().home, "camera", "x", [photo("CAM-9.jpg", colour=9)])


def test_real_photos_of_tuscany_are_outside(connection: Connection, scope: Scope, shared_data: Path) -> None:
    from importers.photos import propose

    _number, found, _refused = propose(connection, scope, settings().home, "component", shared_data / "photos")
    assert [(p.asset_id, p.reason) for p in found] == [(None, "outside")] * 3
