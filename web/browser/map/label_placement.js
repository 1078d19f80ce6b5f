/** Names along lines and inside areas, without overlaps. Pixels in, placed characters out; knows no canvas. */

const CJK = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]/;
const BEND = Math.PI / 5;
const STEP = 56;

/** Boxes already taken, so that the next label keeps clear of them. */
export class Occupied {
  #boxes = [];
  #names = new Map();

  free(box) {
    return !this.#boxes.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]);
  }

  take(boxes) {
    this.#boxes.push(...boxes);
  }

  /** True if the same name stands nearer than `spacing`. */
  repeats(name, x, y, spacing) {
    return (this.#names.get(name) ?? []).some(([u, v]) => Math.hypot(u - x, v - y) < spacing);
  }

  note(name, x, y) {
    if (!this.#names.has(name)) this.#names.set(name, []);
    this.#names.get(name).push([x, y]);
  }
}

/**
 * Places a name along a path, Chinese characters upright on steep stretches.
 * @param {Float32Array|number[]} path x, y, x, y …
 * @param {{text: string, widths: number[], size: number, spacing: number}} label widths of its characters
 * @param {{width: number, height: number}} frame outside of it nothing is placed
 * @returns {Array<{char, x, y, angle}>|null}
 */
export function alongPath(path, label, frame, occupied) {
  const lengths = measure(path);
  const total = lengths[lengths.length - 1];
  const needed = label.widths.reduce((sum, w) => sum + w, 0);
  if (total < needed * 1.1) return null;
  for (const middle of anchors(needed / 2, total - needed / 2)) {
    const placed = attempt(path, lengths, middle - needed / 2, label, frame);
    if (!placed) continue;
    const centre = placed[Math.floor(placed.length / 2)];
    if (occupied.repeats(label.text, centre.x, centre.y, label.spacing)) continue;
    const boxes = placed.map(({ x, y }) => around(x, y, label.size * 0.62));
    if (!boxes.every((box) => occupied.free(box))) continue;
    occupied.take(boxes);
    occupied.note(label.text, centre.x, centre.y);
    return placed;
  }
  return null;
}

/** Places a name level at a point, if there is room. @returns {{x, y}|null} */
export function atPoint(x, y, label, frame, occupied) {
  const half = label.widths.reduce((sum, w) => sum + w, 0) / 2;
  const box = [x - half - 2, y - label.size * 0.7, x + half + 2, y + label.size * 0.7];
  const within = box[0] > 0 && box[1] > 0 && box[2] < frame.width && box[3] < frame.height;
  if (!within || !occupied.free(box) || occupied.repeats(label.text, x, y, label.spacing)) return null;
  occupied.take([box]);
  occupied.note(label.text, x, y);
  return { x, y };
}

/** Area-weighted middle of a ring; the mean of its corners when it has no area. */
export function centroid(ring) {
  let [twice, x, y] = [0, 0, 0];
  const n = ring.length;
  for (let i = 0; i < n; i += 2) {
    const j = (i + 2) % n;
    const cross = ring[i] * ring[j + 1] - ring[j] * ring[i + 1];
    twice += cross;
    x += (ring[i] + ring[j]) * cross;
    y += (ring[i + 1] + ring[j + 1]) * cross;
  }
  return Math.abs(twice) < 1e-6 ? [ring[0], ring[1]] : [x / (3 * twice), y / (3 * twice)];
}

function measure(path) {
  const lengths = [0];
  for (let i = 2; i < path.length; i += 2) {
    lengths.push(lengths[lengths.length - 1] + Math.hypot(path[i] - path[i - 2], path[i + 1] - path[i - 1]));
  }
  return lengths;
}

/** Positions to try: the middle first, then outward. */
function* anchors(low, high) {
  const middle = (low + high) / 2;
  yield middle;
  for (let d = STEP; d <= (high - low) / 2; d += STEP) {
    yield middle - d;
    yield middle + d;
  }
}

function attempt(path, lengths, start, label, frame) {
  const marks = [];
  let travelled = start;
  for (const width of label.widths) {
    marks.push(locate(path, lengths, travelled + width / 2));
    travelled += width;
  }
  const inFrame = marks.every(({ x, y }) => x > 0 && y > 0 && x < frame.width && y < frame.height);
  if (!inFrame || bends(marks)) return null;
  const [first, last] = [marks[0], marks[marks.length - 1]];
  return oriented(marks, last.x - first.x, last.y - first.y, label.text);
}

function locate(path, lengths, distance) {
  let i = 1;
  while (i < lengths.length - 1 && lengths[i] < distance) i += 1;
  const [x0, y0, x1, y1] = [path[2 * i - 2], path[2 * i - 1], path[2 * i], path[2 * i + 1]];
  const t = lengths[i] === lengths[i - 1] ? 0 : (distance - lengths[i - 1]) / (lengths[i] - lengths[i - 1]);
  return { x: x0 + t * (x1 - x0), y: y0 + t * (y1 - y0), angle: Math.atan2(y1 - y0, x1 - x0) };
}

function bends(marks) {
  return marks.some((mark, i) => i > 0 && Math.abs(turn(mark.angle - marks[i - 1].angle)) > BEND);
}

function turn(angle) {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/** Reading direction: left to right, or, for Chinese on a steep line, top to bottom with upright characters. */
function oriented(marks, dx, dy, text) {
  const chars = [...text];
  const stacked = Math.abs(dy) > Math.abs(dx) && chars.every((c) => CJK.test(c));
  const backwards = stacked ? dy < 0 : dx < 0;
  const quarter = stacked ? -Math.PI / 2 : 0;
  const half = backwards ? Math.PI : 0;
  const order = backwards ? [...marks].reverse() : marks;
  return order.map(({ x, y, angle }, i) => ({ char: chars[i], x, y, angle: turn(angle + half + quarter) }));
}

function around(x, y, half) {
  return [x - half, y - half, x + half, y + half];
}
