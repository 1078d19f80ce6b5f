/** Light or dark, as the person's system says; tells when it changes. */

import { palette } from "./palette.js";

/** @import { Palette } from "../types.js" */

const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function currentPalette() {
  return palette(dark.matches ? "dark" : "light");
}

/** @type {(listener: (colours: Palette) => void) => void} */
export function onThemeChange(listener) {
  dark.addEventListener("change", () => listener(currentPalette()));
}
