import assert from "node:assert/strict";
import { test } from "node:test";
import { Filter, knowKeys } from "./filter.js";

knowKeys(["layer", "class", "state", "area", "party", "q", "bbox", "as_of"]);

test("one filter has one spelling, whatever the order it was asked in", () => {
  const a = Filter.parse("?state=damaged&layer=road&layer=alley&q=");
  const b = Filter.parse("layer=alley&layer=road&state=damaged&state=damaged");
  assert.equal(a.query, "layer=alley&layer=road&state=damaged");
  assert.ok(a.equals(b));
});

test("keys that are no condition are left out", () => {
  assert.equal(Filter.parse("asset=12&after=x&q=%E6%96%87%E4%B8%80").query, "q=%E6%96%87%E4%B8%80");
});

test("a class keeps its readable scheme and survives a round trip", () => {
  const filter = new Filter([["class", "CJ/T 214-2007:0118"], ["bbox", "120.1,30.2,120.3,30.4"]]);
  assert.deepEqual(Filter.parse(filter.query).pairs, filter.pairs);
  assert.match(filter.query, /:0118/);
});

test("toggling adds, and takes away what was there", () => {
  const once = new Filter().toggle("state", "missing");
  assert.ok(once.has("state", "missing"));
  assert.ok(once.toggle("state", "missing").empty);
});

test("replacing one key leaves the others alone, and the old filter as it was", () => {
  const before = Filter.parse("state=damaged&area=330105001");
  const after = before.with("area", "330105002");
  assert.equal(after.query, "state=damaged&area=330105002");
  assert.equal(before.get("area")[0], "330105001");
});
