/** Accepting and rejecting: one row, all that is found, an area drawn on the map. Each can be taken back by its opposite. */

import { readConfig, t } from "../map/config.js";
import { h } from "../map/element.js";
import { notice } from "../map/notices.js";
import { fullCount } from "../map/numbers.js";
import { askJson, postJson } from "../map/server.js";
import { RowKind } from "../vocabulary.js";

export class Decisions {
  #root;
  #state;
  #facts;
  #failed;
  #token = document.querySelector("[name=csrf_token]").value;

  /** @param {(seq: number) => object|null} facts the kind of a row that the list knows */
  constructor(root, state, facts, failed) {
    this.#root = root;
    this.#state = state;
    this.#facts = facts;
    this.#failed = failed;
  }

  /** One row. A doubtful one is not accepted: a person says which asset it is. */
  async row(seq, accepted) {
    const kind = this.#facts(seq)?.kind;
    if (kind === RowKind.CONFLICT) return notice(t("review_conflict"));
    if (kind === RowKind.DOUBTFUL) return notice(t("review_doubtful_first"));
    const counts = await this.#send("accept", this.#state.query, { accepted: word(accepted), rows: seq }, true);
    if (counts) this.#state.decided(counts, [{ seq, accepted }]);
  }

  /** Which asset a doubtful row is; "" for none that is registered. */
  async identify(seq, asset) {
    const counts = await this.#send("decide", this.#state.query, { row: seq, asset });
    if (!counts) return;
    this.#state.decided(counts);
    notice(t("review_decided", { row: seq }));
  }

  /** All that meets the filter; `area`: of that only what touches it (GeoJSON). */
  async found(accepted, area = null) {
    const query = this.#state.query;
    const counts = await this.#send("accept", query, { accepted: word(accepted), ...(area ? { area } : {}) });
    if (!counts) return;
    this.#state.decided(counts);
    this.#tell(accepted, counts.done, query, area);
  }

  #tell(accepted, n, query, area) {
    if (n === 0) return notice(t("review_nothing_to_do"));
    const text = t(accepted ? "review_accepted" : "review_rejected", { n: fullCount(n, readConfig().language) });
    // A filter by decision finds other rows afterwards: those cannot be taken back as a whole.
    if (/(^|&)decision=/.test(query)) return notice(text);
    const back = h("button.link-button", { type: "button", onClick: () => this.#takeBack(!accepted, query, area) }, t("review_take_back"));
    return notice(text, { keep: true, action: back });
  }

  async #takeBack(accepted, query, area) {
    const counts = await this.#send("accept", query, { accepted: word(accepted), ...(area ? { area } : {}) });
    if (!counts) return;
    this.#state.decided(counts);
    notice(t(accepted ? "review_accepted" : "review_rejected", { n: fullCount(counts.done, readConfig().language) }));
  }

  /** @param {boolean} alone the filter does not choose the row, but the counts that come back are its */
  async #send(act, query, fields, alone = false) {
    try {
      const answer = await postJson(`${this.#root}/${act}?${alone ? "" : query}`, fields, this.#token);
      return alone && query ? { ...answer, ...(await this.#counted(query)) } : answer;
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  async #counted(query) {
    return askJson(`${this.#root}/counts?${query}`);
  }
}

function word(accepted) {
  return accepted ? "yes" : "no";
}
