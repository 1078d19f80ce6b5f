/** Leaflet and the plugins whose controls Folium emits, in one file; they set the global L. */

import L from "leaflet";
import "leaflet-draw";
import "leaflet-mouse-position";
import "leaflet.fullscreen";
import { LocateControl } from "leaflet.locatecontrol";

/** @typedef {import("leaflet.locatecontrol").LocateOptions} LocateOptions */
Object.assign(L.Control, { Locate: LocateControl });
Object.assign(L.control, { locate: (/** @type {LocateOptions} */ options) => new LocateControl(options) });
