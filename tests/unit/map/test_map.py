"""The map that Folium emits: offline, fit for a strict Content-Security-Policy, without data, and with all its words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import web
from registry.catalogue.layers import Layer, reference_layers
from registry.errors import Unavailable
from registry.i18n import set_language
from web.http import bundles
from web.map import folium_map
from web.map.folium_map import Basemap, MapParts, MapSettings, MapView, build_asset_map, build_map
from web.map.words import map_words
from web.review.map import ReviewView, build_review_map
from web.review.words import review_words

WEB = Path(web.__file__).parent
LAYERS = list(reference_layers().values())
SETTINGS = MapSettings(root="/330105")
VIEW = MapView(bounds=(120.08, 30.25, 120.22, 30.41), counts={"road": 360}, chips=[("area", "330105001", "米市巷街道")])


@dataclass(frozen=True)
class District:
    code: str = "330105"
    name: str = "拱墅区"


@pytest.fixture(autouse=True)
def hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folium_map, "bundle", lambda name: "build/" + name.replace(".", "-4QK2.", 1))


@pytest.fixture
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("zh")


class Elements(HTMLParser):
    """Every element of a piece of HTML with its attributes and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][2].append(data)


def whole(parts: MapParts) -> str:
    return parts.header + parts.body + parts.script


def config(parts: MapParts) -> dict[str, object]:
    (data,) = (text for tag, attrs, text in Elements(parts.body).found if attrs.get("id") == "map-config")
    value: dict[str, object] = json.loads("".join(data))
    return value


REVIEW = ReviewView(
    (120.08, 30.25, 120.22, 30.41), None, "/330105/changes/7", 0, True, "component", "point", [("add", "新增")]
)


@pytest.fixture(params=["page", "asset", "review"])
def parts(request: pytest.FixtureRequest) -> MapParts:
    if request.param == "review":
        return build_review_map(District(), LAYERS, SETTINGS, REVIEW, nonce="n0nce")
    if request.param == "page":
        return build_map(District(), LAYERS, SETTINGS, VIEW, nonce="n0nce")
    return build_asset_map(District(), LAYERS, SETTINGS, nonce="n0nce")


def test_every_file_comes_from_our_own_folder(parts: MapParts) -> None:
    addresses = [a[k] or "" for _, a, _ in Elements(whole(parts)).found for k in ("src", "href") if k in a]
    assert addresses
    assert [address for address in addresses if not address.startswith("/static/build/")] == []
    assert "//" not in re.sub(r"/\*.*?\*/|^\s*//.*$", "", whole(parts), flags=re.M).replace("://", "")


def test_every_script_has_the_nonce_and_nothing_is_inline_but_scripts(parts: MapParts) -> None:
    elements = Elements(whole(parts)).found
    assert {attrs.get("nonce") for tag, attrs, _ in elements if tag == "script"} == {"n0nce"}
    assert [tag for tag, _, _ in elements if tag == "style"] == []
    assert [name for _, attrs, _ in elements for name in attrs if name == "style" or name.startswith("on")] == []


def test_the_page_may_still_be_zoomed_by_the_reader(parts: MapParts) -> None:
    assert [tag for tag, _, _ in Elements(whole(parts)).found if tag == "meta"] == []


def test_leaflet_runs_before_our_script_and_ours_before_foliums(parts: MapParts) -> None:
    scripts = [
        (attrs.get("src"), "".join(text)) for tag, attrs, text in Elements(parts.script).found if tag == "script"
    ]
    own = "review" if "bootReview" in scripts[2][1] else "map"
    assert [src for src, _ in scripts] == ["/static/build/leaflet-4QK2.js", f"/static/build/{own}-4QK2.js", None]
    assert "L.map(" in scripts[2][1]


def test_two_tilesets_below_the_district_and_no_data(parts: MapParts) -> None:
    for tileset in ("base", "points"):
        assert f'"/330105/tiles/{tileset}/{{z}}/{{x}}/{{y}}.mvt"' in parts.script
    assert len(whole(parts).encode()) < 16_000


def test_layers_reach_the_browser_in_drawing_order_and_only_those_in_scope() -> None:
    visible = [layer for layer in reversed(LAYERS) if not layer.restricted]
    layers = config(build_map(District(), visible, SETTINGS, VIEW))["layers"]
    assert isinstance(layers, list)
    assert [layer["code"] for layer in layers] == ["green", "river", "alley", "road", "component"]
    assert {layer["code"]: layer["count"] for layer in layers}["road"] == 360


def test_nobody_without_layers_gets_an_error() -> None:
    assert config(build_map(District(), [], SETTINGS, VIEW))["layers"] == []


