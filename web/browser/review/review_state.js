/** What the person under review has asked for and chosen. List, map and card listen; the address follows. */

/** Events: "filter"; "row" (detail: seq or null, and what led here); "decided" (detail: counts, rows or null for many). */
export class ReviewState extends EventTarget {
  /** @param {string} search the query part of the address */
  constructor(search) {
    super();
    const given = new URLSearchParams(search);
    this.kinds = new Set(given.getAll("kind"));
    this.decision = given.get("decision") ?? "";
    this.class = given.get("class") ?? "";
    this.text = given.get("q") ?? "";
    this.row = /^\d+$/.test(given.get("row") ?? "") ? Number(given.get("row")) : null;
  }

  /** The filter's query string: the same for rows, counts, tiles and decisions. */
  get query() {
    const pairs = [...this.kinds].sort().map((kind) => ["kind", kind]);
    if (this.class) pairs.push(["class", this.class]);
    if (this.decision) pairs.push(["decision", this.decision]);
    if (this.text) pairs.push(["q", this.text]);
    return new URLSearchParams(pairs).toString();
  }

  /** @param {object} change any of kinds, decision, class, text */
  ask(change) {
    const before = this.query;
    Object.assign(this, change);
    if (this.query === before) return;
    this.#write();
    this.#tell("filter");
  }

  choose(seq, source = {}) {
    this.row = seq;
    this.#write();
    this.#tell("row", { seq, ...source });
  }

  decided(counts, rows = null) {
    this.#tell("decided", { counts, rows });
  }

  #write() {
    const query = [this.query, this.row === null ? "" : `row=${this.row}`].filter(Boolean).join("&");
    history.replaceState(null, "", location.pathname + (query ? `?${query}` : ""));
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
