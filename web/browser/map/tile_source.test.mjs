import assert from "node:assert/strict";
import { test } from "node:test";
import { TileError, TileSource } from "./tile_source.js";

const place = { z: 13, x: 1, y: 2 };
const address = ({ z, x, y }) => `/t/${z}/${x}/${y}.mvt`;

/** A server whose answers are let go one by one. */
function server() {
  const calls = [];
  const fetcher = (url, { signal }) =>
    new Promise((resolve, reject) => {
      const answer = (status) => resolve(new Response(status === 200 ? new Uint8Array(0) : null, { status }));
      calls.push({ url, signal, answer, fail: () => reject(new TypeError("network")) });
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
  return { calls, fetcher };
}

test("two screen tiles of one ancestor share one request, and a third finds it kept", async () => {
  const { calls, fetcher } = server();
  const source = new TileSource(address, fetcher);
  const [a, b] = [new AbortController(), new AbortController()];
  const both = Promise.all([source.load(place, "", a.signal), source.load(place, "", b.signal)]);
  assert.equal(calls.length, 1);
  calls[0].answer(200);
  const [first, second] = await both;
  assert.equal(first, second);
  assert.equal(await source.load(place, "", a.signal), first);
  assert.equal(calls.length, 1);
});

test("the request is aborted only when nobody waits any more", async () => {
  const { calls, fetcher } = server();
  const source = new TileSource(address, fetcher);
  const [a, b] = [new AbortController(), new AbortController()];
  const first = source.load(place, "", a.signal);
  const second = source.load(place, "", b.signal);
  a.abort();
  await assert.rejects(first, { name: "AbortError" });
  assert.ok(!calls[0].signal.aborted);
  b.abort();
  await assert.rejects(second, { name: "AbortError" });
  assert.ok(calls[0].signal.aborted);
});

test("204 is an empty tile; the filter is part of the address", async () => {
  const { calls, fetcher } = server();
  const source = new TileSource(address, fetcher);
  const loading = source.load(place, "state=damaged", new AbortController().signal);
  assert.equal(calls[0].url, "/t/13/1/2.mvt?state=damaged");
  calls[0].answer(204);
  assert.equal((await loading).size, 0);
});

test("an error says its status, a broken line is status 0, and neither is kept", async () => {
  const { calls, fetcher } = server();
  const source = new TileSource(address, fetcher);
  const signal = new AbortController().signal;
  const refused = source.load(place, "", signal);
  calls[0].answer(401);
  await assert.rejects(refused, (error) => error instanceof TileError && error.status === 401);
  const broken = source.load(place, "", signal);
  calls[1].fail();
  await assert.rejects(broken, (error) => error.status === 0);
});

test("after forgetting, an answer still under way is not kept", async () => {
  const { calls, fetcher } = server();
  const source = new TileSource(address, fetcher);
  const signal = new AbortController().signal;
  const old = source.load(place, "", signal);
  source.forget();
  calls[0].answer(200);
  await old;
  source.load(place, "", signal).catch(() => {});
  assert.equal(calls.length, 2);
});
