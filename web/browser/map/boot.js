/* global L */
/** Puts the map page together: reads the address, adds the tilesets, connects panels, search, card and pointer. */

import { assetTiles } from "./asset_tiles.js";
import { tellBusy } from "./busy.js";
import { Card } from "./card.js";
import { readConfig, t } from "./config.js";
import { drawControlIcons } from "./control_icons.js";
import { Drawing } from "./drawing.js";
import { around, part, the } from "./element.js";
import { knowKeys } from "./filter.js";
import { FilterPanel } from "./filter_panel.js";
import { Highlight } from "./highlight.js";
import { labels } from "./labels.js";
import { LayerPanel } from "./layer_panel.js";
import { MapState } from "./map_state.js";
import { dismiss, notice, trouble } from "./notices.js";
import { readAddress } from "./page_state.js";
import { makePanes } from "./panes.js";
import { Pointing } from "./pointing.js";
import { SearchBox } from "./search_box.js";
import { askJson, latest } from "./server.js";
import { sheetHandles } from "./sheets.js";
import { currentPalette, onThemeChange } from "./theme.js";
import { between, drawnZoom, fitWhole, keepBetween } from "./zoom.js";

/** @import { Config, Counts, LabelsLayer, MapParts, Offer, Palette, Scene, TilesLayer, View } from "../types.js" */

/** @import { Filter } from "./filter.js" */
/** @typedef {(TilesLayer | LabelsLayer)[]} Drawn */
/** @typedef {{layers: LayerPanel, filters: FilterPanel}} Panels */

const PATIENCE = 1500;

/**
 * @param {L.Map} map made by Folium's script
 * @param {MapParts} parts the layers it emitted
 */
export function boot(map, parts) {
  const config = readConfig();
  knowKeys(config.filter_keys);
  const address = readAddress(location);
  const state = new MapState(address);
  makePanes(map);
  startView(map, address.view, config.view);
  const scene = { layers: config.layers, hidden: state.hidden, colours: currentPalette(), language: config.language };
  const drawn = addTiles(map, parts, scene, state);
  const panels = addPanels(state, config, scene.colours);
  const highlight = new Highlight(map);
  const card = addCard(map, state, config, highlight);
  addPointing(map, parts, state, config);
  addSearch(map, state, config, panels.filters);
  const drawing = new Drawing(map, parts.shapes, state);
  keepCounts(map, state, config, panels);
  keepView(map, state, panels.layers);
  keepTheme(drawn, panels);
  drawControlIcons(map.getContainer());
  sheetHandles(map);
  // Full screen takes the panels along: a map without its layers and card is half a tool.
  map.fullscreenControl.options.fullscreenElement = part(document, ".map-layout");
  addKeys(map, state, card, drawing);
  if (address.asset) state.choose(address.asset, { fly: !address.view });
}

/** @type {(map: L.Map, view: View | null, fallback: Config["view"]) => void} */
function startView(map, view, fallback) {
  keepBetween(map);
  if (view) between(map, () => map.setView([view.lat, view.lon], view.zoom, { animate: false }));
  else if (fallback.bounds) {
    const [west, south, east, north] = fallback.bounds;
    // Clusters reach a little beyond what they count, and to the sides there is room.
    fitWhole(map, [[south, west], [north, east]], [40, 10]);
  }
}

/**
 * The two tilesets, the grey context under a filter, and the names.
 * @type {(map: L.Map, parts: MapParts, scene: Scene, state: MapState) => Drawn}
 */
function addTiles(map, { base, points }, scene, state) {
  const context = assetTiles({ tileset: "base", source: base.source(), muted: true, pane: "context" });
  const names = labels(base, scene);
  const drawn = [context, base, points, names];
  const query = state.filter.query;
  for (const layer of [base, points]) {
    layer.setQuery(query);
    layer.on("trouble", (event) => trouble(Reflect.get(event, "error")));
  }
  tellBusy(map, [base, points]);
  for (const layer of drawn) layer.setScene(scene);
  for (const layer of [base, points, names]) layer.addTo(map);
  if (query) context.addTo(map);
  state.on("hidden", () => drawn.forEach((layer) => layer.setScene({ hidden: state.hidden })));
  state.on("filter", () => {
    dismiss();
    base.setQuery(state.filter.query);
    points.setQuery(state.filter.query);
    if (state.filter.empty) context.remove();
    else context.addTo(map);
  });
  return drawn;
}

/** @type {(state: MapState, config: Config, colours: Palette) => Panels} */
function addPanels(state, config, colours) {
  const parts = {
    total: the("total"),
    chips: the("chips"),
    states: the("states"),
    day: the("as-of", HTMLInputElement),
    list: the("to-list", HTMLAnchorElement),
    clear: the("clear-filter"),
  };
  return {
    layers: new LayerPanel(the("layers"), state, config, colours),
    filters: new FilterPanel(parts, state, config, colours),
  };
}

/** @type {(map: L.Map, state: MapState, config: Config, highlight: Highlight) => Card} */
function addCard(map, state, config, highlight) {
  const parts = {
    panel: the("card"),
    body: the("card-body"),
    close: the("card-close"),
    grip: the("card-grip"),
    pager: { root: the("card-pager"), before: the("card-before"), after: the("card-after"), place: the("card-place") },
  };
  /** @type {ConstructorParameters<typeof Card>[3]} */
  const shown = ({ geometry }, source) => {
    highlight.show(geometry);
    if (source.fly) highlight.fly(clearance(map));
    else highlight.reveal(clearance(map));
  };
  state.on("asset", ({ id }) => id === null && highlight.show(null));
  return new Card(parts, state, config.root, shown, trouble);
}

