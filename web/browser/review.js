/** What Folium's script calls by name on the review page: window.chengji. */

import { assetTiles } from "./map/asset_tiles.js";
import { backdrop } from "./map/backdrop.js";
import { speakDraw } from "./map/drawing.js";
import { bootReview } from "./review/boot_review.js";
import { changeTiles } from "./review/change_tiles.js";

window.chengji = { assetTiles, backdrop, bootReview, changeTiles, speakDraw };
