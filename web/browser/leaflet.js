/** Leaflet and the plugins whose controls Folium emits, in one file; they set the global L. */

import L from "leaflet";
import "leaflet-draw";
import "leaflet-mouse-position";
import "leaflet.fullscreen";
import { LocateControl } from "leaflet.locatecontrol";

L.Control.Locate = LocateControl;
L.control.locate = (options) => new LocateControl(options);
