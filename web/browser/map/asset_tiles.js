/* global L */
/** A Leaflet layer that draws our vector tiles on canvases: one instance per tileset. */

import { drawBase, drawClusters, drawPoints } from "./draw.js";
import { pen } from "./canvas.js";
import { circleAt, shapeAt } from "./hit.js";
import { isAborted } from "./server.js";
import { inZoomRange } from "./style.js";
import { POINTS_FROM_DATA_ZOOM, TILE, dataAddress, inWorld } from "./tile_address.js";
import { TileSource } from "./tile_source.js";

/** @import { Address, ClusterCircle, DrawnTile, PointCircle, Tile, TilesClass, TilesLayer, TilesOptions } from "../types.js" */

/**
 * Options: tileset ("base" or "points"), url (with {z} {x} {y}), muted, pane.
 * @type {(options: TilesOptions) => TilesLayer}
 */
export function assetTiles(options) {
  return new AssetTiles(options);
}

/** Leaflet's own methods, those that it does not declare included. */
const LEAFLET = /** @type {TilesLayer} */ (/** @type {unknown} */ (L.GridLayer.prototype));

/** @type {Partial<TilesLayer> & ThisType<TilesLayer>} */
const body = {
  options: { tileSize: TILE, noWrap: true, keepBuffer: 1, updateInterval: 120, muted: false, minZoom: 1 },

  initialize(options) {
    L.setOptions(this, options);
    this._source = options.source ?? new TileSource(({ z, x, y }) => L.Util.template(options.url ?? "", { z, x, y }));
    this._drawn = new Map();
    this._underWay = 0;
    this._query = "";
    this._scene = { layers: [], hidden: new Set(), language: "zh" };
    this.on("tileunload", ({ coords }) => this._drop(coords));
  },

  /** Layers, hidden codes, colours, language: repaints what is there, fetches nothing. */
  setScene(scene) {
    this._scene = { ...this._scene, ...scene };
    for (const tile of this._drawn.values()) this._paint(tile);
  },

  /** A new filter: every tile stays as it is until its new data has come. */
  setQuery(query) {
    if (query === this._query) return;
    this._query = query;
    this.refetch();
  },

  /** Ask again for all tiles on the screen. */
  refetch() {
    for (const tile of this._drawn.values()) void this._fill(tile);
  },

  /** Forget what was fetched and ask again: after one's own edit. */
  renew() {
    this._source.forget();
    this.refetch();
  },

  /** The tileset's source, for a second layer over the same tiles. */
  source() {
    return this._source;
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile");
    /** @type {Tile} */
    const tile = { coords, canvas, place: dataAddress(coords), data: null, circles: [], abort: null, done: null };
    // Leaflet waits for this word from every tile once, even if a new filter interrupts the first request.
    tile.done = (error) => {
      tile.done = null;
      done(error, canvas);
    };
    this._drawn.set(key(coords), tile);
    void this._fill(tile);
    return canvas;
  },

  /** Fires "busy" with the first tile that is under way, "idle" after the last: new views and new filters alike. */
  async _fill(tile) {
    if (this._underWay === 0) this.fire("busy");
    this._underWay += 1;
    await this._fetch(tile);
    this._underWay -= 1;
    if (this._underWay === 0) this.fire("idle");
  },

  async _fetch(tile) {
    tile.abort?.abort();
    tile.abort = new AbortController();
    const { signal } = tile.abort;
    try {
      const data = inWorld(tile.place) ? await this._source.load(tile.place, this._query, signal) : new Map();
      if (signal.aborted) return;
      tile.data = data;
      this._paint(tile);
      tile.done?.();
    } catch (error) {
      if (isAborted(error)) return;
      tile.done?.(/** @type {Error} */ (error));
      this.fire("trouble", { error });
    }
  },

  getEvents() {
    return { ...LEAFLET.getEvents?.call(this), zoomend: this._sharpen };
  },

  /** From a zoom in between to the whole one beside it the tiles stay, and are drawn anew for their new size. */
  _sharpen() {
    const side = this._side();
    for (const tile of this._drawn.values()) if (tile.canvas.width && tile.canvas.width !== side) this._paint(tile);
  },

  /** How much larger than meant the tiles stand on the screen. */
  _stretch() {
    return this._map.getZoomScale(this._map.getZoom(), this._tileZoom);
  },

  /** The side of a tile in pixels of the screen. */
  _side() {
    return Math.round(TILE * Math.min(window.devicePixelRatio || 1, 2) * this._stretch());
  },

  _paint(tile) {
    const { layers, hidden, colours, language } = this._scene;
    if (!isDrawn(tile) || !colours || !layers || !hidden || !language) return;
    // Most tiles around a district are empty: no bitmap for them.
    const side = tile.data.size ? this._side() : 0;
    if (tile.canvas.width !== side) tile.canvas.width = tile.canvas.height = side;
    const ctx = pen(tile.canvas);
    const ratio = side / TILE;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, TILE, TILE);
    const scene = { layers, hidden, colours, language, zoom: tile.coords.z, ratio, stretch: this._stretch() };
    this._draw(ctx, tile, scene);
    this.fire("painted", { coords: tile.coords });
  },

  /** A tile's data onto its canvas; what is drawn as circles is remembered for hit testing. */
  _draw(ctx, tile, scene) {
    if (this.options.tileset === "base") drawBase(ctx, tile.data, tile.place, scene, this.options.muted);
    else tile.circles = (clustered(tile) ? drawClusters : drawPoints)(ctx, tile.data, tile.place, scene);
  },

  /** Tiles are transparent: clusters of the zoom before would shine through those of this one. */
  _retainParent(x, y, z, minZoom) {
    return this.options.tileset === "base" && LEAFLET._retainParent.call(this, x, y, z, minZoom);
  },

  _retainChildren(x, y, z, maxZoom) {
    if (this.options.tileset === "base") LEAFLET._retainChildren.call(this, x, y, z, maxZoom);
  },

  _drop(coords) {
    const tile = this._drawn.get(key(coords));
    tile?.abort?.abort();
    this._drawn.delete(key(coords));
  },

  /** Visits each drawn tile of the current zoom with its corner in the map's layer coordinates, and how it is stretched. */
  eachTile(visit) {
    const origin = this._map.getPixelOrigin();
    const stretch = this._stretch();
    const size = this.getTileSize().multiplyBy(stretch);
    for (const tile of this._drawn.values()) {
      if (tile.coords.z === this._tileZoom && isDrawn(tile)) visit(tile, tile.coords.scaleBy(size).subtract(origin), stretch);
    }
  },

  /** The drawn tile at a position and the place in it, in pixels of the tile; null where nothing is drawn. */
  _tileAt(latlng) {
    const pixel = this._map.project(latlng, this._tileZoom);
    const coords = { x: Math.floor(pixel.x / TILE), y: Math.floor(pixel.y / TILE), z: this._tileZoom };
    const tile = this._drawn.get(key(coords));
    return tile && isDrawn(tile) ? { tile, x: pixel.x - coords.x * TILE, y: pixel.y - coords.y * TILE } : null;
  },

  /** What is drawn at a position: {cluster} or {point} or {shape: true}, or null. */
  hit(latlng) {
    const found = this._tileAt(latlng);
    if (!found) return null;
    const { tile, x, y } = found;
    const circle = circleAt(tile.circles, x, y);
    if (circle) return clustered(tile) ? { cluster: /** @type {ClusterCircle} */ (circle) } : { point: /** @type {PointCircle} */ (circle) };
    return this.options.tileset === "base" && this._shapeHit(tile, x, y) ? { shape: true } : null;
  },

  _shapeHit(tile, x, y) {
    return (this._scene.layers ?? []).some((layer) => {
      if (this._scene.hidden?.has(layer.code) || !inZoomRange(layer, tile.coords.z)) return false;
      return shapeAt(tile.data.get(layer.code) ?? [], tile.place, x, y);
    });
  },
};
/** @type {TilesClass} */
export const AssetTiles = L.GridLayer.extend(body);

/** @type {(tile: Tile) => boolean} */
function clustered(tile) {
  return tile.place.z < POINTS_FROM_DATA_ZOOM;
}

/** Whether its data have come. @type {(tile: Tile) => tile is DrawnTile} */
function isDrawn(tile) {
  return tile.data !== null;
}

/** @type {(address: Address) => string} */
function key({ x, y, z }) {
  return `${x}:${y}:${z}`;
}
