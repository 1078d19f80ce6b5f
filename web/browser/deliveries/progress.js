/** Asks how far a step is, and shows it; when it has ended, the page is loaded anew. */

const SOONEST = 1000;
const LATEST = 3000;

/** @param {HTMLElement} place with data-progress, the address to ask; its parts are optional */
export async function watchProgress(place) {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[data-progress-text]");
  const idle = place.querySelector("[data-progress-idle]");
  const badge = place.closest("tr, .delivery")?.querySelector(".badge");
  let wait = SOONEST;
  let before = "";
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    const told = await ask(place.dataset.progress);
    if (told && !told.busy) return location.reload();
    const now = JSON.stringify(told);
    wait = told && now !== before ? SOONEST : Math.min(wait * 1.5, LATEST);
    before = now;
    if (!told) continue;
    if (text) text.textContent = told.text;
    if (badge) {
      badge.textContent = told.label;
      badge.className = `badge is-${told.state}`;
    }
    if (idle) idle.hidden = !told.idle;
    if (!bar) continue;
    if (told.percent === null) bar.removeAttribute("value");
    else bar.value = told.percent;
  }
}

/** What the server says; null while it does not answer. Signed out: the page, loaded anew, leads to the sign-in. */
async function ask(url) {
  try {
    const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (response.status === 401 || response.status === 404) return { busy: false };
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