/**
 * What panels cover of the map, as Leaflet's padding options.
 * @type {(map: L.Map) => {paddingTopLeft: L.Point, paddingBottomRight: L.Point}}
 */
function clearance(map) {
  const covered = the("card").getBoundingClientRect();
  const whole = map.getContainer().getBoundingClientRect();
  const sheet = covered.width > whole.width * 0.8;
  return {
    paddingTopLeft: L.point(40, 56),
    paddingBottomRight: sheet
      ? L.point(40, Math.min(covered.height, whole.height * 0.6) + 24)
      : L.point(covered.width + 48, 40),
  };
}

/** @type {(map: L.Map, parts: MapParts, state: MapState, config: Config) => Pointing} */
function addPointing(map, { base, points }, state, config) {
  /** @type {ConstructorParameters<typeof Pointing>[4]} */
  const found = (answer) => {
    if (!answer) return;
    const candidates = answer.features.map(({ properties }) => String(properties.id));
    if (candidates.length) state.choose(candidates[0], { candidates, focus: answer.byKeyboard });
    else state.choose(null);
  };
  return new Pointing(map, { base, points }, state, config, found, trouble);
}

/** @type {(map: L.Map, state: MapState, config: Config, filters: FilterPanel) => SearchBox} */
function addSearch(map, state, config, filters) {
  const parts = {
    input: the("search", HTMLInputElement),
    list: the("suggestions"),
    clear: the("search-clear"),
    form: the("search-form", HTMLFormElement),
  };
  /** @type {(text: string, signal: AbortSignal) => Promise<any>} */
  const ask = (text, signal) => askJson(`${config.root}/api/suggest?q=${encodeURIComponent(text)}`, signal);
  /** @type {{[K in Offer["kind"]]: (offer: Extract<Offer, {kind: K}>) => void}} */
  const picks = {
    asset: ({ item }) => state.choose(item.id, { fly: true, focus: true }),
    area({ item }) {
      filters.name("area", item.code, item.name);
      if (item.bbox) map.fitBounds([[item.bbox[1], item.bbox[0]], [item.bbox[3], item.bbox[2]]]);
      state.setFilter(state.filter.with("area", item.code));
    },
    class({ item }) {
      const value = `${item.scheme}:${item.code}`;
      filters.name("class", value, item.name);
      state.setFilter(state.filter.with("class", ...state.filter.get("class"), value));
    },
    text: ({ item }) => state.setFilter(state.filter.with("q", item.text)),
  };
  return new SearchBox(parts, ask, (offer) => picks[offer.kind](/** @type {never} */ (offer)), trouble);
}

/**
 * Counts follow the filter; while they are on their way the old ones stand greyed.
 * @type {(map: L.Map, state: MapState, config: Config, panels: Panels) => void}
 */
function keepCounts(map, state, config, { layers, filters }) {
  /** @type {(filter: Filter, signal: AbortSignal) => Promise<Counts>} */
  const ask = (filter, signal) => askJson(`${config.root}/api/counts${filter.empty ? "" : `?${filter.query}`}`, signal);
  const count = latest(async (/** @type {Filter} */ filter, /** @type {AbortSignal} */ signal) => {
    // The class lists count as if no class were chosen, so that a second class can be added to the first.
    const wide = filter.with("class");
    const [own, offered] = await Promise.all([ask(filter, signal), wide.equals(filter) ? null : ask(wide, signal)]);
    return { ...own, classes: (offered ?? own).classes };
  });
  const refresh = async () => {
    layers.setCounts(null);
    filters.setCounts(null);
    try {
      const counts = await count(state.filter);
      if (!counts) return;
      layers.setCounts(counts);
      filters.setCounts(counts);
      if (counts.total === 0 && !state.filter.empty) notice(t("nothing_found"), { keep: true });
    } catch (error) {
      trouble(error);
    }
  };
  state.on("filter", () => void refresh());
  // The first count lets the first tiles go ahead: it is the dearest question, and the map is what one looks at.
  void firstDrawn(map).then(refresh);
}

/** Settles when the first view is drawn, or after a moment if that takes long. @type {(map: L.Map) => Promise<void>} */
function firstDrawn(map) {
  return new Promise((resolve) => {
    map.once("drawn", () => resolve());
    window.setTimeout(resolve, PATIENCE);
  });
}

/** @type {(map: L.Map, state: MapState, layers: LayerPanel) => void} */
function keepView(map, state, layers) {
  const tell = () => {
    const { lat, lng } = map.getCenter();
    state.moved({ zoom: map.getZoom(), lat, lon: lng });
  };
  map.on("moveend", tell);
  state.on("view", ({ lat, lon, zoom }) => between(map, () => map.setView([lat, lon], zoom)));
  map.on("zoomend", () => layers.setZoom(drawnZoom(map)));
  layers.setZoom(drawnZoom(map));
}

/** @type {(drawn: Drawn, panels: Panels) => void} */
function keepTheme(drawn, { layers, filters }) {
  onThemeChange((colours) => {
    drawn.forEach((layer) => layer.setScene({ colours }));
    layers.setColours(colours);
    filters.setColours(colours);
  });
}

/**
 * Esc closes what is topmost: measurement, then card. "/" goes to the search, as in most map products.
 * @type {(map: L.Map, state: MapState, card: Card, drawing: Drawing) => void}
 */
function addKeys(map, state, card, drawing) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !map.drawing) {
      if (!drawing.clear() && card.open) state.choose(null);
    }
    const typing = around(event, "input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      the("search").focus();
    }
  });
}
