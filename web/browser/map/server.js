/** Questions to our own server. Every failure is one of a few kinds that the page has words for. */

/** `kind`: signed_out, not_found, too_slow, refused, offline, failed. */
export class ServerError extends Error {
  constructor(kind, message = "") {
    super(message || kind);
    this.kind = kind;
    this.said = message;
  }
}

const KINDS = { 401: "signed_out", 403: "refused", 404: "not_found", 400: "refused", 409: "refused", 422: "refused", 503: "too_slow" };

export function kindOf(status) {
  return status === 0 ? "offline" : (KINDS[status] ?? "failed");
}

export async function askJson(url, signal) {
  return (await ask(url, "application/json", signal)).json();
}

export async function askHtml(url, signal) {
  return (await ask(url, "text/html", signal)).text();
}

/** Sends a form's fields; `token` is the page's CSRF token. */
export async function postJson(url, fields, token) {
  const headers = { "X-CSRFToken": token };
  return (await ask(url, "application/json", undefined, { method: "POST", body: new URLSearchParams(fields), headers })).json();
}

async function ask(url, accept, signal, more = {}) {
  let response;
  try {
    const headers = { Accept: accept, ...more.headers };
    response = await fetch(url, { signal, credentials: "same-origin", ...more, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("offline");
  }
  // A session that ended may answer with a redirect to the sign-in page: HTML where JSON was asked for.
  if (response.redirected && new URL(response.url).pathname.endsWith("/sign-in")) throw new ServerError("signed_out");
  if (!response.ok) throw new ServerError(kindOf(response.status), await spoken(response));
  return response;
}

async function spoken(response) {
  if (!response.headers.get("content-type")?.includes("json")) return "";
  const body = await response.json().catch(() => ({}));
  return [body.message, body.hint].filter(Boolean).join(" ");
}

/** Runs only the newest of overlapping questions: a newer call aborts the older, whose answer nobody gets. */
export function latest(question) {
  let running = null;
  return async (...args) => {
    running?.abort();
    const own = (running = new AbortController());
    try {
      const answer = await question(...args, own.signal);
      return own.signal.aborted ? undefined : answer;
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      throw error;
    }
  };
}
