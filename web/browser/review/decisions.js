/** Accepting and rejecting: one row, all that is found, an area drawn on the map. Each can be undone by its opposite. */

import { readConfig, t } from "../map/config.js";
import { h, part } from "../map/element.js";
import { notice } from "../map/notices.js";
import { fullCount } from "../map/numbers.js";
import { askJson, postJson } from "../map/server.js";
import { RowKind } from "../vocabulary.js";

/** @import { Failed, ReviewCounts } from "../types.js" */

/** @import { ReviewState } from "./review_state.js" */

export class Decisions {
  #root;
  #state;
  #facts;
  #failed;
  #token = part(document, "[name=csrf_token]", HTMLInputElement).value;

  /**
   * @param {string} root the address of the change set
   * @param {ReviewState} state
   * @param {(seq: number | null) => DOMStringMap | null} facts the kind of a row that the list knows
   * @param {Failed} failed
   */
  constructor(root, state, facts, failed) {
    this.#root = root;
    this.#state = state;
    this.#facts = facts;
    this.#failed = failed;
  }

  /**
   * One row. A doubtful one is not accepted: a person says which asset it is.
   * @type {(seq: number, accepted: boolean) => Promise<void>}
   */
  async row(seq, accepted) {
    const kind = this.#facts(seq)?.kind;
    if (kind === RowKind.CONFLICT) return notice(t("review_conflict"));
    if (kind === RowKind.DOUBTFUL) return notice(t("review_doubtful_first"));
    const counts = await this.#send("accept", this.#state.query, { accepted: word(accepted), rows: seq }, true);
    if (counts) this.#state.decided(counts, [{ seq, accepted }]);
  }

  /**
   * Which asset a doubtful row is; "" for none that is registered.
   * @type {(seq: number, asset: string) => Promise<void>}
   */
  async identify(seq, asset) {
    const counts = await this.#send("decide", this.#state.query, { row: seq, asset });
    if (!counts) return;
    this.#state.decided(counts);
    notice(t("review_decided", { row: seq }));
  }

  /**
   * All that meets the filter; `area`: of that only what touches it (GeoJSON).
   * @type {(accepted: boolean, area?: string | null) => Promise<void>}
   */
  async found(accepted, area = null) {
    const query = this.#state.query;
    const counts = await this.#send("accept", query, { accepted: word(accepted), ...(area ? { area } : {}) });
    if (!counts) return;
    this.#state.decided(counts);
    this.#tell(accepted, counts.done, query, area);
  }

  /** @type {(accepted: boolean, n: number, query: string, area: string | null) => void} */
  #tell(accepted, n, query, area) {
    if (n === 0) return notice(t("review_nothing_to_do"));
    const text = t(accepted ? "review_accepted" : "review_rejected", { n: fullCount(n, readConfig().language) });
    // A filter by decision finds other rows afterwards: those cannot be undone as a whole.
    if (/(^|&)decision=/.test(query)) return notice(text);
    const back = h("button.link-button", { type: "button", onClick: () => this.#takeBack(!accepted, query, area) }, t("review_take_back"));
    return notice(text, { keep: true, action: back });
  }

  /** @type {(accepted: boolean, query: string, area: string | null) => Promise<void>} */
  async #takeBack(accepted, query, area) {
    const counts = await this.#send("accept", query, { accepted: word(accepted), ...(area ? { area } : {}) });
    if (!counts) return;
    this.#state.decided(counts);
    notice(t(accepted ? "review_accepted" : "review_rejected", { n: fullCount(counts.done, readConfig().language) }));
  }

  /**
   * @param {string} act
   * @param {string} query
   * @param {Record<string, string | number>} fields
   * @param {boolean} alone the filter does not choose the row, but the counts that come back are its
   * @returns {Promise<ReviewCounts | null>}
   */
  async #send(act, query, fields, alone = false) {
    try {
      const answer = await postJson(`${this.#root}/${act}?${alone ? "" : query}`, fields, this.#token);
      return alone && query ? { ...answer, ...(await this.#counted(query)) } : answer;
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  /** @type {(query: string) => Promise<ReviewCounts>} */
  async #counted(query) {
    return askJson(`${this.#root}/counts?${query}`);
  }
}

/** @type {(accepted: boolean) => string} */
function word(accepted) {
  return accepted ? "yes" : "no";
}
