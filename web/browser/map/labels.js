/* global L */
/** Names of roads, alleys, rivers and areas on one canvas over the view, so that no tile edge cuts a name. */

import { LINE, POLYGON } from "./decode.js";
import { Occupied, alongPath, atPoint, centroid } from "./label_placement.js";
import { FONT } from "./palette.js";
import { inZoomRange, lineStyle } from "./style.js";
import { drawnZoom } from "./zoom.js";

const DELAY = 60;
/** The tiles carry names from data zoom 13 on. */
const NAMES_FROM_ZOOM = 14;

/** @param {L.GridLayer} base the base tileset whose features carry names (`n`) */
export function labels(base, scene) {
  return new Labels(base, scene);
}

const Labels = L.Renderer.extend({
  options: { pane: "labels", padding: 0.25 },

  initialize(base, scene) {
    L.Renderer.prototype.initialize.call(this, {});
    this._base = base;
    this._scene = scene;
    this._widths = new Map();
  },

  setScene(scene) {
    this._scene = { ...this._scene, ...scene };
    this._later();
  },

  onAdd() {
    L.Renderer.prototype.onAdd.call(this);
    this._base.on("painted tileunload", this._later, this);
  },

  onRemove() {
    this._base.off("painted tileunload", this._later, this);
    window.clearTimeout(this._timer);
    L.Renderer.prototype.onRemove.call(this);
  },

  _initContainer() {
    this._container = L.DomUtil.create("canvas");
    this._ctx = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
    delete this._ctx;
  },

  _updatePaths() {},

  _later() {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this._container && this._paint(), DELAY);
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = drawnZoom(this._map) < NAMES_FROM_ZOOM ? 0 : Math.min(window.devicePixelRatio || 1, 2);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    Object.assign(this._container, { width: size.x * ratio, height: size.y * ratio });
    Object.assign(this._container.style, { width: `${size.x}px`, height: `${size.y}px` });
    this._ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this._paint();
  },

  _paint() {
    const size = this._bounds.getSize();
    const frame = { width: size.x, height: size.y };
    this._ctx.clearRect(0, 0, frame.width, frame.height);
    if (!this._scene.colours || drawnZoom(this._map) < NAMES_FROM_ZOOM) return;
    const occupied = new Occupied();
    for (const candidate of this._candidates()) this._place(candidate, frame, occupied);
  },

  /** Named features of the tiles on the screen, the most important first. */
  _candidates() {
    const found = [];
    const zoom = drawnZoom(this._map);
    this._base.eachTile((tile, corner, stretch) => {
      const { scale, dx, dy } = tile.place;
      const [x, y] = [corner.x - this._bounds.min.x, corner.y - this._bounds.min.y];
      const place = { scale: scale * stretch, dx: dx * stretch + x, dy: dy * stretch + y };
      for (const layer of this._scene.layers) {
        if (this._scene.hidden.has(layer.code) || !inZoomRange(layer, zoom)) continue;
        for (const feature of tile.data.get(layer.code) ?? []) {
          if (feature.props.n) found.push(candidate(feature, layer, place, zoom, this._scene.colours));
        }
      }
    });
    return found.filter((c) => c.size > 0).sort((a, b) => b.weight - a.weight);
  },

  _place({ text, kind, paths, size, colour }, frame, occupied) {
    const label = { text, size, widths: this._measure(text, size), spacing: 420 };
    this._pen(size, colour);
    for (const path of paths) {
      if (kind === LINE) {
        const chars = alongPath(path, label, frame, occupied);
        chars?.forEach((char) => this._char(char));
      } else {
        const [x, y] = centroid(path);
        if (span(path) > label.widths.reduce((sum, w) => sum + w, 0) && atPoint(x, y, label, frame, occupied)) {
          this._write(text, x, y);
        }
      }
    }
  },

  _measure(text, size) {
    this._ctx.font = font(size);
    return [...text].map((char) => {
      const key = char + size;
      if (!this._widths.has(key)) this._widths.set(key, this._ctx.measureText(char).width + 1.5);
      return this._widths.get(key);
    });
  },

  _pen(size, colour) {
    Object.assign(this._ctx, {
      font: font(size),
      fillStyle: colour,
      strokeStyle: this._scene.colours.halo,
      lineWidth: 3,
      lineJoin: "round",
      textAlign: "center",
      textBaseline: "middle",
    });
  },

  _char({ char, x, y, angle }) {
    this._ctx.save();
    this._ctx.translate(x, y);
    this._ctx.rotate(angle);
    this._write(char, 0, 0);
    this._ctx.restore();
  },

  _write(text, x, y) {
    this._ctx.strokeText(text, x, y);
    this._ctx.fillText(text, x, y);
  },
});

function font(size) {
  return `${size}px ${FONT}`;
}

function candidate(feature, layer, { scale, dx, dy }, zoom, colours) {
  const paths = feature.rings.map((ring) => {
    const path = new Float32Array(ring.length);
    for (let i = 0; i < ring.length; i += 2) {
      path[i] = ring[i] * scale + dx;
      path[i + 1] = ring[i + 1] * scale + dy;
    }
    return path;
  });
  const area = feature.type === POLYGON;
  const width = area ? 0 : lineStyle(layer, String(feature.props.c ?? ""), zoom, colours).width;
  return {
    text: String(feature.props.n),
    kind: feature.type,
    paths: area ? paths.slice(0, 1) : paths,
    size: area ? (zoom >= 15 ? 11 : 0) : lineSize(width, layer.symbol),
    colour: area ? colours.greenText : layer.symbol === "water" ? colours.riverText : colours.text,
    weight: area ? Math.min(span(paths[0]) / 40, 6) : width,
  };
}

/** Thin lines get no name until there is room for one. */
function lineSize(width, symbol) {
  if (symbol === "water") return width < 2 ? 0 : width < 9 ? 11 : 12;
  if (width < 2.2) return 0;
  return width < 6 ? 11 : width < 14 ? 12 : 13;
}

function span(ring) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < ring.length; i += 2) {
    low = Math.min(low, ring[i]);
    high = Math.max(high, ring[i]);
  }
  return high - low;
}
