/* global L */
/** The chosen asset on the map: a halo and a line in the accent colour, above everything else. */

const ACCENT = "#d6246e";

export class Highlight {
  #map;
  #group;

  constructor(map) {
    this.#map = map;
    this.#group = L.featureGroup([], { pane: "highlight" }).addTo(map);
    this.renderer = L.svg({ pane: "highlight", padding: 0.3 });
  }

  /** @param {object|null} geometry GeoJSON */
  show(geometry) {
    this.#group.clearLayers();
    if (!geometry) return;
    for (const pass of ["halo", "line"]) this.#group.addLayer(this.#layer(geometry, pass));
  }

  /** What is shown, as a box; not valid where nothing is. */
  bounds() {
    return this.#group.getBounds();
  }

  /** Brings the chosen asset into view: points to street level, shapes as a whole, never further out than needed. */
  fly(padding) {
    const bounds = this.#group.getBounds();
    if (!bounds.isValid()) return;
    const point = bounds.getNorthEast().equals(bounds.getSouthWest());
    const options = { ...padding, maxZoom: point ? Math.max(18, this.#map.getZoom()) : 17, duration: 0.6 };
    if (reducedMotion()) this.#map.fitBounds(bounds, { ...options, animate: false });
    else this.#map.flyToBounds(bounds, options);
  }

  /** Moves the map only if the chosen asset is out of sight or under a panel. */
  reveal(padding) {
    const bounds = this.#group.getBounds();
    if (bounds.isValid()) this.#map.panInside(bounds.getCenter(), padding);
  }

  #layer(geometry, pass) {
    const halo = pass === "halo";
    const common = { renderer: this.renderer, interactive: false, pane: "highlight" };
    const style = { color: halo ? "#ffffff" : ACCENT, weight: halo ? 7 : 3, opacity: halo ? 0.85 : 1, fill: false };
    return L.geoJSON(geometry, {
      ...common,
      style: (feature) => ({ ...style, fill: !halo && /Polygon/.test(feature.geometry?.type ?? feature.type), fillColor: ACCENT, fillOpacity: 0.08 }),
      pointToLayer: (_, latlng) => L.circleMarker(latlng, { ...common, ...style, weight: halo ? 6 : 2.5, radius: 11 }),
    });
  }
}

export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
