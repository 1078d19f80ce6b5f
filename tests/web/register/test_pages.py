"""The doors and the pages: where one lands, in which language, and what stands there."""

from __future__ import annotations

import json
import re

import pytest
import seed
from flask import Flask
from flask.testing import FlaskClient
from signing_in import Browser, csrf_token, signed_in


def test_the_first_page_is_the_map_of_ones_district(browser: Browser) -> None:
    assert browser("inspector").get("/").location == f"/{seed.DISTRICT}/map"
    assert browser("neighbour").get("/").location == f"/{seed.OTHER_DISTRICT}/map"


def test_several_districts_are_a_choice(browser: Browser) -> None:
    page = browser("both").get("/")
    assert page.status_code == 200
    assert re.findall(r'href="/(\d{6})/map"', page.text) == [seed.DISTRICT, seed.OTHER_DISTRICT]
    assert "测试两区巡查员" in page.text


def test_no_district_is_a_word_and_no_error(browser: Browser) -> None:
    page = browser("unmapped").get("/")
    assert page.status_code == 200
    assert "联系管理员" in page.text
    assert not re.findall(r'href="/(\d{6})/', page.text)


def test_the_map_page_has_no_data_in_it(browser: Browser) -> None:
    text = browser("camera_viewer").get(f"/{seed.DISTRICT}/map").text
    assert "试验大道" not in text
    assert "密探" not in text
    assert len(text) < 40_000


def test_the_map_knows_where_things_are(browser: Browser) -> None:
    page = browser("inspector").get(f"/{seed.DISTRICT}/map?area=330105001&class=CJ/T 214-2007:0118&q=<script>")
    config = json.loads(page.text.partition('id="map-config"')[2].partition(">")[2].partition("</script>")[0])
    assert config["root"] == f"/{seed.DISTRICT}"
    assert config["sign_in"] == "/sign-in"
    assert config["district"] == {"code": seed.DISTRICT, "name": "测试区"}
    west, south, east, north = config["view"]["bounds"]
    assert (west, south, east, north) == pytest.approx((120.11, 30.28, 120.19, 30.36))
    chips = {chip["key"]: chip["label"] for chip in config["chips"]}
    assert chips == {"area": "测试区西街道", "class": "路灯", "q": "<script>"}


def test_a_deployment_below_a_path_keeps_its_addresses_there(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/sign-in", base_url="http://localhost/chengji")
    assert 'href="/chengji/static/build/page-4QK2.css"' in page.text
    assert client.get(f"/{seed.DISTRICT}/map", base_url="http://localhost/chengji").location.startswith(
        "/chengji/sign-in"
    )


def test_an_asset_page_shows_what_is_known(browser: Browser, asset_ids: dict[str, dict[str, list[int]]]) -> None:
    id = asset_ids[seed.DISTRICT]["component"][seed.COMPONENTS // 2]  # half are manhole covers; this is the first lamp
    page = browser("inspector").get(f"/{seed.DISTRICT}/assets/{id}").text
    for shown in (
        "路灯",
        "完好",
        "试验养护有限公司",
        "测试区西街道",
        "CJ/T 214-2007",
        "120.145",
        "测试视频测绘员",
        "seed component",
    ):
        assert shown in page
    geometry = json.loads(page.partition('id="asset-geometry"')[2].partition(">")[2].partition("</script>")[0])
    assert geometry == {"type": "Point", "coordinates": [120.145, 30.3199]}


def test_the_card_is_a_fragment_with_its_outline(browser: Browser, asset_ids: dict[str, dict[str, list[int]]]) -> None:
    id = asset_ids[seed.DISTRICT]["road"][0]
    card = browser("inspector").get(f"/{seed.DISTRICT}/assets/{id}/card")
    assert "<html" not in card.text
    outline = json.loads(
        card.text.partition('type="application/geo+json"')[2].partition(">")[2].partition("</script>")[0]
    )
    assert outline["type"] == "MultiLineString"
    assert "试验大道1段" in card.text


def test_identify_answers_geojson_nearest_first(browser: Browser) -> None:
    answer = browser("inspector").get(f"/{seed.DISTRICT}/api/identify?zoom=18&lon=120.145&lat=30.31991")
    assert answer.mimetype == "application/geo+json"
    assert answer.json is not None
    assert answer.json["type"] == "FeatureCollection"
    first = answer.json["features"][0]
    assert first["properties"]["class_name"] == "路灯"
    assert first["properties"]["distance_m"] == pytest.approx(1.1, abs=0.2)
    assert first["geometry"] == {"type": "Point", "coordinates": [120.145, 30.3199]}
    many = browser("inspector").get(f"/{seed.DISTRICT}/api/identify?zoom=12&lon=120.145&lat=30.318").json
    assert many is not None
    assert len(many["features"]) == 10


def test_suggestions_say_where_to_fly(browser: Browser) -> None:
    answer = browser("inspector").get(f"/{seed.DISTRICT}/api/suggest", query_string={"q": "试验大道1"}).json
    assert answer is not None
    road = answer["assets"][0]
    assert (road["name"], road["layer_name"], road["class_name"]) == ("试验大道1段", "主次干道", "主干路")
    assert road["bbox"] == pytest.approx([120.12, 30.322, 120.149, 30.322])
    area = browser("inspector").get(f"/{seed.DISTRICT}/api/suggest", query_string={"q": "西街道"}).json
    assert area is not None
    assert [(hit["name"], hit["kind_name"]) for hit in area["areas"]] == [("测试区西街道", "街道")]


def speaks(client: FlaskClient, **headers: str) -> str:
    page = client.get("/sign-in", headers={name.replace("_", "-"): value for name, value in headers.items()}).text
    return page.partition('<html lang="')[2].partition('"')[0]


def test_the_language_is_chinese_unless_the_browser_or_the_person_says_otherwise(app: Flask) -> None:
    client = app.test_client()
    assert speaks(client) == "zh-CN"
    assert speaks(client, Accept_Language="fr-FR,fr") == "zh-CN"
    assert speaks(client, Accept_Language="en-GB,en;q=0.9,zh;q=0.1") == "en"
    assert speaks(client, Accept_Language="zh-TW,zh;q=0.9,en;q=0.8") == "zh-CN"
    response = client.post("/language/en", data={"csrf_token": csrf_token(client), "next": "/sign-in?next=/330105/map"})
    assert (response.status_code, response.location) == (303, "/sign-in?next=/330105/map")
    assert speaks(client, Accept_Language="zh-CN") == "en"
    client.post("/language/zh", data={"csrf_token": csrf_token(client), "next": "//evil.example"})
    assert speaks(client, Accept_Language="en") == "zh-CN"


def test_names_of_data_are_in_the_language_too(own_app: Flask) -> None:
    client = signed_in(own_app, "inspector")
    client.set_cookie("language", "en")
    assert "Test District" in client.get(f"/{seed.DISTRICT}/map").text
    answer = client.get(f"/{seed.DISTRICT}/api/counts?layer=component").json
    assert answer is not None
    assert {found["name"] for found in answer["classes"]["component"]} == {"Street light", "Sewage manhole cover"}


def test_another_language_and_a_foreign_way_back_are_refused(app: Flask) -> None:
    client = app.test_client()
    token = csrf_token(client)
    assert client.post("/language/fr", data={"csrf_token": token}).status_code == 404
    assert client.post("/language/en", data={"csrf_token": token, "next": "https://evil.example"}).location == "/"
