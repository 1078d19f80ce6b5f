/* global L */
/** The pointer on the map: cursor over things, a hint over clusters, click to zoom in or to identify. */

import { t } from "./config.js";
import { fullCount } from "./numbers.js";
import { askJson, latest } from "./server.js";
import { reducedMotion } from "./highlight.js";
import { POINTS_FROM_DATA_ZOOM } from "./tile_address.js";
import { inZoomRange } from "./style.js";
import { drawnZoom } from "./zoom.js";

export class Pointing {
  #map;
  #tiles;
  #state;
  #config;
  #identify;
  #hint;
  #frame = 0;

  /** @param {{base, points}} tiles the two tilesets; `found` gets the features of /api/identify and the event */
  constructor(map, tiles, state, config, found, failed) {
    this.#map = map;
    this.#tiles = tiles;
    this.#state = state;
    this.#config = config;
    this.#identify = latest((url, signal) => askJson(url, signal));
    this.#hint = L.tooltip({ direction: "top", offset: [0, -14], className: "cluster-hint", interactive: false });
    map.on("mousemove", (event) => this.#hover(event.latlng));
    map.on("mouseout movestart", () => this.#leave());
    map.on("click", (event) => this.#click(event.latlng, false).then(found, failed));
    this.#listenKeys(map.getContainer(), () => this.#click(map.getCenter(), true).then(found, failed));
  }

  /** With the keyboard the middle of the map is the pointer: a cross shows it, Enter clicks it. */
  #listenKeys(container, click) {
    container.addEventListener("mousedown", () => container.classList.remove("is-keyboard"));
    container.addEventListener("keydown", (event) => {
      if (event.target !== container) return;
      container.classList.add("is-keyboard");
      if (event.key === "Enter") click();
    });
    container.addEventListener("keyup", (event) => {
      if (event.key === "Tab" && event.target === container) container.classList.add("is-keyboard");
    });
  }

  #hover(latlng) {
    window.cancelAnimationFrame(this.#frame);
    if (this.#map.drawing) return this.#leave();
    this.#frame = window.requestAnimationFrame(() => {
      const hit = this.#tiles.points.hit(latlng) ?? this.#tiles.base.hit(latlng);
      this.#map.getContainer().classList.toggle("is-over", Boolean(hit));
      if (hit?.cluster) this.#explain(latlng, hit.cluster);
      else this.#hint.remove();
    });
  }

  #leave() {
    window.cancelAnimationFrame(this.#frame);
    this.#map.getContainer().classList.remove("is-over");
    this.#hint.remove();
  }

  #explain(latlng, { layer, count, bad }) {
    const { language, layers } = this.#config;
    const name = layers.find(({ code }) => code === layer)?.name ?? layer;
    const text = t(bad ? "cluster_with_bad" : "cluster", {
      layer: name,
      count: fullCount(count, language),
      bad: fullCount(bad, language),
    });
    const content = document.createElement("span");
    content.textContent = text;
    this.#hint.setLatLng(latlng).setContent(content).addTo(this.#map);
  }

  /** @returns the identified features with how they were asked for, or undefined when the click did something else. */
  async #click(latlng, byKeyboard) {
    if (this.#map.drawing) return undefined;
    const hit = this.#tiles.points.hit(latlng);
    if (hit?.cluster) return this.#enter(latlng);
    const layers = this.#askable();
    if (!layers.length) return { features: [], byKeyboard };
    const query = this.#state.filter.with("layer", ...layers).query;
    const place = `lon=${latlng.lng.toFixed(7)}&lat=${latlng.lat.toFixed(7)}&zoom=${this.#map.getZoom()}`;
    const answer = await this.#identify(`${this.#config.root}/api/identify?${place}&${query}`);
    return answer && { features: answer.features, byKeyboard };
  }

  #enter(latlng) {
    const zoom = Math.min(drawnZoom(this.#map) + 2, this.#map.getMaxZoom());
    this.#map.setZoomAround(latlng, zoom, { animate: !reducedMotion() });
    return undefined;
  }

  /** Layers that are on, in range and inside the filter; points only where single points are drawn. */
  #askable() {
    const zoom = drawnZoom(this.#map);
    const wanted = this.#state.filter.get("layer");
    return this.#config.layers
      .filter((layer) => !this.#state.hidden.has(layer.code) && inZoomRange(layer, zoom))
      .filter((layer) => layer.geometry !== "point" || zoom - 1 >= POINTS_FROM_DATA_ZOOM)
      .filter((layer) => !wanted.length || wanted.includes(layer.code))
      .map((layer) => layer.code);
  }
}
