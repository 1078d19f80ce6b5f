/** The list of layers: on and off, symbol, count, zoom range, and the classes with their counts as a filter. */

import { t } from "./config.js";
import { h, icon } from "./element.js";
import { swatch } from "./legend.js";
import { fullCount } from "./numbers.js";
import { POINTS_FROM_DATA_ZOOM } from "./tile_address.js";

/** Fills `place` with one row per layer and keeps it in step with `state`. */
export class LayerPanel {
  #place;
  #state;
  #config;
  #colours;
  #zoom = 0;
  #counts = null;
  #open = new Set();
  #rows = new Map();

  constructor(place, state, config, colours) {
    this.#place = place;
    this.#state = state;
    this.#config = config;
    this.#colours = colours;
    // Top of the map first: points, then lines, then areas.
    place.replaceChildren(...[...config.layers].reverse().map((layer) => this.#row(layer)));
    state.addEventListener("hidden", () => this.#refresh());
    state.addEventListener("filter", () => this.#refresh());
  }

  /** @param {{layers, total, classes}|null} counts the answer of /api/counts; null while it is on its way */
  setCounts(counts) {
    this.#counts = counts;
    this.#refresh();
  }

  setZoom(zoom) {
    this.#zoom = zoom;
    this.#refresh();
  }

  setColours(colours) {
    this.#colours = colours;
    for (const { layer, symbol } of this.#rows.values()) symbol.replaceChildren(swatch(layer, null, colours));
    this.#refresh();
  }

  #row(layer) {
    const box = h("input", {
      type: "checkbox",
      id: `layer-${layer.code}`,
      onChange: () => this.#state.setHidden(layer.code, !box.checked),
    });
    const symbol = h("span.layer-symbol", {}, swatch(layer, null, this.#colours));
    const count = h("span.count");
    const note = h("p.layer-note", { hidden: true });
    const classes = h("ul.classes", { id: `classes-${layer.code}`, hidden: true });
    const toggle = h(
      "button.icon-button.disclosure",
      {
        type: "button",
        "aria-expanded": "false",
        "aria-controls": classes.id,
        "aria-label": t("classes_of", { layer: layer.name }),
        onClick: () => this.#disclose(layer.code),
      },
      icon("chevron"),
    );
    const lock = layer.restricted ? h("span.lock", { title: t("restricted") }, icon("lock")) : null;
    const name = h("label.layer-name", { for: box.id }, symbol, h("span.layer-text", {}, layer.name), lock);
    const item = h("li.layer", {}, h("div.layer-row", {}, box, name, count, toggle), note, classes);
    this.#rows.set(layer.code, { layer, box, symbol, count, note, classes, toggle, item });
    return item;
  }

  #disclose(code) {
    if (!this.#open.delete(code)) this.#open.add(code);
    this.#refresh();
  }

  #refresh() {
    for (const row of this.#rows.values()) this.#refreshRow(row);
  }

  #refreshRow({ layer, box, count, note, classes, toggle, item }) {
    const hidden = this.#state.hidden.has(layer.code);
    const open = this.#open.has(layer.code);
    box.checked = !hidden;
    const number = this.#counts ? (this.#counts.layers[layer.code] ?? 0) : layer.count;
    count.textContent = number === null || number === undefined ? "…" : fullCount(number, this.#config.language);
    item.classList.toggle("is-off", hidden);
    item.classList.toggle("is-none", number === 0);
    item.classList.toggle("is-waiting", this.#counts === null);
    const said = hidden ? "" : this.#noteFor(layer);
    note.hidden = !said;
    note.textContent = said;
    toggle.setAttribute("aria-expanded", String(open));
    classes.hidden = !open;
    if (open) this.#fillClasses(classes, layer);
  }

  #noteFor(layer) {
    if (!this.#zoom) return "";
    if (this.#zoom < layer.zoom_min) return t("visible_from", { zoom: layer.zoom_min });
    if (this.#zoom > layer.zoom_max) return t("visible_to", { zoom: layer.zoom_max });
    const single = POINTS_FROM_DATA_ZOOM + 1;
    return layer.geometry === "point" && this.#zoom < single ? t("clustered", { zoom: single }) : "";
  }

  #fillClasses(place, layer) {
    const found = this.#counts?.classes?.[layer.code] ?? [];
    if (!found.length) {
      place.replaceChildren(h("li.classes-empty", {}, this.#counts ? t("no_classes") : t("loading")));
      return;
    }
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const most = Math.max(...found.map(({ n }) => n));
    place.replaceChildren(...found.map((entry) => this.#classRow(entry, layer, most)));
    if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #classRow({ scheme, code, name, n }, layer, most) {
    const key = `${scheme}:${code}`;
    const chosen = this.#state.filter.has("class", key);
    const bar = h("span.bar");
    bar.style.setProperty("--share", n / most);
    return h(
      "li",
      {},
      h(
        "button.class-row",
        {
          type: "button",
          "data-key": key,
          "aria-pressed": String(chosen),
          title: `${name} · ${scheme} ${code}`,
          onClick: () => this.#state.setFilter(this.#state.filter.toggle("class", key)),
        },
        swatch(layer, code, this.#colours),
        h("span.class-name", {}, name),
        h("span.count", {}, fullCount(n, this.#config.language)),
        bar,
      ),
    );
  }
}
