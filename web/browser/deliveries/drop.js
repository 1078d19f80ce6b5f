/** The place where files are dropped or chosen, and what is shown while they are sent. */

import { abandon, Refused, send, Unreadable } from "./sender.js";
import { filled, size } from "./sizes.js";

/** @param {HTMLElement} zone with data-upload, data-token, data-most, data-delivery and the words as JSON inside */
export function receiveFiles(zone) {
  const words = JSON.parse(zone.querySelector("script").textContent);
  const input = zone.querySelector("input[type=file]");
  const shown = {
    ready: zone.querySelector(".drop-ready"),
    busy: zone.querySelector(".drop-busy"),
    name: zone.querySelector(".drop-name"),
    bar: zone.querySelector("progress"),
    text: zone.querySelector(".drop-text"),
    error: zone.querySelector(".drop-error"),
  };
  const where = {
    url: zone.dataset.upload,
    token: zone.dataset.token,
    delivery: zone.dataset.delivery ? Number(zone.dataset.delivery) : null,
  };
  let stop = null;

  function say(message) {
    shown.error.textContent = message;
    shown.error.hidden = !message;
  }

  async function start(files) {
    const fault = faultOf(files, Number(zone.dataset.most), words);
    say(fault);
    if (fault || stop) return;
    stop = new AbortController();
    shown.ready.hidden = true;
    shown.busy.hidden = false;
    shown.name.textContent =
      files.length === 1 ? files[0].name : filled(words.several, { name: files[0].name, count: files.length });
    addEventListener("beforeunload", hold);
    try {
      const url = await send(where, files, { ...listener(shown, words), signal: stop.signal });
      removeEventListener("beforeunload", hold);
      location.assign(url);
    } catch (error) {
      if (stop.signal.aborted) await abandon(where, files).catch(() => {});
      else say(reason(error, files, words));
      shown.ready.hidden = false;
      shown.busy.hidden = true;
    } finally {
      removeEventListener("beforeunload", hold);
      stop = null;
      input.value = "";
    }
  }

  input.addEventListener("change", () => start(inOrder([...input.files])));
  zone.querySelector(".drop-cancel").addEventListener("click", () => stop?.abort());
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    const folder = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).find((e) => e?.isDirectory);
    if (folder) say(filled(words.folder, { name: folder.name }));
    else if (event.dataTransfer.files.length) start(inOrder([...event.dataTransfer.files]));
  });
}

/** The same files in the same order, however they were picked: so that an upload that was cut off is found again. */
function inOrder(files) {
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function faultOf(files, most, words) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  if (total === 0) return filled(words.empty, { name: files[0].name });
  if (total > most) return filled(words.too_large, { name: files[0].name, size: size(total), most: size(most) });
  return "";
}

function listener(shown, words) {
  let first = null;
  return {
    sent(done, total) {
      first ??= { done, at: performance.now() };
      const seconds = (performance.now() - first.at) / 1000;
      const speed = seconds > 0.5 ? size(Math.round((done - first.done) / seconds)) : "…";
      shown.bar.max = total;
      shown.bar.value = done;
      shown.text.textContent = filled(words.sending, { done: size(done), total: size(total), speed });
    },
    waiting(seconds, done) {
      first = null;
      shown.text.textContent = filled(words.waiting, { seconds, done: size(done) });
    },
    finishing() {
      shown.bar.removeAttribute("value");
      shown.text.textContent = words.finishing;
    },
  };
}

function reason(error, files, words) {
  if (error instanceof Unreadable) return filled(words.unreadable, { name: files[0].name });
  if (error instanceof Refused && error.status === 401) return words.signed_out;
  if (error instanceof Refused && error.message) return [error.message, error.hint].filter(Boolean).join(" ");
  return words.failed;
}

function hold(event) {
  event.preventDefault();
}
