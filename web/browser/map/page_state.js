/** The state of the map page as an address: filter and chosen asset in the query, view and hidden layers behind the hash. */

import { Filter } from "./filter.js";

const VIEW = /^#(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)(?:\/off:([\w,-]*))?$/;

/** @returns {{filter: Filter, asset: string|null, view: {zoom, lat, lon}|null, hidden: Set<string>}} */
export function readAddress(location) {
  const query = new URLSearchParams(location.search);
  const match = VIEW.exec(decodeURIComponent(location.hash));
  const asset = query.get("asset");
  return {
    filter: Filter.parse(location.search),
    asset: asset && /^\d+$/.test(asset) ? asset : null,
    view: match && plausible({ zoom: Number(match[1]), lat: Number(match[2]), lon: Number(match[3]) }),
    hidden: match?.[4] === undefined ? null : new Set(match[4].split(",").filter(Boolean)),
  };
}

function plausible(view) {
  return Math.abs(view.lat) <= 85 && Math.abs(view.lon) <= 180 ? view : null;
}

/** The address below the path; five decimals of a degree are one metre. `hidden` null: never touched, so left out. */
export function writeAddress({ filter, asset, view, hidden }) {
  const query = [filter.query, asset ? `asset=${asset}` : ""].filter(Boolean).join("&");
  const place = view ? `#${round(view.zoom, 2)}/${view.lat.toFixed(5)}/${view.lon.toFixed(5)}` : "";
  const off = view && hidden ? `/off:${[...hidden].sort().join(",")}` : "";
  return (query ? `?${query}` : "") + place + off;
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
