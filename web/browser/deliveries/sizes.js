/** Sizes and times as people say them. */

/** "3.4 MB" for 3_565_158. */
export function size(bytes) {
  for (const [unit, factor] of [["GB", 2 ** 30], ["MB", 2 ** 20], ["KB", 2 ** 10]]) {
    if (bytes >= factor) return `${(bytes / factor).toFixed(1)} ${unit}`;
  }
  return `${bytes} B`;
}

/** The text with its `{names}` filled. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** How large the next piece should be, so that each takes some seconds: it is lost whole when the connection is cut. */
export function nextPiece(bytes, milliseconds, most) {
  if (milliseconds < 2000) return Math.min(bytes * 2, most);
  return milliseconds > 8000 ? Math.max(bytes / 2, 2 ** 18) : bytes;
}
