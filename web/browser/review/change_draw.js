/** Decoded tiles of a change set onto a canvas. Each function gets a context scaled to CSS pixels of the tile. */

import { arrange } from "../map/clusters.js";
import { LINE, POINT, POLYGON } from "../map/decode.js";
import { lengthText, shortCount } from "../map/numbers.js";
import { FONT } from "../map/palette.js";
import { at } from "../map/style.js";
import { EXTENT, TILE } from "../map/tile_address.js";
import { RowKind } from "../vocabulary.js";
import { ACCEPTED, KINDS, SIGNS, STYLES, UNDECIDED, drawHollow, markSprite } from "./change_marks.js";

/** @import { ClusterCircle, Feature, Kind, Mark, Palette, Path, Place, Props, Scaling, TileData, TileScene } from "../types.js" */

const TAU = Math.PI * 2;
const RADIUS = [[10, 4.2], [13, 5.4], [16, 7], [19, 9]];
const LABELS_FROM = 16;
const ROOM = 70;

/** The painter's order: what needs a look lies on top. @type {number[]} */
const ORDER = [RowKind.ADD, RowKind.RETIRE, RowKind.UPDATE, RowKind.MOVE, RowKind.DOUBTFUL, RowKind.CONFLICT].map((kind) => KINDS.indexOf(kind));

/**
 * Rows one by one: ways and doubts, old places, areas and lines, then the marks.
 * @returns the marks, for hit testing.
 * @type {(ctx: CanvasRenderingContext2D, tile: TileData, place: Place, scene: TileScene) => Mark[]}
 */
export function drawChanges(ctx, tile, place, scene) {
  const colours = scene.colours;
  const radius = at(scene.zoom, RADIUS);
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  for (const { rings } of tile.get("doubt") ?? []) line(ctx, rings, place, STYLES.doubtful.colour, 1.4, [3, 3], colours);
  for (const { rings } of tile.get("path") ?? []) line(ctx, rings, place, STYLES.move.colour, 1.8, [], colours);
  for (const feature of tile.get("old") ?? []) drawOld(ctx, feature, place, radius, colours);
  for (const feature of tile.get("candidate") ?? []) {
    stand(ctx, feature.rings[0], place, () => drawHollow(ctx, STYLES.doubtful.colour, radius * 0.8, colours.halo));
  }
  const features = [...(tile.get("change") ?? [])].sort((a, b) => ORDER.indexOf(a.props.k) - ORDER.indexOf(b.props.k));
  for (const feature of features) if (feature.type !== POINT) drawShape(ctx, feature, place, colours);
  const metres = new Map((tile.get("path") ?? []).map(({ id, props }) => [id, props.m]));
  const drawn = features.map((feature) => drawPoint(ctx, feature, place, radius, scene)).filter((mark) => mark !== null);
  if (scene.zoom >= LABELS_FROM) {
    for (const mark of drawn) if (metres.has(mark.id)) label(ctx, metres.get(mark.id), mark, colours);
  }
  return drawn;
}

/**
 * Whether a row of these tile properties will be applied, or waits for a decision: drawn in full.
 * @type {(props: Props) => boolean}
 */
function isFull({ d }) {
  return d === ACCEPTED || d === UNDECIDED || d === 3;
}

/** @type {(ctx: CanvasRenderingContext2D, feature: Feature, place: Place, radius: number, colours: Palette) => void} */
function drawOld(ctx, feature, place, radius, colours) {
  if (feature.type === POINT) {
    stand(ctx, feature.rings[0], place, () => drawHollow(ctx, STYLES.move.colour, radius * 0.75, colours.halo));
  } else {
    line(ctx, feature.rings, place, STYLES.move.colour, 1.8, [4, 4], colours, feature.type === POLYGON);
  }
}

/** @type {(ctx: CanvasRenderingContext2D, feature: Feature, place: Place, colours: Palette) => void} */
function drawShape(ctx, feature, place, colours) {
  const { colour } = STYLES[KINDS[feature.props.k]];
  const full = isFull(feature.props);
  if (feature.type === POLYGON) {
    trace(ctx, feature.rings, place, true);
    ctx.globalAlpha = full ? 0.3 : 0.1;
    ctx.fillStyle = colour;
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
  }
  line(ctx, feature.rings, place, colour, full ? 3.4 : 1.8, full ? [] : [2, 5], colours, feature.type === POLYGON);
}

/**
 * The mark of a row: at its point, or in the middle of its line or area where that lies in this tile.
 * @type {(ctx: CanvasRenderingContext2D, feature: Feature, place: Place, radius: number, scene: TileScene) => Mark | null}
 */
function drawPoint(ctx, feature, place, radius, scene) {
  const [x, y] = spot(feature);
  if (feature.type !== POINT && !(x >= 0 && y >= 0 && x < EXTENT && y < EXTENT)) return null;
  const kind = KINDS[feature.props.k];
  const small = feature.type === POINT ? radius : radius * 0.85;
  const image = markSprite(kind, !isFull(feature.props), small, scene.colours.halo, scene.ratio);
  const side = image.width / scene.ratio;
  const mark = { id: feature.id, kind, x: x * place.scale + place.dx, y: y * place.scale + place.dy, r: small + 2 };
  if (mark.x < -16 || mark.y < -16 || mark.x > TILE + 16 || mark.y > TILE + 16) return null;
  ctx.drawImage(image, mark.x - side / 2, mark.y - side / 2, side, side);
  return mark;
}

