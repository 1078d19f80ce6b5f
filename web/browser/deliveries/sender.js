/**
 * Sends a file in pieces. What the server has counts: after a cut connection it is asked how far it is, and the rest
 * follows from there.
 */

import { send as reach } from "../map/server.js";
import { nextPiece } from "./sizes.js";

/** @typedef {{url: string, token: string, delivery: number | null}} Where */
/**
 * @typedef {{sent: (done: number, total: number) => void, waiting: (seconds: number, done: number) => void,
 *            finishing: () => void}} Listener
 */

const FIRST_PIECE = 2 ** 20;
const LONGEST_WAIT = 30;
const MOST_MENDINGS = 5;

/** An answer that trying again does not help. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message in the words of the server
   * @param {string} hint
   */
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** The file on the disk is no longer what was dropped. */
export class Unreadable extends Error {}

/**
 * @param {Where} where
 * @param {File[]} files parts of one delivery, in order
 * @param {Listener & {signal: AbortSignal}} listener
 * @returns {Promise<string>} the address of the delivery
 */
export async function send(where, files, listener) {
  const whole = files.length === 1 ? files[0] : new Blob(files);
  const parts = files.map(({ name, size }) => ({ name, bytes: size }));
  const mark = String(Math.max(...files.map((file) => file.lastModified)));
  const ask = asker(where.token, listener.signal);
  /** @type {(question: () => Promise<any>, done: number) => Promise<any>} */
  const patient = (question, done) => insist(question, (seconds) => listener.waiting(seconds, done), listener.signal);
  const begun = await patient(() => ask("POST", where.url, JSON.stringify({ parts, mark, delivery: where.delivery })), 0);
  const url = `${where.url}/${begun.upload}`;
  let done = begun.received;
  let piece = FIRST_PIECE;
  let mendings = 0;
  listener.sent(done, whole.size);
  while (done < whole.size) {
    const bytes = await read(whole.slice(done, done + piece));
    const checksum = await sha256(bytes);
    const began = performance.now();
    const answer = await patient(async () => {
      try {
        return await ask("PUT", `${url}?offset=${done}`, bytes, checksum);
      } catch (error) {
        // Damaged on the way, or it had come though its answer had not: the server says where to go on.
        if (!(error instanceof Refused) || ![409, 400].includes(error.status) || ++mendings > MOST_MENDINGS) throw error;
        return ask("GET", url);
      }
    }, done);
    if (answer.received > done) mendings = 0;
    done = answer.received;
    piece = nextPiece(piece, performance.now() - began, begun.most);
    listener.sent(done, whole.size);
  }
  listener.finishing();
  return (await patient(() => ask("POST", `${url}/finish`), done)).url;
}

/** Forget what was sent. @type {(where: Where, files: File[]) => Promise<void>} */
export async function abandon(where, files) {
  const parts = files.map(({ name, size }) => ({ name, bytes: size }));
  const mark = String(Math.max(...files.map((file) => file.lastModified)));
  const ask = asker(where.token);
  const begun = await ask("POST", where.url, JSON.stringify({ parts, mark, delivery: where.delivery }));
  await ask("DELETE", `${where.url}/${begun.upload}`);
}

/**
 * @type {(token: string, signal?: AbortSignal) => (method: string, url: string, body?: string | ArrayBuffer,
 *   checksum?: string) => Promise<any>}
 */
function asker(token, signal) {
  return async (method, url, body, checksum) => {
    /** @type {Record<string, string>} */
    const headers = { "X-CSRFToken": token };
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    else if (body) headers["Content-Type"] = "application/octet-stream";
    if (checksum) headers["X-Piece-SHA256"] = checksum;
    const response = await reach(url, { method, body, headers, signal });
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw new Refused(response.status, answer.message ?? "", answer.hint ?? "");
  };
}

/**
 * Asks again while nobody answers: the line is down, or the server is being started anew.
 * @template T
 * @param {() => Promise<T>} question
 * @param {(seconds: number) => void} waiting
 * @param {AbortSignal} [signal]
 */
async function insist(question, waiting, signal) {
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, LONGEST_WAIT)) {
    try {
      return await question();
    } catch (error) {
      const passes = error instanceof TypeError || (error instanceof Refused && [502, 504].includes(error.status));
      if (!passes || signal?.aborted) throw error;
      waiting(seconds);
      await pause(seconds * 1000, signal);
    }
  }
}

/** @type {(milliseconds: number, signal?: AbortSignal) => Promise<void>} */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, milliseconds);
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    }
    addEventListener("online", end);
    signal?.addEventListener("abort", end, { once: true });
  });
}

/** @type {(blob: Blob) => Promise<ArrayBuffer>} */
async function read(blob) {
  try {
    return await blob.arrayBuffer();
  } catch {
    throw new Unreadable();
  }
}

/**
 * In hexadecimal; nothing where the page came over plain HTTP and the browser has no digest.
 * @type {(bytes: ArrayBuffer) => Promise<string>}
 */
async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
