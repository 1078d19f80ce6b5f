"""Who sees what: first a ladder, one grant at a time, then everybody on every surface.

The policy stands in the database, once; this holds every way out of it to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import seed
from flask import Flask
from flask.testing import FlaskClient
from signing_in import Browser, signed_in
from surfaces import LAYERS, NOTHING, SURFACES, listed, seen, tile

from registry.access import accounts
from registry.database.connections import connect
from registry.errors import Conflict

Ids = dict[str, dict[str, list[int]]]
OPEN = frozenset(LAYERS) - {"camera"}
ALL = frozenset(LAYERS)
SHOWABLE = {
    "base tile": frozenset({"alley", "green", "river", "road"}),
    "clusters": frozenset({"component", "camera"}),
    "points": frozenset({"component", "camera"}),
}


def expected(layers: frozenset[str]) -> dict[str, frozenset[str]]:
    """What a person who may see these layers sees on each surface: the same, as far as the surface can show it."""
    return {surface: layers & SHOWABLE.get(surface, ALL) for surface in SURFACES}


@contextmanager
def owner(database: str) -> Iterator[psycopg.Connection]:
    with connect(database, role="chengji_owner") as connection:
        yield connection


def test_the_ladder(own_app: Flask, seeded_clone: str, asset_ids: Ids) -> None:
    ids, username = asset_ids[seed.DISTRICT], "unmapped"
    client = signed_in(own_app, username)

    def sees() -> dict[str, frozenset[str]]:
        return seen(client, ids)

    def grant(change: Callable[..., None], district: str, name: str) -> None:
        with owner(seeded_clone) as connection:
            change(connection, username, district, name)

    # Signed in, mapped to nothing: no district, no layer, no asset.
    assert sees() == expected(NOTHING)
    assert client.get(f"/{seed.DISTRICT}/map").status_code == 404
    # A grant for cameras alone is a grant within nothing.
    grant(accounts.grant_layer, seed.DISTRICT, "camera")
    assert sees() == expected(NOTHING)
    # Every role in another district opens nothing here.
    grant(accounts.grant_role, seed.OTHER_DISTRICT, "administrator")
    assert sees() == expected(NOTHING)
    assert client.get(f"/{seed.DISTRICT}/map").status_code == 404
    grant(accounts.revoke_role, seed.OTHER_DISTRICT, "administrator")
    grant(accounts.revoke_layer, seed.DISTRICT, "camera")
    # A contractor may enter, and sees no asset before he has a contract; not with a grant for cameras either.
    grant(accounts.grant_role, seed.DISTRICT, "contractor")
    assert client.get(f"/{seed.DISTRICT}/map").status_code == 200
    assert sees() == expected(NOTHING)
    grant(accounts.grant_layer, seed.DISTRICT, "camera")
    assert sees() == expected(NOTHING)
    grant(accounts.revoke_layer, seed.DISTRICT, "camera")
    # Nobody is both: a contractor who becomes staff is none any more.
    with pytest.raises(Conflict), owner(seeded_clone) as connection:
        accounts.grant_role(connection, username, seed.DISTRICT, "inspector")
    assert sees() == expected(NOTHING)
    grant(accounts.revoke_role, seed.DISTRICT, "contractor")
    # Staff see the open layers of their district, and of no other.
    grant(accounts.grant_role, seed.DISTRICT, "inspector")
    assert sees() == expected(OPEN)
    assert seen(client, asset_ids[seed.OTHER_DISTRICT], seed.OTHER_DISTRICT) == expected(NOTHING)
    # More rights to write are no more rights to see.
    grant(accounts.grant_role, seed.DISTRICT, "administrator")
    assert sees() == expected(OPEN)
    # Cameras for another district are no cameras here; those for this district are.
    grant(accounts.grant_layer, seed.OTHER_DISTRICT, "camera")
    assert sees() == expected(OPEN)
    grant(accounts.grant_layer, seed.DISTRICT, "camera")
    assert sees() == expected(ALL)
    # What was given can be taken away, and the next request knows.
    grant(accounts.revoke_layer, seed.DISTRICT, "camera")
    assert sees() == expected(OPEN)
    with owner(seeded_clone) as connection:
        accounts.set_active(connection, username, active=False)
    assert client.get(f"/{seed.DISTRICT}/api/counts").status_code == 401


MATRIX = {
    "admin": (OPEN, None),
    "surveyor": (OPEN, None),
    "inspector": (OPEN, None),
    "contractor": (NOTHING, None),
    "unmapped": (None, None),
    "camera_viewer": (ALL, None),
    "camera_surveyor": (ALL, None),
    "camera_contractor": (NOTHING, None),
    "neighbour": (None, ALL),
    "both": (OPEN, OPEN),
}


def test_the_matrix_has_everybody_in_it() -> None:
    assert set(MATRIX) == {person.username for person in seed.PEOPLE}


@pytest.mark.parametrize("username", MATRIX)
@pytest.mark.parametrize("place", [0, 1], ids=[seed.DISTRICT, seed.OTHER_DISTRICT])
def test_everybody_sees_the_same_on_every_surface(browser: Browser, asset_ids: Ids, username: str, place: int) -> None:
    district = (seed.DISTRICT, seed.OTHER_DISTRICT)[place]
    layers, client = MATRIX[username][place], browser(username)
    assert seen(client, asset_ids[district], district) == expected(layers or NOTHING)
    assert client.get(f"/{district}/map").status_code == (404 if layers is None else 200)


ADDRESSES = ("/map", "/assets", "/assets/1", "/assets/1/card", "/api/counts", "/api/suggest?q=试验",
             "/api/identify?lon=120.1&lat=30.3&zoom=15", "/tiles/base/12/0/0.mvt", "/tiles/points/12/0/0.mvt")  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_out_of_scope_and_absent_are_one_answer(browser: Browser, address: str) -> None:
    client = browser("inspector")
    other, absent = (client.get(f"/{code}{address}") for code in (seed.OTHER_DISTRICT, "999999"))
    assert other.status_code == absent.status_code == 404
    assert _without_code(other.text, seed.OTHER_DISTRICT) == _without_code(absent.text, "999999")


@pytest.mark.parametrize("suffix", ["", "/card"])
def test_a_camera_without_its_grant_does_not_exist(browser: Browser, asset_ids: Ids, suffix: str) -> None:
    camera, absent = asset_ids[seed.DISTRICT]["camera"][0], 987654321
    for username in ("admin", "surveyor", "inspector", "contractor"):
        client = browser(username)
        hidden, none = (client.get(f"/{seed.DISTRICT}/assets/{id}{suffix}") for id in (camera, absent))
        assert hidden.status_code == none.status_code == 404
        assert _without_code(hidden.text, str(camera)) == _without_code(none.text, str(absent))


def _without_code(text: str, code: str) -> str:
    """What an answer says, without what each answer has of its own: the code asked for, tokens, nonces, numbers."""
    text = text.replace(code, "*")
    for quoted in ("nonce=", 'name="csrf_token" value=', '"request":'):
        head, *rest = text.split(f'{quoted}"')
        text = head + "".join(part.partition('"')[2] for part in rest)
    return text


@pytest.mark.parametrize(
    "query",
    [
        "q=密探", "q=CAM-1", "q=枪机", "class=local camera type:1", "layer=camera", "party={party}", "layer=camera&layer=road",
        "bbox=120.1435,30.31,120.1445,30.33&layer=camera", "as_of=2099-01-01&layer=camera",
    ],
)  # fmt: skip
def test_no_filter_asks_a_hidden_layer_out(browser: Browser, seeded_database: str, asset_ids: Ids, query: str) -> None:
    with connect(seeded_database, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT id FROM registry.party WHERE district = '330105' AND name LIKE '密探%'"
        ).fetchone()
    assert row is not None
    query = query.format(party=row[0])
    cameras = set(asset_ids[seed.DISTRICT]["camera"])
    hidden = browser("inspector")
    assert not cameras & {id for id, _layer in listed(hidden, query)}
    counted = hidden.get(f"/{seed.DISTRICT}/api/counts?{query}").json
    assert counted is not None
    assert "camera" not in str(counted)
    assert "camera" not in str(tile(hidden, "points", 12, query)) + str(tile(hidden, "points", 16, query, west=0.006))
    # The same question does find cameras where the grant is: the test asks something.
    assert cameras & {id for id, _layer in listed(browser("camera_viewer"), query)}


def test_names_of_a_hidden_layer_stand_on_no_page(browser: Browser) -> None:
    client = browser("inspector")
    for address in (
        "/map",
        "/assets",
        "/map?class=local camera type:1",
        "/assets?layer=camera&class=local camera type:1&q=x",
    ):
        assert "枪机" not in client.get(f"/{seed.DISTRICT}{address}").text
    assert "枪机" in browser("camera_viewer").get(f"/{seed.DISTRICT}/assets").text


@pytest.mark.parametrize("address", ["/map", "/assets"])
def test_who_maintains_a_hidden_layer_is_named_nowhere(browser: Browser, seeded_database: str, address: str) -> None:
    """cmms#143: a filter that asks for a company by its number must not tell its name."""
    with connect(seeded_database, role="chengji_owner") as connection:
        (company,), (open_one,) = connection.execute(
            "SELECT id FROM registry.party WHERE district = %s AND name LIKE '%%有限公司' ORDER BY name LIKE '试验%%'",
            (seed.DISTRICT,),
        ).fetchall()
    hidden, seeing = browser("inspector"), browser("camera_viewer")
    for client, named in ((hidden, False), (seeing, True)):
        page = client.get(f"/{seed.DISTRICT}{address}?party={company}")
        assert (page.status_code, "密探" in page.text) == (200, named)
        assert "密探" not in client.get(f"/{seed.DISTRICT}/api/suggest?q=安防").text
    assert "试验养护" in hidden.get(f"/{seed.DISTRICT}{address}?party={open_one}").text


