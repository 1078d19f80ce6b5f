"""The map as Folium builds it: shell, controls and our tile layers. The only file that imports folium.

Folium's figure is never shown as a page of its own. Its header, body and script are rendered into our layout, every
script with the request's nonce; all files come from our own static folder, and no data is written into the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Draw, Fullscreen, LocateControl, MousePosition
from folium.template import Template
from markupsafe import Markup

from registry.assets import filters
from registry.catalogue.layers import Layer
from registry.i18n import _, current_language
from registry.vocabulary.assets import AssetState
from registry.vocabulary.word_list import labels
from web.http.bundles import bundle
from web.map.words import map_words

MAX_ZOOM = 20


class District(Protocol):
    """What the map needs to know of a district."""

    @property
    def code(self) -> str:
        """Six digits of GB/T 2260."""

    @property
    def name(self) -> str:
        """In the language of the request."""


@dataclass(frozen=True)
class Basemap:
    """An optional raster backdrop. `datum` is "CGCS2000", "WGS84" or "GCJ-02" (moved in the browser, never stored)."""

    url: str
    datum: str = "WGS84"
    attribution: str = ""
    max_zoom: int = 18

    def options(self) -> dict[str, Any]:
        """For `chengji.backdrop`."""
        shifted = self.datum.upper().replace("-", "") == "GCJ02"
        datum = "gcj02" if shifted else "cgcs2000"
        return {"url": self.url, "datum": datum, "attribution": self.attribution, "max_zoom": self.max_zoom}


@dataclass(frozen=True)
class MapSettings:
    """Where things are. `root`: address below which the district's pages and tiles lie, such as "/330105"."""

    root: str
    sign_in: str = "/sign-in"
    static: str = "/static"
    basemap: Basemap | None = None


@dataclass(frozen=True)
class MapView:
    """What to show first. An address with a view in its hash wins over `bounds` (west, south, east, north, degrees).

    `counts`: assets per layer code, shown until the browser has asked for itself.
    `chips`: (key, value, label) of the filter's conditions, so that codes and ids are shown by name.
    """

    bounds: tuple[float, float, float, float] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    chips: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class MapParts:
    """Three pieces of HTML: links for `<head>`, the map's element, and scripts for the end of `<body>`."""

    header: Markup
    body: Markup
    script: Markup


class Bundled:
    """Loads nothing of its own: Leaflet and the plugins come with our `leaflet.js`."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (folium's name and type)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class OfflineMap(folium.Map):
    """A Folium map that loads Leaflet from our own build and leaves view and style sheet to us.

    The stock template writes a viewport that forbids zooming the page, and style blocks; neither is wanted here.
    """

    _template = Template("""
        {% macro html(this, kwargs) %}
            <div class="map" id="{{ this.get_name() }}" role="region" tabindex="0" aria-label="{{ this.label|e }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
            {{ this.get_name() }}.attributionControl.setPrefix(false);
        {% endmacro %}
    """)

    def __init__(self, label: str, static: str, script: str = "map", **options: Any) -> None:
        # max_zoom would be swallowed by folium when there are no tiles: Leaflet's own spelling passes.
        super().__init__(tiles=None, maxZoom=MAX_ZOOM, minZoom=8, **options)
        self.label = label
        # Branca keeps header children by name: a script and a style sheet of one name would replace each other.
        self.default_js = [(f"{name}_js", f"{static}/{bundle(f'{name}.js')}") for name in ("leaflet", script)]
        self.default_css = [("map_css", f"{static}/{bundle('map.css')}")]


class AssetTiles(JSCSSMixin, folium.map.Layer):
    """One of the two tilesets, drawn by our own canvas layer. The boot script adds it once the view is known."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = chengji.assetTiles({{ this.options|tojson }});
        {% endmacro %}
    """)

    def __init__(self, tileset: str, root: str) -> None:
        super().__init__(name=tileset, overlay=True, control=False, show=False)
        self._name = "AssetTiles"
        self.options = {"tileset": tileset, "url": f"{root}/tiles/{tileset}/{{z}}/{{x}}/{{y}}.mvt", "pane": tileset}


class ChangeTiles(JSCSSMixin, folium.map.Layer):
    """The rows of a change set, drawn by our own canvas layer over the register as it is."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = chengji.changeTiles({{ this.options|tojson }});
        {% endmacro %}
    """)

    def __init__(self, root: str) -> None:
        super().__init__(name="changes", overlay=True, control=False, show=False)
        self._name = "ChangeTiles"
        self.options = {"tileset": "changes", "url": f"{root}/tiles/{{z}}/{{x}}/{{y}}.mvt", "pane": "changes"}


class BackdropTiles(folium.map.Layer):
    """The raster backdrop of the settings."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = chengji.backdrop({{ this.options|tojson }});
        {% endmacro %}
    """)

    def __init__(self, basemap: Basemap) -> None:
        super().__init__(name="backdrop", overlay=False, control=False)
        self._name = "BackdropTiles"
        self.options = basemap.options()


class OfflineDraw(Bundled, Draw):
    """Measuring and the rectangle filter. The words must be in place before the toolbar is made."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            chengji.speakDraw();
            {{ this.stock_script(this, kwargs) }}
        {% endmacro %}
    """)
    stock_script = staticmethod(Draw._template.module.script)


class OfflineFullscreen(Bundled, Fullscreen):
    """The full-screen button."""


class OfflineLocate(Bundled, LocateControl):
    """Where am I: the browser's position, asked for only on a click."""


