/** Short messages over the map: one at a time, read out by screen readers, with what to do next. */

import { readConfig, t } from "./config.js";
import { h, icon } from "./element.js";
import { kindOf } from "./server.js";

const STAYS = 8000;
let timer = 0;

/** A message in the corner; `kind`: info or trouble. It goes by itself unless `keep`. */
export function notice(text, { kind = "info", keep = false, action = null } = {}) {
  const place = document.getElementById("map-notice");
  window.clearTimeout(timer);
  const close = h("button.icon-button", { type: "button", "aria-label": t("close"), onClick: dismiss }, icon("close"));
  place.replaceChildren(
    h(`div.notice.is-${kind}`, {}, icon(kind === "trouble" ? "warning" : "info"), h("p", {}, text, action ? " " : "", action), close),
  );
  if (!keep) timer = window.setTimeout(dismiss, STAYS);
}

export function dismiss() {
  document.getElementById("map-notice").replaceChildren();
}

/** Words for a failed question (ServerError) or tile (TileError). An aborted one is no failure. */
export function trouble(error) {
  if (error.name === "AbortError") return;
  const kind = error.kind ?? (error.status === undefined ? null : kindOf(error.status));
  if (kind === null) throw error;
  if (kind === "signed_out") signedOut();
  else notice(error.said || t(`trouble_${kind}`), { kind: "trouble" });
}

/** The session ended: the way back leads to this very address, so that nothing on the screen is lost. */
function signedOut() {
  const here = location.pathname + location.search + location.hash;
  const link = h("a", { href: `${readConfig().sign_in}?next=${encodeURIComponent(here)}` }, t("sign_in_again"));
  notice(t("trouble_signed_out"), { kind: "trouble", keep: true, action: link });
}
