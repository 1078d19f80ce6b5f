import assert from "node:assert/strict";
import { test } from "node:test";
import { Filter, knowKeys } from "./filter.js";
import { readAddress, writeAddress } from "./page_state.js";

knowKeys(["layer", "class", "state", "area", "party", "q", "bbox", "as_of"]);

const at = (address) => {
  const url = new URL(address, "http://host/330105/map");
  return readAddress(url);
};

test("filter, asset, view and hidden layers survive the address bar", () => {
  const state = {
    filter: Filter.parse("state=damaged&class=CJ/T 214-2007:0118"),
    asset: "4711",
    view: { zoom: 16, lat: 30.32, lon: 120.155 },
    hidden: new Set(["camera", "alley"]),
  };
  const back = at(writeAddress(state));
  assert.equal(back.filter.query, state.filter.query);
  assert.equal(back.asset, "4711");
  assert.deepEqual(back.view, state.view);
  assert.deepEqual([...back.hidden].sort(), ["alley", "camera"]);
});

test("an address without a view has none, and says that nothing was hidden by hand", () => {
  const back = at("?q=x");
  assert.equal(back.view, null);
  assert.equal(back.hidden, null);
});

test("all layers on is something else than never touched", () => {
  const view = { zoom: 14, lat: 30, lon: 120 };
  const address = writeAddress({ filter: new Filter(), asset: null, view, hidden: new Set() });
  assert.equal(address, "#14/30.00000/120.00000/off:");
  assert.equal(at(address).hidden.size, 0);
});

test("nonsense in the address is no view and no asset", () => {
  for (const hash of ["#14", "#14/95/120", "#x/y/z", "#14/30/120/off:<b>"]) assert.equal(at(hash).view, null, hash);
  assert.equal(at("?asset=1%20or%201").asset, null);
});
