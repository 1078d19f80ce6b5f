import assert from "node:assert/strict";
import test from "node:test";
import { KINDS, SIGNS, STYLES } from "./change_marks.js";

test("each kind of change has a colour, a sign and a character of its own", () => {
  for (const pick of [(kind) => STYLES[kind].colour, (kind) => STYLES[kind].sign, (kind) => SIGNS[kind]]) {
    assert.equal(new Set(KINDS.map(pick)).size, KINDS.length);
  }
});

test("white signs are read on every colour: at least 4.5 : 1", () => {
  for (const kind of KINDS) {
    const [r, g, b] = STYLES[kind].colour.match(/[0-9a-f]{2}/g).map((hex) => {
      const v = parseInt(hex, 16) / 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    const ratio = 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
    assert.ok(ratio >= 4.5, `${kind} ${ratio.toFixed(2)}`);
  }
});