class OfflineMousePosition(Bundled, MousePosition):
    """Longitude and latitude under the pointer."""


class Controls(MacroElement):
    """Zoom and scale, placed where no panel covers them."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            L.control.scale({ imperial: false, position: "bottomright" }).addTo({{ this._parent.get_name() }});
            L.control.zoom({{ this.options|tojson }}).addTo({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self) -> None:
        super().__init__()
        self._name = "Controls"
        self.options = {"position": "topright", "zoomInTitle": _("放大"), "zoomOutTitle": _("缩小")}


class Boot(MacroElement):
    """Hands the map and its layers to the static application script, by the name of its function."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            chengji.{{ this.function }}({{ this._parent.get_name() }}, {
                {%- for key, element in this.parts.items() %} {{ key }}: {{ element.get_name() }},{% endfor %} });
        {% endmacro %}
    """)

    def __init__(self, function: str, **parts: Element) -> None:
        super().__init__()
        self._name = "Boot"
        self.function = function
        self.parts = parts


def build_map(
    district: District, layers: Sequence[Layer], settings: MapSettings, view: MapView, *, nonce: str = ""
) -> MapParts:
    """The full map of a district with all its controls. `layers`: those in the person's scope, in drawing order."""
    page = OfflineMap(_("%(district)s资产地图", district=district.name), settings.static, zoom_control=False)
    base, points = add_asset_tiles(page, settings)
    Controls().add_to(page)
    shapes = add_drawn_shapes(page)
    _add_controls(page, shapes)
    Boot("boot", base=base, points=points, shapes=shapes).add_to(page)
    return map_parts(page, map_config(district, layers, settings, view), nonce)


def build_asset_map(district: District, layers: Sequence[Layer], settings: MapSettings, *, nonce: str = "") -> MapParts:
    """The small map of one asset's page. It shows the GeoJSON of the page's `#asset-geometry` block."""
    page = OfflineMap(_("资产位置"), settings.static, zoom_control=False, scrollWheelZoom=False)
    base, points = add_asset_tiles(page, settings)
    Controls().add_to(page)
    Boot("bootSmall", base=base, points=points).add_to(page)
    return map_parts(page, map_config(district, layers, settings, MapView()), nonce)


def add_asset_tiles(page: OfflineMap, settings: MapSettings) -> tuple[AssetTiles, AssetTiles]:
    """The backdrop of the settings and the two tilesets of the register."""
    if settings.basemap:
        BackdropTiles(settings.basemap).add_to(page)
    base, points = AssetTiles("base", settings.root), AssetTiles("points", settings.root)
    page.add_child(base)
    page.add_child(points)
    return base, points


def add_drawn_shapes(page: OfflineMap) -> folium.FeatureGroup:
    """The group that what a person draws goes into."""
    shapes = folium.FeatureGroup(name="drawn", control=False)
    page.add_child(shapes)
    return shapes


