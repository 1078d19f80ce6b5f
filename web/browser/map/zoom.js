/**
 * Whole zooms and what lies between them. Tiles are made for whole zooms, and wheel and buttons lead to one; only a view
 * that shows a whole district in whatever window, and one that came with an address, may lie between: the tiles of the
 * nearest whole zoom are then drawn larger or smaller than they are meant.
 */

const QUARTER = 0.25;
const HUNDREDTH = 0.01;

/** The zoom whose tiles are drawn. */
export function drawnZoom(map) {
  return Math.round(map.getZoom());
}

/** Lets the map keep a zoom in between while it only moves; Leaflet would round it with every step. */
export function keepBetween(map) {
  const limit = map._limitZoom;
  map._limitZoom = (zoom) => (zoom === map._zoom ? zoom : limit.call(map, zoom));
}

/** Calls `move` with zooms in between allowed, as fine as an address tells them. */
export function between(map, move) {
  const { zoomSnap } = map.options;
  map.options.zoomSnap = HUNDREDTH;
  try {
    move();
  } finally {
    map.options.zoomSnap = zoomSnap;
  }
}

/** Shows the whole of these bounds, as large as the window allows. `padding`: left and right, above and below. */
export function fitWhole(map, bounds, padding) {
  between(map, () => {
    const zoom = map.getBoundsZoom(bounds, false, padding.map((side) => 2 * side));
    map.fitBounds(bounds, { animate: false, padding, maxZoom: fitted(zoom) });
  });
}

/** The zoom in quarters below this one; for a half the last of the lower tiles: enlarged they read better than reduced. */
export function fitted(zoom) {
  const quarters = Math.floor(zoom / QUARTER) * QUARTER;
  return quarters % 1 === 2 * QUARTER ? quarters - HUNDREDTH : quarters;
}
