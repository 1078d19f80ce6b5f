"""An edit by hand: who may, what it leaves in the history, and whom it tells that they came too late."""

from __future__ import annotations

import json
from typing import Any

import pytest
import seed
from flask import Flask
from flask.testing import FlaskClient
from signing_in import csrf_token, signed_in

from registry.database.connections import connect


@pytest.fixture
def road(asset_ids: dict[str, dict[str, list[int]]]) -> int:
    """试验大道1段."""
    return asset_ids[seed.DISTRICT]["road"][0]


@pytest.fixture
def address(road: int) -> str:
    """Its page."""
    return f"/{seed.DISTRICT}/assets/{road}"


def edit(client: FlaskClient, address: str, **fields: str) -> Any:
    token = csrf_token(client, f"/{seed.DISTRICT}/assets")
    return client.post(f"{address}/edit", data={"csrf_token": token, "base_version": "1", **fields})


def stored(database: str, id: int) -> tuple[Any, ...]:
    with connect(database, role="chengji_owner") as connection:
        row = connection.execute(
            "SELECT name, state, version, attributes, maintainer IS NULL, ST_AsText(ST_StartPoint(ST_GeometryN(geom, 1)), 4)"
            " FROM registry.asset WHERE district = '330105' AND id = %s",
            (id,),
        ).fetchone()
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("username", ["surveyor", "admin"])
def test_an_edit_is_a_change_set_of_one_change(
    own_app: Flask, seeded_clone: str, road: int, address: str, username: str
) -> None:
    client = signed_in(own_app, username)
    response = edit(client, address, name="新试验路", state="damaged", reason="现场核对")
    assert (response.status_code, response.location) == (303, address)
    assert stored(seeded_clone, road)[:3] == ("新试验路", "damaged", 2)
    page = client.get(address).text
    for shown in ("新试验路", "现场核对", "试验大道1段", "破损"):
        assert shown in page
    with connect(seeded_clone, role="chengji_owner") as connection:
        kinds = connection.execute("SELECT kind, status FROM registry.change_set WHERE kind = 'edit'").fetchall()
    assert kinds == [("edit", "applied")]


def test_every_kind_of_field_can_be_edited(own_app: Flask, seeded_clone: str, road: int, address: str) -> None:
    line = {"type": "MultiLineString", "coordinates": [[[120.1201, 30.3221], [120.149, 30.322]]]}
    fields = {"attributes": '{"lanes": 4}', "geom": json.dumps(line), "changed_on": "2026-01-31",
              "maintainer": "新养护有限公司", "class": "GB 50220-95 / CJJ 37-2012:3", "accuracy": "B"}  # fmt: skip
    client = signed_in(own_app, "surveyor")
    assert edit(client, address, **fields).status_code == 303
    assert stored(seeded_clone, road)[2:] == (2, {"lanes": 4}, False, "POINT(120.1201 30.3221)")
    page = client.get(address).text
    for shown in ("新养护有限公司", "2026-01-31", "次干路", "B 级"):
        assert shown in page
    assert edit(client, address, base_version="2", maintainer="").status_code == 303
    assert stored(seeded_clone, road)[4] is True


@pytest.mark.parametrize(
    ("username", "status"), [("inspector", 403), ("contractor", 404), ("unmapped", 404), ("neighbour", 404)]
)
def test_who_may_not_write_writes_nothing(
    own_app: Flask, seeded_clone: str, road: int, address: str, username: str, status: int
) -> None:
    client = signed_in(own_app, username)
    token = csrf_token(client, "/password")
    response = client.post(f"{address}/edit", data={"csrf_token": token, "base_version": "1", "name": "不许"})
    assert response.status_code == status
    assert stored(seeded_clone, road)[2] == 1


def test_a_hidden_asset_cannot_be_edited(own_app: Flask, asset_ids: dict[str, dict[str, list[int]]]) -> None:
    camera = asset_ids[seed.DISTRICT]["camera"][0]
    assert edit(signed_in(own_app, "surveyor"), f"/{seed.DISTRICT}/assets/{camera}", name="x").status_code == 404
    assert edit(signed_in(own_app, "camera_viewer"), f"/{seed.DISTRICT}/assets/{camera}", name="x").status_code == 403
    assert edit(signed_in(own_app, "camera_surveyor"), f"/{seed.DISTRICT}/assets/{camera}", name="x").status_code == 303


def test_who_comes_second_is_told(own_app: Flask, seeded_clone: str, road: int, address: str) -> None:
    first, second = signed_in(own_app, "surveyor"), signed_in(own_app, "admin")
    assert edit(first, address, name="先改的").status_code == 303
    response = edit(second, address, name="后改的")
    assert response.status_code == 409
    assert "已被别人改动" in response.text
    assert stored(seeded_clone, road)[0] == "先改的"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "试验大道1段"},
        {"base_version": "x", "name": "新"},
        {"base_version": "", "name": "新"},
        {"changed_on": "昨天"},
        {"state": "gone"},
        {"accuracy": "Z"},
        {"class": "CJ/T 214-2007:0118"},
        {"class": "3"},
        {"attributes": "[1]"},
        {"attributes": "{"},
        {"attributes": '{"lanes": "四"}'},
        {"geom": "POINT(1 1)"},
        {"geom": '{"type": "Point", "coordinates": [120, 30]}'},
        {"geom": '{"type": "Polygon", "coordinates": 7}'},
        {"code": ""},
    ],
)
def test_what_cannot_be_is_422_and_changes_nothing(
    own_app: Flask, seeded_clone: str, road: int, address: str, fields: dict[str, str]
) -> None:
    response = edit(signed_in(own_app, "surveyor"), address, **fields)
    assert response.status_code == 422, response.text[-2000:]
    assert stored(seeded_clone, road)[2] == 1