def add_fullscreen(page: OfflineMap) -> None:
    """The full-screen button, in the language of the request."""
    OfflineFullscreen(
        position="topright", title=_("全屏"), title_cancel=_("退出全屏"), force_separate_button=True
    ).add_to(page)


def _add_controls(page: OfflineMap, shapes: folium.FeatureGroup) -> None:
    add_fullscreen(page)
    OfflineLocate(
        position="topright",
        strings={"title": _("我的位置"), "popup": _("您在此处约 {distance} 米范围内")},
        keepCurrentZoomLevel=[16, MAX_ZOOM],
        showPopup=False,
    ).add_to(page)
    add_drawing(page, shapes)
    OfflineMousePosition(
        position="bottomright", separator=", ", lng_first=True, num_digits=6, empty_string=_("经度, 纬度（CGCS2000）")
    ).add_to(page)


def add_drawing(page: OfflineMap, shapes: folium.FeatureGroup, lines: bool = True) -> None:
    """The tools that draw into `shapes`: areas, and lines if wanted."""
    line = {"shapeOptions": {"color": "#1f5fae", "weight": 3}, "showLength": False}
    area = {**line, "allowIntersection": False, "showArea": False}
    off = dict.fromkeys(("circle", "marker", "circlemarker"), False)
    OfflineDraw(
        position="topright",
        feature_group=shapes,
        show_geometry_on_click=False,
        draw_options={
            "polyline": line if lines else False, "polygon": area, "rectangle": {**line, "showArea": False}, **off
        },
        edit_options={"edit": False, "remove": False},
    ).add_to(page)  # fmt: skip


def map_config(district: District, layers: Sequence[Layer], settings: MapSettings, view: MapView) -> dict[str, Any]:
    """What the browser must know before it can ask: addresses, layers, words."""
    drawn = ("code", "name", "geometry", "symbol", "colour", "zoom_min", "zoom_max", "restricted")
    return {
        "district": {"code": district.code, "name": district.name},
        "language": current_language(),
        "root": settings.root,
        "sign_in": settings.sign_in,
        "layers": [
            {key: getattr(layer, key) for key in drawn} | {"count": view.counts.get(layer.code)}
            for layer in sorted(layers, key=lambda layer: layer.position)
        ],
        "states": [{"code": code, "name": name} for code, name in labels(AssetState)],
        "view": {"bounds": view.bounds},
        "filter_keys": filters.keys(),
        "chips": [{"key": key, "value": value, "label": label} for key, value, label in view.chips],
        "strings": map_words(),
    }


def map_parts(page: OfflineMap, config: dict[str, Any], nonce: str) -> MapParts:
    """Folium's figure, taken apart: its links and scripts in our order, each script with the nonce."""
    figure = cast(Figure, page.get_root())
    for child in list(figure._children.values()):
        child.render()
    links = [child for child in figure.header._children.values() if hasattr(child, "url")]
    sheets = [link for link in links if link._name == "CssLink"]
    files = [link for link in links if link._name == "JavascriptLink"]
    mark = Markup(' nonce="{}"').format(nonce) if nonce else Markup("")
    head = [Markup('<link rel="stylesheet" href="{}">').format(link.url) for link in sheets]
    # Known early, fetched early: the files themselves stand at the end of the body.
    head += [Markup('<link rel="preload" as="script" href="{}"{}>').format(link.url, mark) for link in files]
    inline = Markup("".join(child.render() for child in figure.script._children.values()))  # noqa: S704 (escaped by folium)
    scripts = [Markup('<script src="{}"{}></script>').format(link.url, mark) for link in files]
    scripts.append(Markup("<script{}>{}</script>").format(mark, inline))
    data = Markup('<script type="application/json" id="map-config"{}>{}</script>').format(mark, _json(config))
    body = Markup("".join(child.render() for child in figure.html._children.values()))  # noqa: S704 (escaped by folium)
    return MapParts(Markup("\n").join(head), body + data, Markup("\n").join(scripts))


def _json(value: dict[str, Any]) -> Markup:
    """JSON that cannot end its script element early, whatever a name contains."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 (no "<" is left)
