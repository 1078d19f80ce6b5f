/** The card of the chosen asset: a side panel, on a phone a sheet from below. Its HTML is the server's. */

import { t } from "./config.js";
import { h } from "./element.js";
import { askHtml, latest } from "./server.js";

export class Card {
  #panel;
  #body;
  #pager;
  #state;
  #load;
  #candidates = [];
  #returnTo = null;

  /**
   * @param {{panel, body, close, grip, pager: {root, before, after, place}}} parts
   * @param {(facts: {id, geometry, bbox}, source: object) => void} shown called when a card stands in the panel
   */
  constructor(parts, state, root, shown, failed) {
    this.#panel = parts.panel;
    this.#body = parts.body;
    this.#pager = parts.pager;
    this.#state = state;
    this.#load = latest((id, signal) => askHtml(`${root}/assets/${id}/card`, signal));
    parts.close.addEventListener("click", () => state.choose(null));
    parts.grip.addEventListener("click", () => this.#panel.classList.toggle("is-tall"));
    parts.pager.before.addEventListener("click", () => this.#turn(-1));
    parts.pager.after.addEventListener("click", () => this.#turn(1));
    parts.body.addEventListener("click", (event) => this.#follow(event));
    state.addEventListener("asset", ({ detail }) => (detail.id ? this.#open(detail, shown, failed) : this.#close()));
  }

  get open() {
    return !this.#panel.hidden;
  }

  async #open(source, shown, failed) {
    if (!this.open) this.#returnTo = document.activeElement;
    this.#candidates = source.candidates ?? [];
    this.#page(source.id);
    this.#panel.hidden = false;
    document.body.classList.add("has-card");
    this.#body.setAttribute("aria-busy", "true");
    if (!this.#body.childElementCount) this.#body.replaceChildren(skeleton());
    try {
      const html = await this.#load(source.id);
      if (html === undefined) return;
      this.#fill(html);
      if (source.focus) this.#body.querySelector("h2")?.focus();
      shown(this.#facts(source.id), source);
    } catch (error) {
      this.#body.replaceChildren(h("p.card-empty", {}, t(error.kind === "not_found" ? "card_not_found" : "card_failed")));
      if (error.kind !== "not_found") failed(error);
    } finally {
      this.#body.removeAttribute("aria-busy");
    }
  }

  #fill(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.#body.replaceChildren(template.content);
    this.#body.scrollTop = 0;
  }

  /** What the card carries for the map: its geometry, simplified, as GeoJSON in a data block. */
  #facts(id) {
    const block = this.#body.querySelector("script[type='application/geo+json']");
    return { id, geometry: block ? JSON.parse(block.textContent) : null };
  }

  #close() {
    if (!this.open) return;
    this.#panel.hidden = true;
    this.#panel.classList.remove("is-tall");
    document.body.classList.remove("has-card");
    this.#body.replaceChildren();
    if (this.#returnTo?.isConnected) this.#returnTo.focus({ preventScroll: true });
  }

  /** Several assets under one click: which of them this is, and the way to the others. */
  #page(id) {
    const at = this.#candidates.indexOf(String(id));
    this.#pager.root.hidden = this.#candidates.length < 2 || at === -1;
    this.#pager.place.textContent = `${at + 1} / ${this.#candidates.length}`;
  }

  #turn(step) {
    const n = this.#candidates.length;
    const next = (this.#candidates.indexOf(this.#state.asset) + step + n) % n;
    this.#state.choose(this.#candidates[next], { candidates: this.#candidates });
  }

  /** Links to other assets inside the card (neighbours) stay on the map. */
  #follow(event) {
    const link = event.target.closest("a[data-asset]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#state.choose(link.dataset.asset, { fly: true, focus: true });
  }
}

function skeleton() {
  return h("div.skeleton", {}, ...Array.from({ length: 7 }, () => h("span")));
}
