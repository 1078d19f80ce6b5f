/** The Leaflet layer of a change set: the map's own canvas layer, with other data and other marks. */

import { AssetTiles } from "../map/asset_tiles.js";
import { circleAt, shapeAt } from "../map/hit.js";
import { drawChangeClusters, drawChanges } from "./change_draw.js";

/** @returns {L.GridLayer} `options`: url (with {z} {x} {y}), pane */
export function changeTiles(options) {
  return new ChangeTiles(options);
}

const ChangeTiles = AssetTiles.extend({
  _draw(ctx, tile, scene) {
    tile.circles = (tile.data.has("cluster") ? drawChangeClusters : drawChanges)(ctx, tile.data, tile.place, scene);
  },

  /** What is drawn at a position: {cluster} or {row: seq}, or null. */
  hit(latlng) {
    const found = this._tileAt(latlng);
    if (!found) return null;
    const { tile, x, y } = found;
    const circle = circleAt(tile.circles, x, y);
    if (circle) return circle.id === undefined ? { cluster: circle } : { row: circle.id };
    const shape = (tile.data.get("change") ?? []).find((feature) => shapeAt([feature], tile.place, x, y));
    return shape ? { row: shape.id } : null;
  },
});
