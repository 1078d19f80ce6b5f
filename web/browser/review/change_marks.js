/**
 * The marks of the kinds of change. Each has a shape and a sign of its own besides its colour, so that they are told apart
 * without colour and in grey. Colours after Okabe and Ito (2008), darkened to carry a white sign.
 */

import { pen } from "../map/canvas.js";
import { every } from "../map/element.js";
import { Decision, RowKind } from "../vocabulary.js";

/** @import { Kind } from "../types.js" */

/** Kinds as the tiles carry them, by number. @type {Kind[]} */
export const KINDS = Object.values(RowKind);
/** Decisions as the tiles carry them; 3: there is none to take. */
export const ACCEPTED = Object.values(Decision).indexOf(Decision.ACCEPTED);
export const UNDECIDED = Object.values(Decision).indexOf(Decision.UNDECIDED);

/** @type {Record<Kind, {colour: string, shape: string, sign: keyof typeof STROKES}>} */
export const STYLES = {
  add: { colour: "#00805c", shape: "circle", sign: "plus" },
  update: { colour: "#a06000", shape: "square", sign: "tilde" },
  move: { colour: "#0064a8", shape: "arrow", sign: "arrow" },
  retire: { colour: "#5d6468", shape: "circle", sign: "cross" },
  conflict: { colour: "#b3261e", shape: "triangle", sign: "bang" },
  doubtful: { colour: "#8b3f96", shape: "hexagon", sign: "question" },
};
/** The sign as a character, for the labels of counted clusters. @type {Record<Kind, string>} */
export const SIGNS = { add: "+", update: "~", move: "→", retire: "×", conflict: "!", doubtful: "?" };

const TAU = Math.PI * 2;
/** @type {Map<string, HTMLCanvasElement>} */
const sprites = new Map();

/**
 * A canvas with the mark in its middle; `faded`: the change will not be applied.
 * @type {(kind: Kind, faded: boolean, radius: number, halo: string, ratio: number) => HTMLCanvasElement}
 */
export function markSprite(kind, faded, radius, halo, ratio) {
  const key = [kind, faded, radius, halo, ratio].join("|");
  const ready = sprites.get(key);
  if (ready) return ready;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil((radius + 5) * 2 * ratio);
  const ctx = pen(canvas);
  ctx.scale(ratio, ratio);
  ctx.translate(canvas.width / ratio / 2, canvas.height / ratio / 2);
  drawMark(ctx, kind, faded, radius, halo);
  sprites.set(key, canvas);
  return canvas;
}

/**
 * Draws the mark around the origin: filled with a white sign; not to be applied: hollow and struck through.
 * @type {(ctx: CanvasRenderingContext2D, kind: Kind, faded: boolean, radius: number, halo: string) => void}
 */
export function drawMark(ctx, kind, faded, radius, halo) {
  const { colour, shape, sign } = STYLES[kind];
  ctx.lineJoin = "round";
  outline(ctx, shape, radius + 1.4);
  ctx.fillStyle = halo;
  ctx.fill();
  outline(ctx, shape, radius);
  ctx.fillStyle = faded ? "#ffffff" : colour;
  ctx.fill();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.3;
  ctx.setLineDash(faded ? [2, 1.6] : []);
  ctx.stroke();
  ctx.setLineDash([]);
  drawSign(ctx, sign, radius * (shape === "triangle" ? 0.42 : 0.5), faded ? colour : "#ffffff", shape === "triangle" ? radius * 0.2 : 0);
  if (faded) strike(ctx, radius * 0.95, colour);
}

/**
 * The mark of a place that a moved asset has left, or of an asset that a doubtful row may be.
 * @type {(ctx: CanvasRenderingContext2D, colour: string, radius: number, halo: string) => void}
 */
