/** The mapping form: shows a unit only where the target has one, another system only where it is chosen. */

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
  const other = form.querySelector("[name=crs-other]");
  if (!other) return;
  const radio = form.querySelector("[name=crs][value=other]");
  other.addEventListener("input", () => {
    radio.checked = true;
  });
}
