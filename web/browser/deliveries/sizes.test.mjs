import assert from "node:assert/strict";
import test from "node:test";
import { filled, nextPiece, size } from "./sizes.js";

test("sizes are told in the largest unit that fits", () => {
  assert.equal(size(0), "0 B");
  assert.equal(size(1023), "1023 B");
  assert.equal(size(1536), "1.5 KB");
  assert.equal(size(3_565_158), "3.4 MB");
  assert.equal(size(2 ** 31), "2.0 GB");
});

test("names are filled, and an unknown one is left", () => {
  assert.equal(filled("{done} / {total}", { done: "1", total: "{done}" }), "1 / {done}");
  assert.equal(filled("{what}", {}), "{what}");
});

test("pieces grow on a quick line and shrink on a slow one, within limits", () => {
  assert.equal(nextPiece(2 ** 20, 100, 2 ** 23), 2 ** 21);
  assert.equal(nextPiece(2 ** 23, 100, 2 ** 23), 2 ** 23);
  assert.equal(nextPiece(2 ** 20, 4000, 2 ** 23), 2 ** 20);
  assert.equal(nextPiece(2 ** 20, 9000, 2 ** 23), 2 ** 19);
  assert.equal(nextPiece(2 ** 18, 60_000, 2 ** 23), 2 ** 18);
});
