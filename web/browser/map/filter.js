/** What a person asks for: the same query string for list, tiles, counts, search and export. */

/** The keys of a filter in their canonical order; everything else in an address is not the filter's. */
let keys = [];

/** The fields of the filter are declared on the server; the page says which they are, before any filter is made. */
export function knowKeys(declared) {
  keys = [...declared];
}

/** An immutable set of (key, value) pairs with one spelling, so that equal filters share tiles and caches. */
export class Filter {
  #pairs;

  constructor(pairs = []) {
    const unique = new Map(pairs.filter(([key, value]) => keys.includes(key) && value !== "").map((p) => [p.join("="), p]));
    this.#pairs = [...unique.values()].sort(
      ([a, x], [b, y]) => keys.indexOf(a) - keys.indexOf(b) || (x < y ? -1 : x > y ? 1 : 0),
    );
  }

  /** The filter in the query part of an address; keys that are not a filter's are left out. */
  static parse(search) {
    return new Filter([...new URLSearchParams(search)]);
  }

  get(key) {
    return this.#pairs.filter(([k]) => k === key).map(([, value]) => value);
  }

  has(key, value) {
    return this.get(key).includes(value);
  }

  /** This filter with the values of `key` replaced. */
  with(key, ...values) {
    return new Filter([...this.#pairs.filter(([k]) => k !== key), ...values.map((value) => [key, value])]);
  }

  /** This filter with one value of `key` added, or taken away if it was there. */
  toggle(key, value) {
    const values = this.get(key);
    return this.with(key, ...(values.includes(value) ? values.filter((v) => v !== value) : [...values, value]));
  }

  get pairs() {
    return this.#pairs.map((pair) => [...pair]);
  }

  get empty() {
    return this.#pairs.length === 0;
  }

  /** The query string, without the question mark. Colons and commas stay readable: they are allowed in a query. */
  get query() {
    return new URLSearchParams(this.#pairs).toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  }

  equals(other) {
    return this.query === other.query;
  }
}
