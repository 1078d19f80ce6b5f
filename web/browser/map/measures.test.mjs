import assert from "node:assert/strict";
import { test } from "node:test";
import { distance, pathLength, ringArea } from "./geodesy.js";
import { toGcj02 } from "./gcj02.js";
import { areaText, fullCount, lengthText, shortCount } from "./numbers.js";

const near = (got, expected, relative) => assert.ok(Math.abs(got - expected) <= Math.abs(expected) * relative, `${got} is not ${expected}`);

// Reference values: GeographicLib through pyproj.Geod(ellps="GRS80").
const CORNERS = [[120.0869, 30.2578], [120.219, 30.2578], [120.219, 30.4023], [120.0869, 30.4023]];

test("lengths on the ellipsoid agree with GeographicLib to a tenth of a millimetre", () => {
  near(distance([120.0869, 30.2578], [120.219, 30.4023]), 20444.6887521, 1e-9);
  near(pathLength([...CORNERS, CORNERS[0]]), 57444.8460934, 1e-9);
  assert.equal(distance([120, 30], [120, 30]), 0);
});

test("the area of a district-sized ring agrees to one part in 100,000, whichever way round", () => {
  near(ringArea(CORNERS), 203496325.7, 1e-5);
  near(ringArea([...CORNERS].reverse()), 203496325.7, 1e-5);
});

test("GCJ-02 agrees with the reference vectors to a nanodegree", () => {
  const vectors = [
    [120.155, 30.32, 120.159698632313, 30.317676633049],
    [120.219, 30.4023, 120.223529939140, 30.399883311440],
    [120.13736, 30.32203, 120.142106601230, 30.319735442931],
  ];
  for (const [lng, lat, x, y] of vectors) {
    const found = toGcj02({ lng, lat });
    assert.ok(Math.abs(found.lng - x) < 1e-9 && Math.abs(found.lat - y) < 1e-9, `${found.lng}, ${found.lat}`);
  }
});

test("counts fit into a circle and are never rounded up", () => {
  assert.deepEqual([7, 999, 9999, 10000, 12345, 58000, 123456].map((n) => shortCount(n, "zh")), ["7", "999", "9999", "1万", "1.2万", "5.8万", "12万"]);
  assert.deepEqual([999, 1000, 9999, 58000, 1234567].map((n) => shortCount(n, "en")), ["999", "1k", "9.9k", "58k", "1.2M"]);
  assert.equal(fullCount(58000, "zh"), "58,000");
});

test("measures change their unit where a reader would", () => {
  assert.deepEqual([5.25, 320.4, 4180].map(lengthText), ["5.3 m", "320 m", "4.18 km"]);
  assert.deepEqual([50, 5000, 36500, 1369000].map(areaText), ["50.0 m²", "5000 m²", "3.65 ha", "1.369 km²"]);
});
