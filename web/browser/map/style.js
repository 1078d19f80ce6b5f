/**
 * How each layer and class looks at each zoom: the only place that knows. Widths and radii are CSS pixels; a list of
 * [zoom, pixels] is interpolated. Layers that an administrator adds fall back on their registered colour and geometry.
 */

import { AssetState } from "../vocabulary.js";

/** @import { LayerLook, Palette, ZoomRange } from "../types.js" */

/** @typedef {{width: number, fill: string, casing: string | null, casingWidth: number}} LineStyle */

/** Lifecycle states as the tiles carry them, by number. @type {string[]} */
export const STATES = Object.values(AssetState);

/** @type {Record<number, number[][]>} */
const ROAD_WIDTH = {
  1: [[9, 1.2], [11, 2], [13, 4.2], [15, 7.5], [17, 15], [20, 40]],
  2: [[9, 0.8], [11, 1.5], [13, 3.4], [15, 6.2], [17, 12], [20, 34]],
  3: [[9, 0.5], [11, 0.9], [13, 2.3], [15, 4.6], [17, 9.5], [20, 28]],
  4: [[11, 0.4], [13, 1.3], [15, 3.2], [17, 7.5], [20, 22]],
};
/** @type {Record<number, number[][]>} */
const RIVER_WIDTH = {
  1: [[9, 1.4], [11, 2.4], [13, 5], [15, 11], [17, 26], [20, 90]],
  2: [[9, 0.7], [11, 1.3], [13, 2.8], [15, 6], [17, 14], [20, 52]],
  3: [[9, 0.4], [11, 0.8], [13, 1.7], [15, 3.8], [17, 9], [20, 34]],
};
const ALLEY_WIDTH = [[12, 0.4], [14, 0.9], [16, 2.6], [17, 4.4], [20, 14]];
const PLAIN_WIDTH = [[9, 0.8], [13, 1.8], [16, 3], [20, 8]];
const POINT_RADIUS = [[16, 3], [17, 4.2], [18, 5.6], [20, 8]];

/**
 * Linear interpolation in a list of [zoom, value]; flat beyond its ends.
 * @type {(zoom: number, stops: number[][]) => number}
 */
export function at(zoom, stops) {
  const next = stops.findIndex(([z]) => z > zoom);
  if (next === 0) return stops[0][1];
  if (next === -1) return stops[stops.length - 1][1];
  const [z0, v0] = stops[next - 1];
  const [z1, v1] = stops[next];
  return v0 + ((v1 - v0) * (zoom - z0)) / (z1 - z0);
}

/**
 * Painter's order inside a layer: less important classes first, so that main roads lie on top.
 * @type {(symbol: string, code: string) => number}
 */
export function classOrder(symbol, code) {
  return symbol === "road" || symbol === "water" ? -Number(code[0] || 9) : 0;
}

/**
 * Of a line class; width 0: not drawn at this zoom.
 * @type {(layer: LayerLook, code: string, zoom: number, colours: Palette) => LineStyle}
 */
export function lineStyle(layer, code, zoom, colours) {
  if (layer.symbol === "road") return cased(at(zoom, ROAD_WIDTH[rank(code)]), colours.road[rank(code)], zoom >= 12);
  if (layer.symbol === "water") return cased(at(zoom, RIVER_WIDTH[Math.min(rank(code), 3)]), colours.river, zoom >= 12);
  if (layer.symbol === "thin") {
    const width = at(zoom, ALLEY_WIDTH);
    return zoom >= 16 ? cased(width, colours.alley, true) : cased(width, [colours.alley[1]], false);
  }
  return cased(at(zoom, PLAIN_WIDTH), [layer.colour], false);
}

/** @type {(code: string) => number} */
function rank(code) {
  const first = Number(code[0]);
  return first >= 1 && first <= 4 ? first : 4;
}

/** @type {(width: number, colours: string[], wanted: boolean) => LineStyle} */
function cased(width, [fill, casing], wanted) {
  return { width, fill, casing: wanted ? casing : null, casingWidth: width + (width > 5 ? 2 : 1.4) };
}

/**
 * Of a polygon class.
 * @type {(layer: LayerLook, code: string, zoom: number, colours: Palette) => {fill: string, outline: string | null}}
 */
export function areaStyle(layer, code, zoom, colours) {
  const [fill, outline] =
    layer.code === "green" ? (colours.green[code.slice(0, 2)] ?? colours.green.XG) : [`${layer.colour}55`, layer.colour];
  return { fill, outline: zoom >= 13 ? outline : null };
}

/** The shapes of point glyphs, told apart without colour too. @type {Record<string, string>} */
const SHAPES = { "01": "circle", "02": "square", "03": "diamond", "04": "triangle", "05": "hexagon", "06": "hexagon", "21": "hexagon" };

/**
 * Of a point class: coloured and shaped by its major (its first two digits).
 * @type {(layer: LayerLook, code: string, zoom: number, colours: Palette) => {shape: string, colour: string,
 *   radius: number}}
 */
export function pointStyle(layer, code, zoom, colours) {
  const radius = at(zoom, POINT_RADIUS);
  if (layer.symbol !== "circle" || layer.code !== "component") {
    return { shape: layer.symbol === "camera" ? "camera" : "circle", colour: layer.colour, radius };
  }
  const major = code.slice(0, 2);
  return { shape: SHAPES[major] ?? "circle", colour: colours.major[major] ?? layer.colour, radius };
}

/** Whether a layer is drawn at a display zoom. @type {(layer: ZoomRange, zoom: number) => boolean} */
export function inZoomRange(layer, zoom) {
  return zoom >= layer.zoom_min && zoom <= layer.zoom_max;
}
