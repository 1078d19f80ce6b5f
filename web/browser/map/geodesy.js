/** Lengths and areas on the GRS 80 ellipsoid (CGCS2000's), for the measuring tool. Degrees in, metres out. */

const A = 6378137;
const F = 1 / 298.257222101;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Length of a path of [lon, lat] in metres (Vincenty's inverse formula, 1975; below 0.1 mm of the geodesic here). */
export function pathLength(path) {
  let sum = 0;
  for (let i = 1; i < path.length; i += 1) sum += distance(path[i - 1], path[i]);
  return sum;
}

/** Metres between two [lon, lat]. Points closer than the antipode's neighbourhood always converge. */
export function distance([lon1, lat1], [lon2, lat2]) {
  const L = radians(lon2 - lon1);
  const [sinU1, cosU1] = reduced(lat1);
  const [sinU2, cosU2] = reduced(lat2);
  let lambda = L;
  for (let step = 0; step < 100; step += 1) {
    const sinLambda = Math.sin(lambda);
    const cosLambda = Math.cos(lambda);
    const sinSigma = Math.hypot(cosU2 * sinLambda, cosU1 * sinU2 - sinU1 * cosU2 * cosLambda);
    if (sinSigma === 0) return 0;
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * cosU2 * sinLambda) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2M = cos2Alpha === 0 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cos2Alpha;
    const C = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const next =
      L + (1 - C) * F * sinAlpha * (sigma + C * sinSigma * (cos2M + C * cosSigma * (2 * cos2M ** 2 - 1)));
    if (Math.abs(next - lambda) < 1e-12) return arc({ sigma, sinSigma, cosSigma, cos2M, cos2Alpha });
    lambda = next;
  }
  return Number.NaN;
}

function reduced(latitude) {
  const u = Math.atan((1 - F) * Math.tan(radians(latitude)));
  return [Math.sin(u), Math.cos(u)];
}

function arc({ sigma, sinSigma, cosSigma, cos2M, cos2Alpha }) {
  const u2 = (cos2Alpha * (A ** 2 - B ** 2)) / B ** 2;
  const a = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
  const b = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
  const delta =
    b *
    sinSigma *
    (cos2M +
      (b / 4) * (cosSigma * (2 * cos2M ** 2 - 1) - (b / 6) * cos2M * (4 * sinSigma ** 2 - 3) * (4 * cos2M ** 2 - 3)));
  return B * a * (sigma - delta);
}

/**
 * Area of a ring of [lon, lat] in m²: cylindrical equal-area projection of the ellipsoid, then the shoelace. Edges are
 * straight in that projection, not geodesics: below one part in 10⁵ for rings of a district's size.
 */
export function ringArea(ring) {
  let twice = 0;
  const q = ring.map(([, lat]) => authalic(lat));
  for (let i = 0; i < ring.length; i += 1) {
    const j = (i + 1) % ring.length;
    twice += radians(ring[j][0] - ring[0][0]) * (q[i]) - radians(ring[i][0] - ring[0][0]) * q[j];
  }
  return (Math.abs(twice) / 2) * A ** 2 * 0.5;
}

/** Snyder (1987) 3-12: the q of the authalic latitude; the area north of the equator is a²·q/2 per radian. */
function authalic(latitude) {
  const s = Math.sin(radians(latitude));
  return (1 - E2) * (s / (1 - E2 * s * s) - Math.log((1 - E * s) / (1 + E * s)) / (2 * E));
}
