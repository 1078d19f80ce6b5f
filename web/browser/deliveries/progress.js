/** Asks how far a step is, and shows it; when it has ended, the page is loaded anew. */

import { every } from "../map/element.js";
import { send } from "../map/server.js";

const SOONEST = 1000;
const LATEST = 3000;

/** @param {HTMLElement} place with data-progress, the address to ask; its parts are optional */
export async function watchProgress(place) {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[data-progress-text]");
  const [idle] = every(place, "[data-progress-idle]");
  const badge = place.closest("tr, .delivery")?.querySelector(".badge");
  let wait = SOONEST;
  let before = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    const state = await ask(place.dataset.progress ?? "");
    if (state && !state.busy) return location.reload();
    const now = JSON.stringify(state);
    wait = state && now !== before ? SOONEST : Math.min(wait * 1.5, LATEST);
    before = now;
    if (!state) continue;
    if (text) text.textContent = state.text;
    if (badge) {
      badge.textContent = state.label;
      badge.className = `badge is-${state.state}`;
    }
    if (idle) idle.hidden = !state.idle;
    if (!bar) continue;
    if (state.percent === null) bar.removeAttribute("value");
    else bar.value = state.percent;
  }
}

/**
 * What the server says; null while it does not answer. Signed out: the page, loaded anew, leads to the sign-in.
 * @type {(url: string) => Promise<any>}
 */
async function ask(url) {
  try {
    const response = await send(url, { headers: { Accept: "application/json" } });
    if (response.status === 401 || response.status === 404) return { busy: false };
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