/** @type {(feature: Feature) => number[]} */
function spot({ type, rings }) {
  if (type === LINE) {
    const longest = rings.reduce((a, b) => (b.length > a.length ? b : a));
    if (longest.length === 4) return [(longest[0] + longest[2]) / 2, (longest[1] + longest[3]) / 2];
    const middle = Math.floor(longest.length / 4) * 2;
    return [longest[middle], longest[middle + 1]];
  }
  if (type === POINT) return [rings[0][0], rings[0][1]];
  let [x, y] = [0, 0];
  for (let i = 0; i < rings[0].length; i += 2) [x, y] = [x + rings[0][i], y + rings[0][i + 1]];
  return [(2 * x) / rings[0].length, (2 * y) / rings[0].length];
}

/**
 * How far a row moved, beside its mark: on the side where the tile has room for it.
 * @type {(ctx: CanvasRenderingContext2D, metres: number, mark: Mark, colours: Palette) => void}
 */
function label(ctx, metres, { x, y, r }, colours) {
  const right = x + r + ROOM < TILE;
  Object.assign(ctx, { font: `600 11.5px ${FONT}`, textAlign: right ? "left" : "right", textBaseline: "middle" });
  Object.assign(ctx, { strokeStyle: colours.halo, lineWidth: 3.5, fillStyle: STYLES.move.colour });
  const [text, edge] = [lengthText(metres), right ? x + r + 3 : x - r - 3];
  ctx.strokeText(text, edge, y);
  ctx.fillText(text, edge, y);
}

/** @type {(ctx: CanvasRenderingContext2D, ring: Path, scaling: Scaling, draw: () => void) => void} */
function stand(ctx, ring, { scale, dx, dy }, draw) {
  ctx.save();
  ctx.translate(ring[0] * scale + dx, ring[1] * scale + dy);
  draw();
  ctx.restore();
}

/**
 * @type {(ctx: CanvasRenderingContext2D, rings: Path[], place: Place, colour: string, width: number, dash: number[],
 *   colours: Palette, closed?: boolean) => void}
 */
function line(ctx, rings, place, colour, width, dash, colours, closed = false) {
  trace(ctx, rings, place, closed);
  for (const [style, wide, pattern] of /** @type {[string, number, number[]][]} */ ([[colours.halo, width + 2.4, []], [colour, width, dash]])) {
    ctx.setLineDash(pattern);
    ctx.strokeStyle = style;
    ctx.lineWidth = wide;
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/** @type {(ctx: CanvasRenderingContext2D, rings: Path[], scaling: Scaling, closed: boolean) => void} */
function trace(ctx, rings, { scale, dx, dy }, closed) {
  ctx.beginPath();
  for (const ring of rings) {
    ctx.moveTo(ring[0] * scale + dx, ring[1] * scale + dy);
    for (let i = 2; i < ring.length; i += 2) ctx.lineTo(ring[i] * scale + dx, ring[i + 1] * scale + dy);
    if (closed) ctx.closePath();
  }
}

/**
 * Counted rows, one circle per kind and cell, with the sign of the kind; the white arc is the share that is not applied.
 * @type {(ctx: CanvasRenderingContext2D, tile: TileData, place: Place, scene: TileScene) => ClusterCircle[]}
 */
export function drawChangeClusters(ctx, tile, place, scene) {
  const found = (tile.get("cluster") ?? []).map(({ props, rings }) => ({
    layer: KINDS[props.k],
    count: props.n,
    bad: props.r,
    x: rings[0][0] * place.scale + place.dx,
    y: rings[0][1] * place.scale + place.dy,
  }));
  const circles = arrange(found, (kind) => KINDS.indexOf(/** @type {Kind} */ (kind)), 1 / scene.stretch);
  for (const circle of circles) drawCluster(ctx, circle, scene);
  return circles;
}

/** @type {(ctx: CanvasRenderingContext2D, circle: ClusterCircle, scene: TileScene) => void} */
function drawCluster(ctx, { x, y, r, layer: kind, count, bad }, { colours, language, stretch }) {
  const share = kind === RowKind.CONFLICT || kind === RowKind.DOUBTFUL ? 0 : bad / count;
  disc(ctx, x, y, r + 1.2, colours.halo);
  ctx.globalAlpha = 0.92;
  disc(ctx, x, y, r, STYLES[/** @type {Kind} */ (kind)].colour);
  ctx.globalAlpha = 1;
  if (share > 0) {
    ctx.beginPath();
    ctx.arc(x, y, Math.max(r - 1.6, 1), -TAU / 4, -TAU / 4 + Math.max(share, 0.05) * TAU);
    Object.assign(ctx, { strokeStyle: "#ffffff", lineWidth: 2.2, lineCap: "butt" });
    ctx.setLineDash([2.5, 1.5]);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  if (r < 6) return;
  const text = SIGNS[/** @type {Kind} */ (kind)] + (count > 1 ? shortCount(count, language) : "");
  const size = Math.min(11.5 / stretch, Math.max(7.5 / stretch, (2 * r - 4) / (text.length * 0.58)));
  Object.assign(ctx, { font: `600 ${size.toFixed(1)}px ${FONT}`, textAlign: "center", textBaseline: "middle", fillStyle: "#ffffff" });
  ctx.fillText(text, x, y + 0.5);
}

/** @type {(ctx: CanvasRenderingContext2D, x: number, y: number, r: number, colour: string) => void} */
function disc(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, TAU);
  ctx.fillStyle = colour;
  ctx.fill();
}
