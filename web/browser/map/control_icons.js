/** Puts our own icons into the buttons of Leaflet's plugins. */

import { icon } from "./element.js";

const BUTTONS = {
  fullscreen: ".leaflet-control-zoom-fullscreen",
  locate: ".leaflet-control-locate a",
  measure_line: ".leaflet-draw-draw-polyline",
  measure_area: ".leaflet-draw-draw-polygon",
  rectangle: ".leaflet-draw-draw-rectangle",
};

export function drawControlIcons(container) {
  for (const [name, selector] of Object.entries(BUTTONS)) {
    for (const button of container.querySelectorAll(selector)) button.append(icon(name));
  }
}
