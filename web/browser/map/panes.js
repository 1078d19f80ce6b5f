/** The stacking of the map, from below: backdrop (Leaflet's own), context, base, labels, points, highlight. */

import { POINTS_FROM_DATA_ZOOM } from "./tile_address.js";
import { drawnZoom } from "./zoom.js";

const PANES = { context: 210, base: 220, labels: 300, points: 350, changes: 370, highlight: 450 };
const LABELS_ON_TOP = 360;

/** @type {(map: L.Map) => void} */
export function makePanes(map) {
  for (const [name, level] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(level);
    pane.style.pointerEvents = "none";
  }
  // Clusters cover names, single points do not: a dot less is no loss, a street without its name is.
  const names = map.getPane("labels");
  const stack = () => {
    const single = drawnZoom(map) > POINTS_FROM_DATA_ZOOM;
    if (names) names.style.zIndex = String(single ? LABELS_ON_TOP : PANES.labels);
  };
  map.on("zoomend viewreset", stack);
}
