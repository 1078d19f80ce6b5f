/** Panels that cover the map on a small screen: opened by a button, closed by Esc or the same button. */

import { every, the } from "./element.js";

/** Connects every button with `data-sheet="id"` to its panel. @type {(map: L.Map) => void} */
export function sheetHandles(map) {
  for (const button of every(document, "[data-sheet]")) {
    const panel = the(button.dataset.sheet ?? "");
    /** @type {(open: boolean) => void} */
    const set = (open) => {
      panel.classList.toggle("is-open", open);
      button.setAttribute("aria-expanded", String(open));
      map.invalidateSize({ pan: false });
    };
    button.addEventListener("click", () => set(!panel.classList.contains("is-open")));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !panel.classList.contains("is-open")) return;
      event.preventDefault();
      set(false);
      button.focus();
    });
    panel.querySelector("[data-sheet-close]")?.addEventListener("click", () => (set(false), button.focus()));
  }
}