def test_a_name_cannot_end_the_data_block_or_an_attribute() -> None:
    evil = "</script><script>alert(1)</script>\" onclick='x'"
    layer: Layer = replace(LAYERS[0], name_zh=evil)
    parts = build_map(District(name=evil), [layer], SETTINGS, MapView(chips=[("q", evil, evil)]), nonce="n")
    elements = Elements(whole(parts)).found
    assert len([tag for tag, _, _ in elements if tag == "script"]) == 4
    assert [name for _, attrs, _ in elements for name in attrs if name.startswith("on")] == []
    assert config(parts)["district"] == {"code": "330105", "name": evil}


def test_no_backdrop_unless_it_is_set() -> None:
    assert "chengji.backdrop" not in build_map(District(), LAYERS, SETTINGS, VIEW).script


@pytest.mark.parametrize(
    ("datum", "expected"), [("GCJ-02", "gcj02"), ("gcj02", "gcj02"), ("WGS84", "cgcs2000"), ("CGCS2000", "cgcs2000")]
)
def test_a_backdrop_names_its_datum(datum: str, expected: str) -> None:
    settings = replace(SETTINGS, basemap=Basemap("/backdrop/{z}/{x}/{y}.png", datum, "来源"))
    script = build_map(District(), LAYERS, settings, VIEW).script
    assert "chengji.backdrop" in script
    assert f'"datum": "{expected}"' in script


def test_the_page_says_every_word_that_the_scripts_use_and_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted((WEB / "browser" / "map").glob("*.js"))]
    code = "\n".join(sources)
    said = set(re.findall(r'(?<![\w.])t\(\s*"([a-z_]+)"', code)) | set(
        re.findall(r'\? "([a-z_]+)" : "[a-z_]+"[,)]', code)
    )
    said |= set(re.findall(r': "(cluster|card_failed)"', code))
    families = {"filter_", "suggest_", "trouble_"}
    used = said | {key for key in map_words() if any(key.startswith(family) for family in families)}
    assert set(map_words()) - used == set()
    assert {key for key in said if key.startswith(("card_", "draw_", "measured_", "cluster"))} <= set(map_words())
    for key in re.findall(r'(?<![\w.])t\(\s*"([a-z_]+)"', code):
        assert key in map_words(), key


def test_the_review_says_every_word_that_its_scripts_use_and_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted((WEB / "browser" / "review").glob("*.js"))]
    said = set(re.findall(r'"((?:review|change)_[a-z_]+)"', "\n".join(sources)))
    own = {key for key in review_words() if not key.startswith("draw_")}
    assert said == own
    shared = set(re.findall(r'(?<![\w.])t\(\s*"([a-z_]+)"', "\n".join(sources))) - said
    assert shared <= set(map_words())


def test_who_may_only_look_gets_no_tools_to_choose_with() -> None:
    view = replace(REVIEW, may_decide=False)
    script = build_review_map(District(), LAYERS, SETTINGS, view).script
    assert "bootReview" in script
    assert "L.Control.Draw" not in script
    assert "L.Control.Draw" in build_review_map(District(), LAYERS, SETTINGS, REVIEW).script
    assert '"/330105/changes/7/tiles/{z}/{x}/{y}.mvt"' in script


@pytest.mark.usefixtures("english")
def test_the_language_of_the_request_is_told_to_the_scripts() -> None:
    assert config(build_map(District(), LAYERS, SETTINGS, VIEW))["language"] == "en"


def test_folium_is_imported_in_one_file_only() -> None:
    importing = [
        path.name
        for path in WEB.rglob("*.py")
        if re.search(r"^\s*(?:import|from) (folium|branca)", path.read_text(), re.M)
    ]
    assert importing == ["folium_map.py"]


def test_templates_hold_no_inline_style_and_no_inline_handler() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"\s(?:style|on[a-z]+)\s*=\s*[\"']", text) == [], path.name
        assert re.findall(r"<script(?![^>]*(?:nonce|type=\"application/))", text) == [], path.name


class TestBundles:
    def test_a_plain_name_becomes_the_hashed_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "manifest.json").write_text('{"map.js": "map-ABCD.js"}')
        monkeypatch.setattr(bundles, "BUILD", tmp_path)
        bundles._read.cache_clear()
        assert bundles.bundle("map.js") == "build/map-ABCD.js"

    def test_without_a_build_the_message_says_how_to_make_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bundles, "BUILD", tmp_path)
        with pytest.raises(Unavailable, match="npm run build"):
            bundles.bundle("map.js")


def test_no_library_draws_the_tiles_or_answers_the_clicks() -> None:
    """Leaflet.VectorGrid#295: its popups throw for points of a radius up to 10, which is every lamp on the map."""
    package = json.loads((WEB.parent / "package.json").read_text(encoding="utf-8"))
    assert not [
        name
        for part in ("dependencies", "devDependencies")
        for name in package.get(part, {})
        if "vectorgrid" in name.lower()
    ]
