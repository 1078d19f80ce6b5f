/** One tileset over HTTP: fetches, decodes, keeps the last tiles, shares one request among the screen tiles that need it. */

import { decodeTile } from "./decode.js";
import { isAborted, send } from "./server.js";

/** @import { Address, TileData } from "../types.js" */

/** @typedef {{controller: AbortController, askers: number, tile: Promise<TileData>}} Running */

const KEPT = 96;

/** A tile that could not be had; `status` is HTTP's, 0 when the network failed. */
export class TileError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`tile: HTTP ${status}`);
    this.status = status;
  }
}

export class TileSource {
  #address;
  /** @type {Map<string, TileData>} */
  #kept = new Map();
  /** @type {Map<string, Running>} */
  #running = new Map();
  #generation = 0;
  #fetch;

  /**
   * @param {(place: Address) => string} address of a tile, without the filter
   * @param {typeof send} fetcher
   */
  constructor(address, fetcher = send) {
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
   * @param {Address} place
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

  /** @type {(url: string, signal: AbortSignal) => Promise<TileData>} */
  #join(url, signal) {
    let request = this.#running.get(url);
    if (!request) {
      const controller = new AbortController();
      const begun = { controller, askers: 0, tile: this.#request(url, controller.signal) };
      request = begun;
      this.#running.set(url, request);
      const done = () => this.#running.get(url) === begun && this.#running.delete(url);
      request.tile.then(done, done);
    }
    const joined = request;
    joined.askers += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        joined.askers -= 1;
        if (joined.askers === 0) {
          this.#running.delete(url);
          joined.controller.abort();
        }
        reject(new DOMException("nobody waits for this tile", "AbortError"));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const forget = () => signal.removeEventListener("abort", leave);
      joined.tile.then(
        (tile) => (forget(), resolve(tile)),
        (error) => (forget(), reject(error)),
      );
    });
  }

  /** @type {(url: string, signal: AbortSignal) => Promise<TileData>} */
  async #request(url, signal) {
    const generation = this.#generation;
    let response;
    try {
      response = await this.#fetch(url, { signal });
    } catch (error) {
      if (isAborted(error)) throw error;
      throw new TileError(0);
    }
    if (!response.ok) throw new TileError(response.status);
    const tile = response.status === 204 ? new Map() : decodeTile(await response.arrayBuffer());
    if (generation === this.#generation) this.#keep(url, tile);
    return tile;
  }

  /** @type {(url: string, tile: TileData) => void} */
  #keep(url, tile) {
    this.#kept.set(url, tile);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > KEPT) this.#kept.delete(oldest);
  }
}
