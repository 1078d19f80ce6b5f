/** Vector tile bytes into the plain features that drawing, hit testing and labels share. */

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

/** @import { Feature, TileData } from "../types.js" */

export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

/**
 * @param {ArrayBuffer | Uint8Array} bytes
 * @returns {TileData} features by MVT layer name; a ring is x, y, x, y … in units of the tile (0..4096)
 */
export function decodeTile(bytes) {
  const tile = new VectorTile(new PbfReader(new Uint8Array(bytes)));
  /** @type {TileData} */
  const layers = new Map();
  for (const [name, layer] of Object.entries(tile.layers)) {
    const unit = 4096 / layer.extent;
    /** @type {Feature[]} */
    const features = [];
    for (let i = 0; i < layer.length; i += 1) features.push(plain(layer.feature(i), unit));
    layers.set(name, features);
  }
  return layers;
}

/** @type {(feature: import("@mapbox/vector-tile").VectorTileFeature, unit: number) => Feature} */
function plain(feature, unit) {
  const rings = feature.loadGeometry().map((points) => {
    const ring = new Float32Array(points.length * 2);
    points.forEach((point, i) => {
      ring[2 * i] = point.x * unit;
      ring[2 * i + 1] = point.y * unit;
    });
    return ring;
  });
  return { id: feature.id ?? 0, type: feature.type, props: feature.properties, rings };
}
