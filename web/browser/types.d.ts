/** What the modules of the browser hand one another, and what the server's JSON holds. Types only: nothing of it is built. */

import type { Filter } from "./map/filter.js";

// Words of the page --------------------------------------------------------------------------------------------

export interface Layer {
  code: string;
  name: string;
  geometry: "point" | "line" | "polygon";
  symbol: string;
  colour: string;
  zoom_min: number;
  zoom_max: number;
  restricted: boolean;
  count: number | null;
}
/** What drawing asks of a layer. */
export type LayerLook = Pick<Layer, "code" | "symbol" | "colour">;
export type ZoomRange = Pick<Layer, "zoom_min" | "zoom_max">;

export interface ReviewConfig {
  root: string;
  revision: number;
  may_decide: boolean;
  layer: string;
  kinds: { code: Kind; name: string }[];
}

/** `web.map` writes it into the page: all that the browser must know before it can ask. */
export interface Config {
  language: string;
  root: string;
  sign_in: string;
  layers: Layer[];
  states: { code: string; name: string }[];
  chips: { key: string; value: string; label: string }[];
  view: { bounds: Box | null };
  strings: Record<string, string>;
  review: ReviewConfig;
  filter_keys: string[];
}

/** West, south, east, north in degrees. */
export type Box = [number, number, number, number];

export interface Palette {
  paper: string;
  halo: string;
  text: string;
  clusterText: string;
  alarm: string;
  spent: string;
  context: { area: string; line: string };
  green: Record<string, string[]>;
  greenText: string;
  river: string[];
  riverText: string;
  alley: string[];
  road: Record<number, string[]>;
  major: Record<string, string>;
}

// Tiles --------------------------------------------------------------------------------------------------------

/** x, y, x, y … */
export type Path = Float32Array | number[];
/** Properties as the tiles carry them, under names of one letter. */
export type Props = Record<string, any>;

export interface Shape {
  type: number;
  rings: Path[];
}
export interface Feature extends Shape {
  id: number;
  props: Props;
}
/** Features by MVT layer. */
export type TileData = Map<string, Feature[]>;

export interface Address {
  z: number;
  x: number;
  y: number;
}
/** How the units of a vector tile become pixels of the tile on the screen. */
export interface Scaling {
  scale: number;
  dx: number;
  dy: number;
}
export type Place = Address & Scaling;

/** What drawing needs to know of the page. */
export interface Scene {
  /** registered layers in drawing order */
  layers: Layer[];
  /** layer codes */
  hidden: Set<string>;
  colours: Palette;
  language: string;
}
/** … and of the tile. */
export interface TileScene extends Scene {
  /** display zoom */
  zoom: number;
  /** device pixels per tile pixel */
  ratio: number;
  /** pixels of the screen per tile pixel: 1 at whole zooms */
  stretch: number;
}

export interface Circle {
  x: number;
  y: number;
  r: number;
}
export interface Cluster {
  layer: string;
  count: number;
  bad: number;
  x: number;
  y: number;
}
export type ClusterCircle = Cluster & Circle;
export interface PointCircle extends Circle {
  id: number;
  layer: string;
}
export interface Mark extends Circle {
  id: number;
  kind: Kind;
}

export interface Tile {
  coords: L.Coords;
  canvas: HTMLCanvasElement;
  place: Place;
  data: TileData | null;
  circles: (Circle & Partial<Cluster> & { id?: number })[];
  abort: AbortController | null;
  done: ((error?: Error) => void) | null;
}
export type DrawnTile = Tile & { data: TileData };

export interface Hit {
  cluster?: ClusterCircle;
  point?: PointCircle;
  shape?: true;
  /** seq of a row under review */
  row?: number;
}

export type Visit = (tile: DrawnTile, corner: L.Point, stretch: number) => void;
export type Draw = (ctx: CanvasRenderingContext2D, data: TileData, place: Place, scene: TileScene) => Tile["circles"];

export interface TilesOptions extends L.GridLayerOptions {
  tileset?: "base" | "points";
  url?: string;
  muted?: boolean;
  source?: TileSourceLike;
}
export interface TileSourceLike {
  load(place: Address, query: string, signal: AbortSignal): Promise<TileData>;
  forget(): void;
}

/** `AssetTiles` and, for review, `ChangeTiles`: Leaflet classes, whose bodies are object literals. */
export interface TilesLayer extends Omit<L.GridLayer, "options"> {
  options: TilesOptions;
  _map: L.Map;
  _tileZoom: number;
  _source: TileSourceLike;
  _drawn: Map<string, Tile>;
  _underWay: number;
  _query: string;
  _scene: Partial<Scene>;
  initialize(options: TilesOptions): void;
  setScene(scene: Partial<Scene>): void;
  setQuery(query: string): void;
  refetch(): void;
  renew(): void;
  source(): TileSourceLike;
  createTile(coords: L.Coords, done: L.DoneCallback): HTMLCanvasElement;
  _fill(tile: Tile): Promise<void>;
  _fetch(tile: Tile): Promise<void>;
  _sharpen(): void;
  _stretch(): number;
  _side(): number;
  _paint(tile: Tile): void;
  _draw(ctx: CanvasRenderingContext2D, tile: DrawnTile, scene: TileScene): void;
  _retainParent(x: number, y: number, z: number, minZoom: number): boolean;
  _retainChildren(x: number, y: number, z: number, maxZoom: number): void;
  _drop(coords: L.Coords): void;
  eachTile(visit: Visit): void;
  _tileAt(latlng: L.LatLng): { tile: DrawnTile; x: number; y: number } | null;
  hit(latlng: L.LatLng): Hit | null;
  _shapeHit(tile: DrawnTile, x: number, y: number): boolean;
}
export type TilesClass = (new (options: TilesOptions) => TilesLayer) & typeof L.Class;

