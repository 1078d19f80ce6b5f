import assert from "node:assert/strict";
import { test } from "node:test";
import { LINE, POLYGON } from "./decode.js";
import { circleAt, shapeAt } from "./hit.js";

const place = { scale: 0.125, dx: 0, dy: 0 };

test("the circle drawn last wins", () => {
  const circles = [{ id: 1, x: 10, y: 10, r: 6 }, { id: 2, x: 14, y: 10, r: 6 }];
  assert.equal(circleAt(circles, 12, 10).id, 2);
  assert.equal(circleAt(circles, 40, 10), null);
});

test("a circle is hit however small it is drawn", () => {
  for (const r of [1, 2, 5, 10, 11]) {
    assert.equal(circleAt([{ id: 7, x: 10, y: 10, r }], 10, 10).id, 7);
  }
});

test("a line is hit within a few pixels, along its whole length and not beyond", () => {
  const road = [{ type: LINE, rings: [[0, 800, 1600, 800]] }];
  assert.ok(shapeAt(road, place, 100, 103));
  assert.ok(!shapeAt(road, place, 100, 110));
  assert.ok(!shapeAt(road, place, 210, 100));
});

test("a hole of a polygon is outside of it", () => {
  const green = [{ type: POLYGON, rings: [[0, 0, 800, 0, 800, 800, 0, 800], [200, 200, 200, 600, 600, 600, 600, 200]] }];
  assert.ok(shapeAt(green, place, 10, 10));
  assert.ok(!shapeAt(green, place, 50, 50));
});

test("an enlarged quarter of an ancestor is measured where it is drawn", () => {
  const road = [{ type: LINE, rings: [[4000, 0, 4000, 4096]] }];
  const quarter = { scale: 0.25, dx: -512, dy: 0 };
  assert.ok(shapeAt(road, quarter, 488, 200));
  assert.ok(!shapeAt(road, quarter, 400, 200));
});
