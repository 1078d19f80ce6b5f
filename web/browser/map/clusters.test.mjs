import assert from "node:assert/strict";
import { test } from "node:test";
import { CELL, arrange, clusterRadius } from "./clusters.js";

const order = (layer) => ["component", "camera"].indexOf(layer);
const cluster = (layer, count, x, y) => ({ layer, count, bad: 0, x, y });

function overlaps(circles) {
  return circles.some((a, i) => circles.slice(i + 1).some((b) => Math.hypot(a.x - b.x, a.y - b.y) < a.r + b.r - 1e-9));
}

test("layers of one cell stand side by side in their order", () => {
  const [first, second] = arrange([cluster("camera", 90, 30, 30), cluster("component", 80, 30, 31)], order);
  assert.equal(first.layer, "component");
  assert.ok(first.x < second.x);
  assert.equal(first.y, second.y);
});

test("nothing overlaps and nothing leaves its cell, however large the counts and however near the edge", () => {
  const crowd = [];
  for (let cx = -1; cx <= 8; cx += 1) {
    for (let cy = -1; cy <= 8; cy += 1) {
      const edge = (cx + cy) % 2 === 0 ? 0 : CELL - 0.001;
      crowd.push(cluster("component", 58000, cx * CELL + edge, cy * CELL + edge));
      crowd.push(cluster("camera", 70000, cx * CELL + edge, cy * CELL));
    }
  }
  const circles = arrange(crowd, order);
  assert.equal(circles.length, crowd.length);
  assert.ok(!overlaps(circles));
});

test("a neighbouring tile, which sees the same cell shifted by its 512 pixels, draws the same circles", () => {
  const here = arrange([cluster("component", 12, 500, 100), cluster("camera", 3, 505, 90)], order);
  const there = arrange([cluster("component", 12, 500 - 512, 100), cluster("camera", 3, 505 - 512, 90)], order);
  here.forEach((circle, i) => assert.ok(Math.abs(circle.x - 512 - there[i].x) < 1e-9));
});

test("counts are kept, and more is larger", () => {
  const total = arrange([cluster("component", 7, 1, 1), cluster("component", 5, 70, 1)], order).reduce((s, c) => s + c.count, 0);
  assert.equal(total, 12);
  assert.ok(clusterRadius(10) < clusterRadius(1000));
  assert.ok(clusterRadius(1) < clusterRadius(2));
});

test("on a tile that stands smaller on the screen circles keep their size, as far as their cell allows", () => {
  const [plain] = arrange([cluster("component", 12, 30, 30)], order);
  const [enlarged] = arrange([cluster("component", 12, 30, 30)], order, 1.19);
  assert.ok(Math.abs(enlarged.r - plain.r * 1.19) < 1e-9);
  const crowd = ["component", "camera"].map((layer) => cluster(layer, 70000, 30, 30));
  assert.ok(!overlaps(arrange(crowd, order, 1.19)));
});
