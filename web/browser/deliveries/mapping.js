/** The mapping form: shows a unit only where the target has one, another system only where it is chosen, and what the first
 * rows become. */

import { every, part } from "../map/element.js";
import { askHtml, latest } from "../map/server.js";

const PAUSE = 350;

/** @param {HTMLFormElement} form */
export function tendForm(form) {
  for (const select of every(form, "select[data-target]", HTMLSelectElement)) {
    const unit = part(form, `#${select.dataset.target}`, HTMLInputElement);
    const tend = () => {
      const chosen = select.selectedOptions[0];
      const kept = chosen?.dataset.unit ?? "";
      unit.hidden = !kept && !unit.value;
      unit.placeholder = kept;
      select.closest("tr")?.classList.toggle("is-left-out", chosen?.value === "ignore");
    };
    let before = select.value;
    select.addEventListener("change", () => {
      unit.value = "";
      tend();
      // Which words name no class of the layer is the server's to say.
      if ([before, select.value].includes("class")) form.requestSubmit(part(form, "[name=preview]"));
      before = select.value;
    });
    tend();
  }
  tendPreview(form);
  const other = form.querySelector("[name=crs-other]");
  if (!other) return;
  const radio = part(form, "[name=crs][value=other]", HTMLInputElement);
  other.addEventListener("input", () => {
    radio.checked = true;
  });
}

/**
 * Asks for the preview anew after a correction. Only the answer to the last question counts.
 * @type {(form: HTMLFormElement) => void}
 */
function tendPreview(form) {
  const place = form.querySelector("[data-preview]");
  if (!place) return;
  let waiting = 0;
  const preview = latest((/** @type {AbortSignal} */ signal) => askHtml(form.dataset.previewUrl ?? "", signal, new FormData(form)));
  const ask = async () => {
    place.setAttribute("aria-busy", "true");
    try {
      const html = await preview();
      if (html === undefined) return;
      place.innerHTML = html;
      place.removeAttribute("aria-busy");
    } catch {
      // What stands there is of an earlier form; the check itself will tell.
      place.replaceChildren();
    }
  };
  form.addEventListener("input", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (["title", "save_as", "complete"].includes(field.name)) return;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), PAUSE);
  });
}
