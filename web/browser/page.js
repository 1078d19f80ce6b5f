/** What every page needs: menus that close, forms that send only what was filled in. */

import { every } from "./map/element.js";

for (const menu of every(document, "details.menu", HTMLDetailsElement)) {
  document.addEventListener("click", (event) => menu.contains(/** @type {Node} */ (event.target)) || menu.removeAttribute("open"));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  });
}

// Short addresses to share: an empty field is no condition.
for (const form of every(document, "form[data-tidy]", HTMLFormElement)) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [key, value] of Array.from(formData)) if (value === "") formData.delete(key);
  });
  for (const field of form.querySelectorAll("[data-submits]")) field.addEventListener("change", () => form.requestSubmit());
}

// The map's address grows in the browser: the language comes back to what is on the screen.
for (const field of every(document, "form[data-next] [name=next]", HTMLInputElement)) {
  field.form?.addEventListener("submit", () => {
    field.value = location.pathname + location.search + location.hash;
  });
}

for (const button of every(document, "button[data-copy]")) {
  const copy = async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.classList.add("is-done");
    window.setTimeout(() => button.classList.remove("is-done"), 1500);
  };
  button.addEventListener("click", () => void copy());
}
