/** The map region is busy while tiles are under way: for screen readers, and for whoever waits for the first view. */

/**
 * Fires "drawn" on the map and sets the mark "map-drawn" whenever nothing is under way any more.
 * @param {L.Map} map
 * @param {L.GridLayer[]} tilesets
 */
export function tellBusy(map, tilesets) {
  const container = map.getContainer();
  const waiting = new Set();
  for (const tiles of tilesets) {
    tiles.on("busy", () => (waiting.add(tiles), container.setAttribute("aria-busy", "true")));
    tiles.on("idle", () => {
      waiting.delete(tiles);
      if (waiting.size) return;
      container.setAttribute("aria-busy", "false");
      performance.mark("map-drawn");
      map.fire("drawn");
    });
  }
}
