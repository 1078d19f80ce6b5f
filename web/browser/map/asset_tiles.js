/* global L */
/** A Leaflet layer that draws our vector tiles on canvases: one instance per tileset. */

import { drawBase, drawClusters, drawPoints } from "./draw.js";
import { circleAt, shapeAt } from "./hit.js";
import { inZoomRange } from "./style.js";
import { POINTS_FROM_DATA_ZOOM, TILE, dataAddress, inWorld } from "./tile_address.js";
import { TileSource } from "./tile_source.js";

/** @returns {L.GridLayer} `options`: tileset ("base" or "points"), url (with {z} {x} {y}), muted, pane */
export function assetTiles(options) {
  return new AssetTiles(options);
}

export const AssetTiles = L.GridLayer.extend({
  options: { tileSize: TILE, noWrap: true, keepBuffer: 1, updateInterval: 120, muted: false, minZoom: 1 },

  initialize(options) {
    L.setOptions(this, options);
    this._source = options.source ?? new TileSource(({ z, x, y }) => L.Util.template(options.url, { z, x, y }));
    this._drawn = new Map();
    this._underWay = 0;
    this._query = "";
    this._scene = { layers: [], hidden: new Set(), colours: null, language: "zh" };
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
    for (const tile of this._drawn.values()) this._fill(tile);
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
    const tile = { coords, canvas, place: dataAddress(coords), data: null, circles: [], abort: null, done: null };
    // Leaflet waits for this word from every tile once, even if a new filter interrupts the first request.
    tile.done = (error) => {
      tile.done = null;
      done(error, canvas);
    };
    this._drawn.set(key(coords), tile);
    this._fill(tile);
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
      tile.done?.(null);
    } catch (error) {
      if (error.name === "AbortError") return;
      tile.done?.(error);
      this.fire("trouble", { error });
    }
  },

  getEvents() {
    return { ...L.GridLayer.prototype.getEvents.call(this), zoomend: this._sharpen };
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
    if (!tile.data || !this._scene.colours) return;
    // Most tiles around a district are empty: no bitmap for them.
    const side = tile.data.size ? this._side() : 0;
    if (tile.canvas.width !== side) tile.canvas.width = tile.canvas.height = side;
    const ctx = tile.canvas.getContext("2d");
    const ratio = side / TILE;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, TILE, TILE);
    const scene = { ...this._scene, zoom: tile.coords.z, ratio, stretch: this._stretch() };
    this._draw(ctx, tile, scene);
    this.fire("painted", { coords: tile.coords });
  },

  /** A tile's data onto its canvas; what is drawn as circles is remembered for hit testing. */
  _draw(ctx, tile, scene) {
    if (this.options.tileset === "base") drawBase(ctx, tile.data, tile.place, scene, this.options.muted);
    else tile.circles = (clustered(tile) ? drawClusters : drawPoints)(ctx, tile.data, tile.place, scene);
  },

  /** Tiles are transparent: clusters of the zoom before would shine through those of this one. */
  _retainParent(...place) {
    return this.options.tileset === "base" && L.GridLayer.prototype._retainParent.apply(this, place);
  },

  _retainChildren(...place) {
    if (this.options.tileset === "base") L.GridLayer.prototype._retainChildren.apply(this, place);
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
      if (tile.coords.z === this._tileZoom && tile.data) visit(tile, tile.coords.scaleBy(size).subtract(origin), stretch);
    }
  },

  /** The drawn tile at a position and the place in it, in pixels of the tile; null where nothing is drawn. */
  _tileAt(latlng) {
    const pixel = this._map.project(latlng, this._tileZoom);
    const coords = L.point(Math.floor(pixel.x / TILE), Math.floor(pixel.y / TILE));
    coords.z = this._tileZoom;
    const tile = this._drawn.get(key(coords));
    return tile?.data ? { tile, x: pixel.x - coords.x * TILE, y: pixel.y - coords.y * TILE } : null;
  },

  /** What is drawn at a position: {cluster} or {point} or {shape: true}, or null. */
  hit(latlng) {
    const found = this._tileAt(latlng);
    if (!found) return null;
    const { tile, x, y } = found;
    const circle = circleAt(tile.circles, x, y);
    if (circle) return clustered(tile) ? { cluster: circle } : { point: circle };
    return this.options.tileset === "base" && this._shapeHit(tile, x, y) ? { shape: true } : null;
  },

  _shapeHit(tile, x, y) {
    return this._scene.layers.some((layer) => {
      if (this._scene.hidden.has(layer.code) || !inZoomRange(layer, tile.coords.z)) return false;
      return shapeAt(tile.data.get(layer.code) ?? [], tile.place, x, y);
    });
  },
});

function clustered(tile) {
  return tile.place.z < POINTS_FROM_DATA_ZOOM;
}

function key({ x, y, z }) {
  return `${x}:${y}:${z}`;
}
