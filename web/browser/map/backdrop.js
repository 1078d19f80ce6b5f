/* global L */
/** An optional raster backdrop from the settings; off by default, for it leaves the building. */

import { toGcj02 } from "./gcj02.js";

/**
 * @param {{url: string, subdomains?: string, attribution: string, datum: "cgcs2000" | "gcj02", max_zoom: number}} options tiles in GCJ-02 are moved as a
 *   whole by the exact offset at the view's centre; away from the centre the error grows by about 1.4 m per km
 */
export function backdrop(options) {
  const { url, datum, ...rest } = options;
  const known = { ...rest, maxNativeZoom: options.max_zoom, maxZoom: 22, subdomains: options.subdomains || "abc" };
  return datum === "gcj02" ? new Shifted(url, known) : L.tileLayer(url, known);
}

/**
 * What Leaflet's layers of tiles do without declaring it.
 * @typedef {object} Undeclared
 * @property {L.Map} _map
 * @property {() => Record<string, Function | undefined>} getEvents
 * @property {(center: L.LatLng, zoom: number) => void} _setZoomTransforms
 * @property {(level: object, center: L.LatLng, zoom: number) => void} _setZoomTransform
 * @property {(center: L.LatLng) => L.Bounds} _getTiledPixelBounds
 */
const LEAFLET = /** @type {Undeclared} */ (/** @type {unknown} */ (L.TileLayer.prototype));

/** @type {Partial<Undeclared> & ThisType<Undeclared>} */
const body = {
  getEvents() {
    const events = LEAFLET.getEvents.call(this);
    const moved = events.moveend;
    events.moveend = (/** @type {L.LeafletEvent} */ event) => {
      // The offset of the new centre; Leaflet itself would keep the one of the last zoom.
      this._setZoomTransforms(this._map.getCenter(), this._map.getZoom());
      moved?.call(this, event);
    };
    return events;
  },

  _setZoomTransform(level, center, zoom) {
    LEAFLET._setZoomTransform.call(this, level, L.latLng(toGcj02(L.latLng(center))), zoom);
  },

  _getTiledPixelBounds(center) {
    return LEAFLET._getTiledPixelBounds.call(this, L.latLng(toGcj02(L.latLng(center))));
  },
};
const Shifted = /** @type {typeof L.TileLayer} */ (/** @type {unknown} */ (L.TileLayer.extend(body)));
