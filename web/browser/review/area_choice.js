/* global L */
/** An area drawn on the map: what lies in it is accepted or rejected, by two buttons beside a word. */

import { t } from "../map/config.js";
import { h } from "../map/element.js";
import { dismiss, notice } from "../map/notices.js";

export class AreaChoice {
  #shapes;

  /** @param {(accepted: boolean, area: string) => void} decide */
  constructor(map, shapes, decide) {
    this.#shapes = shapes;
    map.on("draw:drawstart", () => {
      map.drawing = true;
      this.clear();
    });
    // The click that ends a drawing still reaches the map: it must not choose a row.
    map.on("draw:drawstop", () => window.setTimeout(() => (map.drawing = false), 0));
    map.on(L.Draw.Event.CREATED, ({ layer }) => this.#ask(layer, decide));
  }

  /** Takes the area off the map. @returns true if there was one */
  clear() {
    const had = this.#shapes.getLayers().length > 0;
    this.#shapes.clearLayers();
    if (had) dismiss();
    return had;
  }

  #ask(layer, decide) {
    const area = JSON.stringify(layer.toGeoJSON(7).geometry);
    const act = (accepted) => () => {
      this.clear();
      decide(accepted, area);
    };
    const buttons = h(
      "span.area-buttons",
      {},
      h("button.button.is-small", { type: "button", onClick: act(true) }, t("review_accept")),
      h("button.button.is-small", { type: "button", onClick: act(false) }, t("review_reject")),
      h("button.button.is-small.is-quiet", { type: "button", onClick: () => this.clear() }, t("cancel")),
    );
    notice(t("review_in_area"), { keep: true, action: buttons });
  }
}
