import assert from "node:assert/strict";
import { test } from "node:test";
import { moveChoice, offers } from "./suggestions.js";
import { latest, kindOf } from "./server.js";

test("assets come first, then areas and classes, and the words themselves last", () => {
  const found = offers("文一", {
    classes: [{ name: "文化墙", code: "0199", layer_name: "城市部件" }],
    areas: [{ name: "文一社区", code: "330105001002", kind: "community", kind_name: "社区" }],
    assets: [{ id: 1, name: "文一路", class_name: "主干路", code: "3301050002000001" }, { id: 2, name: "", class_name: "路灯", layer_name: "城市部件", code: "3301050118000001" }],
  });
  assert.deepEqual(found.map((o) => o.kind), ["asset", "asset", "area", "class", "text"]);
  assert.equal(found[1].title, "路灯");
  assert.match(found[1].detail, /3301050118000001/);
  assert.equal(found[2].detail, "社区 · 330105001002");
});

test("arrow keys go round", () => {
  assert.equal(moveChoice(-1, 1, 3), 0);
  assert.equal(moveChoice(-1, -1, 3), 2);
  assert.equal(moveChoice(2, 1, 3), 0);
  assert.equal(moveChoice(0, 1, 0), -1);
});

test("only the newest of overlapping questions is answered", async () => {
  const gates = [];
  const ask = latest((n, signal) => new Promise((resolve) => gates.push({ signal, open: () => resolve(n) })));
  const [first, second] = [ask(1), ask(2)];
  assert.ok(gates[0].signal.aborted);
  gates[1].open();
  gates[0].open();
  assert.equal(await second, 2);
  assert.equal(await first, undefined);
});

test("every status has words", () => {
  assert.deepEqual([0, 401, 403, 404, 422, 500, 503].map(kindOf), ["offline", "signed_out", "refused", "not_found", "refused", "failed", "too_slow"]);
});
