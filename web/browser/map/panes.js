/** The stacking of the map, from below: backdrop (Leaflet's own), context, base, labels, points, highlight. */

import { POINTS_FROM_DATA_ZOOM } from "./tile_address.js";
import { drawnZoom } from "./zoom.js";

const PANES = { context: 210, base: 220, labels: 300, points: 350, changes: 370, highlight: 450 };
const LABELS_ON_TOP = 360;

export function makePanes(map) {
  for (const [name, level] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = level;
    pane.style.pointerEvents = "none";
  }
  // Clusters cover names, single points do not: a dot less is no loss, a street without its name is.
  const stack = () => {
    const single = drawnZoom(map) > POINTS_FROM_DATA_ZOOM;
    map.getPane("labels").style.zIndex = single ? LABELS_ON_TOP : PANES.labels;
  };
  map.on("zoomend viewreset", stack);
}
