/** Decoded tiles onto a canvas. Each function gets a context scaled to CSS pixels of the tile. */

import { LINE, POINT, POLYGON } from "./decode.js";
import { arrange } from "./clusters.js";
import { sprite } from "./glyphs.js";
import { FONT } from "./palette.js";
import { shortCount } from "./numbers.js";
import { areaStyle, classOrder, inZoomRange, lineStyle, pointStyle } from "./style.js";
import { TILE } from "./tile_address.js";

const TAU = Math.PI * 2;

/**
 * @typedef {object} Scene what drawing needs to know
 * @property {object[]} layers registered layers in drawing order
 * @property {number} zoom display zoom
 * @property {object} colours see palette.js
 * @property {Set<string>} hidden layer codes
 * @property {string} language "zh" or "en"
 * @property {number} ratio device pixels per tile pixel
 * @property {number} stretch pixels of the screen per tile pixel: 1 at whole zooms
 */

/** Lines and polygons, in the order of the layers; `muted`: as a grey backdrop for what a filter left over. */
export function drawBase(ctx, tile, place, scene, muted = false) {
  for (const layer of scene.layers) {
    const features = shown(layer, tile, scene);
    if (!features) continue;
    drawAreas(ctx, features, layer, place, scene, muted);
    drawLines(ctx, features, layer, place, scene, muted);
  }
}

function shown(layer, tile, scene) {
  const hidden = scene.hidden.has(layer.code) || !inZoomRange(layer, scene.zoom);
  return hidden ? null : tile.get(layer.code);
}

function byClass(features, type) {
  const groups = new Map();
  for (const feature of features) {
    if (feature.type !== type) continue;
    const code = String(feature.props.c ?? "");
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push(feature);
  }
  return groups;
}

function drawAreas(ctx, features, layer, place, scene, muted) {
  for (const [code, group] of byClass(features, POLYGON)) {
    const style = areaStyle(layer, code, scene.zoom, scene.colours);
    trace(ctx, group, place, true);
    ctx.fillStyle = muted ? scene.colours.context.area : style.fill;
    // Neighbouring polygons share one path: with the even-odd rule their overlaps would become holes.
    ctx.fill("nonzero");
    if (style.outline && !muted) stroke(ctx, style.outline, 1);
    if (!muted) drawLineStates(ctx, group, 1.5, place, scene);
  }
}

function drawLines(ctx, features, layer, place, scene, muted) {
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  const groups = [...byClass(features, LINE)]
    .sort(([a], [b]) => classOrder(layer.symbol, a) - classOrder(layer.symbol, b))
    .map(([code, group]) => ({ group, style: lineStyle(layer, code, scene.zoom, scene.colours) }));
  if (!muted) {
    for (const { group, style } of groups.filter((g) => g.style.casing)) {
      trace(ctx, group, place, false);
      stroke(ctx, style.casing, style.casingWidth);
    }
  }
  for (const { group, style } of groups) {
    trace(ctx, group, place, false);
    stroke(ctx, muted ? scene.colours.context.line : style.fill, muted ? Math.max(style.width * 0.7, 0.6) : style.width);
    if (!muted) drawLineStates(ctx, group, Math.max(1.6, style.width * 0.35), place, scene);
  }
}

/** Whatever is not intact gets a dashed line in the colour of alarm, or of things past. */
function drawLineStates(ctx, group, width, place, scene) {
  const unsound = group.filter((feature) => feature.props.s > 0);
  if (!unsound.length) return;
  ctx.setLineDash([6, 5]);
  for (const spent of [false, true]) {
    const some = unsound.filter((feature) => feature.props.s >= 3 === spent);
    if (!some.length) continue;
    trace(ctx, some, place, false);
    stroke(ctx, spent ? scene.colours.spent : scene.colours.alarm, width);
  }
  ctx.setLineDash([]);
}

function stroke(ctx, colour, width) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

