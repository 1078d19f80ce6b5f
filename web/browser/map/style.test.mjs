import assert from "node:assert/strict";
import { test } from "node:test";
import { palette } from "./palette.js";
import { areaStyle, at, inZoomRange, lineStyle, pointStyle } from "./style.js";

const colours = palette("light");
const road = { code: "road", symbol: "road", geometry: "line", colour: "#d9903d" };
const added = { code: "bench", symbol: "star", geometry: "point", colour: "#123456", zoom_min: 14, zoom_max: 18 };

test("widths are interpolated between zooms and flat beyond them", () => {
  assert.equal(at(5, [[10, 1], [12, 3]]), 1);
  assert.equal(at(11, [[10, 1], [12, 3]]), 2);
  assert.equal(at(20, [[10, 1], [12, 3]]), 3);
});

test("a main road is wider than a branch road at every zoom, and a branch road always has a width", () => {
  for (let zoom = 9; zoom <= 20; zoom += 1) {
    const [main, branch] = ["1", "4"].map((code) => lineStyle(road, code, zoom, colours).width);
    assert.ok(main > branch && branch > 0, `zoom ${zoom}`);
  }
});

test("a class or layer that this module has never heard of still has a look", () => {
  assert.equal(pointStyle(added, "77", 17, colours).colour, "#123456");
  assert.ok(lineStyle({ ...added, symbol: "dash" }, "", 15, colours).width > 0);
  assert.match(areaStyle(added, "Z", 15, colours).fill, /^#123456/);
  assert.ok(lineStyle(road, "", 15, colours).width > 0);
  assert.equal(pointStyle({ ...added, code: "component", symbol: "circle" }, "9901", 17, colours).shape, "circle");
});

test("majors differ in shape as well as in colour", () => {
  const component = { code: "component", symbol: "circle", colour: "#2f6f73" };
  const looks = ["0101", "0201", "0301", "0401"].map((code) => pointStyle(component, code, 17, colours));
  assert.equal(new Set(looks.map((l) => l.shape)).size, 4);
  assert.equal(new Set(looks.map((l) => l.colour)).size, 4);
});

test("light and dark know the same things", () => {
  const shape = (value) => (value && typeof value === "object" && !Array.isArray(value) ? Object.keys(value).sort() : typeof value);
  const [light, dark] = [palette("light"), palette("dark")];
  assert.deepEqual(Object.keys(light).sort(), Object.keys(dark).sort());
  for (const key of Object.keys(light)) assert.deepEqual(shape(light[key]), shape(dark[key]), key);
});

test("zoom range includes both ends", () => {
  assert.deepEqual([13, 14, 18, 19].map((z) => inZoomRange(added, z)), [false, true, true, false]);
});
