/* global L */
/** An optional raster backdrop from the settings; off by default, for it leaves the building. */

import { toGcj02 } from "./gcj02.js";

/**
 * @param {{url, subdomains, attribution, datum: "cgcs2000"|"gcj02", max_zoom}} options tiles in GCJ-02 are moved as a
 *   whole by the exact offset at the view's centre; away from the centre the error grows by about 1.4 m per km
 */
export function backdrop(options) {
  const { url, datum, ...rest } = options;
  const known = { ...rest, maxNativeZoom: options.max_zoom, maxZoom: 22, subdomains: options.subdomains || "abc" };
  return datum === "gcj02" ? new Shifted(url, known) : L.tileLayer(url, known);
}

const Shifted = L.TileLayer.extend({
  getEvents() {
    const events = L.TileLayer.prototype.getEvents.call(this);
    const moved = events.moveend;
    events.moveend = (event) => {
      // The offset of the new centre; Leaflet itself would keep the one of the last zoom.
      this._setZoomTransforms(this._map.getCenter(), this._map.getZoom());
      moved?.call(this, event);
    };
    return events;
  },

  _setZoomTransform(level, center, zoom) {
    L.TileLayer.prototype._setZoomTransform.call(this, level, L.latLng(toGcj02(L.latLng(center))), zoom);
  },

  _getTiledPixelBounds(center) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, L.latLng(toGcj02(L.latLng(center))));
  },
});
