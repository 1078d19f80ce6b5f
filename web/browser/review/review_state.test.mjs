import assert from "node:assert/strict";
import test from "node:test";
import { ReviewState } from "./review_state.js";

test("the filter in an address comes back as the same query, whatever else stands in it", () => {
  const state = new ReviewState("?kind=move&kind=add&class=CJ%2FT+214-2007%3A0118&decision=rejected&q=%E7%81%AF&row=12&x=1");
  assert.equal(state.query, "kind=add&kind=move&class=CJ%2FT+214-2007%3A0118&decision=rejected&q=%E7%81%AF");
  assert.equal(state.row, 12);
});

test("a row that is no number is none", () => {
  assert.equal(new ReviewState("?row=1x").row, null);
  assert.equal(new ReviewState("").query, "");
});
