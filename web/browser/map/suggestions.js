/** What the search box offers, as one flat list in groups: assets, areas, classes, and the text itself as a filter. */

/**
 * @param {{assets, areas, classes}} answer of /api/suggest
 * @returns {Array<{group: string, kind: string, title: string, detail: string, item: object}>}
 */
export function offers(text, answer) {
  const assets = (answer.assets ?? []).map((item) => ({
    group: "assets",
    kind: "asset",
    title: item.name || item.class_name,
    detail: [item.name && item.name !== item.class_name ? item.class_name : item.layer_name, item.code].filter(Boolean).join(" · "),
    item,
  }));
  const areas = (answer.areas ?? []).map((item) => ({
    group: "areas",
    kind: "area",
    title: item.name,
    detail: [item.kind_name ?? item.kind, item.code].filter(Boolean).join(" · "),
    item,
  }));
  const classes = (answer.classes ?? []).map((item) => ({
    group: "classes",
    kind: "class",
    title: item.name,
    detail: [item.layer_name, item.code].filter(Boolean).join(" · "),
    item,
  }));
  return [...assets, ...areas, ...classes, { group: "text", kind: "text", title: text, detail: "", item: { text } }];
}

/** The place after pressing an arrow key; from the ends it goes round. -1: the input itself. */
export function moveChoice(current, step, length) {
  if (length === 0) return -1;
  if (current === -1) return step > 0 ? 0 : length - 1;
  return (current + step + length) % length;
}
