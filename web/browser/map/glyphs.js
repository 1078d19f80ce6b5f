/** The small symbols of points, drawn once per look into a sprite and stamped from there. */

const TAU = Math.PI * 2;
const sprites = new Map();

/** A canvas with the glyph in its middle. */
export function sprite(style, state, colours, ratio) {
  const key = [style.shape, style.colour, style.radius, state, colours.paper, ratio].join("|");
  if (!sprites.has(key)) sprites.set(key, make(style, state, colours, ratio));
  return sprites.get(key);
}

function make(style, state, colours, ratio) {
  const half = style.radius + 5;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(half * 2 * ratio);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.translate(canvas.width / ratio / 2, canvas.height / ratio / 2);
  drawGlyph(ctx, style, state, colours);
  return canvas;
}

/** Draws the glyph around the origin. States: 0 intact 1 damaged 2 missing 3 abandoned 4 retired. */
export function drawGlyph(ctx, { shape, colour, radius }, state, colours) {
  const spent = state >= 3;
  ctx.lineJoin = "round";
  outline(ctx, shape, radius + 1.2);
  ctx.fillStyle = colours.halo;
  ctx.fill();
  outline(ctx, shape, radius);
  if (state === 2) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.4;
    ctx.stroke();
  } else {
    ctx.fillStyle = spent ? colours.spent : colour;
    ctx.fill();
    if (shape === "camera") lens(ctx, radius, colours);
  }
  if (state === 1 || state === 2) ring(ctx, radius + 2.8, colours.alarm, state === 2);
  if (state === 3) slash(ctx, radius + 1.5, colours.alarm);
}

function outline(ctx, shape, r) {
  ctx.beginPath();
  if (shape === "square") ctx.rect(-r * 0.86, -r * 0.86, r * 1.72, r * 1.72);
  else if (shape === "diamond") polygon(ctx, r * 1.18, 4, -Math.PI / 2);
  else if (shape === "triangle") polygon(ctx, r * 1.22, 3, -Math.PI / 2);
  else if (shape === "hexagon") polygon(ctx, r * 1.06, 6, 0);
  else ctx.arc(0, 0, r, 0, TAU);
}

function polygon(ctx, r, corners, start) {
  for (let i = 0; i < corners; i += 1) {
    const angle = start + (i * TAU) / corners;
    ctx.lineTo(r * Math.cos(angle), r * Math.sin(angle));
  }
  ctx.closePath();
}

function lens(ctx, radius, colours) {
  ctx.beginPath();
  ctx.arc(0, 0, radius * 0.42, 0, TAU);
  ctx.fillStyle = colours.clusterText;
  ctx.fill();
}

function ring(ctx, radius, colour, dashed) {
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, TAU);
  ctx.setLineDash(dashed ? [2.5, 2] : []);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6;
  ctx.stroke();
  ctx.setLineDash([]);
}

function slash(ctx, radius, colour) {
  ctx.beginPath();
  ctx.moveTo(-radius, radius);
  ctx.lineTo(radius, -radius);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6;
  ctx.stroke();
}
