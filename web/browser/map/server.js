/** Questions to our own server. Every failure is one of a few kinds that the page has words for. */

/** `kind`: signed_out, not_found, too_slow, refused, offline, failed. */
export class ServerError extends Error {
  /**
   * @param {string} kind
   * @param {string} message in the words of the server
   */
  constructor(kind, message = "") {
    super(message || kind);
    this.kind = kind;
    this.said = message;
  }
}

/**
 * The only way to the server; every other module asks through it, or through what follows. Rejects with a TypeError when
 * nobody answers, and with an AbortError.
 * @type {(url: string, options: RequestInit) => Promise<Response>}
 */
export function send(url, options) {
  return fetch(url, { credentials: "same-origin", ...options });
}

/** Whether a question was given up by whoever asked it. @type {(error: unknown) => boolean} */
export function isAborted(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/** @type {Record<number, string>} */
const KINDS = { 401: "signed_out", 403: "refused", 404: "not_found", 400: "refused", 409: "refused", 422: "refused", 503: "too_slow" };

/** @type {(status: number) => string} */
export function kindOf(status) {
  return status === 0 ? "offline" : (KINDS[status] ?? "failed");
}

/** @type {(url: string, signal?: AbortSignal) => Promise<any>} */
export async function askJson(url, signal) {
  return (await ask(url, "application/json", signal)).json();
}

/** @type {(url: string, signal?: AbortSignal, form?: FormData) => Promise<string>} */
export async function askHtml(url, signal, form) {
  return (await ask(url, "text/html", signal, form && { method: "POST", body: form })).text();
}

/**
 * Sends a form's fields; `token` is the page's CSRF token.
 * @type {(url: string, fields: Record<string, any>, token: string) => Promise<any>}
 */
export async function postJson(url, fields, token) {
  const headers = { "X-CSRFToken": token };
  return (await ask(url, "application/json", undefined, { method: "POST", body: new URLSearchParams(fields), headers })).json();
}

/**
 * @type {(url: string, accept: string, signal?: AbortSignal, more?: {method?: string, body?: BodyInit,
 *   headers?: Record<string, string>}) => Promise<Response>}
 */
async function ask(url, accept, signal, more = {}) {
  let response;
  try {
    const headers = { Accept: accept, ...more.headers };
    response = await send(url, { signal, ...more, headers });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new ServerError("offline");
  }
  // A session that ended may answer with a redirect to the sign-in page: HTML where JSON was asked for.
  if (response.redirected && new URL(response.url).pathname.endsWith("/sign-in")) throw new ServerError("signed_out");
  if (!response.ok) throw new ServerError(kindOf(response.status), await spoken(response));
  return response;
}

/** @type {(response: Response) => Promise<string>} */
async function spoken(response) {
  if (!response.headers.get("content-type")?.includes("json")) return "";
  const body = await response.json().catch(() => ({}));
  return [body.message, body.hint].filter(Boolean).join(" ");
}

/**
 * Runs only the newest of overlapping questions: a newer call aborts the older, whose answer nobody gets.
 * @template {any[]} A
 * @template T
 * @param {(...args: [...A, AbortSignal]) => Promise<T>} question
 * @returns {(...args: A) => Promise<T | undefined>}
 */
export function latest(question) {
  /** @type {AbortController | null} */
  let running = null;
  return async (...args) => {
    running?.abort();
    const own = (running = new AbortController());
    try {
      const answer = await question(...args, own.signal);
      return own.signal.aborted ? undefined : answer;
    } catch (error) {
      if (isAborted(error)) return undefined;
      throw error;
    }
  };
}
