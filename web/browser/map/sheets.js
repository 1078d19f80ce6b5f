/** Panels that cover the map on a small screen: opened by a button, closed by Esc or the same button. */

/** Connects every button with `data-sheet="id"` to its panel. */
export function sheetHandles(map) {
  for (const button of document.querySelectorAll("[data-sheet]")) {
    const panel = document.getElementById(button.dataset.sheet);
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
