/** One tileset over HTTP: fetches, decodes, keeps the last tiles, shares one request among the screen tiles that need it. */

import { decodeTile } from "./decode.js";

const KEPT = 96;

/** A tile that could not be had; `status` is HTTP's, 0 when the network failed. */
export class TileError extends Error {
  constructor(status) {
    super(`tile: HTTP ${status}`);
    this.status = status;
  }
}

export class TileSource {
  #address;
  #kept = new Map();
  #running = new Map();
  #generation = 0;
  #fetch;

  /** @param {(place: {z, x, y}) => string} address of a tile, without the filter */
  constructor(address, fetcher = (...args) => fetch(...args)) {
    this.#address = address;
    this.#fetch = fetcher;
  }

  /** Forget what was fetched: after a change of the data. */
  forget() {
    this.#kept.clear();
    this.#generation += 1;
  }

  /**
   * The decoded tile, or an empty map where nothing is. The request is aborted when nobody waits for it any more.
   * @param {string} query the filter's query string
   * @param {AbortSignal} signal of this one asker
   */
  load(place, query, signal) {
    const url = this.#address(place) + (query ? `?${query}` : "");
    const kept = this.#kept.get(url);
    if (kept) {
      this.#kept.delete(url);
      this.#kept.set(url, kept);
      return Promise.resolve(kept);
    }
    return this.#join(url, signal);
  }

  #join(url, signal) {
    let request = this.#running.get(url);
    if (!request) {
      const controller = new AbortController();
      request = { controller, askers: 0, tile: this.#request(url, controller.signal) };
      this.#running.set(url, request);
      const done = () => this.#running.get(url) === request && this.#running.delete(url);
      request.tile.then(done, done);
    }
    request.askers += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        request.askers -= 1;
        if (request.askers === 0) {
          this.#running.delete(url);
          request.controller.abort();
        }
        reject(new DOMException("nobody waits for this tile", "AbortError"));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const forget = () => signal.removeEventListener("abort", leave);
      request.tile.then(
        (tile) => (forget(), resolve(tile)),
        (error) => (forget(), reject(error)),
      );
    });
  }

  async #request(url, signal) {
    const generation = this.#generation;
    let response;
    try {
      response = await this.#fetch(url, { signal, credentials: "same-origin" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new TileError(0);
    }
    if (!response.ok) throw new TileError(response.status);
    const tile = response.status === 204 ? new Map() : decodeTile(await response.arrayBuffer());
    if (generation === this.#generation) this.#keep(url, tile);
    return tile;
  }

  #keep(url, tile) {
    this.#kept.set(url, tile);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }
}
