/** What Folium's script calls by name: window.chengji. */

import { assetTiles } from "./map/asset_tiles.js";
import { backdrop } from "./map/backdrop.js";
import { boot } from "./map/boot.js";
import { bootSmall } from "./map/boot_small.js";
import { speakDraw } from "./map/drawing.js";

window.chengji = { assetTiles, backdrop, boot, bootSmall, speakDraw };
