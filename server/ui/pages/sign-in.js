// @ts-check
/** Signing in: a login and a password, or by way of a provider; then back to where one was. */

import { sentence } from "../api.js";
import { button, onSubmit } from "../parts/button.js";
import { fill, h } from "../parts/element.js";
import { provider, signInFields } from "../parts/sign-in.js";
import { wayBack } from "../shell/return.js";
import { say } from "../words.js";

/** Why nobody came in by way of the provider, by the code that stands in the address. @type {Record<string, import("../words.js").Key>} */
const TURNED_AWAY = {
  cancelled: "oidc.cancelled",
  stale: "oidc.stale",
  refused: "oidc.refused",
  unavailable: "oidc.unavailable",
  not_let_in: "oidc.not_let_in",
};

/** @param {import("../shell/routes.js").Visit} visit */
export function open({ main }) {
  const fields = signInFields();
  const said = h("p", { id: "said", role: "alert", class: "wrong" });
  const send = button({ label: say("sign_in"), kind: "primary", type: "submit" });
  const form = h("form", { id: "sign-in", method: "post", class: "stack" },
    fields.nodes, said, send);
  const forgotten = h("p", { class: "quiet" }, say("password.forgotten"));
  fill(main, h("div", { class: "page narrow" }, h("h1", {}, say("sign_in")), form, provider(), forgotten));

  onSubmit(form, said, async () => {
    await fields.send();
    location.replace(wayBack());
  }, sentence);

  const code = new URLSearchParams(location.hash.slice(1)).get("oidc");
  if (code) said.textContent = say(TURNED_AWAY[code] ?? "oidc.refused");
  fields.focus();
  return { title: say("sign_in") };
}
