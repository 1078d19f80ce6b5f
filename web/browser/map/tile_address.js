/**
 * Where a tile on the screen gets its data. Screen tiles are 512 px, so data zoom = display zoom - 1; the server
 * keeps tiles down to data zoom 16, and deeper screen tiles draw a part of their ancestor, enlarged.
 */

export const TILE = 512;
export const EXTENT = 4096;
export const MAX_DATA_ZOOM = 16;
/** From this data zoom on the points tileset carries single points; above it, clusters. */
export const POINTS_FROM_DATA_ZOOM = 15;

/** @param {{x: number, y: number, z: number}} coords Leaflet's: x and y count 512 px tiles at display zoom z. */
export function dataAddress({ x, y, z }) {
  const own = z - 1;
  const zoom = Math.min(own, MAX_DATA_ZOOM);
  const shift = own - zoom;
  const parentX = x >> shift;
  const parentY = y >> shift;
  const scale = (TILE * 2 ** shift) / EXTENT;
  return {
    z: zoom,
    x: parentX,
    y: parentY,
    /** Tile pixels per unit of the vector tile. */
    scale,
    /** Added after scaling: brings this tile's part of the ancestor to 0..512. */
    dx: -(x - (parentX << shift)) * TILE,
    dy: -(y - (parentY << shift)) * TILE,
  };
}

/** True if the address lies in the pyramid at all (not beyond the date line or the poles). */
export function inWorld({ x, y, z }) {
  const side = 2 ** z;
  return z >= 0 && x >= 0 && y >= 0 && x < side && y < side;
}
