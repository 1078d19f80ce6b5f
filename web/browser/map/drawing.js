/* global L */
/** What a person draws: a rectangle becomes the filter's area; a line or polygon is measured on the ellipsoid. */

import { t } from "./config.js";
import { pathLength, ringArea } from "./geodesy.js";
import { areaText, lengthText } from "./numbers.js";

/** The words of the draw toolbar; to be called before Folium's script makes it. */
export function speakDraw() {
  const { draw } = L.drawLocal;
  const { buttons } = draw.toolbar;
  Object.assign(buttons, { polyline: t("draw_line"), polygon: t("draw_polygon"), rectangle: t("draw_rectangle") });
  Object.assign(draw.toolbar.actions, { title: t("cancel"), text: t("cancel") });
  Object.assign(draw.toolbar.finish, { title: t("draw_finish"), text: t("draw_finish") });
  Object.assign(draw.toolbar.undo, { title: t("draw_undo"), text: t("draw_undo") });
  const { polyline, polygon, rectangle, simpleshape } = draw.handlers;
  polyline.error = t("draw_crossing");
  Object.assign(polyline.tooltip, { start: t("draw_start"), cont: t("draw_continue"), end: t("draw_end") });
  Object.assign(polygon.tooltip, { start: t("draw_start"), cont: t("draw_continue"), end: t("draw_close") });
  rectangle.tooltip.start = t("draw_drag");
  simpleshape.tooltip.end = t("draw_release");
}

export class Drawing {
  #map;
  #shapes;
  #state;
  #frame = null;

  /** @param {L.FeatureGroup} shapes where Folium's Draw puts what was drawn */
  constructor(map, shapes, state) {
    this.#map = map;
    this.#shapes = shapes;
    this.#state = state;
    map.on("draw:drawstart", () => this.#begin());
    // The click that ends a drawing still reaches the map: it must not identify anything.
    map.on("draw:drawstop", () => window.setTimeout(() => (map.drawing = false), 0));
    map.on(L.Draw.Event.CREATED, ({ layer, layerType }) => this.#created(layer, layerType));
    state.addEventListener("filter", () => this.#outline());
    this.#outline();
  }

  /** Takes measurements off the map. @returns true if there were any */
  clear() {
    const had = this.#shapes.getLayers().length > 0;
    this.#shapes.clearLayers();
    return had;
  }

  #begin() {
    this.#map.drawing = true;
    this.clear();
  }

  #created(layer, type) {
    if (type !== "rectangle") {
      layer.bindTooltip(measured(layer, type), { permanent: true, direction: "top", className: "measure" }).openTooltip();
      return;
    }
    this.#shapes.removeLayer(layer);
    const bounds = layer.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    this.#state.setFilter(this.#state.filter.with("bbox", box.map((degrees) => degrees.toFixed(6)).join(",")));
  }

  /** The filter's box stays visible, wherever it came from. */
  #outline() {
    this.#frame?.remove();
    this.#frame = null;
    const box = this.#state.filter.get("bbox")[0]?.split(",").map(Number);
    if (box?.length !== 4 || box.some(Number.isNaN)) return;
    const bounds = [[box[1], box[0]], [box[3], box[2]]];
    this.#frame = L.rectangle(bounds, { color: "#1f5fae", weight: 1.5, dashArray: "5 4", fill: false, interactive: false });
    this.#frame.addTo(this.#map);
  }
}

function measured(layer, type) {
  const ring = (type === "polygon" ? layer.getLatLngs()[0] : layer.getLatLngs()).map(({ lng, lat }) => [lng, lat]);
  if (type === "polyline") return t("measured_length", { length: lengthText(pathLength(ring)) });
  return t("measured_area", { area: areaText(ringArea(ring)), length: lengthText(pathLength([...ring, ring[0]])) });
}
