import assert from "node:assert/strict";
import { test } from "node:test";
import { PbfWriter } from "pbf";
import { LINE, decodeTile } from "./decode.js";

/** A vector tile with one line from (2, 2) to (10, 2) in a layer of the given extent. */
function tileWithLine(name, extent) {
  const tile = new PbfWriter();
  tile.writeMessage(3, (_, layer) => {
    layer.writeVarintField(15, 2);
    layer.writeStringField(1, name);
    layer.writeMessage(2, (__, feature) => {
      feature.writeVarintField(1, 4711);
      feature.writePackedVarint(2, [0, 0, 1, 1]);
      feature.writeVarintField(3, 2);
      feature.writePackedVarint(4, [9, 4, 4, 10, 16, 0]);
    }, null);
    layer.writeStringField(3, "c");
    layer.writeStringField(3, "s");
    layer.writeMessage(4, (__, value) => value.writeStringField(1, "2"), null);
    layer.writeMessage(4, (__, value) => value.writeVarintField(4, 1), null);
    layer.writeVarintField(5, extent);
  }, null);
  return tile.finish();
}

test("id, properties and coordinates come through", () => {
  const [feature] = decodeTile(tileWithLine("road", 4096)).get("road");
  assert.equal(feature.id, 4711);
  assert.equal(feature.type, LINE);
  assert.equal(feature.props.c, "2");
  assert.equal(feature.props.s, 1);
  assert.deepEqual([...feature.rings[0]], [2, 2, 10, 2]);
});

test("another extent is brought to 4096", () => {
  const [feature] = decodeTile(tileWithLine("road", 512)).get("road");
  assert.deepEqual([...feature.rings[0]], [16, 16, 80, 16]);
});

test("an empty tile has no layers", () => {
  assert.equal(decodeTile(new Uint8Array(0)).size, 0);
});