function trace(ctx, features, { scale, dx, dy }, closed) {
  ctx.beginPath();
  for (const { rings } of features) {
    for (const ring of rings) {
      ctx.moveTo(ring[0] * scale + dx, ring[1] * scale + dy);
      for (let i = 2; i < ring.length; i += 2) ctx.lineTo(ring[i] * scale + dx, ring[i + 1] * scale + dy);
      if (closed) ctx.closePath();
    }
  }
}

/** Single points as glyphs, layer by layer, sound ones first. @returns the drawn points, for hit testing. */
export function drawPoints(ctx, tile, place, scene) {
  const drawn = [];
  for (const layer of scene.layers) {
    const features = shown(layer, tile, scene)?.filter((feature) => feature.type === POINT);
    if (!features) continue;
    const styles = new Map();
    for (const unsound of [false, true]) {
      for (const feature of features) {
        if (feature.props.s > 0 === unsound) stamp(ctx, feature, layer, styles, place, scene, drawn);
      }
    }
  }
  return drawn;
}

function stamp(ctx, feature, layer, styles, { scale, dx, dy }, scene, drawn) {
  const { c = "", s = 0 } = feature.props;
  if (!styles.has(c)) styles.set(c, pointStyle(layer, String(c), scene.zoom, scene.colours));
  const style = styles.get(c);
  const image = sprite(style, s, scene.colours, scene.ratio);
  const side = image.width / scene.ratio;
  for (const ring of feature.rings) {
    const x = ring[0] * scale + dx;
    const y = ring[1] * scale + dy;
    if (x < -16 || y < -16 || x > TILE + 16 || y > TILE + 16) continue;
    ctx.drawImage(image, x - side / 2, y - side / 2, side, side);
    drawn.push({ id: feature.id, layer: layer.code, x, y, r: style.radius + 2 });
  }
}

/** Counted clusters. @returns the circles, for hit testing. */
export function drawClusters(ctx, tile, place, scene) {
  const order = new Map(scene.layers.map((layer, i) => [layer.code, i]));
  const clusters = (tile.get("cluster") ?? [])
    .filter(({ props }) => order.has(props.l) && !scene.hidden.has(props.l))
    .map(({ props, rings }) => ({
      layer: props.l,
      count: props.n,
      bad: props.b ?? 0,
      x: rings[0][0] * place.scale + place.dx,
      y: rings[0][1] * place.scale + place.dy,
    }));
  const circles = arrange(clusters, (layer) => order.get(layer), 1 / scene.stretch);
  for (const circle of circles) drawCluster(ctx, circle, scene.layers[order.get(circle.layer)], scene);
  return circles;
}

function drawCluster(ctx, { x, y, r, count, bad }, layer, { colours, language, stretch }) {
  ring(ctx, x, y, r + 0.6, colours.halo);
  // A little of the streets shows through: a low zoom is mostly circles.
  ctx.globalAlpha = 0.88;
  disc(ctx, x, y, r, layer.colour);
  ctx.globalAlpha = 1;
  if (bad > 0) {
    // The arc is the share that is not intact, never so small that it cannot be seen.
    const share = Math.max(bad / count, 0.04);
    ctx.beginPath();
    ctx.arc(x, y, r - 0.2, -TAU / 4, -TAU / 4 + share * TAU);
    ctx.lineCap = "butt";
    stroke(ctx, colours.alarm, 2.6);
  }
  if (count > 1 && r >= 6) label(ctx, shortCount(count, language), { x, y, r }, colours, 1 / stretch);
}

function ring(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, TAU);
  stroke(ctx, colour, 1.4);
}

function disc(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, TAU);
  ctx.fillStyle = colour;
  ctx.fill();
}

function label(ctx, text, { x, y, r }, colours, enlarged) {
  const size = Math.min(12 * enlarged, Math.max(8 * enlarged, (2 * r - 3) / (text.length * 0.6)));
  ctx.font = `500 ${size.toFixed(1)}px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.clusterText;
  ctx.fillText(text, x, y + 0.5);
}
