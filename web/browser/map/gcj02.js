/** The offset of the Chinese map datum GCJ-02, forward only: where to show its tiles. Nothing is stored in it. */

const A = 6378245;
const EE = 0.00669342162296594323;
const P = Math.PI;

/** GCJ-02 of a WGS 84 or CGCS2000 place in China. Degrees. */
export function toGcj02({ lng, lat }) {
  const x = lng - 105;
  const y = lat - 35;
  const phi = (lat * P) / 180;
  const m = 1 - EE * Math.sin(phi) ** 2;
  const common = waves(x, [[20, 1 / 6], [20, 1 / 2]]);
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common +
    waves(y, [[20, 1], [40, 3]]) + waves(y, [[160, 12], [320, 30]]);
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common +
    waves(x, [[20, 1], [40, 3]]) + waves(x, [[150, 12], [300, 30]]);
  return {
    lat: lat + (north * 180) / (((A * (1 - EE)) / (m * Math.sqrt(m))) * P),
    lng: lng + (east * 180) / ((A / Math.sqrt(m)) * Math.cos(phi) * P),
  };
}

/** Two thirds of a sum of sines: [amplitude, half period in degrees]. */
function waves(v, terms) {
  return terms.reduce((sum, [amplitude, half]) => sum + amplitude * Math.sin((v * P) / half), 0) * (2 / 3);
}
