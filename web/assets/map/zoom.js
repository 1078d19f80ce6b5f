/**
 * Whole zooms and what lies between them. Tiles are made for whole zooms, and wheel and buttons lead to one; only a view
 * that shows a whole district in whatever window, and one that came with an address, may lie a quarter beside it: tiles
 * are then drawn 0.84 or 1.19 times as large as they are meant, and nobody sees it. Half a zoom would show.
 */

const QUARTER = 0.25;

/** The zoom whose tiles are drawn. */
export function drawnZoom(map) {
  return Math.round(map.getZoom());
}

/** Lets the map keep a zoom in between while it only moves; Leaflet would round it with every step. */
export function keepBetween(map) {
  const limit = map._limitZoom;
  map._limitZoom = (zoom) => (zoom === map._zoom ? zoom : limit.call(map, zoom));
}

/** Calls `move` with zooms in between allowed. */
export function between(map, move) {
  const { zoomSnap } = map.options;
  map.options.zoomSnap = QUARTER;
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
    map.fitBounds(bounds, { animate: false, padding, maxZoom: besideWhole(zoom) });
  });
}

/** The nearest zoom not above this one, a multiple of a quarter, that is whole or a quarter beside. */
export function besideWhole(zoom) {
  return zoom - Math.floor(zoom) === 2 * QUARTER ? zoom - QUARTER : zoom;
}
