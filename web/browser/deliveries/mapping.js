/** The mapping form: shows a unit only where the target has one, another system only where it is chosen, and what the first
 * rows become. */

const PAUSE = 350;

/** @param {HTMLFormElement} form */
export function tendForm(form) {
  for (const select of form.querySelectorAll("select[data-target]")) {
    const unit = form.querySelector(`#${select.dataset.target}`);
    const tend = () => {
      const chosen = select.selectedOptions[0];
      const kept = chosen?.dataset.unit ?? "";
      unit.hidden = !kept && !unit.value;
      unit.placeholder = kept;
      select.closest("tr").classList.toggle("is-left-out", chosen?.value === "ignore");
    };
    let before = select.value;
    select.addEventListener("change", () => {
      unit.value = "";
      tend();
      // Which words name no class of the layer is the server's to say.
      if ([before, select.value].includes("class")) form.requestSubmit(form.querySelector("[name=preview]"));
      before = select.value;
    });
    tend();
  }
  tendPreview(form);
  const other = form.querySelector("[name=crs-other]");
  if (!other) return;
  const radio = form.querySelector("[name=crs][value=other]");
  other.addEventListener("input", () => {
    radio.checked = true;
  });
}

/** Asks for the preview anew after a correction. Only the answer to the last question counts. */
function tendPreview(form) {
  const place = form.querySelector("[data-preview]");
  if (!place) return;
  let waiting = null;
  let asked = null;
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: new FormData(form), signal: asked.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      place.innerHTML = await answer.text();
      place.removeAttribute("aria-busy");
    } catch (error) {
      // What stands there is of an earlier form; the check itself will tell.
      if (error.name !== "AbortError") place.replaceChildren();
    }
  };
  form.addEventListener("input", (event) => {
    if (["title", "save_as", "complete"].includes(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}
