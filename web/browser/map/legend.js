/** Symbols of layers and classes for the panel, drawn by the same rules as the map. */

import { drawGlyph } from "./glyphs.js";
import { areaStyle, lineStyle, pointStyle } from "./style.js";

const WIDTH = 22;
const HEIGHT = 16;

/** A small canvas with the look of a layer (or one of its classes) at a zoom where it shows best. */
export function swatch(layer, code, colours) {
  const [canvas, ctx] = blank(WIDTH, HEIGHT);
  if (layer.geometry === "point") point(ctx, layer, code, colours);
  else if (layer.geometry === "line") line(ctx, layer, code, colours);
  else area(ctx, layer, code, colours);
  return canvas;
}

/** The mark of a lifecycle state (its number in the tiles), on a neutral point. */
export function stateSwatch(state, colours) {
  const [canvas, ctx] = blank(20, 20);
  ctx.translate(10, 10);
  drawGlyph(ctx, { shape: "circle", colour: colours.major["01"], radius: 4.5 }, state, colours);
  return canvas;
}

function blank(width, height) {
  const canvas = document.createElement("canvas");
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  Object.assign(canvas, { width: width * ratio, height: height * ratio, className: "swatch" });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  return [canvas, ctx];
}

function point(ctx, layer, code, colours) {
  const style = pointStyle(layer, code ?? "", 18, colours);
  ctx.translate(WIDTH / 2, HEIGHT / 2);
  drawGlyph(ctx, code === null ? { ...style, shape: layer.symbol, colour: layer.colour } : style, 0, colours);
}

function line(ctx, layer, code, colours) {
  const style = lineStyle(layer, code ?? "2", 16, colours);
  const width = Math.min(style.width, 6);
  ctx.lineCap = "butt";
  for (const [colour, w] of [[style.casing, width + 2], [style.fill, width]]) {
    if (!colour) continue;
    ctx.beginPath();
    ctx.moveTo(0, HEIGHT - 3);
    ctx.bezierCurveTo(WIDTH * 0.35, HEIGHT - 3, WIDTH * 0.6, 4, WIDTH, 4);
    ctx.strokeStyle = colour;
    ctx.lineWidth = w;
    ctx.stroke();
  }
}

function area(ctx, layer, code, colours) {
  const style = areaStyle(layer, code ?? "G1", 16, colours);
  ctx.beginPath();
  ctx.roundRect(2, 2, WIDTH - 4, HEIGHT - 4, 3);
  ctx.fillStyle = style.fill;
  ctx.fill();
  ctx.strokeStyle = style.outline ?? style.fill;
  ctx.stroke();
}
