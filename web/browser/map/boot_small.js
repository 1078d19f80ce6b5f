/** The small map of an asset's page: the asset, its surroundings, nothing to operate but the view. */

import { tellBusy } from "./busy.js";
import { readConfig } from "./config.js";
import { Highlight } from "./highlight.js";
import { labels } from "./labels.js";
import { makePanes } from "./panes.js";
import { currentPalette, onThemeChange } from "./theme.js";
import { POINTS_FROM_DATA_ZOOM } from "./tile_address.js";

/**
 * @param {L.Map} map made by Folium's script, without a view
 * @param {{base: L.GridLayer, points: L.GridLayer}} parts the layers it emitted
 */
export function bootSmall(map, { base, points }) {
  const config = readConfig();
  makePanes(map);
  const geometry = JSON.parse(document.getElementById("asset-geometry").textContent);
  // Restricted layers stay off: nobody asked to look at them here.
  const hidden = new Set(config.layers.filter((layer) => layer.restricted).map((layer) => layer.code));
  const highlight = new Highlight(map);
  const scene = { layers: config.layers, hidden, colours: currentPalette(), language: config.language };
  const names = labels(base, scene);
  highlight.show(geometry);
  // Clusters say nothing here, and would hide the street that the asset is.
  points.options.minZoom = POINTS_FROM_DATA_ZOOM + 1;
  tellBusy(map, [base, points]);
  map.fitBounds(window.L.geoJSON(geometry).getBounds(), { maxZoom: 18, padding: [32, 32], animate: false });
  for (const layer of [base, points, names]) {
    layer.setScene(scene);
    layer.addTo(map);
  }
  onThemeChange((colours) => [base, points, names].forEach((layer) => layer.setScene({ colours })));
}
