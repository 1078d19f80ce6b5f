/** What the person on the map has asked for and chosen. Panels listen; the address bar follows. */

import { readAddress, writeAddress } from "./page_state.js";

/** @import { MapEvents, PageAddress, Source, View } from "../types.js" */

/** @import { Filter } from "./filter.js" */

/** Events: "filter", "hidden", "asset" (detail: id and what led here), "view" (detail: {zoom, lat, lon}, from the history). */
export class MapState extends EventTarget {
  /** @param {PageAddress} address */
  constructor(address) {
    super();
    this.filter = address.filter;
    this.asset = address.asset;
    this.view = address.view;
    this.touched = address.hidden !== null;
    /** @type {Set<string>} */
    this.hidden = address.hidden ?? new Set();
    window.addEventListener("popstate", () => this.#restore());
  }

  /**
   * Calls the listener with what the event tells.
   * @template {keyof MapEvents} N
   * @param {N} name
   * @param {(detail: MapEvents[N]) => void} listener
   */
  on(name, listener) {
    this.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
  }

  /** @type {(filter: Filter) => void} */
  setFilter(filter) {
    if (filter.equals(this.filter)) return;
    this.filter = filter;
    this.#write(true);
    this.#tell("filter");
  }

  /** @type {(code: string, hidden: boolean) => void} */
  setHidden(code, hidden) {
    this.hidden = new Set(this.hidden);
    if (hidden) this.hidden.add(code);
    else this.hidden.delete(code);
    this.touched = true;
    this.#write(false);
    this.#tell("hidden");
  }

  /**
   * `source` travels with the event: what led here, so that listeners need not ask again
   * @type {(id: string | number | null, source?: Source) => void}
   */
  choose(id, source = {}) {
    const chosen = id === null ? null : String(id);
    const changed = chosen !== this.asset;
    this.asset = chosen;
    if (changed) this.#write(true);
    if (changed || chosen !== null) this.#tell("asset", { id: chosen, ...source });
  }

  /** The view moved: the address follows, history does not grow. @type {(view: View) => void} */
  moved(view) {
    this.view = view;
    this.#write(false);
  }

  /** @type {(grow: boolean) => void} */
  #write(grow) {
    const address = writeAddress({
      filter: this.filter,
      asset: this.asset,
      view: this.view,
      hidden: this.touched ? this.hidden : null,
    });
    const url = location.pathname + address;
    if (grow) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  }

  #restore() {
    const { filter, asset, view } = readAddress(location);
    const [oldFilter, oldAsset] = [this.filter, this.asset];
    Object.assign(this, { filter, asset });
    if (!filter.equals(oldFilter)) this.#tell("filter");
    if (view) this.#tell("view", view);
    if (asset !== oldAsset) this.#tell("asset", { id: asset, fly: !view });
  }

  /**
   * @param {keyof MapEvents} name
   * @param {object} detail
   */
  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
