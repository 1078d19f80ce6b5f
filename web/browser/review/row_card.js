/* global L */
/** The chosen row: its card, and on the map its new place, its old one and what else it may be. */

import { t } from "../map/config.js";
import { h } from "../map/element.js";
import { Highlight } from "../map/highlight.js";
import { lengthText } from "../map/numbers.js";
import { askHtml, latest } from "../map/server.js";
import { STYLES, fillMarks } from "./change_marks.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export class RowCard {
  #map;
  #parts;
  #state;
  #load;
  #highlight;
  #around;

  /**
   * @param {{panel, body, close}} parts elements
   * @param {{accept: (seq, accepted) => void, identify: (seq, asset: string) => void}} acts
   */
  constructor(map, parts, state, root, acts, failed) {
    this.#map = map;
    this.#parts = parts;
    this.#state = state;
    this.#load = latest((seq, signal) => askHtml(`${root}/rows/${seq}`, signal));
    this.#highlight = new Highlight(map);
    this.#around = L.featureGroup([]).addTo(map);
    parts.close.addEventListener("click", () => state.choose(null));
    parts.body.addEventListener("click", ({ target }) => this.#click(target, acts));
    state.addEventListener("filter", () => state.row !== null && state.choose(null));
    state.addEventListener("row", ({ detail }) => this.show(detail, failed));
    state.addEventListener("decided", () => state.row !== null && this.show({ seq: state.row }, failed));
  }

  get open() {
    return !this.#parts.panel.hidden;
  }

  /** @param {{seq: number|null, fly: boolean}} asked null closes the card */
  async show({ seq, fly = false }, failed) {
    if (seq === null) return this.#close();
    this.#parts.panel.hidden = false;
    document.body.classList.add("has-card");
    this.#parts.body.setAttribute("aria-busy", "true");
    try {
      const html = await this.#load(seq);
      if (html !== undefined) this.#fill(html, fly);
    } catch (error) {
      this.#parts.body.replaceChildren(h("p.card-empty", {}, t("review_card_failed")));
      failed(error);
    } finally {
      this.#parts.body.removeAttribute("aria-busy");
    }
  }

  #fill(html, fly) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const drawn = JSON.parse(template.content.querySelector("script").textContent);
    this.#parts.body.replaceChildren(template.content);
    this.#parts.body.scrollTop = 0;
    fillMarks(this.#parts.body);
    this.#draw(drawn);
    if (fly) this.#fly();
  }

  #close() {
    this.#parts.panel.hidden = true;
    document.body.classList.remove("has-card");
    this.#parts.body.replaceChildren();
    this.#highlight.show(null);
    this.#around.clearLayers();
  }

  #click(target, { accept, identify }) {
    const decide = target.closest("[data-decide]");
    const asset = target.closest("[data-asset]");
    if (decide) accept(this.#state.row, decide.dataset.decide === "yes");
    else if (asset) identify(this.#state.row, asset.dataset.asset);
  }

  #draw({ new: place, old, candidates }) {
    this.#highlight.show(place);
    this.#around.clearLayers();
    const here = centre(place);
    if (old) {
      this.#outline(old, STYLES.move.colour);
      this.#way(centre(old), here, STYLES.move.colour);
    }
    candidates.forEach((candidate, i) => {
      const spot = centre(candidate.geometry);
      this.#outline(candidate.geometry, STYLES.doubtful.colour);
      this.#way(here, spot, STYLES.doubtful.colour);
      const content = document.createElement("span");
      content.textContent = `${LETTERS[i] ?? "·"} ${lengthText(candidate.distance_m)}`;
      const side = spot.lng < here.lng ? "left" : "right";
      L.tooltip({ permanent: true, direction: side, offset: [side === "left" ? -8 : 8, 0], className: "measure", interactive: false })
        .setLatLng(spot).setContent(content).addTo(this.#around);
    });
  }

  #outline(geometry, colour) {
    const style = { renderer: this.#highlight.renderer, color: colour, weight: 2.5, dashArray: "4 4", fill: false, interactive: false };
    L.geoJSON(geometry, { style, pointToLayer: (_, latlng) => L.circleMarker(latlng, { ...style, radius: 8 }) }).addTo(this.#around);
  }

  #way(from, to, colour) {
    const style = { renderer: this.#highlight.renderer, color: colour, weight: 2, interactive: false };
    L.polyline([from, to], style).addTo(this.#around);
  }

  /** Everything of the row into view, beside the card. */
  #fly() {
    const bounds = this.#highlight.bounds().extend(this.#around.getBounds());
    if (!bounds.isValid()) return;
    const card = this.#parts.panel.getBoundingClientRect();
    const whole = this.#map.getContainer().getBoundingClientRect();
    const beside = card.width < whole.width * 0.7;
    const options = {
      paddingTopLeft: L.point(40, 40),
      paddingBottomRight: beside ? L.point(card.width + 48, 40) : L.point(40, 40),
      // Candidates stand close to one another: as near as the map goes.
      maxZoom: this.#around.getLayers().length ? 20 : Math.max(18, this.#map.getZoom()),
      animate: false,
    };
    this.#map.fitBounds(bounds, options);
  }
}

function centre(geometry) {
  return L.geoJSON(geometry).getBounds().getCenter();
}
