// @ts-check
/** Signing in: a login and a password, or by way of a provider; then back to where one was. */

import { call, sentence } from "../api.js";
import { button, onSubmit } from "../parts/button.js";
import { fill, h } from "../parts/element.js";
import { field } from "../parts/field.js";
import { login as loginField, password as passwordField } from "../parts/password.js";
import { tellOthers } from "../shell/others.js";
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
  const [login, password] = [loginField(), passwordField("password", "current-password")];
  const said = h("p", { id: "said", role: "alert", class: "wrong" });
  const send = button({ label: say("sign_in"), kind: "primary", type: "submit" });
  const form = h("form", { id: "sign-in", method: "post", class: "stack" },
    field(say("login"), login), field(say("password"), password), said, send);
  const elsewhere = h("p", { id: "elsewhere", hidden: true });
  const forgotten = h("p", { class: "quiet" }, say("password.forgotten"));
  fill(main, h("div", { class: "page narrow" }, h("h1", {}, say("sign_in")), form, elsewhere, forgotten));

  onSubmit(form, said, async () => {
    try {
      await call("POST", "/sessions", { login: login.value, password: password.value });
    } catch (error) {
      password.focus();
      password.select();
      throw error;
    }
    tellOthers({ what: "person" });
    location.replace(wayBack());
  }, sentence);

  const code = new URLSearchParams(location.hash.slice(1)).get("oidc");
  if (code) said.textContent = say(TURNED_AWAY[code] ?? "oidc.refused");
  login.focus();
  offer(elsewhere);
  return { title: say("sign_in") };
}

/** The form works before this is known. @param {HTMLElement} elsewhere */
async function offer(elsewhere) {
  const { oidc } = await call("GET", "/sign-in-ways").catch(() => ({ oidc: null }));
  if (!oidc) return;
  fill(elsewhere, h("a", { class: "button", href: "/api/v1/oidc/start" }, say("oidc.with", { name: oidc.name })));
  elsewhere.hidden = false;
}