def test_each_look_at_a_camera_is_logged(own_app: Flask, seeded_clone: str, asset_ids: Ids) -> None:
    camera = asset_ids[seed.DISTRICT]["camera"][0]
    client = signed_in(own_app, "camera_viewer")
    looks = {
        "view": f"/assets/{camera}/card",
        "list": "/assets?layer=camera",
        "identify": f"/api/identify?zoom=17&lon={seed.LON - 0.006}&lat={seed.LAT}",
        "suggest": "/api/suggest?q=密探",
    }
    for act, address in looks.items():
        before = _log(seeded_clone)
        assert client.get(f"/{seed.DISTRICT}{address}").status_code == 200
        added = _log(seeded_clone)[len(before) :]
        assert ("camera_viewer", "camera", act) in added
        assert {layer for _who, layer, _act in added} == {"camera"}


def test_a_look_at_an_open_layer_is_not_logged(own_app: Flask, seeded_clone: str, asset_ids: Ids) -> None:
    client = signed_in(own_app, "camera_viewer")
    client.get(f"/{seed.DISTRICT}/assets/{asset_ids[seed.DISTRICT]['river'][0]}")
    client.get(f"/{seed.DISTRICT}/assets?layer=road")
    assert _log(seeded_clone) == []


def _log(database: str) -> list[tuple[str, str, str]]:
    with owner(database) as connection:
        return connection.execute(
            "SELECT p.username, l.layer, l.act FROM registry.access_log l"
            " JOIN registry.person p ON p.id = l.person_id ORDER BY l.id"
        ).fetchall()


def test_nobody_gets_in_unsigned(anonymous: FlaskClient) -> None:
    for address in (*ADDRESSES, "/assets?q=x"):
        response = anonymous.get(f"/{seed.DISTRICT}{address}")
        scripted = "/api/" in address or "/tiles/" in address or address.endswith("/card")
        assert response.status_code == (401 if scripted else 303)
        assert ("Location" in response.headers) is not scripted


def test_every_view_is_behind_the_door(app: Flask, anonymous: FlaskClient) -> None:
    """A view added tomorrow is closed without anybody thinking of it."""
    values = {
        "district": seed.DISTRICT,
        "tileset": "base",
        "z": 1,
        "x": 0,
        "y": 0,
        "id": 1,
        "chosen": "en",
        "filename": "x.js",
        "what": "undo",
        "photo": 1,
    }
    public = set()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            address = rule.build({name: values.get(name, 1) for name in rule.arguments}, append_unknown=False)
            assert address is not None
            if "GET" in (rule.methods or ()) and anonymous.get(address[1]).status_code not in (303, 401):
                public.add(rule.endpoint)
    assert public == {"static", "security.login", "home.health"}
