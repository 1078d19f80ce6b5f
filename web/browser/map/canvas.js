/** The pen of a canvas. */

/**
 * The 2D context, which every browser that this page is for has.
 * @type {(canvas: HTMLCanvasElement) => CanvasRenderingContext2D}
 */
export function pen(canvas) {
  const ctx = canvas.getContext("2d");
  if (!ctx) throw new Error("no 2D canvas");
  return ctx;
}
