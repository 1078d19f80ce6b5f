/** Vector tile bytes into the plain features that drawing, hit testing and labels share. */

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

/**
 * @param {ArrayBuffer} bytes
 * @returns {Map<string, Array<{id: number, type: number, props: object, rings: Float32Array[]}>>}
 *   features by MVT layer name; a ring is x, y, x, y … in units of the tile (0..4096)
 */
export function decodeTile(bytes) {
  const tile = new VectorTile(new PbfReader(new Uint8Array(bytes)));
  const layers = new Map();
  for (const [name, layer] of Object.entries(tile.layers)) {
    const unit = 4096 / layer.extent;
    const features = [];
    for (let i = 0; i < layer.length; i += 1) features.push(plain(layer.feature(i), unit));
    layers.set(name, features);
  }
  return layers;
}

function plain(feature, unit) {
  const rings = feature.loadGeometry().map((points) => {
    const ring = new Float32Array(points.length * 2);
    points.forEach((point, i) => {
      ring[2 * i] = point.x * unit;
      ring[2 * i + 1] = point.y * unit;
    });
    return ring;
  });
  return { id: feature.id, type: feature.type, props: feature.properties, rings };
}
