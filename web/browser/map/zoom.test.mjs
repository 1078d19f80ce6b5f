import assert from "node:assert/strict";
import { test } from "node:test";
import { between, fitted, keepBetween } from "./zoom.js";

/** Leaflet's rule, and no more of a map than that. */
function mapAt(zoom) {
  const map = { _zoom: zoom, options: { zoomSnap: 1 } };
  map._limitZoom = function (wanted) {
    return Math.round(wanted / this.options.zoomSnap) * this.options.zoomSnap;
  };
  return map;
}

test("a fit takes quarters of a zoom, and reduces no tile by more than one of them", () => {
  assert.deepEqual([12, 12.24, 12.26, 12.5, 12.74, 12.75, 12.99].map(fitted), [12, 12, 12.25, 12.49, 12.49, 12.75, 12.75]);
  for (let zoom = 8; zoom < 20; zoom += 0.01) {
    const beside = fitted(zoom) - Math.round(fitted(zoom));
    assert.ok(-0.25 <= beside && beside < 0.5);
  }
});

test("a zoom in between is kept while the map moves, and left with the next step", () => {
  const map = mapAt(12.75);
  keepBetween(map);
  assert.equal(map._limitZoom(12.75), 12.75);
  assert.equal(map._limitZoom(13.75), 14);
  assert.equal(map._limitZoom(11.75), 12);
});

test("zooms in between are allowed for one move, even if that fails", () => {
  const map = mapAt(12);
  between(map, () => assert.equal(map._limitZoom(14.26), 14.26));
  assert.throws(() => between(map, () => assert.fail()));
  assert.equal(map._limitZoom(14.26), 14);
});
