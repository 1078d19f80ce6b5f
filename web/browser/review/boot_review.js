/* global L */
/** Puts the review page together: the map with the changes over the register, legend, list, card and decisions. */

import { labels } from "../map/labels.js";
import { tellBusy } from "../map/busy.js";
import { readConfig, t } from "../map/config.js";
import { drawControlIcons } from "../map/control_icons.js";
import { around, every, h, part, the } from "../map/element.js";
import { trouble } from "../map/notices.js";
import { fullCount } from "../map/numbers.js";
import { makePanes } from "../map/panes.js";
import { askJson } from "../map/server.js";
import { currentPalette, onThemeChange } from "../map/theme.js";
import { POINTS_FROM_DATA_ZOOM } from "../map/tile_address.js";
import { drawnZoom, fitWhole, keepBetween } from "../map/zoom.js";
import { RowKind } from "../vocabulary.js";
import { AreaChoice } from "./area_choice.js";
import { Decisions } from "./decisions.js";
import { Legend } from "./legend.js";
import { ReviewState } from "./review_state.js";
import { RowCard } from "./row_card.js";
import { RowList } from "./row_list.js";

/** @import { Box, Config, MapParts, ReviewCounts, StaleRow, TilesLayer } from "../types.js" */

/** @typedef {MapParts & {changes: TilesLayer}} ReviewParts */

/**
 * @param {L.Map} map made by Folium's script
 * @param {ReviewParts} parts the layers it emitted
 */
export function bootReview(map, parts) {
  const config = readConfig();
  const { root, may_decide: mayDecide } = config.review;
  const state = new ReviewState(location.search);
  makePanes(map);
  keepBetween(map);
  const [west, south, east, north] = /** @type {Box} */ (config.view.bounds); // the district's box, where the set has none
  fitWhole(map, L.latLngBounds([[south, west], [north, east]]).pad(0.04), [30, 30]);
  if (map.getZoom() > 18) map.setZoom(18, { animate: false });
  addTiles(map, parts, config, state);
  /** @type {RowList} */
  const list = addList(state, root, (seq, yes) => void decisions?.row(seq, yes));
  const decisions = mayDecide ? new Decisions(root, state, (seq) => list.facts(seq), trouble) : null;
  addLegend(state, root, decisions);
  const card = addCard(map, state, root, decisions);
  addPointing(map, parts.changes, state, config);
  const area = mayDecide ? new AreaChoice(map, parts.shapes, (yes, shape) => void decisions?.found(yes, shape)) : null;
  drawControlIcons(map.getContainer());
  map.fullscreenControl.options.fullscreenElement = part(document, ".review-layout");
  addKeys(state, list, card, decisions, area);
  addDialogs(root);
  if (mayDecide) map.once("drawn", () => void tellStale(root, config.language).catch(trouble));
  if (state.row !== null) state.choose(state.row, { fly: true });
}

/** @type {(map: L.Map, parts: ReviewParts, config: Config, state: ReviewState) => void} */
function addTiles(map, { base, points, changes }, config, state) {
  // Restricted layers stay off unless they are what is under review: nobody asked to look at them here.
  const restricted = config.layers.filter((layer) => layer.restricted && layer.code !== config.review.layer);
  const hidden = new Set(restricted.map((layer) => layer.code));
  const scene = { layers: config.layers, hidden, colours: currentPalette(), language: config.language };
  const names = labels(base, scene);
  // Clusters of the register would hide the changes; single points stand behind them, faint.
  points.options.minZoom = POINTS_FROM_DATA_ZOOM + 1;
  changes.setQuery(state.query);
  tellBusy(map, [base, points, changes]);
  for (const layer of [base, points, changes]) layer.on("trouble", (event) => trouble(Reflect.get(event, "error")));
  for (const layer of [base, points, changes, names]) {
    layer.setScene(scene);
    layer.addTo(map);
  }
  state.on("filter", () => changes.setQuery(state.query));
  state.on("decided", () => changes.renew());
  onThemeChange((colours) => [base, points, changes, names].forEach((layer) => layer.setScene({ colours })));
}

/** @type {(state: ReviewState, root: string, decisions: Decisions | null) => Legend} */
function addLegend(state, root, decisions) {
  const parts = {
    kinds: the("kinds"),
    decision: the("decision", HTMLSelectElement),
    class: the("class", HTMLSelectElement),
    text: the("text", HTMLInputElement),
    found: the("found"),
    accept: decisions && the("accept-found", HTMLButtonElement),
    reject: decisions && the("reject-found", HTMLButtonElement),
  };
  return new Legend(parts, state, root, (yes) => void decisions?.found(yes), trouble);
}

/** @type {(state: ReviewState, root: string, decide: (seq: number, yes: boolean) => void) => RowList} */
function addList(state, root, decide) {
  const parts = { frame: the("rows"), list: the("row-list"), empty: the("rows-empty"), more: the("more") };
  return new RowList(parts, state, root, decide, trouble);
}

