/** The list of rows beside the map: pages by key, one of them chosen, operated by pointer and by keyboard. */

import { around, every, part } from "../map/element.js";
import { askHtml, latest } from "../map/server.js";
import { Decision } from "../vocabulary.js";
import { fillMarks } from "./change_marks.js";

/** @import { Failed } from "../types.js" */

/** @import { ReviewState } from "./review_state.js" */
/** @typedef {{frame: HTMLElement, list: HTMLElement, empty: HTMLElement, more: HTMLElement}} Parts */

export class RowList {
  #parts;
  #state;
  #load;
  #failed;
  /** @type {Promise<unknown> | null} */
  #more = null;

  /**
   * @param {Parts} parts
   * @param {ReviewState} state
   * @param {string} root the address of the change set
   * @param {(seq: number, accepted: boolean) => void} decide
   * @param {Failed} failed
   */
  constructor(parts, state, root, decide, failed) {
    this.#parts = parts;
    this.#state = state;
    this.#failed = failed;
    this.#load = latest((/** @type {string} */ after, /** @type {AbortSignal} */ signal) => askHtml(`${root}/rows?${this.#query(after)}`, signal));
    fillMarks(parts.list);
    parts.more.addEventListener("click", () => void this.#append());
    parts.list.addEventListener("click", (event) => this.#click(event, decide));
    state.on("filter", () => void this.reload());
    state.on("row", ({ seq, from }) => this.#mark(seq, from !== "list"));
    state.on("decided", ({ rows }) => (rows ? this.#restate(rows) : void this.reload()));
    new IntersectionObserver(([seen]) => seen.isIntersecting && void this.#append(), { root: parts.frame, rootMargin: "300px" }).observe(parts.more);
  }

  /** @type {(after: string) => string} */
  #query(after) {
    return [this.#state.query, after ? `after=${after}` : ""].filter(Boolean).join("&");
  }

  /** The first page anew. */
  async reload() {
    this.#parts.list.setAttribute("aria-busy", "true");
    try {
      const html = await this.#load("");
      if (html === undefined) return;
      this.#parts.list.replaceChildren();
      this.#fill(html);
      this.#parts.frame.scrollTop = 0;
      this.#mark(this.#state.row, false);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#parts.list.removeAttribute("aria-busy");
    }
  }

  /** The next page, if there is one and none is under way. @type {() => Promise<unknown>} */
  #append() {
    const { after } = this.#parts.more.dataset;
    if (!after) return Promise.resolve();
    this.#more ??= this.#load(after)
      .then((html) => html !== undefined && this.#parts.more.dataset.after === after && this.#fill(html), this.#failed)
      .finally(() => (this.#more = null));
    return this.#more;
  }

  /** @type {(html: string) => void} */
  #fill(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const next = part(template.content, ".rows-next");
    next.remove();
    this.#parts.list.append(template.content);
    fillMarks(this.#parts.list);
    this.#parts.more.dataset.after = next.dataset.after;
    this.#parts.more.hidden = !next.dataset.after;
    this.#parts.empty.hidden = this.#parts.list.childElementCount > 0;
  }

  /** @type {(event: Event, decide: (seq: number, accepted: boolean) => void) => void} */
  #click(event, decide) {
    const row = around(event, ".row");
    if (!row) return;
    const button = around(event, "[data-decide]");
    if (button) decide(Number(row.dataset.seq), button.dataset.decide === "yes");
    else this.#state.choose(Number(row.dataset.seq), { from: "list", fly: true });
  }

  /**
   * The row after the chosen one, or before it; the first where none is chosen. The list grows at its end.
   * @type {(by: number) => Promise<void>}
   */
  async step(by) {
    const chosen = this.#row(this.#state.row);
    let next = chosen ? (by > 0 ? chosen.nextElementSibling : chosen.previousElementSibling) : this.#parts.list.firstElementChild;
    if (!next && by > 0) {
      await this.#append();
      next = chosen?.nextElementSibling ?? null;
    }
    if (next instanceof HTMLElement) this.#state.choose(Number(next.dataset.seq), { from: "keys", fly: true });
  }

  /** The kind and decision of a row, as far as the list knows it. @type {(seq: number | null) => DOMStringMap | null} */
  facts(seq) {
    return this.#row(seq)?.dataset ?? null;
  }

  /** @type {(seq: number | null) => HTMLElement | null} */
  #row(seq) {
    return seq === null ? null : this.#parts.list.querySelector(`.row[data-seq="${seq}"]`);
  }

  /** @type {(seq: number | null, scroll: boolean) => void} */
  #mark(seq, scroll) {
    for (const row of this.#parts.list.querySelectorAll(".row.is-chosen")) row.classList.remove("is-chosen");
    const row = this.#row(seq);
    row?.classList.add("is-chosen");
    if (row && scroll) row.scrollIntoView({ block: "nearest" });
    for (const open of this.#parts.list.querySelectorAll(".row-open[aria-expanded=true]")) open.setAttribute("aria-expanded", "false");
    row?.querySelector(".row-open")?.setAttribute("aria-expanded", "true");
  }

  /**
   * Rows that were decided one by one stay where they are, in their new standing.
   * @type {(rows: {seq: number, accepted: boolean}[]) => void}
   */
  #restate(rows) {
    for (const { seq, accepted } of rows) {
      const row = this.#row(seq);
      if (!row) continue;
      const decision = accepted ? Decision.ACCEPTED : Decision.REJECTED;
      row.classList.remove("is-accepted", "is-rejected");
      row.classList.add(`is-${decision}`);
      row.dataset.decision = decision;
      for (const button of every(row, "[data-decide]")) {
        button.setAttribute("aria-pressed", String((button.dataset.decide === "yes") === accepted));
      }
      row.querySelector(".kind-mark")?.replaceChildren();
      fillMarks(row);
    }
  }
}