export function drawHollow(ctx, colour, radius, halo) {
  for (const [style, width] of /** @type {const} */ ([[halo, 4.2], [colour, 1.8]])) {
    ctx.beginPath();
    ctx.arc(0, 0, radius, 0, TAU);
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

/** @type {(ctx: CanvasRenderingContext2D, shape: string, r: number) => void} */
function outline(ctx, shape, r) {
  ctx.beginPath();
  if (shape === "square") ctx.rect(-r * 0.9, -r * 0.9, r * 1.8, r * 1.8);
  else if (shape === "triangle") polygon(ctx, r * 1.3, 3, -Math.PI / 2, r * 0.16);
  else if (shape === "hexagon") polygon(ctx, r * 1.12, 6, 0, 0);
  else if (shape === "arrow") polygon(ctx, r * 1.22, 4, -Math.PI / 2, 0);
  else ctx.arc(0, 0, r, 0, TAU);
}

/** @type {(ctx: CanvasRenderingContext2D, r: number, corners: number, start: number, down: number) => void} */
function polygon(ctx, r, corners, start, down) {
  for (let i = 0; i < corners; i += 1) {
    const angle = start + (i * TAU) / corners;
    ctx.lineTo(r * Math.cos(angle), r * Math.sin(angle) + down);
  }
  ctx.closePath();
}

const STROKES = {
  plus: [[[-1, 0], [1, 0]], [[0, -1], [0, 1]]],
  tilde: [[[-1, 0.25], [-0.5, -0.35], [0.5, 0.35], [1, -0.25]]],
  arrow: [[[-1, 0], [0.9, 0]], [[0.2, -0.75], [1, 0], [0.2, 0.75]]],
  cross: [[[-0.8, -0.8], [0.8, 0.8]], [[-0.8, 0.8], [0.8, -0.8]]],
  bang: [[[0, -1], [0, 0.25]], [[0, 0.95], [0, 1]]],
  question: [[[-0.6, -0.55], [-0.2, -1], [0.35, -0.95], [0.6, -0.5], [0.05, 0], [0, 0.3]], [[0, 0.95], [0, 1]]],
};

/**
 * @type {(ctx: CanvasRenderingContext2D, sign: keyof typeof STROKES, size: number, colour: string,
 *   down: number) => void}
 */
function drawSign(ctx, sign, size, colour, down) {
  ctx.beginPath();
  for (const stroke of STROKES[sign]) {
    stroke.forEach(([x, y], i) => (i ? ctx.lineTo(x * size, y * size + down) : ctx.moveTo(x * size, y * size + down)));
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(1.3, size * 0.42);
  ctx.lineCap = "round";
  ctx.stroke();
}

/** @type {(ctx: CanvasRenderingContext2D, radius: number, colour: string) => void} */
function strike(ctx, radius, colour) {
  ctx.beginPath();
  ctx.moveTo(-radius, radius);
  ctx.lineTo(radius, -radius);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.3;
  ctx.stroke();
}

/**
 * Puts the mark into every element that asks for one (`data-mark`, or `data-kind` around `.kind-mark`).
 * @type {(root: ParentNode) => void}
 */
export function fillMarks(root) {
  for (const place of every(root, ".kind-mark:empty")) {
    const kind = place.dataset.mark ?? place.closest("[data-kind]")?.getAttribute("data-kind");
    const faded = place.closest("[data-decision]")?.getAttribute("data-decision") === Decision.REJECTED;
    place.append(swatch(/** @type {Kind} */ (kind), faded));
  }
}

/** @type {(kind: Kind, faded: boolean) => HTMLCanvasElement} */
function swatch(kind, faded) {
  const canvas = document.createElement("canvas");
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = canvas.height = 22 * ratio;
  canvas.setAttribute("aria-hidden", "true");
  const ctx = pen(canvas);
  ctx.scale(ratio, ratio);
  ctx.translate(11, 11);
  drawMark(ctx, kind, faded, 7, "rgba(0,0,0,0)");
  return canvas;
}
