/** Legend, filter and counts: the kinds as buttons, the decision, the class, a text, and what to do with all that is found. */

import { readConfig, t } from "../map/config.js";
import { around, every, part } from "../map/element.js";
import { fullCount } from "../map/numbers.js";
import { askJson, latest } from "../map/server.js";
import { fillMarks } from "./change_marks.js";

/** @import { Failed, ReviewCounts } from "../types.js" */

const PAUSE = 300;

/** @import { ReviewState } from "./review_state.js" */
/**
 * @typedef {object} Parts
 * @property {HTMLElement} kinds
 * @property {HTMLSelectElement} decision
 * @property {HTMLSelectElement} class
 * @property {HTMLInputElement} text
 * @property {HTMLElement} found
 * @property {HTMLButtonElement | null} accept
 * @property {HTMLButtonElement | null} reject
 */

export class Legend {
  #parts;
  #state;
  #timer = 0;

  /**
   * @param {Parts} parts accept and reject are null for somebody who may only look
   * @param {ReviewState} state
   * @param {string} root the address of the change set
   * @param {(accepted: boolean) => void} decide all that meets the filter
   * @param {Failed} failed
   */
  constructor(parts, state, root, decide, failed) {
    this.#parts = parts;
    this.#state = state;
    fillMarks(parts.kinds);
    this.#listen(decide);
    /** @type {() => Promise<ReviewCounts | undefined>} */
    const count = latest((/** @type {AbortSignal} */ signal) => askJson(`${root}/counts?${state.query}`, signal));
    state.on("filter", () => {
      this.#press();
      void count().then((counts) => counts && this.#show(counts), failed);
    });
    state.on("decided", ({ counts }) => this.#show(counts));
    this.#offer(parts.accept, "review_accept_found");
    this.#offer(parts.reject, "review_reject_found");
  }

  /** Asks for the counts now: the confirmation of applying wants them. @type {(root: string) => Promise<ReviewCounts>} */
  static async ask(root) {
    return askJson(`${root}/counts`);
  }

  /** @type {(decide: (accepted: boolean) => void) => void} */
  #listen(decide) {
    const { kinds, decision, class: classes, text, accept, reject } = this.#parts;
    kinds.addEventListener("click", (event) => {
      const kind = around(event, "[data-kind]")?.dataset.kind;
      if (!kind) return;
      const wanted = new Set(this.#state.kinds);
      if (!wanted.delete(kind)) wanted.add(kind);
      this.#state.ask({ kinds: wanted });
    });
    decision.addEventListener("change", () => this.#state.ask({ decision: decision.value }));
    classes.addEventListener("change", () => this.#state.ask({ class: classes.value }));
    text.addEventListener("input", () => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#state.ask({ text: text.value.trim() }), PAUSE);
    });
    accept?.addEventListener("click", () => decide(true));
    reject?.addEventListener("click", () => decide(false));
  }

  #press() {
    for (const button of every(this.#parts.kinds, "[data-kind]")) {
      button.setAttribute("aria-pressed", String(this.#state.kinds.has(button.dataset.kind ?? "")));
    }
  }

  /** @type {(counts: ReviewCounts) => void} */
  #show({ kinds, decisions, found, to_accept: toAccept, to_reject: toReject }) {
    const { language } = readConfig();
    for (const button of every(this.#parts.kinds, "[data-kind]", HTMLButtonElement)) {
      const { n } = kinds[button.dataset.kind ?? ""];
      part(button, ".kind-count").textContent = fullCount(n, language);
      button.disabled = n === 0 && button.getAttribute("aria-pressed") !== "true";
    }
    for (const option of every(this.#parts.decision, "[data-name]", HTMLOptionElement)) {
      option.textContent = `${option.dataset.name} ${fullCount(decisions[option.value], language)}`;
    }
    this.#parts.found.textContent = t("review_found", { n: fullCount(found, language) });
    for (const [button, n, key] of /** @type {const} */ ([
      [this.#parts.accept, toAccept, "review_accept_found"],
      [this.#parts.reject, toReject, "review_reject_found"],
    ])) {
      if (button) button.dataset.n = String(n);
      this.#offer(button, key);
    }
  }

  /** @type {(button: HTMLButtonElement | null, key: string) => void} */
  #offer(button, key) {
    if (!button) return;
    const n = Number(button.dataset.n);
    button.hidden = n === 0;
    button.textContent = t(key, { n: fullCount(n, readConfig().language) });
  }
}
