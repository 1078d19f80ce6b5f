/** What the server wrote into the page for the map: addresses, layers, words. No data. */

import { the } from "./element.js";

/** @import { Config } from "../types.js" */

/** @type {Config | null} */
let cached = null;

/** The JSON of `<script type="application/json" id="map-config">`. @type {() => Config} */
export function readConfig() {
  return (cached ??= JSON.parse(the("map-config").textContent));
}

/**
 * A text of the page's language, `{name}` filled from values. A missing key shows itself: that is a defect to see.
 * @type {(key: string, values?: Record<string, string | number | undefined>) => string}
 */
export function t(key, values = {}) {
  const text = readConfig().strings[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