/** @type {(map: L.Map, state: ReviewState, root: string, decisions: Decisions | null) => RowCard} */
function addCard(map, state, root, decisions) {
  const parts = { panel: the("card"), body: the("card-body"), close: the("card-close") };
  /** @type {ConstructorParameters<typeof RowCard>[4]} */
  const acts = {
    accept: (seq, yes) => void decisions?.row(seq, yes),
    identify: (seq, asset) => void decisions?.identify(seq, asset),
  };
  return new RowCard(map, parts, state, root, acts, trouble);
}

/**
 * Cursor over marks, words over clusters, click to choose a row or to enter a cluster.
 * @type {(map: L.Map, changes: TilesLayer, state: ReviewState, config: Config) => void}
 */
function addPointing(map, changes, state, config) {
  const hint = L.tooltip({ direction: "top", offset: [0, -14], className: "cluster-hint", interactive: false });
  /** @type {Map<string, string>} */
  const names = new Map(config.review.kinds.map(({ code, name }) => [code, name]));
  map.on("mousemove", ({ latlng }) => {
    const hit = map.drawing ? null : changes.hit(latlng);
    map.getContainer().classList.toggle("is-over", Boolean(hit));
    if (!hit?.cluster) return hint.remove();
    const { layer: kind, count, bad } = hit.cluster;
    const words = { kind: names.get(kind), count: fullCount(count, config.language), rejected: fullCount(bad, config.language) };
    const open = kind === RowKind.CONFLICT || kind === RowKind.DOUBTFUL || !bad;
    const content = h("span", {}, open ? t("change_cluster", words) : t("change_cluster_rejected", words));
    return hint.setLatLng(latlng).setContent(content).addTo(map);
  });
  map.on("mouseout movestart", () => hint.remove());
  map.on("click", ({ latlng }) => {
    const hit = map.drawing ? null : changes.hit(latlng);
    if (hit?.cluster) map.setZoomAround(latlng, Math.min(drawnZoom(map) + 2, map.getMaxZoom()));
    else if (hit?.row !== undefined) state.choose(hit.row, { from: "map" });
  });
}

/**
 * @type {(state: ReviewState, list: RowList, card: RowCard, decisions: Decisions | null,
 *   area: AreaChoice | null) => void}
 */
function addKeys(state, list, card, decisions, area) {
  /** @type {Record<string, () => unknown>} */
  const acts = {
    j: () => list.step(1),
    k: () => list.step(-1),
    a: () => state.row !== null && decisions?.row(state.row, true),
    r: () => state.row !== null && decisions?.row(state.row, false),
    Escape: () => area?.clear() || (card.open && state.choose(null)),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (around(event, "input, textarea, select, dialog[open]") || document.querySelector("dialog[open]")) return;
    acts[event.key.length === 1 ? event.key.toLowerCase() : event.key]?.();
  });
}

/** @type {(root: string) => void} */
function addDialogs(root) {
  for (const button of every(document, "[data-dialog]")) {
    const dialog = the(button.dataset.dialog ?? "", HTMLDialogElement);
    const show = async () => {
      if (dialog.id === "apply-dialog") fillApply(await askJson(`${root}/counts`).catch(trouble));
      dialog.showModal();
    };
    button.addEventListener("click", () => void show());
  }
  for (const button of every(document, "dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog")?.close());
  }
}

/** How many rows of each kind will be applied, and how many will not. @type {(counts: ReviewCounts | undefined) => void} */
function fillApply(counts) {
  if (!counts) return;
  const { language } = readConfig();
  let total = 0;
  for (const row of every(the("apply-rows"), ":scope > [data-kind]")) {
    const { n, accepted = 0 } = counts.kinds[row.dataset.kind ?? ""];
    part(row, ".is-applied").textContent = fullCount(accepted, language);
    part(row, ".is-left").textContent = fullCount(n - accepted, language);
    row.hidden = n === 0;
    total += accepted;
  }
  part(the("apply-dialog"), "[type=submit]", HTMLButtonElement).disabled = total === 0;
}

/** @type {(root: string, language: string) => Promise<void>} */
async function tellStale(root, language) {
  /** @type {{rows: StaleRow[]}} */
  const { rows } = await askJson(`${root}/stale`);
  if (!rows.length) return;
  the("stale-text").textContent = t("review_stale", { n: `${fullCount(rows.length, language)}${rows.length >= 50 ? "+" : ""}` });
  the("stale-rows").replaceChildren(
    ...rows.slice(0, 8).map(({ row, code, words }) => h("li", {}, t("review_stale_row", { row, code }), " ", h("span.quiet", {}, words))),
    ...(rows.length > 8 ? [h("li", {}, "…")] : []),
  );
  the("stale").hidden = false;
}