// Names on the map ---------------------------------------------------------------------------------------------

export interface Frame {
  width: number;
  height: number;
}
export interface Label {
  text: string;
  /** of its characters */
  widths: number[];
  size: number;
  /** pixels between two of the same name */
  spacing: number;
}
export interface PlacedChar {
  char: string;
  x: number;
  y: number;
  angle: number;
}
export type Spot = Omit<PlacedChar, "char">;
export interface Named {
  text: string;
  kind: number;
  paths: Path[];
  size: number;
  colour: string;
  weight: number;
}
export interface LabelsLayer extends Omit<L.Renderer, "options"> {
  _map: L.Map & { _animatingZoom?: boolean };
  _base: TilesLayer;
  _scene: Scene;
  _widths: Map<string, number>;
  _timer: number;
  _bounds: L.Bounds & { min: L.Point };
  _container: HTMLCanvasElement;
  _ctx: CanvasRenderingContext2D;
  initialize(base: TilesLayer, scene: Scene): void;
  setScene(scene: Partial<Scene>): void;
  onAdd(): this;
  onRemove(): this;
  _initContainer(): void;
  _destroyContainer(): void;
  _updatePaths(): void;
  _later(): void;
  _update(): void;
  _paint(): void;
  _candidates(): Named[];
  _place(name: Named, frame: Frame, occupied: import("./map/label_placement.js").Occupied): void;
  _measure(text: string, size: number): number[];
  _pen(size: number, colour: string): void;
  _char(char: PlacedChar): void;
  _write(text: string, x: number, y: number): void;
}

// State and events ---------------------------------------------------------------------------------------------

export interface View {
  zoom: number;
  lat: number;
  lon: number;
}
export interface PageAddress {
  filter: Filter;
  asset: string | null;
  view: View | null;
  /** null: never touched */
  hidden: Set<string> | null;
}
/** What led to the choice of an asset. */
export interface Source {
  fly?: boolean;
  focus?: boolean;
  candidates?: string[];
}
export interface MapEvents {
  filter: object;
  hidden: object;
  asset: Source & { id: string | null };
  view: View;
}
export interface ReviewEvents {
  filter: object;
  row: RowEvent;
  decided: { counts: ReviewCounts; rows: { seq: number; accepted: boolean }[] | null };
}
export interface RowEvent {
  seq: number | null;
  from?: "list" | "map" | "keys";
  fly?: boolean;
}
/** Told of what failed: a ServerError, a TileError, or a defect. */
export type Failed = (error: unknown) => void;

// Answers of the server ----------------------------------------------------------------------------------------

export interface ClassCount {
  scheme: string;
  code: string;
  name: string;
  n: number;
}
/** Of /api/counts. */
export interface Counts {
  total: number;
  layers: Record<string, number>;
  classes: Record<string, ClassCount[]>;
}
/** Of /api/suggest. */
export interface Suggestions {
  assets?: { id: number; name: string; class_name: string; layer_name: string; code: string }[];
  areas?: { code: string; name: string; kind: string; kind_name?: string; bbox?: Box | null }[];
  classes?: { scheme: string; code: string; name: string; layer_name: string }[];
}
interface OfferText {
  title: string;
  detail: string;
}
export type Offer = OfferText &
  (
    | { group: "assets"; kind: "asset"; item: NonNullable<Suggestions["assets"]>[number] }
    | { group: "areas"; kind: "area"; item: NonNullable<Suggestions["areas"]>[number] }
    | { group: "classes"; kind: "class"; item: NonNullable<Suggestions["classes"]>[number] }
    | { group: "text"; kind: "text"; item: { text: string } }
  );

export type Kind = "add" | "update" | "move" | "retire" | "conflict" | "doubtful";
/** Of a change set's /counts, and after each decision. */
export interface ReviewCounts {
  kinds: Record<string, { n: number; accepted?: number }>;
  decisions: Record<string, number>;
  found: number;
  to_accept: number;
  to_reject: number;
  done: number;
}
/** What a row's card carries for the map. */
export interface DrawnRow {
  seq: number;
  new: GeoJSON.Geometry;
  old: GeoJSON.Geometry | null;
  candidates: { id: number; geometry: GeoJSON.Geometry; distance_m: number; proposed: boolean }[];
}
export interface StaleRow {
  row: number;
  code: string;
  words: string;
}

// What Folium's page and Leaflet's plugins add -------------------------------------------------------------------

export interface MapParts {
  base: TilesLayer;
  points: TilesLayer;
  shapes: L.FeatureGroup;
}

declare global {
  interface Window {
    /** What Folium's script calls by name. */
    chengji: Record<string, (...args: any[]) => unknown>;
  }
}

declare module "leaflet" {
  interface Map {
    /** A person is drawing: a click is a corner, not a question. */
    drawing?: boolean;
    fullscreenControl: { options: { fullscreenElement: Element | null } };
    _limitZoom(zoom: number): number;
    _zoom: number;
  }
}

/** The element that `h("button.chip")` makes. */
export type ElementOf<T extends string> = T extends `${infer N}.${string}`
  ? ElementOf<N>
  : T extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[T]
    : HTMLElement;
