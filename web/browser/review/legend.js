/** Legend, filter and counts: the kinds as buttons, the decision, the class, a text, and what to do with all that is found. */

import { readConfig, t } from "../map/config.js";
import { fullCount } from "../map/numbers.js";
import { askJson, latest } from "../map/server.js";
import { fillMarks } from "./change_marks.js";

const PAUSE = 300;

export class Legend {
  #parts;
  #state;
  #timer = 0;

  /**
   * @param {{kinds, decision, class, text, found, accept, reject, table}} parts elements; accept, reject and table are null
   *   for somebody who may only look
   * @param {(accepted: boolean) => void} decide all that meets the filter
   */
  constructor(parts, state, root, decide, failed) {
    this.#parts = parts;
    this.#state = state;
    fillMarks(parts.kinds);
    this.#listen(decide);
    const count = latest((signal) => askJson(`${root}/counts?${state.query}`, signal));
    state.addEventListener("filter", () => {
      this.#press();
      count().then((counts) => counts && this.#show(counts), failed);
    });
    state.addEventListener("decided", ({ detail }) => this.#show(detail.counts));
    this.#offer(parts.accept, "review_accept_found");
    this.#offer(parts.reject, "review_reject_found");
  }

  /** Asks for the counts now: the confirmation of applying wants them. */
  static async ask(root) {
    return askJson(`${root}/counts`);
  }

  #listen(decide) {
    const { kinds, decision, class: classes, text, accept, reject } = this.#parts;
    kinds.addEventListener("click", ({ target }) => {
      const kind = target.closest("[data-kind]")?.dataset.kind;
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
    for (const button of this.#parts.kinds.querySelectorAll("[data-kind]")) {
      button.setAttribute("aria-pressed", String(this.#state.kinds.has(button.dataset.kind)));
    }
  }

  #show({ kinds, decisions, found, to_accept: toAccept, to_reject: toReject }) {
    const { language } = readConfig();
    for (const button of this.#parts.kinds.querySelectorAll("[data-kind]")) {
      const { n } = kinds[button.dataset.kind];
      button.querySelector(".kind-count").textContent = fullCount(n, language);
      button.disabled = n === 0 && button.getAttribute("aria-pressed") !== "true";
    }
    for (const option of this.#parts.decision.querySelectorAll("[data-name]")) {
      option.textContent = `${option.dataset.name} ${fullCount(decisions[option.value], language)}`;
    }
    this.#parts.found.textContent = t("review_found", { n: fullCount(found, language) });
    for (const [button, n, key] of [
      [this.#parts.accept, toAccept, "review_accept_found"],
      [this.#parts.reject, toReject, "review_reject_found"],
    ]) {
      if (button) button.dataset.n = n;
      this.#offer(button, key);
    }
  }

  #offer(button, key) {
    if (!button) return;
    const n = Number(button.dataset.n);
    button.hidden = n === 0;
    button.textContent = t(key, { n: fullCount(n, readConfig().language) });
  }
}
