/** The search field: a combobox with suggestions (WAI-ARIA pattern: focus stays in the field, arrows move the choice). */

import { t } from "./config.js";
import { h, icon } from "./element.js";
import { latest } from "./server.js";
import { moveChoice, offers } from "./suggestions.js";

const PAUSE = 180;
const ICONS = { asset: "pin", area: "area", class: "tag", text: "filter" };

export class SearchBox {
  #input;
  #list;
  #ask;
  #pick;
  #offers = [];
  #choice = -1;
  #timer = 0;

  /**
   * @param {{input: HTMLInputElement, list: HTMLElement, clear: HTMLElement, form: HTMLFormElement}} parts
   * @param {(text: string, signal: AbortSignal) => Promise<object>} ask the server's suggestions
   * @param {(offer: object) => void} pick what to do with the chosen one
   * @param {(error: Error) => void} failed
   */
  constructor({ input, list, clear, form }, ask, pick, failed) {
    this.#input = input;
    this.#list = list;
    this.#pick = pick;
    this.#ask = latest(ask);
    input.addEventListener("input", () => this.#later(failed));
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("focus", () => this.#offers.length && this.#show());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choose(this.#choice === -1 ? this.#offers.length - 1 : this.#choice);
    });
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || this.#hide());
    clear.addEventListener("click", () => {
      this.clear();
      input.focus();
    });
  }

  clear() {
    this.#input.value = "";
    this.#offers = [];
    this.#hide();
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  #later(failed) {
    window.clearTimeout(this.#timer);
    const text = this.#input.value.trim();
    if (!text) {
      this.#offers = [];
      this.#hide();
      return;
    }
    // The words themselves can be used at once; suggestions join when they come.
    this.#offers = offers(text, {});
    this.#choice = -1;
    this.#timer = window.setTimeout(async () => {
      try {
        const answer = await this.#ask(text);
        if (answer && this.#input.value.trim() === text) this.#set(offers(text, answer));
      } catch (error) {
        failed(error);
      }
    }, PAUSE);
  }

  #set(found) {
    this.#offers = found;
    this.#choice = -1;
    if (document.activeElement === this.#input) this.#show();
  }

  #show() {
    const rows = [];
    let group = null;
    this.#offers.forEach((offer, i) => {
      if (offer.group !== group) rows.push(h("li.suggest-group", { role: "presentation" }, t(`suggest_${offer.group}`)));
      group = offer.group;
      rows.push(this.#row(offer, i));
    });
    if (this.#offers.length === 1) rows.unshift(h("li.suggest-none", { role: "presentation" }, t("suggest_nothing")));
    this.#list.replaceChildren(...rows);
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  #row(offer, i) {
    const title = offer.kind === "text" ? t("filter_by_text", { text: offer.title }) : offer.title;
    return h(
      "li.suggestion",
      {
        role: "option",
        id: `suggestion-${i}`,
        "aria-selected": "false",
        // mousedown: before the field loses its focus and the list goes away
        onMousedown: (event) => (event.preventDefault(), this.#choose(i)),
      },
      icon(ICONS[offer.kind]),
      h("span.suggest-title", {}, title),
      h("span.suggest-detail", {}, offer.detail),
    );
  }

  #mark() {
    for (const row of this.#list.querySelectorAll("[role=option]")) {
      const on = row.id === `suggestion-${this.#choice}`;
      row.setAttribute("aria-selected", String(on));
      if (on) row.scrollIntoView({ block: "nearest" });
    }
    if (this.#choice === -1) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", `suggestion-${this.#choice}`);
  }

  #hide() {
    this.#list.hidden = true;
    this.#choice = -1;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#offers.length) {
      event.preventDefault();
      if (this.#list.hidden) this.#show();
      this.#choice = moveChoice(this.#choice, step, this.#offers.length);
      this.#mark();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault(); // Chromium would empty the field at once
      if (this.#list.hidden) this.clear();
      else this.#hide();
    }
  }

  #choose(i) {
    const offer = this.#offers[i];
    if (!offer) return;
    this.#hide();
    // What became a condition stands in its chip; only an asset keeps its name here.
    if (offer.kind === "asset") this.#input.value = offer.title;
    else this.clear();
    this.#pick(offer);
  }
}
