/** What every page needs: menus that close, forms that send only what was filled in. */

for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => menu.contains(event.target) || menu.removeAttribute("open"));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  });
}

// Short addresses to share: an empty field is no condition.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [key, value] of [...formData]) if (value === "") formData.delete(key);
  });
  for (const field of form.querySelectorAll("[data-submits]")) field.addEventListener("change", () => form.requestSubmit());
}

// The map's address grows in the browser: the language comes back to what is on the screen.
for (const form of document.querySelectorAll("form[data-next]")) {
  form.addEventListener("submit", () => {
    form.elements.next.value = location.pathname + location.search + location.hash;
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("is-done");
    window.setTimeout(() => button.classList.remove("is-done"), 1500);
  });
}
