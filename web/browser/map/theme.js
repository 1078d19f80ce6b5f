/** Light or dark, as the person's system says; tells when it changes. */

import { palette } from "./palette.js";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function currentPalette() {
  return palette(dark.matches ? "dark" : "light");
}

export function onThemeChange(listener) {
  dark.addEventListener("change", () => listener(currentPalette()));
}
