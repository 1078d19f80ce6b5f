/** What lies under the pointer, asked of what was drawn: for the cursor and for clusters. Tile pixels. */

import { LINE, POLYGON } from "./decode.js";

/** The topmost of circles {x, y, r} at a place, or null. */
export function circleAt(circles, x, y, slack = 2) {
  for (let i = circles.length - 1; i >= 0; i -= 1) {
    const circle = circles[i];
    if (Math.hypot(circle.x - x, circle.y - y) <= circle.r + slack) return circle;
  }
  return null;
}

/** True if a line or polygon of these features is within `slack` pixels of the place. */
export function shapeAt(features, { scale, dx, dy }, x, y, slack = 5) {
  const u = (x - dx) / scale;
  const v = (y - dy) / scale;
  const reach = slack / scale;
  return features.some(({ type, rings }) => {
    if (type === LINE) return rings.some((ring) => nearLine(ring, u, v, reach));
    return type === POLYGON && inside(rings, u, v);
  });
}

function nearLine(ring, u, v, reach) {
  for (let i = 2; i < ring.length; i += 2) {
    if (segmentDistance(ring[i - 2], ring[i - 1], ring[i], ring[i + 1], u, v) <= reach) return true;
  }
  return false;
}

function segmentDistance(x0, y0, x1, y1, u, v) {
  const [a, b] = [x1 - x0, y1 - y0];
  const square = a * a + b * b;
  const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((u - x0) * a + (v - y0) * b) / square));
  return Math.hypot(u - x0 - t * a, v - y0 - t * b);
}

/** Even-odd over all rings, so that holes are holes. */
function inside(rings, u, v) {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const crosses = ring[i + 1] > v !== ring[j + 1] > v;
      if (crosses && u < ((ring[j] - ring[i]) * (v - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) odd = !odd;
    }
  }
  return odd;
}
