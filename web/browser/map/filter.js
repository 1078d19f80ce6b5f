/** What a person asks for: the same query string for list, tiles, counts, search and export. */

/** The keys of a filter in their canonical order; everything else in an address is not the filter's. @type {string[]} */
let keys = [];

/** The fields of the filter are declared on the server; the page says which they are, before any filter is made. @type {(declared: string[]) => void} */
export function knowKeys(declared) {
  keys = [...declared];
}

/** An immutable set of (key, value) pairs with one spelling, so that equal filters share tiles and caches. */
export class Filter {
  /** @type {[string, string][]} */
  #pairs;

  /** @param {[string, string][]} pairs */
  constructor(pairs = []) {
    const unique = new Map(pairs.filter(([key, value]) => keys.includes(key) && value !== "").map((p) => [p.join("="), p]));
    this.#pairs = [...unique.values()].sort(
      ([a, x], [b, y]) => keys.indexOf(a) - keys.indexOf(b) || (x < y ? -1 : x > y ? 1 : 0),
    );
  }

  /**
   * The filter in the query part of an address; keys that are not a filter's are left out.
   * @type {(search: string) => Filter}
   */
  static parse(search) {
    return new Filter([...new URLSearchParams(search)]);
  }

  /** @type {(key: string) => string[]} */
  get(key) {
    return this.#pairs.filter(([k]) => k === key).map(([, value]) => value);
  }

  /** @type {(key: string, value: string) => boolean} */
  has(key, value) {
    return this.get(key).includes(value);
  }

  /** This filter with the values of `key` replaced. @type {(key: string, ...values: string[]) => Filter} */
  with(key, ...values) {
    return new Filter([...this.#pairs.filter(([k]) => k !== key), ...values.map((value) => /** @type {[string, string]} */ ([key, value]))]);
  }

  /**
   * This filter with one value of `key` added, or taken away if it was there.
   * @type {(key: string, value: string) => Filter}
   */
  toggle(key, value) {
    const values = this.get(key);
    return this.with(key, ...(values.includes(value) ? values.filter((v) => v !== value) : [...values, value]));
  }

  get pairs() {
    return this.#pairs.map(([key, value]) => /** @type {[string, string]} */ ([key, value]));
  }

  get empty() {
    return this.#pairs.length === 0;
  }

  /** The query string, without the question mark. Colons and commas stay readable: they are allowed in a query. */
  get query() {
    return new URLSearchParams(this.#pairs).toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

  /** @type {(other: Filter) => boolean} */
  equals(other) {
    return this.query === other.query;
  }
}
