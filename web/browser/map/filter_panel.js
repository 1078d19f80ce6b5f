/** The filter in words: total, state buttons, the day asked for, and a chip for each condition that can be taken off. */

import { t } from "./config.js";
import { h, icon } from "./element.js";
import { Filter } from "./filter.js";
import { stateSwatch } from "./legend.js";
import { fullCount } from "./numbers.js";
import { STATES } from "./style.js";

export class FilterPanel {
  #state;
  #config;
  #colours;
  #names = new Map();
  #parts;

  /** @param {object} parts elements: total, chips, states, day, list (a link), clear (a button) */
  constructor(parts, state, config, colours) {
    this.#parts = parts;
    this.#colours = colours;
    this.#state = state;
    this.#config = config;
    for (const { code, name } of config.states) this.name("state", code, name);
    for (const { code, name } of config.layers) this.name("layer", code, name);
    for (const { key, value, label } of config.chips) this.name(key, value, label);
    this.setColours(colours);
    parts.day.addEventListener("change", () => this.#set("as_of", parts.day.value));
    parts.clear.addEventListener("click", () => state.setFilter(new Filter()));
    state.addEventListener("filter", () => this.#refresh());
  }

  /** How a value is called in its chip: codes and ids mean nothing to a reader. */
  name(key, value, label) {
    this.#names.set(`${key}=${value}`, label);
  }

  setColours(colours) {
    this.#colours = colours;
    this.#parts.states.replaceChildren(...this.#config.states.map((s) => this.#stateButton(s)));
    this.#refresh();
  }

  /** @param {{total, classes}|null} counts null while they are on their way */
  setCounts(counts) {
    this.#parts.total.classList.toggle("is-waiting", counts === null);
    if (!counts) return;
    this.#parts.total.replaceChildren(
      h("strong", {}, fullCount(counts.total, this.#config.language)),
      ` ${t("assets_unit")}`,
    );
    for (const entries of Object.values(counts.classes ?? {})) {
      for (const { scheme, code, name } of entries) this.name("class", `${scheme}:${code}`, name);
    }
    this.#refresh();
  }

  #stateButton({ code, name }) {
    const toggle = () => this.#state.setFilter(this.#state.filter.toggle("state", code));
    return h(
      `button.state-button.is-${code}`,
      { type: "button", "data-state": code, onClick: toggle },
      stateSwatch(STATES.indexOf(code), this.#colours),
      name,
    );
  }

  #set(key, value) {
    const { filter } = this.#state;
    this.#state.setFilter(value ? filter.with(key, value) : filter.with(key));
  }

  #refresh() {
    const { filter } = this.#state;
    for (const button of this.#parts.states.children) {
      button.setAttribute("aria-pressed", String(filter.has("state", button.dataset.state)));
    }
    this.#parts.day.value = day(filter.get("as_of")[0] ?? "");
    this.#parts.chips.replaceChildren(...filter.pairs.map(([key, value]) => this.#chip(key, value)));
    this.#parts.chips.hidden = filter.empty;
    this.#parts.clear.hidden = filter.empty;
    const query = filter.query;
    this.#parts.list.href = `${this.#config.root}/assets${query ? `?${query}` : ""}`;
  }

  #chip(key, value) {
    const label = t(`filter_${key}`);
    const shown = this.#names.get(`${key}=${value}`) ?? (key === "bbox" ? t("drawn_area") : key === "as_of" ? day(value) : value);
    const remove = () => this.#state.setFilter(this.#state.filter.toggle(key, value));
    return h(
      "button.chip",
      { type: "button", title: t("remove_condition"), "aria-label": t("remove_named", { label, value: shown }), onClick: remove },
      h("span.chip-key", {}, label),
      h("span.chip-value", {}, shown),
      icon("close"),
    );
  }
}

/** The date of a moment: a link from elsewhere may carry the time as well. */
function day(moment) {
  return moment.slice(0, 10);
}
