import assert from "node:assert/strict";
import { test } from "node:test";
import { TILE, dataAddress, inWorld } from "./tile_address.js";

test("data zoom is display zoom less one, and a tile fills its 512 pixels", () => {
  const place = dataAddress({ x: 6831, y: 3371, z: 14 });
  assert.deepEqual([place.z, place.x, place.y], [13, 6831, 3371]);
  assert.equal(place.scale * 4096, TILE);
  assert.ok(place.dx === 0 && place.dy === 0);
});

test("beyond data zoom 16 the four screen tiles of one ancestor each show their quarter", () => {
  for (const [x, y, dx, dy] of [[20, 40, 0, 0], [21, 40, -512, 0], [20, 41, 0, -512], [21, 41, -512, -512]]) {
    const place = dataAddress({ x, y, z: 18 });
    assert.deepEqual([place.z, place.x, place.y], [16, 10, 20]);
    assert.equal(place.scale * 4096, 1024);
    assert.deepEqual([place.dx + 0, place.dy + 0], [dx, dy]);
  }
});

test("addresses beyond the edge of the world are told apart", () => {
  assert.ok(inWorld({ x: 0, y: 0, z: 0 }));
  assert.ok(!inWorld({ x: -1, y: 0, z: 3 }));
  assert.ok(!inWorld({ x: 8, y: 0, z: 3 }));
});
