/** What the server wrote into the page for the map: addresses, layers, words. No data. */

let cached = null;

/** The JSON of `<script type="application/json" id="map-config">`. */
export function readConfig() {
  cached ??= JSON.parse(document.getElementById("map-config").textContent);
  return cached;
}

/** A text of the page's language, `{name}` filled from values. A missing key shows itself: that is a defect to see. */
export function t(key, values = {}) {
  const text = readConfig().strings[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
