/**
 * Counted clusters on a 64 px grid. Layers of one cell stand side by side, never one on the other, and a group never
 * leaves its cell, so that two groups cannot overlap. The arrangement depends on the cell alone: the tile next door,
 * which knows this cell from its ring of neighbours, draws the same circles and no circle is cut.
 */

export const CELL = 64;
const GAP = 2;
const ROOM = CELL - 2;

/** Radius for a count in pixels of the screen, before a crowded cell shrinks it. */
export function clusterRadius(count) {
  return count <= 1 ? 3.5 : Math.max(6.5, 4.5 + 3.1 * Math.log10(count));
}

/**
 * @param {Array<{layer: string, count: number, bad: number, x: number, y: number}>} clusters in tile pixels
 * @param {(layer: string) => number} order the place of a layer in the row
 * @param {number} enlarged tile pixels for one of the screen: a tile that stands there smaller is drawn with larger circles
 * @returns {Array<{layer, count, bad, x, y, r}>}
 */
export function arrange(clusters, order, enlarged = 1) {
  const cells = new Map();
  for (const cluster of clusters) {
    const key = `${Math.floor(cluster.x / CELL)}:${Math.floor(cluster.y / CELL)}`;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(cluster);
  }
  return [...cells.values()].flatMap((group) => row(group.sort((a, b) => order(a.layer) - order(b.layer)), enlarged));
}

function row(group, enlarged) {
  const radii = shrunk(group.map((c) => clusterRadius(c.count) * enlarged));
  const width = radii.reduce((sum, r) => sum + 2 * r, 0) + GAP * (group.length - 1);
  const total = group.reduce((sum, c) => sum + c.count, 0);
  const left = Math.floor(group[0].x / CELL) * CELL;
  const top = Math.floor(group[0].y / CELL) * CELL;
  const tallest = Math.max(...radii);
  const centre = within(mean(group, "x", total), left + width / 2, left + CELL - width / 2);
  const y = within(mean(group, "y", total), top + tallest, top + CELL - tallest);
  let x = centre - width / 2;
  return group.map((cluster, i) => {
    const placed = { ...cluster, x: x + radii[i], y, r: radii[i] };
    x += 2 * radii[i] + GAP;
    return placed;
  });
}

function shrunk(radii) {
  const needed = radii.reduce((sum, r) => sum + 2 * r, 0);
  const room = ROOM - GAP * (radii.length - 1);
  return needed > room ? radii.map((r) => (r * room) / needed) : radii;
}

function mean(group, axis, total) {
  return group.reduce((sum, c) => sum + c[axis] * c.count, 0) / total;
}

function within(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
