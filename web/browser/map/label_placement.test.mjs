import assert from "node:assert/strict";
import { test } from "node:test";
import { Occupied, alongPath, atPoint, centroid } from "./label_placement.js";

const frame = { width: 800, height: 600 };
const name = (text) => ({ text, widths: [...text].map(() => 13), size: 12, spacing: 400 });

test("characters run left to right, whichever way the line was drawn", () => {
  for (const path of [[100, 100, 500, 110], [500, 110, 100, 100]]) {
    const placed = alongPath(path, name("文一路"), frame, new Occupied());
    assert.deepEqual(placed.map((c) => c.char), ["文", "一", "路"]);
    assert.ok(placed[0].x < placed[2].x);
    assert.ok(Math.abs(placed[0].angle) < 0.1);
  }
});

test("on a steep line Chinese is stacked upright from top to bottom", () => {
  for (const path of [[200, 50, 210, 450], [210, 450, 200, 50]]) {
    const placed = alongPath(path, name("莫干山路"), frame, new Occupied());
    assert.ok(placed[0].y < placed[3].y);
    assert.ok(Math.abs(placed[0].angle) < 0.2);
  }
});

test("on a steep line Latin letters follow the line", () => {
  const placed = alongPath([200, 50, 201, 450], name("Main"), frame, new Occupied());
  assert.ok(Math.abs(Math.abs(placed[0].angle) - Math.PI / 2) < 0.1);
});

test("two names never share a place, and a name is not repeated nearby", () => {
  const occupied = new Occupied();
  const path = [0, 100, 300, 100];
  assert.ok(alongPath(path, name("文一路"), frame, occupied));
  assert.equal(alongPath(path, name("文一路"), frame, occupied), null);
  const other = alongPath(path, name("教工路"), frame, occupied);
  assert.ok(other === null || Math.abs(other[1].x - 150) > 30);
});

test("no name on a line that is too short, too bent, or out of the frame", () => {
  assert.equal(alongPath([0, 50, 20, 50], name("环城北路"), frame, new Occupied()), null);
  assert.equal(alongPath([100, 100, 120, 100, 120, 120, 100, 120, 100, 140, 120, 140], name("环城北路"), frame, new Occupied()), null);
  assert.equal(alongPath([-900, 50, -100, 50], name("环城北路"), frame, new Occupied()), null);
});

test("an area's name stands in its middle, if there is room", () => {
  const [x, y] = centroid([0, 0, 200, 0, 200, 100, 0, 100]);
  assert.deepEqual([x, y], [100, 50]);
  const occupied = new Occupied();
  assert.ok(atPoint(x, y, name("公园"), frame, occupied));
  assert.equal(atPoint(x + 5, y, name("绿地"), frame, occupied), null);
});
