/** What the person on the map has asked for and chosen. Panels listen; the address bar follows. */

import { readAddress, writeAddress } from "./page_state.js";

/** Events: "filter", "hidden", "asset" (detail: id and what led here), "view" (detail: {zoom, lat, lon}, from the history). */
export class MapState extends EventTarget {
  constructor(address) {
    super();
    Object.assign(this, address);
    this.touched = address.hidden !== null;
    this.hidden = address.hidden ?? new Set();
    window.addEventListener("popstate", () => this.#restore());
  }

  setFilter(filter) {
    if (filter.equals(this.filter)) return;
    this.filter = filter;
    this.#write(true);
    this.#tell("filter");
  }

  setHidden(code, hidden) {
    this.hidden = new Set(this.hidden);
    if (hidden) this.hidden.add(code);
    else this.hidden.delete(code);
    this.touched = true;
    this.#write(false);
    this.#tell("hidden");
  }

  /** @param {string|null} id; `source` travels with the event: what led here, so that listeners need not ask again */
  choose(id, source = {}) {
    const chosen = id === null ? null : String(id);
    const changed = chosen !== this.asset;
    this.asset = chosen;
    if (changed) this.#write(true);
    if (changed || chosen !== null) this.#tell("asset", { id: chosen, ...source });
  }

  /** The view moved: the address follows, history does not grow. */
  moved(view) {
    this.view = view;
    this.#write(false);
  }

  #write(grow) {
    const address = writeAddress({ ...this, hidden: this.touched ? this.hidden : null });
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

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
