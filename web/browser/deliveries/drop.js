/** The place where files are dropped or chosen, and what is shown while they are sent. */

import { part } from "../map/element.js";
import { abandon, Refused, send, Unreadable } from "./sender.js";
import { filled, size } from "./sizes.js";

/** @import { Listener } from "./sender.js" */
/** @typedef {Record<string, string>} Words */
/** @typedef {{ready: HTMLElement, busy: HTMLElement, name: HTMLElement, bar: HTMLProgressElement, text: HTMLElement, error: HTMLElement}} Shown */

/** @param {HTMLElement} zone with data-upload, data-token, data-most, data-delivery and the words as JSON inside */
export function receiveFiles(zone) {
  const words = JSON.parse(part(zone, "script").textContent);
  const input = part(zone, "input[type=file]", HTMLInputElement);
  const shown = {
    ready: part(zone, ".drop-ready"),
    busy: part(zone, ".drop-busy"),
    name: part(zone, ".drop-name"),
    bar: part(zone, "progress", HTMLProgressElement),
    text: part(zone, ".drop-text"),
    error: part(zone, ".drop-error"),
  };
  const where = {
    url: zone.dataset.upload ?? "",
    token: zone.dataset.token ?? "",
    delivery: zone.dataset.delivery ? Number(zone.dataset.delivery) : null,
  };
  /** @type {AbortController | null} */
  let stop = null;

  /** @type {(message: string) => void} */
  function say(message) {
    shown.error.textContent = message;
    shown.error.hidden = !message;
  }

  /** @type {(files: File[]) => Promise<void>} */
  async function start(files) {
    const fault = faultOf(files, Number(zone.dataset.most), words);
    say(fault);
    if (fault || stop) return;
    const own = (stop = new AbortController());
    shown.ready.hidden = true;
    shown.busy.hidden = false;
    shown.name.textContent =
      files.length === 1 ? files[0].name : filled(words.several, { name: files[0].name, count: files.length });
    addEventListener("beforeunload", hold);
    try {
      const url = await send(where, files, { ...listener(shown, words), signal: own.signal });
      removeEventListener("beforeunload", hold);
      location.assign(url);
    } catch (error) {
      if (own.signal.aborted) await abandon(where, files).catch(() => {});
      else say(reason(error, files, words));
      shown.ready.hidden = false;
      shown.busy.hidden = true;
    } finally {
      removeEventListener("beforeunload", hold);
      stop = null;
      input.value = "";
    }
  }

  input.addEventListener("change", () => input.files && void start(inOrder(input.files)));
  part(zone, ".drop-cancel").addEventListener("click", () => stop?.abort());
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      if (!(event instanceof DragEvent) || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  zone.addEventListener("dragleave", (event) => zone.contains(/** @type {Node | null} */ (event.relatedTarget)) || zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    if (!event.dataTransfer) return;
    const folder = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).find((e) => e?.isDirectory);
    if (folder) say(filled(words.folder, { name: folder.name }));
    else if (event.dataTransfer.files.length) void start(inOrder(event.dataTransfer.files));
  });
}

/**
 * The same files in the same order, however they were picked: so that an upload that was cut off is found again.
 * @type {(files: FileList) => File[]}
 */
function inOrder(files) {
  return [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @type {(files: File[], most: number, words: Words) => string} */
function faultOf(files, most, words) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  if (total === 0) return filled(words.empty, { name: files[0].name });
  if (total > most) return filled(words.too_large, { name: files[0].name, size: size(total), most: size(most) });
  return "";
}

/** @type {(shown: Shown, words: Words) => Listener} */
function listener(shown, words) {
  /** @type {{done: number, at: number} | null} */
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

/** @type {(error: unknown, files: File[], words: Words) => string} */
function reason(error, files, words) {
  if (error instanceof Unreadable) return filled(words.unreadable, { name: files[0].name });
  if (error instanceof Refused && error.status === 401) return words.signed_out;
  if (error instanceof Refused && error.message) return [error.message, error.hint].filter(Boolean).join(" ");
  return words.failed;
}

/** @type {(event: Event) => void} */
function hold(event) {
  event.preventDefault();
}
