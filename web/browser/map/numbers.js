/** Counts and measures as a person reads them in Chinese or English. */

/** The full count with separators. */
export function fullCount(count, language) {
  return count.toLocaleString(language === "en" ? "en" : "zh-CN");
}

/** At most four characters, for inside a circle: 9876, 1.2万, 58万; 9.9k, 58k, 1.2M. */
export function shortCount(count, language) {
  if (language === "en") return thousands(count, [[1e6, "M"], [1e3, "k"]]);
  return count < 10000 ? String(count) : thousands(count, [[1e8, "亿"], [1e4, "万"]]);
}

function thousands(count, units) {
  const unit = units.find(([size]) => count >= size);
  if (!unit) return String(count);
  const value = count / unit[0];
  // Cut, not rounded: 9,999 must not read as 10.0k beside a 10k that is one.
  const digits = value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value);
  return digits + unit[1];
}

/** Metres, or kilometres from 1 km on. */
export function lengthText(metres) {
  return metres < 1000 ? `${metres.toFixed(metres < 10 ? 1 : 0)} m` : `${(metres / 1000).toFixed(2)} km`;
}

/** Square metres, hectares from 1 ha on, square kilometres from 1 km² on. */
export function areaText(squareMetres) {
  if (squareMetres < 1e4) return `${squareMetres.toFixed(squareMetres < 100 ? 1 : 0)} m²`;
  return squareMetres < 1e6 ? `${(squareMetres / 1e4).toFixed(2)} ha` : `${(squareMetres / 1e6).toFixed(3)} km²`;
}
